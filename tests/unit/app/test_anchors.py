"""Heads of a case's log registered with a platform for evidence: receipts that name them, and those that do not."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader
from tests.unit.app.app_cases import add_case, heads_kept, log_an_entry
from tests.unit.store.samples import CASE

from bequest.app.anchors import read_receipt, take_anchor, write_head
from bequest.app.context import Context
from bequest.app.evidence import open_log
from bequest.app.report_evidence import log_facts
from bequest.crypto.sm3 import sm3
from bequest.kernel.errors import InputError, VerificationError

ID = "anchored"
AT = datetime(2026, 11, 3, 4, 5, 6, tzinfo=UTC)
SAID = {"platform": "示例司法链", "reference": "0xabc-17", "look_up": "https://chain.example/0xabc-17"}


@pytest.fixture
def case(ctx: Context) -> Context:
    add_case(ctx, replace(CASE, id=ID))
    log_an_entry(ctx, ID, "1")
    return ctx


def test_the_digests_are_those_of_the_file_that_is_written(case: Context, tmp_path: Path) -> None:
    head, sha256, sm3_ = write_head(case, ID, tmp_path / "head")
    data = (tmp_path / "head").read_bytes()
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert sm3_ == sm3(data).hex()
    assert (case.workspace(ID).dir("log") / "heads" / f"{head.size}.checkpoint").read_bytes() == data


@pytest.mark.parametrize("digest", ["sha256", "sm3"])
@pytest.mark.parametrize("form", ["json", "utf-16", "pdf"])
def test_a_receipt_that_names_the_head_is_kept_beside_it_once(
    case: Context, tmp_path: Path, digest: str, form: str
) -> None:
    head, sha256, sm3_ = write_head(case, ID, tmp_path / "head")
    log_an_entry(case, ID, "2")
    write_head(case, ID, tmp_path / "later")
    hexadecimal = (sha256 if digest == "sha256" else sm3_).upper()
    path = tmp_path / f"receipt.{'pdf' if form == 'pdf' else 'json'}"
    if form == "pdf":
        path.write_bytes(
            typst.compile(f"certificate of registration\n\n{hexadecimal[:40]} \\\n{hexadecimal[40:]}".encode())
        )
        assert hexadecimal not in "".join(p.extract_text() for p in PdfReader(path).pages), "broken over lines"
    else:
        path.write_bytes(json.dumps({"hash": hexadecimal}).encode("utf-16" if form == "utf-16" else "utf-8"))
    size, found = take_anchor(case, ID, path.name, path.read_bytes(), at=AT, **SAID)
    assert size == head.size, "the head it names, not the newest"
    assert (found.sha256, found.registered_at) == (sha256, "2026-11-03T04:05:06Z")
    assert found.receipt_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    before = heads_kept(case, ID)
    assert take_anchor(case, ID, path.name, path.read_bytes(), at=AT, **SAID) == (size, found)
    assert heads_kept(case, ID) == before
    assert {f"{size}.anchor-1.json", found.receipt} <= before
    facts = log_facts(case, ID)
    assert facts is not None
    assert facts.anchored == (("示例司法链 0xabc-17", "2026-11-03T04:05:06Z"),)


def test_two_platforms_may_hold_one_head_and_a_run_cut_off_leaves_nothing_behind(case: Context, tmp_path: Path) -> None:
    head, sha256, _ = write_head(case, ID, tmp_path / "head")
    folder = case.workspace(ID).dir("log") / "heads"
    (folder / f"{head.size}.anchor-1.receipt.pdf").write_bytes(b"cut off before its record")
    for n in (1, 2):
        (tmp_path / f"{n}.txt").write_text(f"platform {n} holds {sha256}")
        take_anchor(
            case, ID, f"{n}.txt", (tmp_path / f"{n}.txt").read_bytes(), at=AT, platform=f"p{n}", reference=str(n)
        )
    with open_log(case, ID) as log:
        assert [a.platform for a in log.heads.anchors(head.size)] == ["p1", "p2"]
    assert heads_kept(case, ID) == {
        f"{head.size}.{e}"
        for e in ("checkpoint", "anchor-1.json", "anchor-1.receipt.txt", "anchor-2.json", "anchor-2.receipt.txt")
    }


def test_a_receipt_of_something_else_is_refused(case: Context, tmp_path: Path) -> None:
    path = tmp_path / "receipt.txt"
    path.write_text(hashlib.sha256(b"something else").hexdigest())
    with pytest.raises(VerificationError, match="names the digest of no head"):
        take_anchor(case, ID, path.name, path.read_bytes(), at=AT, **SAID)
    write_head(case, ID, tmp_path / "head")
    with pytest.raises(VerificationError, match="names the digest of no head"):
        take_anchor(case, ID, path.name, path.read_bytes(), at=AT, **SAID)
    with pytest.raises(InputError, match="reference of the registration is empty"):
        take_anchor(case, ID, path.name, path.read_bytes(), at=AT, platform="p", reference=" ")
    with pytest.raises(InputError, match="longer than 300"):
        take_anchor(case, ID, path.name, path.read_bytes(), at=AT, platform="p" * 301, reference="1")
    with pytest.raises(InputError, match="line break or control"):
        take_anchor(case, ID, path.name, path.read_bytes(), at=AT, platform="p\x1b[2J", reference="1")
    with pytest.raises(InputError, match="there is no receipt"):
        read_receipt(tmp_path / "gone.pdf")
    assert not any("anchor" in name for name in heads_kept(case, ID))
