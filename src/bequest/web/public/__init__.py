"""Pages for everybody: checking a certificate, and what a case makes known."""
