"""The threat model: who may ask, and what a request of theirs must carry. Source: docs/threat-model.md."""
