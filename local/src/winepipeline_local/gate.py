"""Starts a service ahead of time: `python -m winepipeline_local.gate MODULE`.

Loading the connector and the broker's client takes a service two seconds. Behind the gate it does that while the broker
and the warehouse are still starting, and goes on as `python -m MODULE` would when it reads a line from standard input.
An end of the input without one ends it: whoever was to say the word is gone.
"""

import gc
import os
import sys
from importlib import import_module


def main() -> int:
    """Load the service, wait for the word, be the service."""
    gc.disable()  # nothing is garbage yet
    if os.environ.get("SNOWFLAKE_PROTOCOL") == "http":
        # The emulator has no stages on S3, for which the connector loads Amazon's SDK where that is installed.
        for unneeded in ("boto3", "botocore"):
            sys.modules.setdefault(unneeded, None)  # type: ignore[arg-type]  # the way to say: not installed
    service = import_module(f"{sys.argv[1]}.__main__")
    gc.freeze()
    gc.enable()
    if not sys.stdin.buffer.readline():
        return 0
    sys.argv = [str(service.__file__)]
    return int(service.main())


if __name__ == "__main__":
    sys.exit(main())
