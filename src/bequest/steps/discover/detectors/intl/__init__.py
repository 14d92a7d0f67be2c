"""Identifiers without a country, and those of several."""
