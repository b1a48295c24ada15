"""Measures how fast the command is, against what splunklib and csv allow on the same rows in the same run."""
