"""Seal what must be kept, note what will go, erase it, look for it, certify: in this order."""
