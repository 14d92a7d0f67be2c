"""Tax Collection Law and its rules."""
