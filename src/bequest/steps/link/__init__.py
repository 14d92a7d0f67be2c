"""Who is who: deterministic, and strict about never making one of two people."""
