"""Answers that came back by file: what a person said, when, through which channel.

The file is CSV (UTF-8) with the columns `ref,answer,at,channel` and, where a person answers for one lot only, `lot`
(empty: for all). Answers are objections, consents and refusals, a guardian's yes or no, a dispute. The last answer of
each kind by time holds, for each lot.
"""

import codecs
from datetime import datetime
from pathlib import Path

import polars as pl

from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import InputError
from bequest.model.facts import Fact

ANSWERS: dict[str, tuple[Fact, str]] = {
    "object": (Fact.OBJECTION, "objected"),
    "withdraw_objection": (Fact.OBJECTION, "none"),
    "consent_new_purpose": (Fact.CONSENT_NEW_PURPOSE, "given"),
    "refuse_new_purpose": (Fact.CONSENT_NEW_PURPOSE, "refused"),
    "consent_sensitive": (Fact.CONSENT_TRANSFER, "given"),
    "refuse_sensitive": (Fact.CONSENT_TRANSFER, "silent"),
    "consent_transfer": (Fact.CONSENT_TRANSFER, "given"),
    "refuse_transfer": (Fact.CONSENT_TRANSFER, "refused"),
    "guardian_consent": (Fact.GUARDIAN_CONSENT, "given"),
    "guardian_refuse": (Fact.GUARDIAN_CONSENT, "refused"),
    "dispute": (Fact.DISPUTE, "open"),
    "dispute_settled": (Fact.DISPUTE, "none"),
}
"""`consent_sensitive`, `refuse_sensitive`: where notice is enough for all but what is sensitive. A no, or a yes taken
back, is then as if nothing had been said: the sensitive fields stay out and the rest goes on; `object` stops that. The
word that names a pair is the last that has it."""
WORDS = {(fact.value, value): word for word, (fact, value) in ANSWERS.items()}
"""The word of an answer by fact and value."""
COLUMNS = ("ref", "answer", "at", "channel")
STOPS = (
    ("objection", "objected"),
    ("dispute", "open"),
    ("consent_transfer", "refused"),
    ("consent_new_purpose", "refused"),
    ("guardian_consent", "refused"),
)
"""Answers that stop what is under way for the person: an objection, a dispute, a consent withdrawn."""


def stopping(*, disputes_only: bool = False) -> pl.DataFrame:
    """`fact`, `value` of the answers that stop what is under way.

    `disputes_only`: where nobody receives, an objection has nothing to stop; a dispute still stops the deletion.
    """
    stops = pl.DataFrame(STOPS, schema=["fact", "value"], orient="row")
    return stops.filter(pl.col("fact") == "dispute") if disputes_only else stops


def read_csv_columns(path: Path, columns: tuple[str, ...], *, optional: tuple[str, ...] = ()) -> pl.DataFrame:
    """A small UTF-8 CSV with exactly these columns, as text; `optional` ones are empty where they are not there.

    Raises:
        InputError: where the file is missing, unreadable, or has other columns.
    """
    hint = f"Give a CSV file in UTF-8; its first line is {','.join(columns)}."
    if not path.is_file():
        raise InputError(f"{path.name} is a folder" if path.is_dir() else f"there is no file {path.name}", hint=hint)
    data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    if not data.strip():
        raise InputError(f"{path.name} is empty", hint=hint)
    try:
        if b"\0" in data:
            raise UnicodeDecodeError("utf-8", b"", 0, 1, "UTF-16 has zero bytes")
        data.decode()
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text", hint="Save it as CSV in UTF-8.") from None
    try:
        frame = pl.read_csv(data, infer_schema=False, encoding="utf8")
    except pl.exceptions.PolarsError:  # its text quotes the file
        raise InputError(
            f"{path.name} is not whole as CSV: a line has more fields than the first, or a quote is not closed",
            hint=hint,
        ) from None
    lacking = [c for c in optional if c not in frame.columns]
    frame = frame.with_columns(pl.lit("").alias(c) for c in lacking)
    columns = (*columns, *optional)
    if set(frame.columns) != set(columns):
        missing = ", ".join(c for c in columns if c not in frame.columns) or "none"
        more = len(set(frame.columns) - set(columns))
        raise InputError(  # the names are not repeated: without a header line they are somebody's data
            f"the first line of {path.name} does not name the columns expected: missing {missing}, {more} others",
            hint=f"Expected: {', '.join(columns)}, with commas between.",
        )
    return frame.select(columns)


def read_answers(
    path: Path, known_refs: pl.Series, *, now: datetime | None = None, lots: tuple[str, ...] = ()
) -> pl.DataFrame:
    """The answers as facts: `ref`, `fact`, `value`, `at`, `channel`, `lot`; last per person, kind and lot.

    Raises:
        InputError: naming row numbers (never contents) with an unknown answer word, reference, lot or time, or one
            after `now`.
    """
    frame = read_csv_columns(path, COLUMNS, optional=("lot",)).with_row_index("row", offset=2)
    frame = frame.with_columns(pl.col("lot").fill_null("").str.strip_chars())
    checked = frame.with_columns(_instant().alias("time"))
    known = ", ".join(ANSWERS)
    _refuse_lines(
        path,
        checked,
        [
            (~pl.col("answer").is_in(list(ANSWERS)), "an unknown answer", f"Known answers: {known}."),
            (~_known(known_refs), "a reference that no letter of this case carries", "It stands in each letter."),
            (
                ~pl.col("lot").is_in(["", *lots]),
                "an unknown lot",
                f"Lots: {', '.join(lots) or 'none'}; left empty, the answer is for all.",
            ),
            (pl.col("time").is_null(), "no time with a time zone", "Write it as 2026-11-20T08:00:00Z."),
            *([] if now is None else [(pl.col("time") > now, f"a time after now, {rfc3339(now)}", _CLOCK)]),
        ],
    )
    return (
        checked.with_columns(
            pl.col("answer").replace_strict({a: f.value for a, (f, _) in ANSWERS.items()}).alias("fact"),
            pl.col("answer").replace_strict({a: v for a, (_, v) in ANSWERS.items()}).alias("value"),
        )
        .sort("time", maintain_order=True)
        .unique(KIND, keep="last", maintain_order=True)
        .select("ref", "fact", "value", pl.col("time").alias("at"), "channel", "lot")
    )


KIND = ("ref", "fact", "lot")
"""Of these the last answer by time is kept."""
_STRICT = ("objected", "refused", "open")
"""Of two answers at one moment, one for all lots and one for a single lot, these hold."""


def merge_answers(old: pl.DataFrame | None, new: pl.DataFrame) -> pl.DataFrame:
    """Old and new answers together; the later one per person, kind and lot holds, whatever order the files came in."""
    both = new if old is None else pl.concat([old, new])
    return both.sort("at", maintain_order=True).unique(KIND, keep="last", maintain_order=True)


def over_lots(answers: pl.DataFrame, lots: tuple[str, ...]) -> pl.DataFrame:
    """Each answer once for every lot that it is for, as `part`; the empty one stands for what is in no lot.

    An answer for all is for each. Where a case has one lot or none, an answer for the lot is for all as well.
    """
    every = pl.lit(["", *lots], pl.List(pl.Utf8))
    for_all = (pl.col("lot") == "") | (len(lots) < 2)
    parts = pl.when(for_all).then(every).otherwise(pl.concat_list("lot"))
    return answers.with_columns(parts.alias("part")).explode("part", keep_nulls=False, empty_as_null=False)


def last_words(reached: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Of `over_lots`, the one that holds per question and `by`: the last by time, for whatever lots it was given.

    At the same moment a no goes before a yes, then what was entered later.
    """
    strict = pl.col("value").is_in(_STRICT)
    return reached.sort("at", strict, maintain_order=True).unique([*by, "fact"], keep="last", maintain_order=True)


REPORT_COLUMNS = ("ref", "state", "at")


def read_delivery_report(
    path: Path,
    known_refs: pl.Series,
    *,
    timezone: str = "UTC",
    sent_at: datetime | None = None,
    now: datetime | None = None,
) -> pl.DataFrame:
    """A carrier's report: `ref`, `state` (delivered or bounced), `at`; as `ref`, `state`, `on` (in the time zone).

    Raises:
        InputError: naming row numbers with an unknown state, reference or time, or a time before the first letter was
            sent or after `now`: a window would end too early, or never.
    """
    frame = read_csv_columns(path, REPORT_COLUMNS).with_row_index("row", offset=2)
    checked = frame.with_columns(_instant().alias("time"))
    early = [] if sent_at is None else [(pl.col("time") < sent_at, f"a time before {rfc3339(sent_at)}", _SENT)]
    late = [] if now is None else [(pl.col("time") > now, f"a time after now, {rfc3339(now)}", _CLOCK)]
    _refuse_lines(
        path,
        checked,
        [
            (~pl.col("state").is_in(["delivered", "bounced"]), "an unknown state", "Write delivered or bounced."),
            (~_known(known_refs), "a reference that no letter of this case carries", "It stands in each letter."),
            (pl.col("time").is_null(), "no time with a time zone", "Write it as 2026-11-20T08:00:00Z."),
            *early,
            *late,
        ],
    )
    return checked.select("ref", "state", pl.col("time").dt.convert_time_zone(timezone).dt.date().alias("on"))


_CLOCK = "What has not happened yet cannot be entered; see the clock of the case in `bequest case show`."
_SENT = "The first letters of this case went out then: nothing was delivered before."


def _instant() -> pl.Expr:
    """`at` as an instant; null for anything else, also for a time that does not say its zone."""
    whole = pl.col("at").str.contains(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$")
    return pl.when(whole).then(pl.col("at")).str.to_datetime(strict=False, time_zone="UTC")


def _known(refs: pl.Series) -> pl.Expr:
    return pl.col("ref").is_in(refs.implode())


def _refuse_lines(path: Path, frame: pl.DataFrame, tests: list[tuple[pl.Expr, str, str]]) -> None:
    """Refuse the file where a test hits any line; an empty field hits, too."""
    for test, what, hint in tests:
        rows = frame.filter(test.fill_null(True))["row"]
        if len(rows):
            first = ", ".join(map(str, rows.head(5).to_list()))
            more = f" and {len(rows) - 5:,} more lines" if len(rows) > 5 else ""
            raise InputError(
                f"{path.name}: line {first}{more}: {what}", hint=f"{hint} Nothing was taken over: mend and repeat."
            )
