"""Whole stores in the population: objects and the values in them, on both axes. Pure."""

from collections.abc import Iterable

from bequest.model.datamap import FieldClass
from bequest.model.disposition import Release
from bequest.model.facts import RowRole
from bequest.model.plan import ColumnCount, ColumnTotal
from bequest.model.whole import TABLE, WholeStore

OBJECTS, VALUES = "(objects)", "(values)"


def whole_counts(stores: Iterable[WholeStore]) -> tuple[ColumnCount, ...]:
    """Nothing is released of a whole store; its residue is what was decided on it."""
    return tuple(
        ColumnCount(
            s.source, TABLE, column, RowRole.RECORD, FieldClass.FREE_TEXT, False, "", Release.NONE, s.residue, n
        )
        for s in stores
        for column, n in ((OBJECTS, len(s.objects)), (VALUES, s.values))
    )


def whole_totals(stores: Iterable[WholeStore]) -> tuple[ColumnTotal, ...]:
    """The same, as counted at the sources."""
    return tuple(
        ColumnTotal(s.source, TABLE, column, n)
        for s in stores
        for column, n in ((OBJECTS, len(s.objects)), (VALUES, s.values))
    )
