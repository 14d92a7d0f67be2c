"""The rehearsal marker: proof that a store was made to be rehearsed on (a case in rehearsal writes to no other)."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

FILE_MARKER = ".bequest-rehearsal"
TABLE_MARKER = "bequest_rehearsal"


def has_folder_marker(folder: Path, case_id: str) -> bool:
    """Whether the folder carries the marker of that case; a marker that cannot be read is none."""
    try:
        content = json.loads((folder / FILE_MARKER).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("case_id") == case_id


def write_folder_marker(folder: Path, case_id: str) -> None:
    """Mark a folder: all file sources in it belong to that rehearsal."""
    beside = folder / (FILE_MARKER + ".new")
    beside.write_text(json.dumps({"case_id": case_id}) + "\n", "utf-8")
    beside.replace(folder / FILE_MARKER)


def has_table_marker(db: sqlite3.Connection, case_id: str) -> bool:
    """Whether the database carries the marker of that case."""
    try:
        found = db.execute(f"SELECT 1 FROM {TABLE_MARKER} WHERE case_id = ?", (case_id,)).fetchone()  # noqa: S608
    except sqlite3.OperationalError:
        return False
    return found is not None


def write_table_marker(path: Path, case_id: str) -> None:
    """Mark a SQLite database."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"CREATE TABLE IF NOT EXISTS {TABLE_MARKER} (case_id TEXT PRIMARY KEY)")
        db.execute(f"INSERT OR IGNORE INTO {TABLE_MARKER} VALUES (?)", (case_id,))  # noqa: S608
