"""Screens for staff, read-only: they need the home with its cases."""
