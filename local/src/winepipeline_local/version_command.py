"""`winepipeline version`: which versions of everything this is."""

import argparse
import json
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from winepipeline_local.jars import KAFKA_VERSION
from winepipeline_process.exits import ExitCode

PACKAGES = ("confluent-kafka", "snowflake-connector-python", "fakesnow", "duckdb", "pyarrow", "msgspec", "pydantic")


def main(chosen: argparse.Namespace) -> int:
    """Print name and version, one a line."""
    versions = found()
    if chosen.output == "json":
        sys.stdout.write(json.dumps(versions) + "\n")
    else:
        width = max(map(len, versions))
        sys.stdout.writelines(f"{name:<{width}}  {value}\n" for name, value in versions.items())
    return ExitCode.OK


def found() -> dict[str, str]:
    """From a name to its version; a package that is not installed says so."""
    own = {"winepipeline": _version("winepipeline-local"), "python": platform.python_version()}
    embedded = {"kafka (embedded)": KAFKA_VERSION, "java (embedded)": _java()}
    return own | embedded | {name: _version(name) for name in PACKAGES}


def _java() -> str:
    try:
        from winepipeline_local import java  # noqa: PLC0415 - an image of a service is without
    except ModuleNotFoundError:
        return "not installed"
    return java.VERSION_WORDS


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
