"""What every layer may use: errors, ids, clock, canonical JSON, settings. Standard library only."""
