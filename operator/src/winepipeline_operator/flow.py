"""Values as YAML writes them on one line: `{name: kafka-user}`, `[1000, 1049]`."""

from typing import Any

import yaml


def flow(value: Any) -> str:
    """The value on one line, as it would stand after `field: `."""
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")
