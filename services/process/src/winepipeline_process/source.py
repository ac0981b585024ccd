"""Where a setting's value comes from: its variable, or for a secret the file that `<variable>_FILE` names."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic.fields import FieldInfo

from winepipeline_process.allowed import is_secret


def read(fields: Iterable[FieldInfo], environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """From each variable that is set to its value; and from each whose file will not do to what is wrong with it."""
    values: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for info in fields:
        variable = str(info.alias)
        file = environment.get(f"{variable}_FILE", "") if is_secret(info) else ""
        if value := environment.get(variable, ""):
            values[variable] = value
        elif file:
            try:
                values[variable] = _held_by(Path(file))
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else error
                wrong[variable] = f"{variable}_FILE={file} cannot be read: {why}; allowed is a file that holds the text"
    return values, wrong


def _held_by(file: Path) -> str:
    """What the file holds, without a line feed at its end: editors and `echo` leave one."""
    try:
        text = file.read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("it is no UTF-8 text") from None  # pydantic's words would show the secret's bytes
    if not text:
        raise ValueError("it is empty")
    return text
