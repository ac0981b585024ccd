"""Starts a service ahead of time: `python -m winepipeline_local.gate MODULE`.

Loading the connector and the broker's client takes a service two seconds. Behind the gate it does that while the broker
and the warehouse are still starting, and goes on as `python -m MODULE` would when it reads a line from standard input.
An end of the input without one ends it: whoever was to say the word is gone.
"""

import sys
from importlib import import_module


def main() -> int:
    """Load the service, wait for the word, be the service."""
    service = import_module(f"{sys.argv[1]}.__main__")
    if not sys.stdin.buffer.readline():
        return 0
    sys.argv = [str(service.__file__)]
    return int(service.main())


if __name__ == "__main__":
    sys.exit(main())
