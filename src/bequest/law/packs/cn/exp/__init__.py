"""Express delivery: rules."""
