"""Bequest: what happens to a company's customer information when the business changes hands or ends."""

__version__ = "0.1.0"
