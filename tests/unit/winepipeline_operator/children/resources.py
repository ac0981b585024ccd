"""Resources of every kind that is allowed, for laws that must hold for all of them."""

from typing import Any

from hypothesis import strategies as st

from winepipeline_operator.spec import API_VERSION, KIND, WinePipeline

Fields = dict[str, Any]

_NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?", fullmatch=True)
_SECRETS = st.from_regex(r"[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?", fullmatch=True)
_SIZES = st.builds(lambda number, unit: f"{number}{unit}", st.integers(1, 9999), st.sampled_from(["Mi", "Gi", "G", ""]))


def _of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Fields]:
    """Any of the fields, each with its values."""
    return st.fixed_dictionaries({}, optional=fields)


def _redpanda(replicas: int) -> st.SearchStrategy[Fields]:
    fields = _of(storage=_of(size=_SIZES, storageClassName=st.just("ssd")), console=_of(enabled=st.booleans()))
    return fields.map(lambda found: {"redpanda": {"replicas": replicas, **found}})


_SASL = st.fixed_dictionaries(
    {
        "bootstrapServers": st.sampled_from(["kafka:9092", "kafka-0.example.com:443,kafka-1.example.com:65535"]),
        "securityProtocol": st.sampled_from(["SASL_SSL", "SASL_PLAINTEXT"]),
        "credentialsSecret": st.builds(dict, name=_SECRETS),
    }
)
_TLS: st.SearchStrategy[Fields] = st.fixed_dictionaries(
    {"bootstrapServers": st.just("kafka:9093"), "securityProtocol": st.just("SSL")},
    optional={"caSecret": st.builds(dict, name=_SECRETS, key=st.sampled_from(["ca.crt", "..", "ca.pem"]))},
)
_EXTERNAL = st.one_of(_SASL, _TLS, st.just({"bootstrapServers": "kafka:9092"})).map(lambda found: {"external": found})
_ACCOUNT = st.fixed_dictionaries(
    {"account": st.just("caves-albert"), "credentialsSecret": st.builds(dict, name=_SECRETS)},
    optional={
        "user": st.just("WINE"),
        "authentication": st.sampled_from(["Password", "KeyPair"]),
        "table": st.sampled_from(["EVENTS", "T" * 240]),
    },
).map(lambda found: {"snowflake": found})
_ON_SSD: Fields = {"emulator": {"storageClassName": "ssd"}}
_SCALING = _of(
    mode=st.sampled_from(["Builtin", "Keda", "Recommend", "Off"]),
    minReplicas=st.integers(0, 6),
    maxReplicas=st.integers(6, 1000),
)
_BACKFILL = _of(days=st.integers(1, 3650), ordersPerDay=st.integers(1, 1_000_000), seed=st.integers(0, 2**53 - 1))


def _topic(replication: int) -> st.SearchStrategy[Fields]:
    return _of(name=st.sampled_from(["sales_events", "t" * 249]), partitions=st.integers(1, 100)).map(
        lambda found: {**found, "replicationFactor": replication}
    )


@st.composite
def pipelines(draw: st.DrawFn) -> WinePipeline:
    """Any resource that the API server would take."""
    brokers = draw(st.sampled_from([0, 1, 3, 5, 9]))
    spec: Fields = {
        "broker": draw(_redpanda(brokers) if brokers else _EXTERNAL),
        "warehouse": draw(st.one_of(st.sampled_from([{"emulator": {}}, _ON_SSD]), _ACCOUNT)),
        "topic": draw(_topic(3 if brokers >= 3 else 1)),
        **draw(
            _of(
                paused=st.booleans(),
                deletionPolicy=st.sampled_from(["Retain", "Delete"]),
                producer=_of(enabled=st.booleans(), replicas=st.integers(1, 100), eventsPerSecond=st.just(50)),
                consumer=_of(scaling=_SCALING, replicas=st.integers(0, 1000)),
                backfill=_BACKFILL,
            )
        ),
    }
    metadata = {"name": draw(_NAMES), "namespace": draw(_NAMES), "uid": "3f0c2f6e", "generation": 1}
    return WinePipeline.model_validate({"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec})
