"""The proofs that people can keep, of all people of a case at once: their lines, the tree over them, the texts.

The same lines, tree and texts as `evidence.disposition_tree` and `documents.qr` make one by one, which is what every
verifier reads; here they are made in bulk, and only as many texts at a time as are asked for.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.crypto.cipher import hmac_sha256
from bequest.documents.qr import PERSON_PREFIX, person_head
from bequest.engine.kernels import base45, merkle
from bequest.engine.kernels.buffers import Bytes, Ints, tag_array, text_series
from bequest.engine.lookup import Lookup
from bequest.evidence.disposition_tree import LEAF_BYTES, disposition_leaf
from bequest.evidence.person_proof import SALT_BYTES
from bequest.kernel.errors import EvidenceError


@dataclass(frozen=True)
class KeptProofs:
    """The lines of all people in the order of the tree."""

    tags: pl.Series
    salts: Bytes
    said: npt.NDArray[np.uint32]
    """Of each line the place of its disposition in `words`."""
    words: tuple[str, ...]
    leaves: bytes

    @property
    def root(self) -> bytes:
        """The RFC 6962 root over all lines."""
        return merkle.words_bytes(self._tree[-1]) if len(self.tags) else merkle.EMPTY_ROOT

    @cached_property
    def _tree(self) -> list[merkle.Words]:
        return merkle.levels(merkle.leaf_hashes(self.leaves, LEAF_BYTES))

    @cached_property
    def _places(self) -> Lookup:
        return Lookup(self.tags)

    def texts(self, anchors: pl.Series) -> pl.Series:
        """The text of the QR code of each of these people, null for whom no line is known; see `person_text`."""
        at = self._places.first(anchors)
        known = np.flatnonzero(at >= 0)
        beside, there = merkle.paths(self._tree, at[known])
        # one form for all with a path over the same levels and the same words: nearly everybody has one of a few
        forms = pl.DataFrame(there, schema=[f"{h}" for h in range(there.shape[1])]).with_columns(
            pl.Series("said", self.said[at[known]])
        )
        parts = [pl.Series("proof", [], dtype=pl.String)]
        order = [np.zeros(0, np.int64)]
        for group in forms.with_row_index("n").group_by(forms.columns).agg("n")["n"]:
            mine = group.to_numpy().astype(np.int64)
            path = beside[mine][:, there[mine[0]]].reshape(len(mine), -1)
            parts.append(self._of_one_form(at[known[mine]], path))
            order.append(known[mine])
        places = np.full(len(at), -1, np.int64)
        places[np.concatenate(order)] = np.arange(len(known))
        return pl.concat(parts).gather(pl.Series(places).replace(-1, None))

    def _of_one_form(self, at: Ints, path: Bytes) -> pl.Series:
        head = person_head(self.words[self.said[at[0]]], len(self.tags))
        fields = (
            np.broadcast_to(np.frombuffer(head.before, np.uint8), (len(at), len(head.before))),
            tag_array(self.tags[at])[0],
            self.salts[at],
            at.astype(">u8").view(np.uint8).reshape(-1, 8),
            np.broadcast_to(np.frombuffer(head.behind, np.uint8), (len(at), len(head.behind))),
            path,
        )
        rows = np.concatenate(fields, axis=1)
        signs = base45.encode(rows)
        prefix = np.frombuffer(PERSON_PREFIX.encode(), np.uint8)
        whole = np.concatenate([np.broadcast_to(prefix, (len(at), len(prefix))), signs], axis=1)
        offsets = np.arange(len(at) + 1, dtype=np.int64) * whole.shape[1]
        return text_series("proof", offsets, whole.reshape(-1), np.ones(len(at), np.bool_))


def kept_proofs(key: bytes, anchors: pl.Series, pairs: pl.Series) -> KeptProofs:
    """The lines of all people: who (`anchors`), and how each ended; salts come of the `evidence` key.

    Raises:
        EvidenceError: where somebody is there twice: that person would have two dispositions.
    """
    fixed = pl.DataFrame({"anchor": anchors, "pair": pairs}).sort("anchor")
    if fixed["anchor"].is_duplicated().any():
        raise EvidenceError("a person has two dispositions", hint="Merge the records of a person before fixing them.")
    words = fixed["pair"].unique().sort()
    tags = fixed["anchor"].to_list()
    said = fixed["pair"].replace_strict(words, pl.int_range(len(words), eager=True), return_dtype=pl.UInt32).to_numpy()
    salts = [hmac_sha256(key, b"disp-salt\0" + tag) for tag in tags]
    texts = [words[n] for n in range(len(words))]
    leaves = b"".join(
        disposition_leaf(tag, salt, texts[n]) for tag, salt, n in zip(tags, salts, said.tolist(), strict=True)
    )
    salted = np.frombuffer(b"".join(salts), np.uint8).reshape(-1, SALT_BYTES)
    return KeptProofs(fixed["anchor"], salted, said, tuple(texts), leaves)
