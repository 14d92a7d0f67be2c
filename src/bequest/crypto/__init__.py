"""Algorithms and keys: signatures, sealing, age, the key table. The homes of `cryptography` and `pyrage`."""
