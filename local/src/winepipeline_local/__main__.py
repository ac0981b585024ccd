"""The command `winepipeline`."""

import sys

from winepipeline_local import started  # noqa: F401 - its import notes when this process began
from winepipeline_local.arguments import parser


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; returns the exit status."""
    chosen = parser().parse_args(arguments)
    from winepipeline_local.commands import carry_out  # noqa: PLC0415 - `--help` needs none of what this imports

    return carry_out(chosen)


if __name__ == "__main__":
    sys.exit(main())
