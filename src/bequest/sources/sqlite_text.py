"""SQL text for SQLite: names, values as text, row keys."""

from bequest.sources.source import KEY_SEPARATOR, TableInfo


def quoted(name: str) -> str:
    """An identifier as SQL text."""
    return '"' + name.replace('"', '""') + '"'


def text_expression(column: str) -> str:
    """A column as text: whole reals without a fraction, blobs in hex."""
    c = quoted(column)
    return (
        f"CASE typeof({c}) WHEN 'text' THEN {c} WHEN 'blob' THEN hex({c}) WHEN 'real' THEN"
        f" CASE WHEN {c} = round({c}) AND abs({c}) < 1e15 THEN CAST(CAST({c} AS INTEGER) AS TEXT)"
        f" ELSE CAST({c} AS TEXT) END ELSE CAST({c} AS TEXT) END"
    )


def key_expression(info: TableInfo, key: tuple[str, ...]) -> str:
    """The row key as SQL text: of the columns given, else of the declared key, else the rowid."""
    columns = key or info.key
    if not columns:
        return f"CAST({rowid(info)} AS TEXT)"
    separator = f" || char({ord(KEY_SEPARATOR)}) || "
    return separator.join(f"coalesce({text_expression(c)}, '')" for c in columns)


def rowid(info: TableInfo) -> str:
    """The name under which the rowid can be reached: one that is no column."""
    taken = {c.lower() for c in info.column_names()}
    return next(n for n in ("rowid", "_rowid_", "oid") if n not in taken)


def place_of(info: TableInfo) -> tuple[str, ...]:
    """What names a row exactly: its rowid, or the primary key of a table without one."""
    if "without_rowid" in info.notes:
        return tuple(quoted(c) for c in info.key)
    return (rowid(info),)


def blank_expression(text: str) -> str:
    """Whether a text is null or only white space."""
    return f"(trim(coalesce({text}, ''), char(9, 10, 11, 12, 13, 32, 133, 160, 12288)) = '')"
