"""The configuration of a one-node Kafka that serves a laptop. Pure."""

from pathlib import Path

NODE_ID = 1
HOST = "127.0.0.1"


def server_properties(data_folder: Path, port: int, controller_port: int) -> str:
    """`server.properties` of a KRaft node that is broker and controller at once, reachable from this machine only.

    Sources: Kafka's own documentation of broker configs; the replication factors must be 1 on one node, and a group
    that forms at once needs no initial delay.
    """
    settings: dict[str, str | int] = {
        "process.roles": "broker,controller",
        "node.id": NODE_ID,
        "controller.quorum.voters": f"{NODE_ID}@{HOST}:{controller_port}",
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(data_folder),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.num.partitions": 1,
        "transaction.state.log.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        # A broker that was killed is only let in again when its old session is over: 9 s by default, in vain here.
        "broker.session.timeout.ms": 3_000,
        "broker.heartbeat.interval.ms": 500,
        # Lets a member ask to be missed soon after it was killed (Kafka's own floor is 6 s).
        "group.min.session.timeout.ms": 1000,
        # A laptop: fewer threads and no preallocated cleaner buffer of 128 MB.
        "num.network.threads": 2,
        "num.io.threads": 4,
        "log.cleaner.dedupe.buffer.size": 4_194_304,
        "log.retention.check.interval.ms": 10_000,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def simple_logger_flags(level: str = "warn") -> tuple[str, ...]:
    """JVM flags by which slf4j-simple writes Kafka's log to standard error, one readable line each."""
    prefix = "-Dorg.slf4j.simpleLogger."
    return (
        f"{prefix}defaultLogLevel={level}",
        f"{prefix}showDateTime=true",
        f"{prefix}dateTimeFormat=HH:mm:ss.SSS",
        f"{prefix}showThreadName=false",
    )
