"""Freeze: count and digest everything at the mark, and tell later what no longer is as it was."""
