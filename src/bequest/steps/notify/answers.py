"""Answers that came back by file: what a person said, when, through which channel.

The file is CSV (UTF-8) with the columns `ref,answer,at,channel`. Answers are objections, consents and refusals of a
new purpose, a guardian's yes or no. The last answer of each kind by time holds.
"""

from pathlib import Path

import polars as pl

from bequest.kernel.errors import InputError
from bequest.model.facts import Fact

ANSWERS: dict[str, tuple[Fact, str]] = {
    "object": (Fact.OBJECTION, "objected"),
    "withdraw_objection": (Fact.OBJECTION, "none"),
    "consent_new_purpose": (Fact.CONSENT_NEW_PURPOSE, "given"),
    "refuse_new_purpose": (Fact.CONSENT_NEW_PURPOSE, "refused"),
    "consent_transfer": (Fact.CONSENT_TRANSFER, "given"),
    "refuse_transfer": (Fact.CONSENT_TRANSFER, "refused"),
    "guardian_consent": (Fact.GUARDIAN_CONSENT, "given"),
    "guardian_refuse": (Fact.GUARDIAN_CONSENT, "refused"),
}
COLUMNS = ("ref", "answer", "at", "channel")


def read_csv_columns(path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    """A small UTF-8 CSV with exactly these columns, as text.

    Raises:
        InputError: where the file is missing, unreadable, or has other columns.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path.name}", hint="Give the path of a CSV file.")
    try:
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except (pl.exceptions.PolarsError, OSError) as e:
        raise InputError(f"{path.name} is not readable as CSV in UTF-8", hint="Save it as CSV, UTF-8.") from e
    if set(frame.columns) != set(columns):
        raise InputError(
            f"{path.name} has the columns {', '.join(frame.columns)}", hint=f"Expected: {', '.join(columns)}."
        )
    return frame.select(columns)


def read_answers(path: Path, known_refs: pl.Series) -> pl.DataFrame:
    """The answers as facts: `ref`, `fact`, `value`, `at`, `channel`; last per person and kind.

    Raises:
        InputError: naming row numbers (never contents) with an unknown answer word, reference or time.
    """
    frame = read_csv_columns(path, COLUMNS).with_row_index("row", offset=2)
    checked = frame.with_columns(
        pl.col("at").str.to_datetime(strict=False, time_zone="UTC").alias("time"),
        pl.col("answer").is_in(list(ANSWERS)).alias("known_answer"),
        pl.col("ref").is_in(known_refs.implode()).alias("known_ref"),
    )
    for test, what in (
        (~pl.col("known_answer"), f"an unknown answer (known: {', '.join(ANSWERS)})"),
        (~pl.col("known_ref"), "a reference that no letter of this case carries"),
        (pl.col("time").is_null(), "a time that is not RFC 3339, such as 2026-11-20T08:00:00Z"),
    ):
        bad = checked.filter(test)["row"].head(5).to_list()
        if bad:
            raise InputError(
                f"{path.name}: line {', '.join(map(str, bad))} has {what}", hint="Mend the file and repeat."
            )
    return (
        checked.with_columns(
            pl.col("answer").replace_strict({a: f.value for a, (f, _) in ANSWERS.items()}).alias("fact"),
            pl.col("answer").replace_strict({a: v for a, (_, v) in ANSWERS.items()}).alias("value"),
        )
        .sort("time", maintain_order=True)
        .unique(["ref", "fact"], keep="last", maintain_order=True)
        .select("ref", "fact", "value", pl.col("time").alias("at"), "channel")
    )


def merge_answers(old: pl.DataFrame | None, new: pl.DataFrame) -> pl.DataFrame:
    """Old and new answers together; the later one per person and kind holds, whatever order the files came in."""
    both = new if old is None else pl.concat([old, new])
    return both.sort("at", maintain_order=True).unique(["ref", "fact"], keep="last", maintain_order=True)


REPORT_COLUMNS = ("ref", "state", "at")


def read_delivery_report(path: Path, known_refs: pl.Series) -> pl.DataFrame:
    """A carrier's report: `ref`, `state` (delivered or bounced), `at`; as `ref`, `state`, `on`.

    Raises:
        InputError: naming row numbers with an unknown state, reference or time.
    """
    frame = read_csv_columns(path, REPORT_COLUMNS).with_row_index("row", offset=2)
    checked = frame.with_columns(pl.col("at").str.to_datetime(strict=False, time_zone="UTC").dt.date().alias("on"))
    bad = checked.filter(
        ~pl.col("state").is_in(["delivered", "bounced"])
        | ~pl.col("ref").is_in(known_refs.implode())
        | pl.col("on").is_null()
    )["row"].head(5)
    if len(bad):
        raise InputError(
            f"{path.name}: line {', '.join(map(str, bad.to_list()))} has an unknown state, reference or time",
            hint="State is delivered or bounced, the time RFC 3339, the reference as in the mail-merge file.",
        )
    return checked.select("ref", "state", "on")
