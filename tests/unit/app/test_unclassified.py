"""The cutover is refused while nobody has said what a column holds: from then on the map stands."""

from dataclasses import replace
from datetime import date

import pytest
from tests.unit.steps.planning_cases import column
from tests.unit.store.samples import CASE

from bequest.app.run_cutover import all_classified
from bequest.kernel.errors import StateError
from bequest.model.case import Event
from bequest.model.datamap import DataMap, FieldClass, TableMap
from bequest.model.facts import RecordClass
from bequest.model.settlement import Settled, Settlement, Unsettled

UNKNOWN = replace(column("zzqx"), cls=FieldClass.UNKNOWN)
OF_ORDERS = TableMap("crm", "orders", RecordClass.ORDER, (column("phone"), UNKNOWN), 3)


def test_a_column_of_no_known_class_stops_the_cutover_by_name() -> None:
    with pytest.raises(StateError, match=r"crm\.orders\.zzqx") as caught:
        all_classified(CASE, DataMap((OF_ORDERS,)))
    assert "bequest map import" in caught.value.hint


def test_what_was_settled_and_what_is_no_customers_does_not() -> None:
    settled = Settlement(
        what=Unsettled.UNCLASSIFIED, how=Settled.KEEPER, by="x", reason="r", until=date(2030, 1, 31)
    )  # fmt: skip
    all_classified(replace(CASE, settlements=(settled,)), DataMap((OF_ORDERS,)))
    all_classified(CASE, DataMap((replace(OF_ORDERS, record_class=RecordClass.STAFF),)))
    all_classified(CASE, DataMap((replace(OF_ORDERS, columns=(column("phone"),)),)))


def test_nothing_is_destroyed_where_all_stays_so_an_unknown_column_stops_nothing() -> None:
    all_classified(replace(CASE, event=Event.E12), DataMap((OF_ORDERS,)))
    with pytest.raises(StateError):
        all_classified(replace(CASE, event=Event.E5), DataMap((OF_ORDERS,)))
