"""Regulations on the Protection of Minors Online."""
