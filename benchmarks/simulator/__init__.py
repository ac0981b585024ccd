"""A deterministic cluster for scaling laws: partitions with their own curves, replicas that start, stall and work."""
