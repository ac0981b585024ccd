"""How many consumers a pipeline needs: what was seen, what is remembered, the law, and its decisions. Pure."""
