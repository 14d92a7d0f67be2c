"""Report back to the people, then purge what we hold ourselves, in stages (decision D1)."""
