"""An anonymous table for due diligence: read, searched, written with a statement of what it holds and what it lost."""

import hashlib
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from bequest.app.context import Context
from bequest.app.evidence import platform_signer, publish, record
from bequest.app.reading import check_markers, open_sources, read_table
from bequest.app.run_discover import data_map
from bequest.app.user_files import read_user_text
from bequest.crypto.atomic import write_file
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject, sign_statement
from bequest.kernel.canonical import Json, canonical, digest, to_json
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import InputError
from bequest.model.datamap import TableMap
from bequest.steps.anonymise.measure import Wanted
from bequest.steps.anonymise.search import Search, Solution
from bequest.steps.anonymise.spec import AnonymousTable, TableSpec, anonymous_table, read_spec

_FORMATS = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class Diligence:
    """What came out: the search, the files, the statement's digest."""

    spec: TableSpec
    search: Search
    files: tuple[Path, ...]
    digest: str


def diligence_table(spec_file: Path, out: Path, *, ctx: Context | None = None, case_id: str = "") -> Diligence:
    """Make the table that the file describes, from a file or (with a case) from a table of the case.

    Raises:
        InputError: for a slip in the file, or where no combination of levels holds what is wanted.
    """
    spec = described_in(spec_file)
    frame = table_of_case(ctx, case_id, spec) if ctx is not None and case_id else _of_file(spec_file.parent, spec)
    made = anonymous_table(frame, spec)
    return _write(spec, made, out, ctx if case_id else None, case_id)


def described_in(path: Path) -> TableSpec:
    """The description of a table in a file.

    Raises:
        InputError: for a slip in it.
    """
    text = read_user_text(path, "description of the table", hint="See docs/diligence.md.")
    try:
        return read_spec(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name} is not TOML: {error}", hint="Mend the line it names.") from None


def _of_file(folder: Path, spec: TableSpec) -> pl.DataFrame:
    path = folder / spec.file
    suffix = path.suffix.lower()
    if not spec.file or suffix not in _FORMATS or not path.is_file():
        raise InputError(
            "the description names no file that is there" if spec.file else "the description names no input",
            hint='Write input = "FILE.csv" or "FILE.parquet", beside it; or table = "source.table" and give --of-case.',
        )
    scanned = pl.scan_csv(path, infer_schema=False) if suffix == ".csv" else pl.scan_parquet(path)
    _all_there(spec, scanned.collect_schema().names())
    return scanned.select(pl.col(n).cast(pl.String) for n in spec.names).collect()


def table_of_case(ctx: Context, case_id: str, spec: TableSpec) -> pl.DataFrame:
    """The columns of a table of the case as they are at its source; that they were read is in the log.

    Raises:
        InputError: where the case has no such table, or the table no such column.
    """
    case = ctx.case(case_id).case
    source = spec.table.partition(".")[0]
    tables: dict[str, TableMap] = {f"{t.source}.{t.name}": t for t in data_map(ctx, case_id).tables if t.in_case}
    found = tables.get(spec.table)
    if found is None:
        raise InputError(
            f"the case has no table {spec.table!r}",
            hint=f'Write table = "source.table"; there are: {", ".join(tables)}.',
        )
    _all_there(spec, [c.name for c in found.columns])
    sources = open_sources(case, ctx.secrets)
    check_markers(case, sources, ctx.secrets)
    batches = [b.select(spec.names) for b in read_table(ctx, sources[source], found, "diligence", list(spec.names))]
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        n = len(tx.outbox.all(case_id))
        record(ctx, tx, case_id, EventType.ACCESS_READ, f"diligence-{n}", at=at)
    publish(ctx, case_id)
    return pl.concat(batches) if batches else pl.DataFrame(schema=dict.fromkeys(spec.names, pl.String))


def _all_there(spec: TableSpec, names: list[str]) -> None:
    if missing := [n for n in spec.names if n not in names]:
        raise InputError(f"there is no column {', '.join(missing)}", hint=f"Columns: {', '.join(names)}.")


def _write(spec: TableSpec, made: AnonymousTable, out: Path, ctx: Context | None, case_id: str) -> Diligence:
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = files_of(made)
    for name, data in files.items():
        write_file(out / name, data)
    subjects = subjects_of(files)
    at = ctx.now(case_id) if ctx is not None else None
    said = statement_of(spec, made, case_id, at)
    body: dict[str, Json] = {**said, "files": {s.name.rpartition(":")[2]: s.sha256 for s in subjects}}
    write_file(out / "statement.json", canonical(body))
    written = [*(out / n for n in files), out / "statement.json"]
    if ctx is not None:
        envelope = sign_statement(Statement("DiligenceTable", subjects, body), [platform_signer(ctx, case_id)])
        write_file(out / "statement.dsse.json", envelope)
        written.append(out / "statement.dsse.json")
    return Diligence(spec, made.search, tuple(written), digest(body))


def files_of(made: AnonymousTable) -> dict[str, bytes]:
    """The table as it is handed out: Parquet and CSV, by name."""
    parquet, csv = io.BytesIO(), io.BytesIO()
    made.frame.write_parquet(parquet)
    made.frame.write_csv(csv)
    return {"table.parquet": parquet.getvalue(), "table.csv": csv.getvalue()}


def subjects_of(files: Mapping[str, bytes]) -> tuple[Subject, ...]:
    """What a statement of a table is about: its files, which are no part of any bundle."""
    return tuple(Subject(f"urn:bequest:diligence:{n}", hashlib.sha256(d).hexdigest()) for n, d in files.items())


def statement_of(spec: TableSpec, made: AnonymousTable, case_id: str, at: datetime | None) -> dict[str, Json]:
    """What is said of the table: what was wanted, what was chosen, what else there was, what it does not say."""
    wanted: Wanted = spec.wanted
    said: dict[str, Json] = {
        "case": case_id,
        "wanted": {"k": wanted.k, "l": wanted.l, "t": _text(wanted.t), "suppression": _text(wanted.suppression)},
        "rows": made.frame.height,
        "columns": [{"name": c.name, "role": c.role, "levels": list(c.levels)} for c in spec.columns],
        "combinations": made.search.n_nodes,
        "fitting": made.search.n_fitting,
        "chosen": _solution(made.search.chosen),
        "alternatives": [_solution(s) for s in made.search.alternatives],
        "note": {
            "zh": "以上为统计度量。是否构成法律上的匿名化（个人信息保护法第七十三条）由法务认定；他人所知未计入。",
            "en": "These are measures. Whether the table is anonymous in law (PIPL Art. 73) is for counsel to say; "
            "what others know is not counted in.",
        },
    }
    return said | ({"at": rfc3339(at)} if at is not None else {})


def _solution(s: Solution | None) -> Json:
    if s is None:
        return None
    plain = {"levels": list(s.words), "suppressed": s.suppressed, "classes": s.n_classes, "k": s.k, "l": s.l}
    risks = {name: _text(getattr(s.risks, name)) for name in s.risks.__slots__}
    return to_json({**plain, "t": _text(s.t), "loss": _text(s.loss), "risks": risks})


def _text(number: float) -> str:
    """Fractions as text: canonical JSON has none."""
    return f"{number:.6f}".rstrip("0").rstrip(".")
