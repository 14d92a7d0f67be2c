"""Cards of the portal: only what changed is sealed anew, and a cut-off making is made good."""

from datetime import UTC, datetime

import polars as pl
import pytest
from tests.unit.store.samples import CASE

from bequest.app.context import Context
from bequest.app.open_case import make_keys
from bequest.app.portal.cards import _put
from bequest.app.portal.links import KEY, link_tokens
from bequest.crypto.links import lookup_of, open_card, secret_of

AT = datetime(2026, 11, 3, tzinfo=UTC)
ENDS = datetime(2027, 2, 1, tzinfo=UTC)


def ready(**contents: str) -> pl.DataFrame:
    refs = list(contents)
    return pl.DataFrame(
        {"ref": refs, "open": [f'{{"said":"{contents[r]}"}}' for r in refs], "inner": ["{}"] * len(refs),
         "datum": ["x"] * len(refs)}
    )  # fmt: skip


def put(ctx: Context, frame: pl.DataFrame, ends: datetime = ENDS) -> None:
    make_keys(ctx, CASE.id, (KEY,), AT)
    _put(ctx, CASE.id, frame, ends=ends, at=AT)


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


def test_only_what_changed_is_sealed_anew_and_who_left_has_no_card(ctx: Context) -> None:
    put(ctx, ready(A="one", B="two", C="three"))
    before = {r: card(ctx, r) for r in "ABC"}
    assert None not in before.values()
    later = datetime(2027, 3, 1, tzinfo=UTC)
    put(ctx, ready(A="one", B="other", D="four"), later)
    after = {r: card(ctx, r) for r in "ABCD"}
    assert after["A"] == (before["A"][0], later)  # type: ignore[index]
    assert after["B"][0] != before["B"][0]  # type: ignore[index]
    assert after["C"] is None
    assert after["D"] is not None
    with ctx.store.transaction() as tx:
        assert tx.portal.count_cards(CASE.id) == 3


@pytest.mark.parametrize("lost", ["the tags", "the cards"])
def test_cards_are_made_good_after_a_cut_or_a_loss(ctx: Context, lost: str) -> None:
    put(ctx, ready(A="one", B="two"))
    if lost == "the tags":
        (ctx.workspace(CASE.id).dir("work") / "cards.parquet").unlink()
    else:
        with ctx.store.transaction() as tx:
            tx.portal.drop_expired(datetime(2028, 1, 1, tzinfo=UTC))
    put(ctx, ready(A="one", B="two", C="three"))
    assert None not in [card(ctx, r) for r in "ABC"]
    with ctx.store.transaction() as tx:
        assert tx.portal.count_cards(CASE.id) == 3
