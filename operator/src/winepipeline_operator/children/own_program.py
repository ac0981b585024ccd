"""What our own services have in common: JSON logs, their name, /metrics and /healthz on one port."""

from collections.abc import Mapping

from winepipeline_operator.children.objects import METRICS, Port
from winepipeline_operator.children.pod import Program, Share, Volume, our_probes
from winepipeline_operator.environment import SecretVariable

_LOGS = {"LOG_FORMAT": "json"}
_NAME = {"INSTANCE_NAME": "$(POD_NAME)"}
"""Kubernetes puts the value in, since POD_NAME stands before it."""


def own_program(
    *,
    image: str,
    share: Share,
    stop_seconds: int,
    environment: Mapping[str, str],
    secrets: tuple[SecretVariable, ...] = (),
    port: Port = METRICS,
    volumes: tuple[Volume, ...] = (),
) -> Program:
    """One of our services, by the image's own command; it answers `/healthz` and `/readyz` on its port."""
    return Program(
        image=image,
        share=share,
        stop_seconds=stop_seconds,
        probes=our_probes(port),
        environment={**_LOGS, **_NAME, **environment},
        secrets=secrets,
        ports=(port,),
        volumes=volumes,
    )
