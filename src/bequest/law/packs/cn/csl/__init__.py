"""Cybersecurity Law."""
