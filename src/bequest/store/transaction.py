"""The transaction, under its own name."""

from bequest.store.repositories.store import Tx

__all__ = ["Tx"]
