"""Personal Information Protection Law: rules by theme."""
