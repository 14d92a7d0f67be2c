"""A telephone alone, where no name stands: whose it is, if the case shows that its telephones are hardly ever shared.

An account without a name has a telephone that elsewhere stands under one name. Mostly it is that person's, sometimes
the husband's or the mother's. How often, the case shows: of telephones with two subjects both of whom are named, some
belong to two people; and how rarely a subject bears its telephone without a name anywhere says how many more there are
of whom one is nameless. Only where at most `WRONG` of the subjects in question would be somebody else's are they
joined.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from bequest.engine.kernels.coding import Codes, pair_codes
from bequest.engine.kernels.union_find import Labels, bearers_of, components_of_codes
from bequest.steps.link.rare import Facts, agreeing

WRONG = 0.01
"""The share of joined subjects that may be somebody else's, by what the case shows of shared telephones."""
KNOWN = 100
"""Fewer telephones under a name than this say nothing about sharing."""


def same_by_phone(codes: Mapping[str, Codes], labels: Labels, never: np.ndarray) -> Labels:
    """The new label of each label, dense, in their order: nameless subjects joined to whom their telephone belongs.

    `labels`: one per mention; `never`: pairs of labels (m × 2) of which people said that they are different.
    """
    n = int(labels.max()) + 1
    own = np.arange(n, dtype=np.uint32)
    named = np.zeros(n, np.bool_)
    named[labels[codes["py"] >= 0]] = True
    phones = np.concatenate([codes["ph"], codes["ph2"]])
    who, n_subjects = bearers_of(phones, np.concatenate([labels, labels]), 2)
    two = np.flatnonzero(n_subjects == 2)
    pairs = who[two]
    n_named = named[pairs].sum(axis=1)
    open_pairs = np.flatnonzero(n_named == 1)
    if not len(open_pairs) or np.count_nonzero(n_subjects > 0) < KNOWN:
        return own
    facts = Facts.of(codes, labels, never)
    good = pairs[open_pairs][agreeing(facts, pairs[open_pairs])]
    both = pairs[n_named == 2]
    shared = int(np.count_nonzero(agreeing(facts, both))) if len(both) else 0
    missed = _nameless(codes, labels, named)
    wrong = (shared + 1) * 2 * missed / (1 - missed) if missed < 1 else float("inf")
    nameless, other = np.where(named[good[:, 0]], good.T[::-1], good.T).astype(np.int64)
    single = pl.DataFrame({"a": nameless, "b": other}).unique()
    single = single.filter(pl.len().over("a") == 1).sort("a", "b")  # two telephones that lead to two people say nothing
    if not single.height or wrong > WRONG * single.height:
        return own
    return components_of_codes(n, [], single.to_numpy())


def _nameless(codes: Mapping[str, Codes], labels: Labels, named: np.ndarray) -> float:
    """How likely it is that a person bears a telephone and is nowhere named with it.

    Of one mention: the share of mentions with a telephone whose subject has no name. People bear theirs in several.
    """
    at = np.flatnonzero(codes["ph"] >= 0)
    known = named[labels[at]]
    if not known.any():  # telephones stand in the second column alone, or under no name: nothing is known
        return 1.0
    of_one = 1 - float(known.mean())
    [borne] = pair_codes([(codes["ph"][at[known]], labels[at[known]].astype(np.int32))])
    times, n = np.unique(np.bincount(borne), return_counts=True)
    return float((n * of_one**times).sum() / n.sum())
