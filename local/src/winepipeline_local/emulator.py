"""The warehouse emulator as a child process, its databases in a folder."""

import http.client
import os
import sys
import time
from pathlib import Path

from winepipeline_local.child import Child, last_lines
from winepipeline_local.errors import WarehouseError
from winepipeline_local.plan import without_service_settings
from winepipeline_operator.environment import EMULATED_LOGIN, Address, emulator_environment

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02
LAST_LINES = 8


class Emulator:
    """One emulator; stopping and starting it again keeps its port and, with a data folder, its data."""

    def __init__(
        self, data_folder: Path, port: int = 0, log_file: Path | None = None, upload_seconds: float = 0
    ) -> None:
        """`port` 0 lets the system choose at the first start; `log_file` defaults to one beside the data."""
        self.data_folder = data_folder
        self.log_file = log_file or data_folder.with_name(f"{data_folder.name}.log")
        self.port = port
        self._upload_seconds = upload_seconds
        self._port_file = data_folder.with_name(f"{data_folder.name}.port")
        self._child: Child | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid if self._child is not None and self._child.running else None

    @property
    def address(self) -> Address:
        """Where it listens, or will listen."""
        return Address("http", HOST, self.port)

    @property
    def environment(self) -> dict[str, str]:
        """How a service logs in here: its `SNOWFLAKE_*` variables."""
        return {
            **EMULATED_LOGIN,
            "SNOWFLAKE_PROTOCOL": self.address.protocol,
            "SNOWFLAKE_HOST": self.address.host,
            "SNOWFLAKE_PORT": str(self.address.port),
        }

    def start(self) -> int:
        """Start it and wait until it answers queries; returns its port.

        Raises:
            WarehouseError: it ended or did not answer in time; its last log lines are in the message.
        """
        self.launch()
        if self.wait_until_ready():
            return self.port
        self.kill()
        lines = "\n".join(f"    {line}" for line in last_lines(self.log_file, LAST_LINES))
        raise WarehouseError(
            f"The warehouse emulator did not come up. Its last words:\n{lines}",
            f"The whole log is in {self.log_file}. `--fresh` starts on an empty warehouse.",
        )

    def launch(self) -> None:
        """Start the process and return at once; `wait_until_ready` says when it answers."""
        if self.running:
            return
        self.data_folder.mkdir(parents=True, exist_ok=True)
        self._port_file.unlink(missing_ok=True)
        environment = without_service_settings(os.environ) | {
            **emulator_environment(HOST, self.port, str(self.data_folder), self._upload_seconds),
            "EMULATOR_PORT_FILE": str(self._port_file),
        }
        self._child = Child.start(
            "emulator", [sys.executable, "-m", "winepipeline_emulator"], self.log_file, environment
        )

    def wait_until_ready(self, seconds: float = START_SECONDS) -> bool:
        """Whether it answered a query within so many seconds; False at once when the process ends."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.running:
            if self._port_file.exists():
                self.port = int(self._port_file.read_text(encoding="ascii"))
                if self.answers():
                    return True
            time.sleep(POLL_SECONDS)
        return False

    def answers(self, seconds: float = 2.0) -> bool:
        """Whether it answers a query now."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """Stop it in order: it closes its databases. Harmless when it does not run."""
        if self._child is not None:
            self._child.stop(STOP_SECONDS)
            self._child = None

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def restart(self) -> int:
        """Stop and start it again on the same port and data; returns the port."""
        self.stop()
        return self.start()
