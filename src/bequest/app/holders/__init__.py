"""Who can hold the key that wraps the master key of a home: one module each."""
