"""Compile all kernels into numba's cache at set-up, so that no case waits for it: read and link a tiny company once."""

import tempfile
import time
from pathlib import Path

import polars as pl
import pyarrow as pa

from bequest.app.casefile import read_case_file
from bequest.crypto.cipher import aes_ecb
from bequest.demo.company import make_company
from bequest.demo.personas import SMALLEST
from bequest.engine.kernels import mask, normalise, redaction, spans
from bequest.engine.kernels.cmac import row_digests, tokens
from bequest.engine.kernels.coding import Tags, tag_codes
from bequest.engine.kernels.union_find import components_of_codes
from bequest.model.case import Event
from bequest.sources.opening import open_source
from bequest.sources.source import Changes
from bequest.steps.destroy.verifier.buffers import text_buffers
from bequest.steps.destroy.verifier.candidates import KINDS, Profile
from bequest.steps.destroy.verifier.finder import Finder
from bequest.steps.destroy.verifier.raw import raw_candidates
from bequest.steps.destroy.verifier.tokens import Tokeniser


def main() -> None:
    """Call every kernel once on a few rows of each kind of source."""
    began = time.perf_counter()
    ecb = aes_ecb(bytes(32))
    with tempfile.TemporaryDirectory() as folder:
        company = make_company(Path(folder), event=Event.E2, customers=SMALLEST)
        for spec in read_case_file(company.case_file).sources:
            source = open_source(spec)
            for table in source.inventory():
                source.sample(table.name, 10)
                for batch in source.read(table.name):
                    tags = tokens(batch["__key"], ecb, "warm\x1f")
                    row_digests(batch, ecb, "warm\x1f")
                    components_of_codes(batch.height, [tag_codes([Tags.of([tags], batch.height)])])
                    first = batch.to_series(1)
                    redaction.redact(first)
                    spans.extract(first)
                    mask.mask_phone(first)
                    mask.mask_id(first)
                    normalised = (normalise.phone, normalise.national_id, normalise.bank_card, normalise.name)
                    batch.select(f(pl.col(first.name)).alias(f.__name__) for f in normalised)
                if table.key:
                    source.apply(table.name, Changes(batch["__key"].head(1), key=table.key), guard=lambda: None)
    look_once()
    print(f"set-up: kernels compiled in {time.perf_counter() - began:.1f} s")


def look_once() -> None:
    """The verifier's walks: over cells, over bytes, and its tokens."""
    profile = Profile(kinds=frozenset(KINDS), shapes=frozenset({"xxxxxx"}), mails=frozenset({(3, 3)}))
    tokeniser = Tokeniser(bytes(32))
    for found in (
        Finder(profile).find(pa.array(["13800000001, abc123", "１３８"], pa.large_string())),
        raw_candidates(b"13800000001", 0, profile),
    ):
        tokeniser.values(found.kinds, found.normals)
    tokeniser.places("", "", "", text_buffers(pl.Series(["1"])), found.at)


if __name__ == "__main__":
    main()
