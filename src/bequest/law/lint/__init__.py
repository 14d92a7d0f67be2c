"""Out-of-date references in contracts, notices and policies: read a text, find them, say what replaces each."""
