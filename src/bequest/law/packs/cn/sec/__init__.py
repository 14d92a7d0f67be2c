"""Securities Law, Art: rules."""
