"""SQL text for PostgreSQL: names, values as text, row keys, order.

Every value is made text by the server, so that no driver has a say in how a number or a date looks.
"""

from collections.abc import Sequence

from bequest.sources.source import KEY_SEPARATOR, TableInfo

BLANKS = "E' \\t\\n\\x0b\\x0c\\r\u0085\u00a0\u3000'"
"""What counts as nothing when it stands alone."""


def quoted(name: str) -> str:
    """An identifier as SQL text."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal, whatever the server's settings."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def table_name(schema: str, info: TableInfo) -> str:
    """The table in a FROM clause: without the rows of tables that extend it, with all its partitions."""
    name = f"{quoted(schema)}.{quoted(info.name)}"
    return name if "partitioned" in info.notes else f"ONLY {name}"


def text_expression(info: TableInfo, column: str, alias: str = "t") -> str:
    """A column as text: bytes in hex, everything else as the server writes it, compared byte by byte."""
    name = f"{alias}.{quoted(column)}"
    declared = next(c.declared_type for c in info.columns if c.name == column)
    text = f"upper(encode({name}, 'hex'))" if declared == "bytea" else f"{name}::text"
    return f'({text} COLLATE "C")'


def blank_expression(text: str) -> str:
    """Whether a text is null or only white space."""
    return f"(btrim(coalesce({text}, ''), {BLANKS}) = '')"


def content_expression(alias: str = "t") -> str:
    """SHA-256 over the whole row as text: what names a row that has no key."""
    return f"encode(sha256(convert_to(({alias}.*)::text, 'UTF8')), 'hex')"


def key_expression(info: TableInfo, key: Sequence[str], alias: str = "t") -> str:
    """The row key as SQL text, of the columns given, else of the declared key; there must be either."""
    separator = f" || chr({ord(KEY_SEPARATOR)}) || "
    return "(" + separator.join(f"coalesce({text_expression(info, c, alias)}, '')" for c in key or info.key) + ")"


def keyed_rows(schema: str, info: TableInfo, key: Sequence[str], selected: Sequence[str]) -> str:
    """A query over `t`: the row key as `k`, then what is selected as `c0`, `c1` …; in a stable order.

    With a key in the order of the declared key, else of the key given; without one in the order of the content.
    """
    columns = [f"{s} AS c{i}" for i, s in enumerate(selected)]
    source = f"{table_name(schema, info)} AS t"
    if key or info.key:
        order = ", ".join(f"t.{quoted(c)}" for c in info.key)
        order = order or ", ".join([*(text_expression(info, c) for c in key), content_expression()])
        return f"SELECT {', '.join([f'{key_expression(info, key)} AS k', *columns])} FROM {source} ORDER BY {order}"  # noqa: S608
    names = "".join(f", c{i}" for i in range(len(columns)))
    inner = f"SELECT {', '.join([f'{content_expression()} AS d', *columns])} FROM {source}"  # noqa: S608
    counted = f"SELECT d, row_number() OVER (PARTITION BY d) AS o{names} FROM ({inner}) AS a"  # noqa: S608
    return f"SELECT d || '#' || o AS k{names} FROM ({counted}) AS b ORDER BY d, o"  # noqa: S608
