"""Web hooks: programs of the house are told of events of a case, without personal data."""
