"""Searches for context values that satisfy some conditions and falsify others; knows no rule of IAM."""
