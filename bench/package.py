"""Read → transform → Parquet → age: a table delivered, against Polars reading and writing and then `age` by hand."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from bench import rows, timing
from bequest.crypto.age import encrypt_file, generate_identity
from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels.cmac import tokens
from bequest.model.case import Source, SourceKind
from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.disposition import Operator
from bequest.model.facts import RowRole
from bequest.sources.opening import open_source
from bequest.steps.transform.operator import ColumnContext
from bequest.steps.transform.operators import OPERATORS

REDUCED = (("phone", FieldClass.PHONE, Operator.MASK), ("id_no", FieldClass.NATIONAL_ID, Operator.MASK))


def run(n: int) -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        people = rows.people(n)
        people = people.rename(dict(zip(people.columns[1:3], ("phone", "id_no"), strict=True)))
        people.write_parquet(here / "people.parquet")
        identity = generate_identity()
        ecb = aes_ecb(bytes(32))
        source = open_source(Source(name="people", kind=SourceKind.PARQUET, path=here / "people.parquet"))
        [table] = source.inventory()

        def ours() -> None:
            parts = []
            for batch in source.read(table.name, people.columns):
                made = [batch["__key"]] + [batch[c] for c in people.columns]
                row = tokens(made[0], ecb, "row").bin.encode("hex").alias("__row")
                out = pl.DataFrame([row, *made[1:]])
                for name, cls, operator in REDUCED:
                    column = ColumnMap(name, "", cls, True, False, RowRole.CUSTOMER, 1000, 1000)
                    out = out.with_columns(OPERATORS[operator].apply(out[name], ColumnContext(column, ecb, "d")))
                parts.append(out)
            frame = pl.concat(parts)
            arrow = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
            pq.write_table(arrow, here / "ours.parquet", compression="zstd", store_schema=False, row_group_size=1 << 16)
            encrypt_file(here / "ours.parquet", here / "ours.age", [identity.recipient])

        def by_hand() -> None:
            pl.read_parquet(here / "people.parquet").write_parquet(here / "hand.parquet", compression="zstd")
            subprocess.run(
                ["age", "-r", identity.recipient, "-o", here / "hand.age", here / "hand.parquet"], check=True
            )

        taken = timing.seconds({"package": ours, "polars, then age": by_hand})
        yield timing.result("package", n, "package", "polars, then age", taken, at_least=0.5)
