"""The lock of Kafka's jars: which artifacts, and the SHA-256 each must have. Pure."""

from dataclasses import dataclass
from hashlib import sha256

FIELDS = 2
COORDINATES = 3
SHA256_HEX_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked artifact."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def coordinate(self) -> str:
        """`group:artifact:version`."""
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        """The file's name in the cache: `artifact-version.jar`."""
        return f"{self.artifact}-{self.version}.jar"


def parse(text: str) -> tuple[Jar, ...]:
    """The jars of a lock file: `group:artifact:version sha256` a line, `#` starts a comment.

    Raises:
        ValueError: a line is of another shape, with its number.
    """
    jars = []
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.partition("#")[0].split()
        if not content:
            continue
        coordinate = content[0].split(":")
        if len(content) != FIELDS or len(coordinate) != COORDINATES or len(content[1]) != SHA256_HEX_DIGITS:
            raise ValueError(f"line {number} is not `group:artifact:version sha256`: {line!r}")
        jars.append(Jar(coordinate[0], coordinate[1], coordinate[2], content[1]))
    return tuple(jars)


def fingerprint(jars: tuple[Jar, ...]) -> str:
    """A short name for exactly this set of jars, to name what was derived from it."""
    return sha256("\n".join(f"{jar.coordinate} {jar.sha256}" for jar in jars).encode()).hexdigest()[:12]
