"""A real one-node Kubernetes without Docker: built from Go modules, run in a network namespace, images by buildah."""
