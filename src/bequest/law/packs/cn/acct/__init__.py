"""Accounting archives: rules."""
