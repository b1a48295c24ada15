"""One concrete request against one policy, nothing symbolic."""
