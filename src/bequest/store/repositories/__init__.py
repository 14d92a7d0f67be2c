"""The repositories: one class per noun, each reached through a transaction of a `Store`."""

import bequest.store.configure  # noqa: F401 - Django must be ready before rows are imported
from bequest.store.repositories.looks import Looks
from bequest.store.repositories.store import DATABASE_NAME, Store, Tx

__all__ = ["DATABASE_NAME", "Looks", "Store", "Tx"]
