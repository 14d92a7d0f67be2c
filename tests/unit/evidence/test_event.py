"""Leaves: one form, nothing personal, no small counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bequest.evidence.body import commit_body, open_body
from bequest.evidence.event import (
    MAX_LEAF_BYTES,
    Body,
    Event,
    Ref,
    bucket,
    parse_event,
    parse_leaf,
    render_event,
    render_leaf,
)
from bequest.evidence.event_types import MEANINGS, MOVING, EventType
from bequest.evidence.jcs import decode_object, encode
from bequest.evidence.lint import is_luhn, is_resident_id, personal_kinds
from bequest.kernel.errors import EvidenceError, VerificationError

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
KEY = b"e" * 32
DIGEST = "ab" * 32
BODY, OPENING = commit_body(KEY, "notice-1", {"sent": 3, "bounced": 1})
EVENT = Event(
    id="notice-1.outcome",
    type=EventType.NOTICE_OUTCOME,
    case="demo-e5",
    at=AT,
    actor="k:0123456789abcdef",
    intent="notice-1.intent",
    body=BODY,
    counts={"delivered": 120, "bounced": 3, "unreachable": 0},
    refs=(Ref("notice-text", DIGEST),),
)
LEAF = render_leaf(EVENT, 7, 5, AT)


def changed(**fields: object) -> bytes:
    """The leaf with some fields replaced, or left out where None."""
    value = decode_object(LEAF, "leaf")
    for name, field in fields.items():
        if field is None:
            del value[name]
        else:
            value[name] = field  # type: ignore[assignment]
    return encode(value)


def test_a_leaf_has_the_agreed_form() -> None:
    assert decode_object(LEAF, "leaf") == {
        "v": 1,
        "id": "notice-1.outcome",
        "seq": 7,
        "typ": "notice.outcome",
        "case": "demo-e5",
        "at": "2026-11-02T01:00:00Z",
        "actor": "k:0123456789abcdef",
        "prev_intent": 5,
        "body": {"commit": BODY.commit, "media": "application/json"},
        "counts": {"delivered": 120, "bounced": "<10", "unreachable": 0},
        "refs": [{"role": "notice-text", "sha256": DIGEST}],
    }


def test_a_leaf_comes_back() -> None:
    leaf = parse_leaf(LEAF)
    assert (leaf.id, leaf.seq, leaf.type, leaf.prev_intent) == (EVENT.id, 7, EVENT.type, 5)
    assert (leaf.at, leaf.body, leaf.refs) == (AT, BODY, EVENT.refs)
    assert leaf.counts == {"delivered": 120, "bounced": "<10", "unreachable": 0}


def test_an_instant_of_another_zone_is_written_in_utc() -> None:
    shanghai = AT.astimezone(timezone(timedelta(hours=8)))
    assert render_leaf(EVENT, 7, 5, shanghai) == LEAF


@given(st.integers(0, 10**10 - 1))
def test_no_count_from_1_to_9_ever_stands_in_a_leaf(count: int) -> None:
    leaf = parse_leaf(render_leaf(replace(EVENT, counts={"persons": count}), 7, 5, AT))
    assert leaf.counts["persons"] == ("<10" if 1 <= count <= 9 else count) == bucket(count)


def test_the_closing_leaf_counts_exactly_and_may_be_longer() -> None:
    counts = {t.value: i for i, t in enumerate(EventType)}
    closing = replace(EVENT, id="closed", type=EventType.LOG_CLOSED, intent=None, counts=counts, body=None, refs=())
    data = render_leaf(closing, 7, None, AT)
    assert len(data) > MAX_LEAF_BYTES
    assert parse_leaf(data).counts == counts


REFUSED = {
    "another version": changed(v=2),
    "a version that is true": changed(v=True),
    "an unknown field": changed(note="hello"),
    "a missing field": changed(actor=None),
    "an unknown type": changed(typ="notice.forgotten"),
    "an id in capitals": changed(id="Notice-1"),
    "an id that is too long": changed(id="a" * 81),
    "a negative number": changed(seq=-1),
    "a number that is true": changed(seq=True),
    "a number as text": changed(seq="7"),
    "an instant without zone": changed(at="2026-11-02T01:00:00"),
    "an instant of another zone": changed(at="2026-11-02T09:00:00+08:00"),
    "an instant with fractions": changed(at="2026-11-02T01:00:00.5Z"),
    "a name as actor": changed(actor="operator"),
    "an outcome without its intent": changed(prev_intent=None),
    "an intent that names an intent": changed(typ="notice.intent"),
    "a body with content": changed(body={"commit": BODY.commit, "media": "text/plain", "content": "x"}),
    "a short commitment": changed(body={"commit": "AAAA", "media": "text/plain"}),
    "a commitment with trailing bits": changed(body={"commit": "A" * 42 + "B", "media": "text/plain"}),
    "an exact small count": changed(counts={"persons": 9}),
    "a count of eleven digits": changed(counts={"persons": 13800138000}),
    "a count as text": changed(counts={"persons": "12"}),
    "a negative count": changed(counts={"persons": -12}),
    "no counts at all": changed(counts={}),
    "a count named in Chinese": changed(counts={"张三": 12}),
    "a digest in capitals": changed(refs=[{"role": "x", "sha256": DIGEST.upper()}]),
    "a ref with a name": changed(refs=[{"role": "x", "sha256": DIGEST, "name": "y"}]),
    "refs that are no list": changed(refs={"role": "x"}),
    "no refs at all": changed(refs=[]),
    "too long": changed(refs=[{"role": "x", "sha256": DIGEST}] * 12),
    "not canonical": LEAF.replace(b",", b", ", 1),
    "not an object": b"[]",
    "a mobile number as id": changed(id="13800138000"),
    "a mobile number inside an id": changed(id="customer13800138000"),
    "a resident number as id": changed(id="11010519491231002x"),
    "a bank card in a count's name": changed(counts={"card6222600260001072444": 12}),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_a_malformed_leaf_is_refused(data: bytes) -> None:
    with pytest.raises(VerificationError):
        parse_leaf(data)


def test_an_event_that_may_not_be_logged_is_refused_without_quoting_the_value() -> None:
    with pytest.raises(EvidenceError, match="mobile number") as refusal:
        render_leaf(replace(EVENT, id="user-13800138000"), 7, 5, AT)
    assert "13800138000" not in refusal.value.message
    assert refusal.value.hint
    with pytest.raises(EvidenceError):
        render_leaf(replace(EVENT, counts={"persons": 10**10}), 7, 5, AT)


PERSONAL = {
    "mobile": ("13800138000", "mobile number"),
    "mobile in words": ("电话13800138000。", "mobile number"),
    "mobile with hyphens": ("138-0013-8000", "mobile number"),
    "mobile with country": ("+86 138 0013 8000", "mobile number"),
    "mobile in full width": ("１３８００１３８０００", "mobile number"),
    "mobile before a word": ("13800138000because", "mobile number"),
    "resident id": ("11010519491231002X", "resident identity number"),
    "resident id, small x": ("no 11010519491231002x.", "resident identity number"),
    "e-mail": ("zhang.san@example.com", "e-mail address"),
    "card": ("6222 6002 6000 1072 444", "bank card number"),
    "card with hyphens": ("4111-1111-1111-1111", "bank card number"),
    "card, 13 digits": ("4222222222222", "bank card number"),
    "card, 16 digits": ("4111111111111111", "bank card number"),
}


@pytest.mark.parametrize(("text", "kind"), PERSONAL.values(), ids=PERSONAL)
def test_personal_identifiers_are_recognised(text: str, kind: str) -> None:
    assert kind in personal_kinds(text)


HARMLESS = {
    "a digest": "1" + "3800138000" + "ab" * 20,
    "a short hex id with eleven digits": "a13800138000bcde",
    "a uuid": "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "a wrong check character": "110105194912310021",
    "a wrong Luhn digit": "4111111111111112",
    "dates and numbers in a row": "run-2026-11-02-4111-11111-1111",
    "a date": "2026-11-02T01:00:00Z",
    "ten digits": "1380013800",
    "an id": "demo-e5.plan.approved.3",
    "empty": "",
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_harmless_text_is_let_through(text: str) -> None:
    assert personal_kinds(text) == ()


def test_check_digits_follow_their_standards() -> None:
    assert is_resident_id("11010519491231002X")
    assert not is_resident_id("110105194912310020")
    assert is_luhn("79927398713")
    assert not any(is_luhn(f"7992739871{d}") for d in "012456789")


def test_every_event_type_has_a_meaning_in_both_languages_and_every_intent_an_outcome() -> None:
    assert set(MEANINGS) == set(EventType)
    for event_type, (zh, en) in MEANINGS.items():
        assert any("\u4e00" <= c <= "\u9fff" for c in zh)
        assert en.isascii()
        if event_type.is_intent:
            assert event_type.outcome.is_outcome
            assert (event_type in MOVING) == (event_type.outcome in MOVING)
    assert len(set(MEANINGS.values())) == len(MEANINGS)


def test_a_body_opens_with_its_opening_only() -> None:
    assert open_body(BODY, OPENING) == {"sent": 3, "bounced": 1}
    other, other_opening = commit_body(KEY, "notice-2", {"sent": 3, "bounced": 1})
    assert other.commit != BODY.commit
    for wrong in (other_opening, OPENING.replace(b"3", b"4"), b"{}", OPENING + b"\n", b'{"content":1,"salt":"x"}'):
        with pytest.raises(VerificationError):
            open_body(BODY, wrong)


def test_a_repeated_run_commits_to_the_same_bytes() -> None:
    assert commit_body(KEY, "notice-1", {"bounced": 1, "sent": 3}) == (BODY, OPENING)
    assert commit_body(b"f" * 32, "notice-1", {"sent": 3, "bounced": 1})[0] != BODY


def test_the_commitment_does_not_show_its_content() -> None:
    assert Body(BODY.commit) == BODY
    assert len(BODY.commit) == 43


@pytest.mark.parametrize("event", [EVENT, replace(EVENT, intent=None, body=None, counts={}, refs=())])
def test_an_event_comes_back_from_the_outbox(event: Event) -> None:
    assert parse_event(render_event(event)) == event


def test_a_malformed_outbox_event_is_refused() -> None:
    for data in (b"{}", b"[]", render_event(EVENT).replace(b"notice.outcome", b"notice.nothing")):
        with pytest.raises(VerificationError):
            parse_event(data)
