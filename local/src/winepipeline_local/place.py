"""Where a pipeline's events are: its topics, and how broker and warehouse are logged in to.

`winepipeline audit` and its like work on a place, whoever knows it: a resource and a run on a laptop
(standing_place.py), or in a pod the variables that its consumer reads.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_events.validation import Limits
from winepipeline_local.access import client_config, warehouse_login
from winepipeline_operator.environment import Endpoints
from winepipeline_operator.spec import WinePipeline

TELLING = ("KAFKA_BOOTSTRAP_SERVERS", "SNOWFLAKE_ACCOUNT")
"""Where all of these are set, the environment is a consumer's and says everything."""


@dataclass(frozen=True, slots=True)
class Place:
    """One pipeline's topics and the ways to them and to its tables.

    Attributes:
        topic: of the events.
        dead_letter_topic: of what was turned away.
        group: the consumers' group.
        client_config: librdkafka's settings; holds the password.
        warehouse_login: the `SNOWFLAKE_*` variables; holds the password.
        limits: beyond which the consumers turn a message away.
    """

    topic: str
    dead_letter_topic: str
    group: str
    client_config: Mapping[str, Any] = field(repr=False)
    warehouse_login: Mapping[str, str] = field(repr=False)
    limits: Limits = field(default_factory=Limits)


def place_of_environment(environ: Mapping[str, str]) -> Place | None:
    """The place that a consumer with this environment works on; None where the environment is no consumer's.

    Raises:
        SettingsError: it is a consumer's, and something in it will not do.
    """
    if not all(environ.get(name) for name in TELLING):
        return None
    settings = ConsumerSettings.from_environment(environ)
    login = {name: value for name, value in environ.items() if name.startswith("SNOWFLAKE_")}
    limits = Limits(settings.max_event_bytes, settings.max_event_depth)
    return Place(settings.topic, settings.dead_letter_topic, settings.group_id, settings.client_config(), login, limits)


def place_of_pipeline(pipeline: WinePipeline, endpoints: Endpoints, environ: Mapping[str, str]) -> Place:
    """The place of a resource whose broker and warehouse answer at `endpoints`; credentials are the environment's.

    Raises:
        UsageError: credentials are missing.
        SettingsError: they do not fit together.
    """
    return Place(
        pipeline.spec.topic.name,
        pipeline.spec.dead_letter_topic.name,
        pipeline.spec.consumer.group_id,
        client_config(pipeline, endpoints, environ),
        warehouse_login(pipeline, endpoints, environ),
    )


@contextmanager
def named_place(file: Path | None, folder: Path | None) -> Iterator[Place]:
    """What a flag names; without one what this environment names (a pod's), else what stands in this folder.

    Raises:
        LocalError: there is nothing by that name, or broker or warehouse do not come up.
        SettingsError: the environment is a consumer's and will not do.
    """
    named = None if file or folder else place_of_environment(os.environ)
    if named:
        yield named
        return
    from winepipeline_local.standing_place import standing_place  # noqa: PLC0415 - pods are without broker and emulator

    with standing_place(file, folder) as place:
        yield place
