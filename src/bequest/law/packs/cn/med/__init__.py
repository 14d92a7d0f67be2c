"""Medical records: rules."""
