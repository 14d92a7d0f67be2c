"""The data map in the forms that others read: a Fides dataset, a record of processing."""

from bequest.documents.datamap.fides import fides_dataset
from bequest.documents.datamap.record import record_of_processing

__all__ = ["fides_dataset", "record_of_processing"]
