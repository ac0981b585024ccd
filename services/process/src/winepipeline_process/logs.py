"""Logs: for a person a line with the time and the words, for a collector one JSON object a line."""

import datetime as dt
import json
import logging
import sys
from typing import Any, TextIO

from winepipeline_process.settings import ProcessSettings


def configure(settings: ProcessSettings, service: str, stream: TextIO | None = None) -> None:
    """Send every logger's lines to `stream` (stderr), in the form that the settings name.

    A caller gives further fields as `extra={"fields": {"rows": 100}}`.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    if settings.log_format == "json":
        handler.setFormatter(JsonLines(service, settings.instance_name))
    else:
        handler.setFormatter(TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    logging.captureWarnings(capture=True)


class JsonLines(logging.Formatter):
    """`{"time":…,"level":…,"service":…,"instance":…,"logger":…,"message":…}` and the caller's fields."""

    def __init__(self, service: str, instance: str) -> None:
        super().__init__()
        self._named = {"service": service, "instance": instance}

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the message holds."""
        time = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname,
            **self._named,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line = {**line, **_fields(record), **line}  # the caller's fields come last and replace none of ours
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """`12:03:04 INFO    message  rows=100`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it where there is one."""
        time = dt.datetime.fromtimestamp(record.created, dt.UTC).astimezone().strftime("%H:%M:%S")
        fields = "".join(f"  {name}={value}" for name, value in _fields(record).items())
        text = f"{time} {record.levelname:<7} {record.getMessage()}{fields}"
        return text if not record.exc_info else f"{text}\n{self.formatException(record.exc_info)}"


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields = getattr(record, "fields", None)
    return fields if isinstance(fields, dict) else {}
