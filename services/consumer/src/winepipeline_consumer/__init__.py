"""Kafka to the warehouse exactly once, malformed events to the dead letters."""
