"""The receiver's desk: what is addressed to one receiver, for its own people; nothing else of a case is there."""
