"""What each context key can hold, and conditions as sets of values."""
