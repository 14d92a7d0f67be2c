"""E-Commerce Law, Art: rules."""
