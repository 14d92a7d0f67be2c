"""The ladder of channels: everybody ends told, by delivery or by the public notice."""

from datetime import date

import polars as pl

from bequest.model.case import Window
from bequest.steps.notify import ladder
from bequest.steps.notify.ladder import Channel, Told

DAY = date(2026, 11, 2)


def register() -> pl.DataFrame:
    people = pl.DataFrame(
        {
            "ref": ["A", "B", "C", "D", "E"],
            "anchor": [b"a", b"b", b"c", b"d", b"e"],
            "has_sms": [True, True, False, False, True],
            "has_email": [True, False, True, False, True],
            "public_only": [False, False, False, False, True],
        }
    )
    return ladder.enrol(people)


def report(**states: str) -> pl.DataFrame:
    return pl.DataFrame({"ref": list(states), "state": list(states.values()), "on": [DAY] * len(states)})


def test_everybody_starts_on_the_first_channel_they_have() -> None:
    assert register()["channel"].to_list() == ["sms", "sms", "email", "public", "public"]


def test_a_bounced_text_message_goes_on_by_mail_and_without_mail_to_the_public_notice() -> None:
    told = ladder.apply_report(ladder.mark_sent(register(), Channel.SMS), report(A="bounced", B="bounced"))
    assert told.filter(pl.col("ref") == "A").select("channel", "state").row(0) == ("email", "queued")
    assert told.filter(pl.col("ref") == "B").select("channel", "state").row(0) == ("sms", "bounced")
    public = ladder.publish(told, DAY)
    assert set(public["state"]) == {"published"}
    assert public["told_on"].null_count() == 0


def test_a_report_entered_twice_changes_nothing() -> None:
    sent = ladder.mark_sent(register(), Channel.SMS)
    once = ladder.apply_report(sent, report(A="delivered", B="bounced"))
    assert ladder.apply_report(once, report(A="delivered", B="bounced")).equals(once)
    assert ladder.apply_report(once, report(A="bounced")).equals(once)


def test_the_public_notice_does_not_touch_who_was_told_in_person() -> None:
    told = ladder.apply_report(ladder.mark_sent(register(), Channel.SMS), report(A="delivered"))
    after = ladder.publish(told, date(2026, 11, 9)).filter(pl.col("ref") == "A")
    assert after.select("state", "told_on").row(0) == (Told.DELIVERED.value, DAY)


def test_publishing_again_keeps_the_first_date() -> None:
    once = ladder.publish(register(), DAY)
    assert ladder.publish(once, date(2026, 12, 1)).equals(once)


def test_the_window_ends_with_the_last_person_told_and_never_while_one_is_not() -> None:
    window = Window(notice_lead_days=30, objection_days=15)
    assert ladder.window_end(register(), window) is None
    assert ladder.window_end(ladder.publish(register(), DAY), window) == date(2026, 12, 2)


def test_notice_codes_follow_the_anchor_not_the_order() -> None:
    told = ladder.publish(ladder.apply_report(ladder.mark_sent(register(), Channel.SMS), report(B="delivered")), DAY)
    codes = {"delivered": 1, "published": 2, "not_told": 3}
    anchors = pl.Series([b"e", b"b", b"zz"], dtype=pl.Binary)
    assert ladder.notice_codes(told, anchors, codes).tolist() == [2, 1, 3]
