"""Rewinding and mending the ledger: what the topic holds, what is done about it, and how a person is told."""
