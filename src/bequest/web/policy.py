"""What browsers may load for a page."""

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No script at all, nothing from outside, nothing inline."""
SCRIPTED = POLICY + "; script-src 'self'; connect-src 'self'"
"""For the pages of the console that bear a script of ours; they are complete without it."""
