"""Prometheus and prometheus-operator for the cluster tests, built from their sources, since no registry is asked."""
