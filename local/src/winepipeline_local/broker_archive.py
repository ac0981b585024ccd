"""The broker's start-up archive: Java keeps loaded and linked classes in a file, and Kafka starts in half the time.

`python -m winepipeline_local.broker_archive` makes it (about 10 s at low priority, once for each version of Java and
of the jars). Source: JEP 514, Ahead-of-Time Command-Line Ergonomics.
"""

import os
import sys
import tempfile
from pathlib import Path

from winepipeline_local import jars, java

OLDEST_JAVA = 25  # JEP 514 came with it
LOWEST_PRIORITY = 19


def file() -> Path:
    """Where the archive is, or would be: it fits one version of Java and one set of jars."""
    return jars.folder() / f"start-java-{java.VERSION_WORDS}.aot"


def supported() -> bool:
    """Whether this Java can make one."""
    return java.VERSION[0] >= OLDEST_JAVA


def wanted() -> bool:
    """Whether one could be made and is not there."""
    return supported() and not file().exists()


def flags() -> tuple[str, ...]:
    """JVM flags by which the broker starts from the archive; none while there is no archive."""
    return (f"-XX:AOTCache={file()}",) if file().exists() else ()


def make() -> None:
    """Start a broker on throw-away data, let Java write down what it loaded, and put that into the cache."""
    from winepipeline_local.broker import Broker  # noqa: PLC0415 - the broker reads `flags` of this module

    jars.class_path()
    with tempfile.TemporaryDirectory(dir=jars.folder(), prefix="training-") as folder:
        output = Path(folder) / "start.aot"
        broker = Broker(Path(folder) / "kafka", jvm_flags=(f"-XX:AOTCacheOutput={output}",))
        broker.start()
        broker.stop(seconds=120.0)  # Java writes the archive as it ends
        if output.exists():
            output.replace(file())


def main() -> int:
    """Make the archive where it is missing; 0 when it is there."""
    if not supported():
        return 1
    if not file().exists():
        os.nice(LOWEST_PRIORITY)
        make()
    return 0 if file().exists() else 1


if __name__ == "__main__":
    sys.exit(main())
