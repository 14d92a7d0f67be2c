"""From decided rows to what a receiver gets: drop, mask, token, generalise, redact."""
