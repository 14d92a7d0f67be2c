"""What each column holds, in the form of the public label files, so that discovery can be scored on the demo too."""

import polars as pl

from bequest.demo.truth import Tables, filled
from bequest.model.datamap import FieldClass

_DEBATABLE: dict[tuple[str, str], tuple[int, FieldClass]] = {
    ("customers", "last_active_on"): (2, FieldClass.NOT_PI),
    ("customers", "guardian_consent_at"): (2, FieldClass.NOT_PI),
    ("customers", "profile_json"): (1, FieldClass.OTHER_PI),
    ("customers", "mkt_tags"): (1, FieldClass.FREE_TEXT),
    ("disputes", "summary"): (1, FieldClass.OTHER_PI),
    ("orders", "发票抬头"): (1, FieldClass.COMPANY_NAME),
    ("orders", "发票税号"): (2, FieldClass.USCC),
    ("loyalty", "card_no"): (1, FieldClass.ACCOUNT_NUMBER),
    ("loyalty", "points"): (2, FieldClass.NOT_PI),
    ("loyalty", "level"): (2, FieldClass.NOT_PI),
    ("loyalty", "last_used_on"): (2, FieldClass.NOT_PI),
    ("tickets", "subject"): (2, FieldClass.NOT_PI),
    ("weblog", "session_id"): (1, FieldClass.USER_ID),
    ("weblog", "user_agent"): (1, FieldClass.BEHAVIOUR),
}
"""Columns about which two answers are defensible: 1 the class, 2 whether it is personal; and the other answer."""


def labels(tables: Tables) -> pl.DataFrame:
    """One row per column of every table: label, alternative, personal, sensitive, debatable, and how many values."""
    rows = []
    for records in tables.by_name.values():
        t, counts = records.table, filled(records)
        for c in t.columns:
            ambiguous, other = _DEBATABLE.get((t.name, c.name), (0, None))
            rows.append(
                {
                    "database": t.source,
                    "table": t.name,
                    "column": c.name,
                    "label": c.cls.value,
                    "sensitive": int(c.sensitive),
                    "pi": int(c.personal),
                    "ambiguous": ambiguous,
                    "alt_label": other.value if other else "",
                    "nonempty": counts[c.name],
                }
            )
    return pl.DataFrame(rows)
