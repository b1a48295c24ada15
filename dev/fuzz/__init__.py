"""Hostile and random input for everything the app reads: `make fuzz`."""
