"""Cards of the portal: only what changed is sealed anew, and a cut-off making is made good."""

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest
from tests.unit.store.samples import CASE

from bequest.app.context import Context
from bequest.app.open_case import make_keys
from bequest.app.portal import cards
from bequest.app.portal.cards import _put
from bequest.app.portal.links import KEY, link_tokens
from bequest.crypto.links import lookup_of, open_card, secret_of

AT = datetime(2026, 11, 3, tzinfo=UTC)
ENDS = datetime(2027, 2, 1, tzinfo=UTC)


KINDS = pl.Series(["email:as_is:delete:none:::", "phone:none:delete:none:::"])


def made_of(**contents: str) -> pl.DataFrame:
    """What cards are made of; the content stands in the name."""
    refs = list(contents)
    told = {"lots": "shop", "notice": "v1", "told_on": date(2026, 11, 2), "until": None, "outcome": None, "line": None,
            "kinds": [0] * len(refs), "age": "adult", "masked_phone": "138****0000", "masked_email": None,
            "datum": "x"}  # fmt: skip
    given = {"ref": refs, "masked_name": [contents[r] for r in refs]} | told
    schema = {
        "ref": pl.String, "lots": pl.String, "notice": pl.String, "told_on": pl.Date, "until": pl.Date,
        "outcome": pl.String, "line": pl.Binary, "kinds": pl.UInt32, "age": pl.String, "masked_name": pl.String,
        "masked_phone": pl.String, "masked_email": pl.String, "datum": pl.String,
    }  # fmt: skip
    return pl.DataFrame({c: given[c] for c in schema}, schema=schema)


def put(ctx: Context, frame: pl.DataFrame, ends: datetime = ENDS, kinds: pl.Series = KINDS) -> None:
    make_keys(ctx, CASE.id, (KEY,), AT)
    _put(ctx, CASE.id, frame, kinds, None, ends=ends, at=AT)


def card(ctx: Context, ref: str) -> tuple[bytes, datetime] | None:
    """The sealed card of a person and until when it opens."""
    [token] = link_tokens(ctx, CASE.id, pl.Series([ref]))
    secret = secret_of(token)
    assert secret is not None
    with ctx.store.transaction() as tx:
        found = tx.portal.card(lookup_of(secret))
    if found is None:
        return None
    assert open_card(secret, found.sealed, CASE.id) is not None
    return found.sealed, found.opens_until


def opened(ctx: Context, ref: str) -> dict[str, object]:
    """What the open part of a person's card says."""
    [token] = link_tokens(ctx, CASE.id, pl.Series([ref]))
    secret, kept = secret_of(token), card(ctx, ref)
    assert secret is not None
    assert kept is not None
    said = open_card(secret, kept[0], CASE.id)
    assert said is not None
    return dict(json.loads(said)["open"])


def test_only_what_changed_is_sealed_anew_and_who_left_has_no_card(ctx: Context) -> None:
    put(ctx, made_of(A="one", B="two", C="three"))
    before = {r: card(ctx, r) for r in "ABC"}
    assert None not in before.values()
    later = datetime(2027, 3, 1, tzinfo=UTC)
    put(ctx, made_of(A="one", B="other", D="four"), later)
    after = {r: card(ctx, r) for r in "ABCD"}
    assert after["A"] == (before["A"][0], later)  # type: ignore[index]
    assert after["B"][0] != before["B"][0]  # type: ignore[index]
    assert after["C"] is None
    assert after["D"] is not None
    with ctx.store.transaction() as tx:
        assert tx.portal.count_cards(CASE.id) == 3


def test_a_card_says_what_its_kinds_say_and_is_made_anew_when_they_say_otherwise(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "_AT_ONCE", 2)
    frame = made_of(A="one", B="two", C="three").with_columns(pl.Series("kinds", [1, None, 0], dtype=pl.UInt32))
    put(ctx, frame)
    assert [opened(ctx, r)["kinds"] for r in "ABC"] == [KINDS[1], "", KINDS[0]]
    assert opened(ctx, "A") | {"kinds": ""} == {
        "ref": "A", "lots": "shop", "notice": "v1", "told_on": "2026-11-02", "until": None, "outcome": "", "proof": "",
        "kinds": "", "age": "adult",
    }  # fmt: skip
    before = {r: card(ctx, r) for r in "ABC"}
    put(ctx, frame, kinds=pl.Series([KINDS[0], "phone:as_is:delete:none:::"]))
    assert {r for r in "ABC" if card(ctx, r) != before[r]} == {"A"}
    assert opened(ctx, "A")["kinds"] == "phone:as_is:delete:none:::"


@pytest.mark.parametrize("lost", ["the tags", "the cards"])
def test_cards_are_made_good_after_a_cut_or_a_loss(ctx: Context, lost: str) -> None:
    put(ctx, made_of(A="one", B="two"))
    if lost == "the tags":
        (ctx.workspace(CASE.id).dir("work") / "cards.parquet").unlink()
    else:
        with ctx.store.transaction() as tx:
            tx.portal.drop_expired(datetime(2028, 1, 1, tzinfo=UTC))
    put(ctx, made_of(A="one", B="two", C="three"))
    assert None not in [card(ctx, r) for r in "ABC"]
    with ctx.store.transaction() as tx:
        assert tx.portal.count_cards(CASE.id) == 3
