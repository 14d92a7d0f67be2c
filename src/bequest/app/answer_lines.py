"""Answers of a case committed to one by one: their lines, kept by batch, and receipts with the proof of each.

Per batch three files: the lines as the evidence bundle holds them, what each was made of (references and answers, no
names), and the forms of the receipts. Salts and tags follow from the key `evidence`: without it the lines are noise.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from bequest.app.answer_forms import ReceiptTexts, fill_form
from bequest.app.context import Context
from bequest.app.evidence import event_id, open_log
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import hmac_sha256
from bequest.evidence.answer_proof import PADDED, AnswerProof, answer_leaf, render_with_proof
from bequest.evidence.disposition_tree import TAG_BYTES, DispositionProof, root_of_leaves, split_leaves
from bequest.evidence.event_types import EventType
from bequest.evidence.head_proof import HeadProof
from bequest.evidence.jcs import decode_object, encode
from bequest.evidence.merkle import Tree, leaf_hash
from bequest.kernel.canonical import Json
from bequest.kernel.clock import rfc3339
from bequest.model.case import Case
from bequest.steps.notify.answer_receipt import Said

_SEP = b"\0"
_ANSWER = ["ref", "fact", "value", "lot", "at"]


class Given(NamedTuple):
    """A receipt as it is handed out: whose, its number, when the answer was given, and the file."""

    ref: str
    number: str
    row: Mapping[str, Any]
    file: bytes


def commit_answers(
    ctx: Context, case: Case, key: str, said: pl.DataFrame, texts: ReceiptTexts, before: Mapping[str, tuple[Said, ...]]
) -> str:
    """Keep the lines of a batch; its root, for the log.

    `said`: `ref`, `fact`, `value`, `word`, `at`, `channel`, `lot`, `number` (empty where the answer has no receipt
    code), and `state`, `parts`, `but` of `steps.notify.answer_states`. Where nothing was new there is noise alone: the
    entry looks like any other.
    """
    secret = ctx.keys(case.id).get("evidence")
    numbers = [
        n or f"{ref}-{_keyed(secret, 'number', key, ref, fact, lot, rfc3339(at))[:4].hex()}"
        for n, ref, fact, lot, at in said.select("number", "ref", "fact", "lot", "at").iter_rows()
    ]
    rows, forms = texts.forms(said.with_columns(pl.Series("number", numbers, dtype=pl.Utf8)), before)
    committed = [_said(secret, case.id, row, forms[row["form"]]) for row in rows.iter_rows(named=True)]
    leaves = [answer_leaf(tag, _salt(secret, key, t), t) for t in committed for tag in _tags(secret, key, t)]
    noise = -len(leaves) % PADDED or (0 if leaves else PADDED)
    filling = [
        _keyed(secret, "noise", key, str(n))[:TAG_BYTES] + _keyed(secret, "noise", key, str(n), "line")
        for n in range(noise)
    ]
    lines = sorted([*leaves, *filling])
    write_file(_file(ctx, case.id, key, "forms.json"), json.dumps(forms, ensure_ascii=False).encode())
    kept = rows.with_columns(pl.Series("said", [text.decode() for text in committed], dtype=pl.Utf8))
    ctx.workspace(case.id).write(_file(ctx, case.id, key, "parquet"), kept)
    write_file(_file(ctx, case.id, key, "leaves"), b"".join(lines))
    return root_of_leaves(lines).hex()


def receipts_with_proof(
    ctx: Context, case_id: str, key: str, ref: str = "", numbers: Collection[str] | None = None
) -> list[Given]:
    """The receipts of a batch, or of one letter or these numbers, each with its proof up to the head of the log now.

    None where the batch is of an earlier version, which committed to answers by batch, or is not published yet.
    """
    path = _file(ctx, case_id, key, "parquet")
    if not path.is_file():
        return []
    rows = pl.read_parquet(path)
    rows = rows.filter(pl.col("ref") == ref) if ref else rows
    rows = rows if numbers is None else rows.filter(pl.col("number").is_in(list(numbers)))
    head = _head(ctx, case_id, event_id(EventType.ANSWERS_RECEIVED, key)) if rows.height else None
    if head is None:
        return []
    secret = ctx.keys(case_id).get("evidence")
    forms: list[str] = json.loads(_file(ctx, case_id, key, "forms.json").read_bytes())
    lines = split_leaves(_file(ctx, case_id, key, "leaves").read_bytes())
    tree, places = Tree(leaf_hash(line) for line in lines), {line: n for n, line in enumerate(lines)}
    out = []
    for row in rows.iter_rows(named=True):
        text = row["said"].encode()
        tag, salt = _tag(secret, key, text), _salt(secret, key, text)
        at = places[answer_leaf(tag, salt, text)]
        where = DispositionProof(at, len(lines), tree.inclusion(at))
        proof = AnswerProof(tag, salt, decode_object(text, "an answer"), where, head)
        receipt = fill_form(forms[row["form"]], ref=row["ref"], number=row["number"], at=row["at"])
        out.append(Given(row["ref"], row["number"], row, render_with_proof(receipt, proof)))
    return out


def batches(ctx: Context, case_id: str) -> list[str]:
    """The batches whose answers were committed to one by one, by the keys of their events."""
    return sorted(p.stem for p in _folder(ctx, case_id).glob("*.parquet"))


def states_by_number(ctx: Context, case_id: str, key: str) -> dict[str, str]:
    """How the answers of a batch counted, by the numbers of their receipts; empty where there is no such batch."""
    path = _file(ctx, case_id, key, "parquet")
    return dict(pl.read_parquet(path, columns=["number", "state"]).iter_rows()) if path.is_file() else {}


def cut_off_answers(ctx: Context, case_id: str, recorded: frozenset[str]) -> pl.DataFrame | None:
    """Answers of batches that were cut off before they were recorded, and are in none that was; None without any.

    `recorded`: the keys of those that were.
    """
    known = batches(ctx, case_id)
    if not (cut_off := [key for key in known if key not in recorded]):
        return None
    lost = pl.concat(_taken(ctx, case_id, key) for key in cut_off)
    for key in recorded.intersection(known):
        lost = lost.join(_taken(ctx, case_id, key), on=_ANSWER, how="anti")
    return lost


def _taken(ctx: Context, case_id: str, key: str) -> pl.DataFrame:
    found = pl.read_parquet(_file(ctx, case_id, key, "parquet"), columns=[*_ANSWER, "state"])
    return found.filter(pl.col("state") == "taken").select(_ANSWER)


def lines_by_entry(ctx: Context, case_id: str, entries: Mapping[str, int]) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of each batch with the number of its entry. `entries`: by event id."""
    for key in batches(ctx, case_id):
        entry = entries.get(event_id(EventType.ANSWERS_RECEIVED, key))
        if entry is not None:  # a batch that was cut off before its event was never taken
            yield entry, split_leaves(_file(ctx, case_id, key, "leaves").read_bytes())


def _head(ctx: Context, case_id: str, this: str) -> HeadProof | None:
    with open_log(ctx, case_id) as log:
        if not log.is_published(this):
            return None
        index = log.index_of(this)
        assert index is not None  # noqa: S101 - it is published
        return HeadProof(log.entry_bytes(index), log.prove(index))


def _said(secret: bytes, case_id: str, row: Mapping[str, Any], form: str) -> bytes:
    receipt = fill_form(form, ref=row["ref"], number=row["number"], at=row["at"])
    also: dict[str, Json] = {p: _question(secret, row["ref"], row["fact"], p) for p in row["parts"] if p != row["lot"]}
    return encode(
        {
            "v": 1, "case": case_id, "ref": row["ref"], "fact": row["fact"], "value": row["value"], "lot": row["lot"],
            "at": rfc3339(row["at"]), "channel": row["channel"], "state": row["state"],
            "receipt": hashlib.sha256(receipt).hexdigest(), "parts": also, "but": list(row["but"]),
        }
    )  # fmt: skip


def _tag(secret: bytes, key: str, text: bytes) -> bytes:
    """The tag of the question; of an answer that did not count, one that no other line has."""
    said = decode_object(text, "an answer")
    if said["state"] == "taken":
        return bytes.fromhex(_question(secret, str(said["ref"]), str(said["fact"]), str(said["lot"])))
    return _keyed(secret, "uncounted", key, text.decode())[:TAG_BYTES]


def _tags(secret: bytes, key: str, text: bytes) -> Iterator[bytes]:
    """Its own tag, and those of the questions for other lots in which it is the last word."""
    parts = decode_object(text, "an answer")["parts"]
    assert isinstance(parts, dict)  # noqa: S101 - `_said` made it
    yield _tag(secret, key, text)
    yield from (bytes.fromhex(str(tag)) for tag in parts.values())


def _question(secret: bytes, ref: str, fact: str, lot: str) -> str:
    return _keyed(secret, "question", ref, fact, lot)[:TAG_BYTES].hex()


def _salt(secret: bytes, key: str, text: bytes) -> bytes:
    return _keyed(secret, "salt", key, text.decode())


def _keyed(secret: bytes, label: str, *parts: str) -> bytes:
    return hmac_sha256(secret, _SEP.join((b"bequest/answers/v1", label.encode(), *(p.encode() for p in parts))))


def _file(ctx: Context, case_id: str, key: str, ending: str) -> Path:
    return _folder(ctx, case_id) / f"{key}.{ending}"


def _folder(ctx: Context, case_id: str) -> Path:
    return ctx.workspace(case_id).dir("work", "answers")
