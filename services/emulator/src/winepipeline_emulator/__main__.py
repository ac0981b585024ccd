"""Start the emulator: `python -m winepipeline_emulator`."""

import contextlib
import gc
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Never

from winepipeline_emulator.settings import EmulatorSettings
from winepipeline_process.exits import ExitCode
from winepipeline_process.logs import configure
from winepipeline_process.settings import SettingsError
from winepipeline_process.stop import Stop

_LOGGER = logging.getLogger("winepipeline_emulator")


@contextlib.contextmanager
def importing_lightly() -> Iterator[None]:
    """Import fakesnow in two thirds of the time (1.3 s instead of 2 on a slow machine).

    The connector, of which fakesnow takes the error classes, imports Amazon's SDK for stages on S3 and numpy where
    they are installed, and does without where they are not. And there is no garbage yet to collect.
    """
    gc.disable()
    for optional in ("boto3", "botocore", "numpy"):
        sys.modules.setdefault(optional, None)  # type: ignore[arg-type]  # the way to say: not installed
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def run(settings: EmulatorSettings, stop: Stop) -> ExitCode:
    """Serve until asked to stop."""
    with importing_lightly():
        from winepipeline_emulator.service import CannotServe, Service  # noqa: PLC0415

    with contextlib.ExitStack() as cleanup:
        directory = settings.database_dir
        if directory is None:
            temporary = tempfile.TemporaryDirectory(prefix="winepipeline-emulator-")
            folder = Path(cleanup.enter_context(temporary))
        else:
            folder = directory.resolve()
        try:
            service = Service(settings, folder)
        except CannotServe as error:
            _LOGGER.error("%s", error)  # noqa: TRY400 - the words say it all
            return ExitCode.USAGE
        cleanup.callback(service.close)
        host, port = service.address
        place = "memory" if directory is None else str(folder)
        _LOGGER.info("The warehouse emulator listens on http://%s:%d, its databases in %s", host, port, place)
        if settings.port_file is not None:
            announce(port, settings.port_file)
        while not stop.wait(3600):
            pass
    return ExitCode.OK


def announce(port: int, file: Path) -> None:
    """Write the port into a file that is there whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    arriving = file.with_name(f"{file.name}.arriving")
    arriving.write_text(f"{port}\n", encoding="ascii")
    arriving.replace(file)


def main() -> Never:
    """Run, and end with the exit status that says how it went."""
    try:
        settings = EmulatorSettings.from_environment(os.environ)
    except SettingsError as error:
        sys.exit(f"winepipeline-emulator: {error}")
    configure(settings, "emulator")
    code = run(settings, Stop().listen())
    logging.shutdown()
    # Not sys.exit: threads that wait for idle clients would be torn down with DuckDB's objects in their hands, and
    # everything that matters is closed.
    os._exit(code)


if __name__ == "__main__":
    main()
