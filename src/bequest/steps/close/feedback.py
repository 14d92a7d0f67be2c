"""Feedback after the destruction: what was done with a person's data, said once, from a sealed outbox.

The addresses must be set aside before the sources lose them. They lie sealed under the `outbox` key until they are
used, at latest 30 days after the certificate; then key and file are destroyed.
"""

from enum import StrEnum

import polars as pl

from bequest.model.case import Case
from bequest.model.disposition import Release, Residue


class Outcome(StrEnum):
    """What a person is told: one word for all of the person's main record."""

    PASSED_ON = "passed_on"
    PASSED_ON_KEPT = "passed_on_kept"
    PASSED_ON_SHARED = "passed_on_shared"
    PASSED_ON_BLOCKED = "passed_on_blocked"
    DELETED = "deleted"
    KEPT = "kept"
    BLOCKED = "blocked"
    UNCHANGED = "unchanged"


TEXTS: dict[Outcome, tuple[str, str]] = {
    Outcome.PASSED_ON: (
        "您的信息已随业务移交给{receiver}，对方已签收；原处的一份已删除，并经独立检验",
        "Your data passed on to {receiver_en}, who signed for it; the copy at the source is deleted, and an "
        "independent search confirmed it",
    ),
    Outcome.PASSED_ON_KEPT: (
        "您的信息已随业务移交给{receiver}，对方已签收；依法须留存的部分封存到期，其余已删除",
        "Your data passed on to {receiver_en}, who signed for it; what the law requires is sealed until its date, the "
        "rest is deleted",
    ),
    Outcome.PASSED_ON_SHARED: (
        "您的信息已随业务移交给{receiver}，对方已签收；您与本公司其他业务往来所需的一份仍在原处，按原来的目的处理",
        "Your data passed on to {receiver_en}, who signed for it; what your dealings with our other business need "
        "stays in use here, for the same purposes",
    ),
    Outcome.PASSED_ON_BLOCKED: (
        "您的信息已随业务移交给{receiver}，对方已签收；原处的一份没有删除：尚有未了结的事项，在此期间冻结，不作他用",
        "Your data passed on to {receiver_en}, who signed for it; the copy at the source is not deleted: something is "
        "still open, and until then it is blocked from any use",
    ),
    Outcome.DELETED: (
        "您的信息没有移交，原处的一份已删除，并经独立检验",
        "Your data was not passed on; the copy at the source is deleted, and an independent search confirmed it",
    ),
    Outcome.KEPT: (
        "您的信息没有移交；依法须留存的部分封存到期，届满销毁，其余已删除",
        "Your data was not passed on; what the law requires is sealed until its date and then destroyed, the rest is "
        "deleted",
    ),
    Outcome.BLOCKED: (
        "您的信息没有移交，也没有删除：尚有未了结的事项（如争议、监护人未答复），在此期间冻结，不作他用",
        "Your data was neither passed on nor deleted: something is still open (such as a dispute or a guardian's "
        "answer); until then it is blocked from any use",
    ),
    Outcome.UNCHANGED: (
        "您的信息没有移交给任何人，仍由原公司按原来的目的处理",
        "Your data was handed to nobody; the same company goes on handling it for the same purposes",
    ),
}


def outcome_of(release: Release, residue: Residue) -> Outcome:
    """The word for a pair of the main record."""
    passed = release in {Release.AS_IS, Release.MASKED}
    if residue is Residue.BLOCKED:
        return Outcome.PASSED_ON_BLOCKED if passed else Outcome.BLOCKED
    if residue is Residue.CUSTODY:
        return Outcome.PASSED_ON_KEPT if passed else Outcome.KEPT
    if residue is Residue.IN_USE:
        return Outcome.PASSED_ON_SHARED if passed else Outcome.UNCHANGED
    return Outcome.PASSED_ON if passed else Outcome.DELETED


def feedback_text(outcome: Outcome, case: Case, *, receiver: str = "") -> str:
    """The message, both languages; the same for all people of one outcome."""
    zh, en = _said(outcome, case, receiver)
    return _letter(zh, en, case)


def feedback_of(words: str, case: Case) -> str:
    """The message for an outcome word, or for one word per lot (`lot:word/lot:word`) where the case has several.

    Raises:
        ValueError: for a word that is none.
    """
    if ":" not in words:
        return feedback_text(Outcome(words), case)
    receivers = {lot.id: lot.receiver for lot in case.lots}
    said: list[tuple[str, str]] = []
    for part in words.split("/"):
        lot, word = part.split(":")
        zh, en = _said(Outcome(word), case, receivers[lot])
        party = case.receiver(receivers[lot])
        named = (f"批次 {lot}（{party.name}）：", f"Lot {lot} ({(party.name_en or party.name).rstrip('.')}): ")
        said.append((named[0] + zh, named[1] + en))
    return _letter("；".join(z for z, _ in said), ". ".join(e for _, e in said), case)


def _said(outcome: Outcome, case: Case, receiver_id: str) -> tuple[str, str]:
    known = [p for p in case.receivers if p.id == receiver_id] or list(case.receivers)
    receiver = known[0] if known else None
    names = {
        "receiver": receiver.name if receiver else "",
        "receiver_en": (receiver.name_en or receiver.name) if receiver else "",
    }
    zh, en = (t.format(**names) for t in TEXTS[outcome])
    return zh, en


def _letter(zh: str, en: str, case: Case) -> str:
    sender = case.transferor
    mark = ("【演练】", "[Rehearsal] ") if case.rehearsal else ("", "")
    return (
        f"{mark[0]}{sender.name}告知：{zh}。有疑问请联系 {sender.contact}。\n"
        f"{mark[1]}{sender.name_en or sender.name}: {en}. Questions: {sender.contact}.\n"
    )


def outbox_rows(contacts: pl.DataFrame, outcome: pl.Series) -> pl.DataFrame:
    """One message per person who can be reached: `channel`, `address`, `name`, `outcome`.

    `contacts` has subject, name, phone, email; `outcome` one word per subject number.
    """
    return (
        contacts.with_columns(outcome.gather(contacts["subject"]).alias("outcome"))
        .with_columns(
            pl.when(pl.col("phone").is_not_null()).then(pl.lit("sms")).otherwise(pl.lit("email")).alias("channel"),
            pl.coalesce("phone", "email").alias("address"),
        )
        .filter(pl.col("address").is_not_null() & pl.col("outcome").is_not_null())
        .select("channel", "address", "name", "outcome")
        .sort("channel", "address", "name")
    )
