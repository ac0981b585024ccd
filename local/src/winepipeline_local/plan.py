"""Which processes a WinePipeline becomes on a laptop, each with its environment. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from winepipeline_local.errors import UsageError
from winepipeline_operator.environment import (
    Endpoints,
    SecretVariable,
    consumer_environment,
    kafka_secrets,
    producer_environment,
    warehouse_secrets,
)
from winepipeline_operator.spec import WinePipeline

HOST = "127.0.0.1"

# So soon is a consumer missed that was killed: nothing on a laptop needs the half minute of a cluster.
SESSION_TIMEOUT_MS = 6_000

FIXED = frozenset({"Off", "Recommend"})
"""The modes of scaling in which `consumer.replicas` says how many consumers run."""

_PREFIXES = (
    "BACKFILL_", "CONSUMER_", "EMULATOR_", "EVENT_", "EVENTS_", "KAFKA_", "LOG_", "MAX_", "METRICS_", "SNOWFLAKE_",
)  # fmt: skip
_NAMES = frozenset(
    {
        "ACCEPTED_TOPIC_ID",
        "AUDIT_INTERVAL_SECONDS",
        "BATCH_SIZE",
        "CUSTOMER_ID_RANGE",
        "FETCH_QUEUE_KILOBYTES",
        "GROUP_INSTANCE_ID",
        "INSTANCE_NAME",
        "INVALID_EVENT_PROBABILITY",
        "ORDER_CREATED_PROBABILITY",
        "PRODUCT_ID_RANGE",
        "SEED",
        "STOP_SECONDS",
        "TERMINATION_LOG",
    }
)


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """What to start: `python -m module` with this environment; its metrics are at 127.0.0.1:`metrics_port`."""

    name: str
    module: str
    environment: Mapping[str, str] = field(repr=False)
    metrics_port: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each service run."""

    producers: int
    consumers: int

    @property
    def ports(self) -> int:
        """How many metrics ports they need."""
        return self.producers + self.consumers


def counts(pipeline: WinePipeline) -> Counts:
    """How many a resource asks for at first; where it lets them be scaled, the fewest, but one."""
    spec = pipeline.spec
    if spec.paused:
        return Counts(0, 0)
    scaling = spec.consumer.scaling
    consumers = spec.consumer.replicas if scaling.mode in FIXED else max(1, scaling.min_replicas)
    return Counts(spec.producer.replicas if spec.producer.enabled else 0, consumers)


def without_service_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without any variable that a service reads: what the shell holds must not leak into a demo."""
    return {name: value for name, value in environ.items() if not name.startswith(_PREFIXES) and name not in _NAMES}


def credentials(secrets: Sequence[SecretVariable], environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that stand in for Secrets on a laptop, out of this command's own environment.

    Raises:
        UsageError: names all that are missing at once.
    """
    found: dict[str, str] = {}
    missing: list[str] = []
    for secret in secrets:
        names = _variables(secret.variable)
        given = {each: environ[each] for each in names if environ.get(each)}
        found |= given
        if not given and not secret.optional:
            missing.append(f"{' or '.join(names)} (key `{secret.key}` of the Secret `{secret.secret}`)")
    if missing:
        raise UsageError(
            "The resource names credentials that this command's environment does not hold:\n"
            + "\n".join(f"    {each}" for each in missing),
            "A Secret is read on Kubernetes only; here set the variables, a password best as a file: "
            "`export …_PASSWORD_FILE=path`.",
        )
    return found


def _variables(variable: str) -> tuple[str, ...]:
    """The ways to give a secret; a private key and an authority's certificate are files by nature, a name is none."""
    if variable.endswith(("_KEY_FILE", "_CA_FILE", "_USER", "_USERNAME")):
        return (variable,)
    plain = variable.removesuffix("_FILE")
    return plain, f"{plain}_FILE"


def kafka_credentials(pipeline: WinePipeline, environ: Mapping[str, str]) -> dict[str, str]:
    """What it takes to log in to the broker; empty for the embedded one."""
    return credentials(kafka_secrets(pipeline), environ)


def warehouse_credentials(pipeline: WinePipeline, environ: Mapping[str, str]) -> dict[str, str]:
    """What it takes to log in to the account; empty for the emulator."""
    return credentials(warehouse_secrets(pipeline), environ)


def services(
    pipeline: WinePipeline, endpoints: Endpoints, environ: Mapping[str, str], how_many: Counts, ports: Sequence[int]
) -> tuple[ServicePlan, ...]:
    """Every service as a process, producers first.

    Args:
        pipeline: the resource, with the command's overrides in it.
        endpoints: where broker and warehouse are.
        environ: this command's own environment: PATH and the like, and the credentials.
        how_many: of each.
        ports: a free port for each, for its metrics.
    """
    rest = without_service_settings(environ)
    producer = rest | producer_environment(pipeline, endpoints) | kafka_credentials(pipeline, environ)
    plans = [_plan("producer", number, producer) for number in range(1, how_many.producers + 1)]
    environment = _consumer_environment(pipeline, endpoints, environ)
    plans += [
        _plan("consumer", number, {**environment, "GROUP_INSTANCE_ID": f"consumer-{number}"})
        for number in range(1, how_many.consumers + 1)
    ]
    return tuple(_at(plan, port) for plan, port in zip(plans, ports, strict=True))


def another_consumer(
    pipeline: WinePipeline, endpoints: Endpoints, environ: Mapping[str, str], number: int, port: int
) -> ServicePlan:
    """A consumer that scaling adds.

    It has no lasting place in the group, as the first ones have: when it goes again, its partitions move at once.
    """
    return _at(_plan("consumer", number, _consumer_environment(pipeline, endpoints, environ)), port)


def _consumer_environment(
    pipeline: WinePipeline, endpoints: Endpoints, environ: Mapping[str, str]
) -> Mapping[str, str]:
    return {
        **without_service_settings(environ),
        **consumer_environment(pipeline, endpoints),
        **kafka_credentials(pipeline, environ),
        **warehouse_credentials(pipeline, environ),
        "CONSUMER_SESSION_TIMEOUT_MS": str(SESSION_TIMEOUT_MS),
    }


def _plan(service: str, number: int, environment: Mapping[str, str]) -> ServicePlan:
    name = f"{service}-{number}"
    return ServicePlan(name, f"winepipeline_{service}", {**environment, "INSTANCE_NAME": name}, 0)


def _at(plan: ServicePlan, port: int) -> ServicePlan:
    addressed = {**plan.environment, "METRICS_HOST": HOST, "METRICS_PORT": str(port)}
    return ServicePlan(plan.name, plan.module, addressed, port)
