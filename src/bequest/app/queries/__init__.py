"""Reads for screens and reports; nothing here changes anything."""
