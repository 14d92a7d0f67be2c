"""Migrations of the control database, in order."""
