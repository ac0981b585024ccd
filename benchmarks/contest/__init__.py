"""The consumer against raw consumption and against the usual way, each in a process of its own."""
