"""A stand-in for Redpanda's image: an Apache Kafka behind Redpanda's command line, configuration and admin port."""
