"""The disposition tree: one provable line per person."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.evidence.disposition_tree import DispositionTree, root_of_leaves, verify_disposition
from bequest.evidence.merkle import EMPTY_ROOT
from bequest.kernel.errors import EvidenceError


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
