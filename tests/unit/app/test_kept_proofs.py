"""Proofs of all people at once are those that are made one by one."""

import hashlib

import polars as pl
import pytest

from bequest.app.kept_proofs import kept_proofs
from bequest.crypto.cipher import hmac_sha256
from bequest.documents.qr import person_text
from bequest.evidence.disposition_tree import DispositionTree
from bequest.evidence.person_proof import PersonProof
from bequest.kernel.errors import EvidenceError

KEY = bytes(range(32))
WORDS = ("as_is delete", "none custody", "shop-1:as_is delete/shop-2:none custody", "follows record")


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 8, 33, 600])
def test_root_leaves_and_texts_are_those_of_one_by_one(n: int) -> None:
    anchors = [hashlib.sha256(b"%d" % i).digest()[:16] for i in range(n)]
    pairs = [WORDS[i % len(WORDS)] for i in range(n)]
    lines = {t: (hmac_sha256(KEY, b"disp-salt\0" + t), p) for t, p in zip(anchors, pairs, strict=True)}
    tree = DispositionTree((t, *line) for t, line in lines.items())
    found = kept_proofs(KEY, pl.Series(anchors, dtype=pl.Binary), pl.Series(pairs, dtype=pl.String))
    assert found.root == tree.root
    assert found.leaves == b"".join(tree.leaves())
    slow = [person_text(PersonProof(t, *lines[t], tree.prove(t))) for t in anchors]
    asked = pl.Series([*anchors[n // 2 :], b"nobody's, surely", None, *anchors[: n // 2]], dtype=pl.Binary)
    assert found.texts(asked).to_list() == [*slow[n // 2 :], None, None, *slow[: n // 2]]


def test_nobody_has_two_lines() -> None:
    twice = pl.Series([b"a" * 16, b"b" * 16, b"a" * 16])
    with pytest.raises(EvidenceError, match="two dispositions"):
        kept_proofs(KEY, twice, pl.Series(WORDS[:3]))
