"""Discover: which column of which table holds what, about whom; a data map that people correct and that keeps it."""

from bequest.steps.discover.changes import Change, compare_maps
from bequest.steps.discover.discover import discover
from bequest.steps.discover.found import found, found_json
from bequest.steps.discover.mapfile import export_map, import_map
from bequest.steps.discover.sample import ColumnInfo, TableSample, schema_digest

__all__ = [
    "Change",
    "ColumnInfo",
    "TableSample",
    "compare_maps",
    "discover",
    "export_map",
    "found",
    "found_json",
    "import_map",
    "schema_digest",
]
