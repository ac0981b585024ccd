"""What kopf is there for: the watch of the WinePipelines, signals, and the order of start and end.

Only `on.event` is used. kopf's daemons and timers would put a finalizer on every resource (which then could not be
deleted without the operator, and would hold up its namespace), keep their progress in annotations, and stay away for
ever after an error (docs/adr/0007). So kopf writes nothing, and what a pipeline needs is done in rounds of our own.
"""

import logging
from typing import Any

import kopf

from winepipeline_operator.kinds import PIPELINE
from winepipeline_operator.kube import Kube
from winepipeline_operator.leadership import Leadership
from winepipeline_operator.operation import Operation
from winepipeline_operator.settings import OperatorSettings
from winepipeline_operator.spec import GROUP, VERSION

_SERVER_SECONDS = 300
_CLIENT_SECONDS = 330
"""A watch is made anew at least so often; behind some load balancers it would be silent for ever."""

_SILENCE_SECONDS = 90
"""A watch without even a bookmark for so long is dead; the server sends one each minute."""

_BACKOFFS_SECONDS = (0.5, 1, 2, 5, 10, *[15] * 240)
"""For an hour of errors kopf goes on; then the process ends and is started again."""


def run(settings: OperatorSettings, kube: Kube, leadership: Leadership) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        CannotListen: METRICS_PORT is taken.
    """
    registry = kopf.OperatorRegistry()
    operation = Operation(settings, kube, leadership)
    operation.listen()

    @kopf.on.login(registry=registry)
    def log_in(**known: Any) -> kopf.ConnectionInfo | None:
        return kopf.login_via_client(**known)

    @kopf.on.startup(registry=registry)
    async def start(settings: kopf.OperatorSettings, **_: Any) -> None:
        _configure(settings)
        await operation.start()

    @kopf.on.cleanup(registry=registry)
    async def stop(**_: Any) -> None:
        await operation.stop()

    @kopf.on.event(GROUP, VERSION, PIPELINE.plural, registry=registry)
    async def heard(event: kopf.RawEvent, **_: Any) -> None:
        if event["type"] == "DELETED":
            operation.pipeline_gone(event["object"])
        else:
            operation.pipeline_is(event["object"])

    logging.getLogger("kopf.objects").setLevel(logging.WARNING)  # it tells of each event that was handled
    kopf.run(
        registry=registry,
        standalone=True,
        clusterwide=not settings.watch_namespaces,
        namespaces=settings.watch_namespaces,
    )


def _configure(settings: kopf.OperatorSettings) -> None:
    settings.posting.enabled = False
    settings.scanning.disabled = True  # else it watches CRDs and namespaces, and needs the rights to
    settings.watching.server_timeout = _SERVER_SECONDS
    settings.watching.client_timeout = _CLIENT_SECONDS
    settings.watching.inactivity_timeout = _SILENCE_SECONDS
    settings.watching.reconnect_backoff = 1
    settings.watching.chunk_size = 250
    settings.networking.connect_timeout = 5
    settings.networking.request_timeout = 30
    settings.networking.error_backoffs = _BACKOFFS_SECONDS
    settings.process.ultimate_exiting_timeout = 20
