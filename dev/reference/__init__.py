"""An independent implementation of the threat model, from the AWS pages and not from the engine: slow and plain."""
