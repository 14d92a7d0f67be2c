"""What a MariaDB or MySQL server would refuse at the deletion, by its information schema; nothing is changed."""

from collections import defaultdict

from bequest.sources.mariadb_connect import Database, rows
from bequest.sources.mariadb_inventory import Table, read_tables
from bequest.sources.source import OnDelete
from bequest.sources.standing import Referrer, Standing, TableStanding

_ON_DELETE = {"CASCADE": OnDelete.CASCADE, "SET NULL": OnDelete.SET_NULL, "SET DEFAULT": OnDelete.SET_DEFAULT}
_REFERRERS = (
    "SELECT k.REFERENCED_TABLE_NAME, IF(k.TABLE_SCHEMA = DATABASE(), k.TABLE_NAME, CONCAT(k.TABLE_SCHEMA, '.',"
    " k.TABLE_NAME)), k.CONSTRAINT_NAME, GROUP_CONCAT(k.COLUMN_NAME ORDER BY k.ORDINAL_POSITION SEPARATOR '\\0'),"
    " r.DELETE_RULE FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r ON"
    " r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME ="
    " k.TABLE_NAME WHERE k.REFERENCED_TABLE_SCHEMA = DATABASE() GROUP BY 1, 2, 3, 5 ORDER BY 1, 2, 3"
)
_TRIGGERS = (
    "SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = DATABASE()"
    " AND EVENT_MANIPULATION IN ('DELETE', 'UPDATE') ORDER BY 1, 2"
)
_RIGHTS = (
    "SELECT PRIVILEGE_TYPE, '' FROM information_schema.USER_PRIVILEGES UNION SELECT PRIVILEGE_TYPE, '' FROM"
    " information_schema.SCHEMA_PRIVILEGES WHERE DATABASE() LIKE TABLE_SCHEMA UNION SELECT PRIVILEGE_TYPE, TABLE_NAME"
    " FROM information_schema.TABLE_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE()"
)
_COLUMNS = (
    "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMN_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE()"
    " AND PRIVILEGE_TYPE = 'UPDATE'"
)
_NEEDED = ("SELECT", "DELETE", "UPDATE")


def standing(db: Database) -> Standing:
    """How the tables of the database stand, for the account of the connection."""
    [[reads]] = rows(db, "SELECT @@GLOBAL.read_only")
    referrers: dict[str, list[Referrer]] = defaultdict(list)
    for table, by, _, columns, rule in rows(db, _REFERRERS):
        referrers[table].append(Referrer(by, tuple(columns.split("\0")), _ON_DELETE.get(rule, OnDelete.REFUSE)))
    triggers: dict[str, list[str]] = defaultdict(list)
    for table, name in rows(db, _TRIGGERS):
        triggers[table].append(name)
    rights = {(right, table) for right, table in rows(db, _RIGHTS)}
    may_change = set(rows(db, _COLUMNS))

    def stands(name: str, table: Table) -> TableStanding:
        missing = tuple(r for r in _NEEDED if not rights & {(r, ""), (r, name)})
        columns = table.info.column_names() if "UPDATE" in missing else ()
        return TableStanding(
            table.info, tuple(referrers[name]), tuple(triggers[name]), missing,
            tuple(c for c in columns if (name, c) not in may_change),
        )  # fmt: skip

    found = {n: t for n, t in read_tables(db).items() if t.info.why_not_scanned not in {"view", "virtual", "foreign"}}
    return Standing(tuple(stands(n, t) for n, t in found.items()), is_read_only=reads not in {"0", "OFF"})
