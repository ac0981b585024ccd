"""One contestant in this process: `python -m benchmarks.contest NAME COUNT FILE`, settings from the environment."""

import logging
import os
import sys
from pathlib import Path

from benchmarks.contest.ours import client_alone, with_emulator
from benchmarks.contest.raw import in_c, in_python
from benchmarks.contest.usual import usual_way
from winepipeline_consumer.settings import ConsumerSettings

CONTESTANTS = {"raw": in_python, "c": in_c, "client": client_alone, "emulator": with_emulator, "usual": usual_way}


def main() -> None:
    """Run it and write its figures."""
    name, count, file = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING)
    settings = ConsumerSettings.from_environment(os.environ)
    CONTESTANTS[name](settings, int(count)).write(Path(file))


if __name__ == "__main__":
    main()
