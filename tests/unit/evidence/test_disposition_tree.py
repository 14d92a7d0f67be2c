"""The disposition tree: one provable line per person."""

import hashlib
import json
from dataclasses import replace

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.documents.qr import parse_person_text, person_text
from bequest.evidence.disposition_tree import DispositionTree, root_of_leaves, verify_disposition
from bequest.evidence.merkle import EMPTY_ROOT
from bequest.evidence.person_proof import PersonProof, parse_person_proof
from bequest.kernel.errors import EvidenceError, VerificationError


def tag(number: int) -> bytes:
    return hashlib.sha256(b"tag%d" % number).digest()[:16]


def salt(number: int) -> bytes:
    return hashlib.sha256(b"salt%d" % number).digest()


ENTRIES = [(tag(i), salt(i), "as_is x delete" if i % 3 else "none x custody") for i in range(50)]
TREE = DispositionTree(ENTRIES)


def test_every_person_can_show_his_line_and_no_other() -> None:
    for number, (person, secret, disposition) in enumerate(ENTRIES):
        proof = TREE.prove(person)
        assert verify_disposition(TREE.root, person, secret, disposition, proof)
        assert not verify_disposition(TREE.root, person, secret, "anonymise", proof)
        assert not verify_disposition(TREE.root, person, salt(number + 1), disposition, proof)
        assert not verify_disposition(TREE.root, tag(99), secret, disposition, proof)
        assert not verify_disposition(TREE.root, person, secret, disposition, replace(proof, index=proof.index ^ 1))


def test_all_proofs_at_once_are_those_of_one_by_one() -> None:
    for size in (1, 2, 3, 7, 8, 33, 50):
        tree = DispositionTree(ENTRIES[:size])
        assert {tag: tree.prove(tag) for tag, *_ in ENTRIES[:size]} == dict(tree.proofs())


def test_a_kept_proof_is_read_as_it_was_written_and_nothing_else_is() -> None:
    person, secret, disposition = ENTRIES[7]
    proof = PersonProof(person, secret, disposition, TREE.prove(person))
    assert proof.root() == TREE.root
    assert parse_person_proof(proof.to_json("c")) == proof
    assert parse_person_text(person_text(proof)) == proof
    assert segno.make(person_text(proof), error="m").mode == "alphanumeric"
    for wrong in (
        replace(proof, disposition="anonymise"),
        replace(proof, salt=salt(8)),
        replace(proof, at=replace(proof.at, index=proof.at.index ^ 1)),
        replace(proof, at=replace(proof.at, hashes=proof.at.hashes[:-1])),
    ):
        assert parse_person_proof(wrong.to_json("c")).root() != TREE.root
    said = json.loads(proof.to_json("c"))
    for change in ({"tag": "00"}, {"salt": 3}, {"index": -1}, {"index": "1"}, {"hashes": ["zz"]}, {"type": "x"}):
        with pytest.raises(VerificationError):
            parse_person_proof(json.dumps(said | change).encode())
    for text in ("EVP1:", "EVP1:é", person_text(proof)[:60], person_text(proof)[:-2], "EVQ1:00"):
        with pytest.raises(VerificationError):
            parse_person_text(text)


def test_the_tree_counts_each_disposition() -> None:
    assert dict(TREE.counts) == {"none x custody": 17, "as_is x delete": 33}
    assert TREE.size == 50


@given(st.permutations(ENTRIES[:8]))
@settings(max_examples=20)
def test_the_root_does_not_depend_on_the_order(entries: list[tuple[bytes, bytes, str]]) -> None:
    assert DispositionTree(entries).root == DispositionTree(ENTRIES[:8]).root


def test_nobody_has_two_dispositions() -> None:
    with pytest.raises(EvidenceError, match="two dispositions"):
        DispositionTree([*ENTRIES, (tag(3), salt(77), "anonymise")])


def test_an_unknown_person_has_no_proof() -> None:
    for unknown in (tag(99), b"\0" * 16, b"\xff" * 16):
        with pytest.raises(KeyError):
            TREE.prove(unknown)


def test_an_auditor_finds_the_root_again_and_double_tags() -> None:
    leaves = list(TREE.leaves())
    assert root_of_leaves(leaves) == TREE.root
    for wrong in ([*leaves, leaves[-1]], list(reversed(leaves)), [*leaves[:-1], leaves[-1][:-1]]):
        with pytest.raises(EvidenceError, match="ascending"):
            root_of_leaves(wrong)
    assert root_of_leaves(leaves[:-1]) != TREE.root


def test_lines_do_not_show_what_they_say() -> None:
    line = next(TREE.leaves())
    assert len(line) == 48
    again = DispositionTree([(tag(i), salt(i + 1000), d) for i, (_, _, d) in enumerate(ENTRIES)])
    assert all(a[:16] == b[:16] and a[16:] != b[16:] for a, b in zip(TREE.leaves(), again.leaves(), strict=True))


def test_an_empty_case_has_the_empty_root_and_short_tags_are_refused() -> None:
    assert DispositionTree([]).root == EMPTY_ROOT
    with pytest.raises(ValueError, match="16 bytes"):
        DispositionTree([(b"short", salt(1), "x")])
    with pytest.raises(ValueError, match="16 bytes"):
        DispositionTree([(tag(1), b"short", "x")])
