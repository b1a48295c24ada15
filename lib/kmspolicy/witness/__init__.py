"""Who gets which actions by a statement, and the request that proves it."""
