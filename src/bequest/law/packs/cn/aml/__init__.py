"""Anti-Money-Laundering Law, Art: rules."""
