"""A real Kafka that asks who one is, and lets rights be taken away."""

from pathlib import Path

from winepipeline_local.broker import Broker
from winepipeline_local.ports import free_ports

USER, PASSWORD = "albert", "grand-cru-1855"


class GuardedBroker(Broker):
    """Beside its open port it has one where a user logs in; that one may do what nobody has forbidden."""

    def __init__(self, data_folder: Path) -> None:
        super().__init__(data_folder)
        (self.sasl_port,) = free_ports(1)

    @property
    def guarded(self) -> str:
        """Where to log in."""
        return f"127.0.0.1:{self.sasl_port}"

    def _format(self, class_path: str) -> None:
        super()._format(class_path)
        open_port, controller = (f"127.0.0.1:{port}" for port in self._ports)
        login = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        settings = {
            "listeners": f"PLAINTEXT://{open_port},CONTROLLER://{controller},SASL_PLAINTEXT://{self.guarded}",
            "advertised.listeners": f"PLAINTEXT://{open_port},SASL_PLAINTEXT://{self.guarded}",
            "listener.security.protocol.map": (
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT"
            ),
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config": login,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "allow.everyone.if.no.acl.found": "true",
        }
        with self._properties_file().open("a", encoding="ascii") as properties:
            properties.writelines(f"{name}={value}\n" for name, value in settings.items())
