"""Comments of tables and columns, from the text of CREATE TABLE: the only place where SQLite keeps them.

A comment belongs to the column on whose line it stands, or, alone on its line, to the column that follows. One before
the opening bracket or on its line belongs to the table.
"""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"--(?P<line>[^\n]*)|/\*(?P<block>.*?)\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|[(),\n]|[^\s(),'\"`\[\-/]+|[-/]",
    re.DOTALL,
)


@dataclass(slots=True)
class Comments:
    """What the text says of a table and its columns (names in lower case, as SQLite compares them)."""

    table: str = ""
    columns: dict[str, str] = field(default_factory=dict)


def read_comments(sql: str) -> Comments:
    """The comments in a CREATE TABLE statement."""
    found = Comments()
    depth = 0
    current, line_owner = "", ""  # the column being defined; the one on this line
    pending: list[str] = []
    for token in _TOKEN.finditer(sql):
        text = token.group()
        comment = token.group("line") or token.group("block")
        if comment is not None:
            words = " ".join(line.strip(" *") for line in comment.strip().splitlines()).strip()
            if depth == 0 or (not current and not line_owner and not found.columns and _on_opening_line(sql, token)):
                found.table = _joined(found.table, words)
            elif line_owner:
                found.columns[line_owner] = _joined(found.columns.get(line_owner, ""), words)
            else:
                pending.append(words)
        elif text == "\n":
            line_owner = current
            if not current:
                line_owner = ""
        elif text == "(":
            depth += 1
        elif text == ")":
            depth -= 1
        elif text == "," and depth == 1:
            current = ""
        elif depth == 1 and not current:
            current = line_owner = _bare(text).lower()
            found.columns.setdefault(current, " ".join(pending))
            pending.clear()
    return found


def _on_opening_line(sql: str, token: re.Match[str]) -> bool:
    line = sql[: token.start()].rsplit("\n", 1)[-1]
    return "(" in line


def _joined(before: str, words: str) -> str:
    return f"{before} {words}".strip()


def _bare(name: str) -> str:
    if name[0] in "\"`'":
        return name[1:-1].replace(name[0] * 2, name[0])
    return name[1:-1] if name[0] == "[" else name
