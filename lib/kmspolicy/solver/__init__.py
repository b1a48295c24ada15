"""Searches for context values that satisfy some conditions and falsify others."""
