"""Regular languages; knows nothing of AWS."""
