"""The command `winepipeline`."""

import sys

from winepipeline_local import started  # noqa: F401 - its import notes when this process began
from winepipeline_local.arguments import parser

INTERRUPTED_STATUS = 130  # what a shell shows for a process that Ctrl-C ended


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; returns the exit status."""
    chosen = parser().parse_args(arguments)
    try:
        from winepipeline_local.commands import carry_out  # noqa: PLC0415 - `--help` needs none of what this imports

        return carry_out(chosen)
    except KeyboardInterrupt:  # before or after the part that listens for it
        return INTERRUPTED_STATUS


if __name__ == "__main__":
    sys.exit(main())
