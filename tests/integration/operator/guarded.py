"""A real Kafka that wants a certificate's authority, a user and a password."""

import subprocess
from pathlib import Path

from winepipeline_local.broker import Broker
from winepipeline_local.ports import free_ports

USER, PASSWORD = "albert", "grand-cru-1855"


class GuardedBroker(Broker):
    """Beside its open port it listens with SSL at `ssl_port`, with SASL over SSL at `sasl_port`."""

    def __init__(self, data_folder: Path) -> None:
        super().__init__(data_folder)
        self.ssl_port, self.sasl_port = free_ports(2)
        self.ca_pem = _certificate(data_folder.parent)

    def _format(self, class_path: str) -> None:
        super()._format(class_path)
        key = (self.data_folder.parent / "key.pem").read_text(encoding="ascii")
        listeners = f"SSL://127.0.0.1:{self.ssl_port},SASL_SSL://127.0.0.1:{self.sasl_port}"
        ours, controller = (
            f"{name}://127.0.0.1:{port}" for name, port in zip(("PLAINTEXT", "CONTROLLER"), self._ports, strict=True)
        )
        login = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        settings = {
            "listeners": f"{ours},{controller},{listeners}",
            "advertised.listeners": f"{ours},{listeners}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.key": _one_line(key),
            "ssl.keystore.certificate.chain": _one_line(self.ca_pem),
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_ssl.plain.sasl.jaas.config": login,
        }
        with self._properties_file().open("a", encoding="ascii") as properties:
            properties.writelines(f"{name}={value}\n" for name, value in settings.items())


def _certificate(folder: Path) -> str:
    """A certificate that signs itself, for 127.0.0.1."""
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "ca.pem")]
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *subject]
    subprocess.run(command, check=True, capture_output=True)
    return (folder / "ca.pem").read_text(encoding="ascii")


def _one_line(pem: str) -> str:
    """As a value in Java's properties."""
    return pem.strip().replace("\n", "\\n")
