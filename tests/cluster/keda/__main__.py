"""`python -m tests.cluster.keda`: builds KEDA for the tests that need it; what `make cluster-keda` calls."""

import sys

from tests.cluster.harness import programs
from tests.cluster.harness.failure import CannotRun

from .programs import KEDA, VERSION


def main() -> int:
    """Build it, unless it is there."""
    try:
        seconds = programs.build(KEDA)
    except CannotRun as failure:
        print(f"× {failure}", file=sys.stderr)
        return 1
    print(f"KEDA {VERSION} {f'built in {seconds:.0f} s' if seconds else 'is there'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
