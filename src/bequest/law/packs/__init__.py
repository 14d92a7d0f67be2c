"""Law packs, one folder per jurisdiction."""
