"""The policy tables: what servers say, what it means, and who says so."""
