"""Start the emulator: `python -m winepipeline_emulator`."""

import signal
import sys
import tempfile
import threading
from pathlib import Path

from winepipeline_emulator.settings import EmulatorSettings, from_environment


def _without_cloud_sdks() -> None:
    # The connector imports Amazon's SDK if it is installed, for stages on S3. Here it is wanted for its error classes:
    # leaving the SDK out makes a fifth of the start.
    for name in ("boto3", "botocore"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def serve(settings: EmulatorSettings, stop: threading.Event) -> None:
    """Serve until `stop` is set."""
    _without_cloud_sdks()
    from winepipeline_emulator.engine import Account
    from winepipeline_emulator.locks import TableChanges, TableLocks
    from winepipeline_emulator.server import Server
    from winepipeline_emulator.session import Shared
    from winepipeline_emulator.sessions import Sessions
    from winepipeline_emulator.stage_files import StageFiles

    with tempfile.TemporaryDirectory(prefix="winepipeline-emulator-") as temporary:
        directory = settings.database_dir
        stages = StageFiles((directory or Path(temporary)) / "stages")
        account = Account(directory, stages.root, settings.threads, settings.memory_limit)
        shared = Shared(account, stages, TableLocks(), TableChanges())
        sessions = Sessions(shared, settings.password, settings.idle_transaction_seconds, settings.idle_session_seconds)
        server = Server((settings.host, settings.port), account, sessions, stages)
        host, port = server.server_address[:2]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="server")
        thread.start()
        if settings.port_file is not None:
            settings.port_file.parent.mkdir(parents=True, exist_ok=True)
            arriving = settings.port_file.with_name(settings.port_file.name + ".arriving")
            arriving.write_text(f"{port}\n")
            arriving.replace(settings.port_file)
        print(f"The warehouse emulator listens on http://{host}:{port}, its databases in {directory or 'memory'}", file=sys.stderr, flush=True)
        stop.wait()
        server.shutdown()
        thread.join()
        sessions.cancel_all()
        server.drain(10)
        server.server_close()
        sessions.close()
        account.close()


def main() -> int:
    """Serve until asked to stop."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    serve(from_environment(), stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
