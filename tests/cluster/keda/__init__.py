"""KEDA, for tests: built from its Go module, with its Kafka scaler alone."""
