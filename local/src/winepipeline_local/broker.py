"""A real Apache Kafka on this machine, as a child process: the Java runtime of a wheel, jars from the user's cache."""

import secrets
import subprocess
import time
from base64 import urlsafe_b64encode
from pathlib import Path

from winepipeline_local import broker_archive, jars, java
from winepipeline_local.broker_properties import HOST, server_properties, simple_logger_flags
from winepipeline_local.child import Child, last_lines
from winepipeline_local.errors import BrokerError
from winepipeline_local.kafka import wait_until_it_answers
from winepipeline_local.ports import accepts, free_ports

# One node on a laptop: starting soon matters more than peak throughput, so the first compiler tier is enough.
JVM_FLAGS = (
    "-Xms128m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    # Kafka and its compressors reach for memory in ways that Java 25 warns about, line by line.
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
    # And the JVM itself warns at each start that a stub of the archive is not to be used; errors stay.
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
)
ATTEMPTS = 3
START_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
LAST_LINES = 8


class Broker:
    """One Kafka node with its data in a folder.

    Stopping and starting it again keeps the port and the data, also after `kill`.
    """

    def __init__(
        self, data_folder: Path, port: int = 0, log_file: Path | None = None, jvm_flags: tuple[str, ...] | None = None
    ) -> None:
        """`port` 0 takes a free one at the first start and keeps it; `log_file` defaults to one beside the data.

        `jvm_flags` stand in place of the start-up archive's.
        """
        self.data_folder = data_folder
        self.log_file = log_file or data_folder.with_name(f"{data_folder.name}.log")
        self._wanted_port = port
        self._jvm_flags = jvm_flags
        self._ports = (0, 0)
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients; known once it was started."""
        return f"{HOST}:{self._ports[0]}"

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid if self._child is not None and self._child.running else None

    def start(self) -> str:
        """Start it and wait until it answers; returns the bootstrap address.

        Raises:
            BrokerError: it ended or did not answer in time; its last log lines are in the message.
            JarsError: Kafka's jars are neither in the cache nor to be fetched.
        """
        for attempt in range(ATTEMPTS):
            self.launch()
            if self.wait_until_ready():
                return self.bootstrap
            taken = any("Address already in use" in line for line in last_lines(self.log_file, LAST_LINES * 4))
            self.kill()
            if not taken or self._wanted_port:
                break
            if attempt + 1 < ATTEMPTS:  # somebody took a port between our choice and its use
                self._ports = (0, 0)
        raise self._failed()

    def launch(self) -> None:
        """Start the process and return at once; `wait_until_ready` says when it answers."""
        if self.running:
            return
        class_path = jars.class_path()
        if not self._ports[0]:
            free = free_ports(2)
            self._ports = (self._wanted_port or free[0], free[1])
        self.data_folder.mkdir(parents=True, exist_ok=True)
        self._format(class_path)
        start = broker_archive.flags() if self._jvm_flags is None else self._jvm_flags
        program = [str(java.PROGRAM), *JVM_FLAGS, *start, *simple_logger_flags(), "-cp", class_path]
        self._child = Child.start("broker", [*program, "kafka.Kafka", str(self._properties_file())], self.log_file)

    def wait_until_ready(self, seconds: float = START_SECONDS) -> bool:
        """Whether it answered a client within so many seconds; False at once when the process ends."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.running:
            if accepts(self._ports[0]):
                return wait_until_it_answers({"bootstrap.servers": self.bootstrap}, deadline - time.monotonic())
            time.sleep(POLL_SECONDS)
        return False

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Stop it in order: it flushes its logs; killed after so many seconds. Harmless when it does not run."""
        if self._child is not None:
            self._child.stop(seconds)
            self._child = None

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def restart(self) -> str:
        """Stop and start it again on the same port and data; returns the bootstrap address."""
        self.stop()
        return self.start()

    def _properties_file(self) -> Path:
        return self.data_folder.with_name(f"{self.data_folder.name}.properties")

    def _format(self, class_path: str) -> None:
        properties = self._properties_file()
        properties.write_text(server_properties(self.data_folder.absolute(), *self._ports), encoding="utf-8")
        if (self.data_folder / "meta.properties").exists():
            return
        cluster_id = urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
        program = [
            str(java.PROGRAM),
            *JVM_FLAGS,
            *broker_archive.flags(),
            *simple_logger_flags("error"),
            "-cp",
            class_path,
        ]
        # With "=", since one id in 64 begins with "-" and would be taken for a flag.
        tool = [*program, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "-c", str(properties)]
        done = subprocess.run(tool, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise BrokerError(
                f"The broker's data folder {self.data_folder} cannot be prepared: {said}",
                "Choose another folder with `--state DIR`, or start afresh with `--fresh`.",
            )

    def _failed(self) -> BrokerError:
        lines = last_lines(self.log_file, LAST_LINES)
        return BrokerError(
            "The embedded broker did not come up. Its last words:\n" + "\n".join(f"    {line}" for line in lines),
            f"The whole log is in {self.log_file}. A full disk or little memory is the usual cause; "
            "`winepipeline check` looks at both. `--fresh` starts on empty data.",
        )
