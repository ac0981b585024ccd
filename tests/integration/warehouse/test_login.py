"""Who we are, and what is said when the warehouse does not believe it."""

import base64
import gzip
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from winepipeline_warehouse.errors import Misconfigured, Unavailable
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.settings import WarehouseSettings

HOST = "127.0.0.1"
PASSPHRASE = "de la cave"  # noqa: S105 - of keys that are made here
PASSWORD = "Pomerol 1961"  # noqa: S105 - of an emulator that is started here


class Gate(HTTPServer):
    """Takes log-ins down, and refuses them as Snowflake refuses a key that it does not know."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Handler)
        self.logins: list[dict[str, Any]] = []
        Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: Gate

    def do_POST(self) -> None:
        """Every request is a log-in."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.logins.append(json.loads(body)["data"])
        answer = {"success": False, "code": "390144", "message": "JWT token is invalid. [0ce9eb56]", "data": {}}
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """The test looks at `logins`."""


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A warehouse that lets nobody in."""
    server = Gate()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an emulator that wants a password."""
    port_file = tmp_path_factory.mktemp("guarded") / "port"
    environment = {"EMULATOR_PASSWORD": PASSWORD, "EMULATOR_PORT_FILE": str(port_file), "EMULATOR_PORT": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "winepipeline_emulator"],
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not _answers(port_file):
        assert process.poll() is None, "the emulator ended"
        assert time.monotonic() < deadline, "the emulator does not come up"
        time.sleep(0.05)
    yield int(port_file.read_text(encoding="ascii"))
    process.kill()
    process.wait()


def _answers(port_file: Path) -> bool:
    if not port_file.exists():
        return False
    connection = http.client.HTTPConnection(HOST, int(port_file.read_text(encoding="ascii")), timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def settings(port: int, **more: str) -> WarehouseSettings:
    login = {
        "SNOWFLAKE_ACCOUNT": "caves-albert",
        "SNOWFLAKE_USER": "wine_loader",
        "SNOWFLAKE_PROTOCOL": "http",
        "SNOWFLAKE_HOST": HOST,
        "SNOWFLAKE_PORT": str(port),
        "SNOWFLAKE_LOGIN_TIMEOUT": "5",
    }
    return WarehouseSettings.from_environment(login | more)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    """A key pair."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def written(key: rsa.RSAPrivateKey, folder: Path, passphrase: str | None = None) -> str:
    """The private key in a Secret's file."""
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    file = folder / "private_key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return str(file)


def test_the_right_password_opens_and_a_wrong_one_is_told_with_a_hint(guarded: int) -> None:
    """A person reads which variables to look at, and not a traceback or the password."""
    with Session(settings(guarded, SNOWFLAKE_PASSWORD=PASSWORD)) as session:
        assert session.query("SELECT 1") == [(1,)]
    with pytest.raises(Misconfigured) as caught:
        Session(settings(guarded, SNOWFLAKE_PASSWORD="Pétrus 1961"))  # noqa: S106 - opens nothing
    assert caught.value.reason == "LoginFailed"
    assert "Incorrect username or password" in caught.value.message
    assert "SNOWFLAKE_PASSWORD" in caught.value.hint
    assert "Pétrus" not in str(caught.value)


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_a_key_pair_logs_in(guarded: int, key: rsa.RSAPrivateKey, tmp_path: Path, passphrase: str | None) -> None:
    """A Secret's private key is enough, with a passphrase or without one."""
    more = {"SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": passphrase} if passphrase else {}
    file = written(key, tmp_path, passphrase)
    with Session(settings(guarded, SNOWFLAKE_PRIVATE_KEY_FILE=file, **more)) as session:
        assert session.query("SELECT 1") == [(1,)]


def test_the_log_in_is_signed_with_the_key(gate: Gate, key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    """What reaches the warehouse is a token for our user that the public key proves, and neither key nor passphrase."""
    file = written(key, tmp_path, PASSPHRASE)
    given = settings(gate.server_port, SNOWFLAKE_PRIVATE_KEY_FILE=file, SNOWFLAKE_PRIVATE_KEY_PASSPHRASE=PASSPHRASE)
    with pytest.raises(Misconfigured) as caught:
        Session(given)
    assert caught.value.reason == "LoginFailed"
    assert "RSA_PUBLIC_KEY" in caught.value.hint
    login = gate.logins[0]
    assert (login["AUTHENTICATOR"], login["LOGIN_NAME"]) == ("SNOWFLAKE_JWT", "wine_loader")
    claims = jwt.decode(login["TOKEN"], key.public_key(), algorithms=["RS256"])
    assert claims["sub"] == "CAVES-ALBERT.WINE_LOADER"
    assert PASSPHRASE not in json.dumps(login)
    assert base64.b64encode(PASSPHRASE.encode()).decode() not in json.dumps(login)


@pytest.mark.parametrize(
    ("passphrase", "given"),
    [(PASSPHRASE, "another"), (PASSPHRASE, None), (None, "for nothing")],
    ids=["wrong", "missing", "superfluous"],
)
def test_a_passphrase_that_does_not_fit_is_told(
    key: rsa.RSAPrivateKey, tmp_path: Path, passphrase: str | None, given: str | None
) -> None:
    """It does not look like a warehouse that is away: the consumer stops, and names both variables."""
    file = written(key, tmp_path, passphrase)
    more = {"SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": given} if given else {}
    with pytest.raises(Misconfigured) as caught:
        Session(settings(1, SNOWFLAKE_PRIVATE_KEY_FILE=file, **more))
    assert f"SNOWFLAKE_PRIVATE_KEY_FILE={file} cannot be read" in caught.value.message
    assert "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE" in caught.value.hint


def test_a_file_that_holds_no_key_is_told(tmp_path: Path) -> None:
    """A certificate or a password in the place of the key is named as what it is not."""
    file = tmp_path / "private_key.pem"
    file.write_text("no key", encoding="ascii")
    with pytest.raises(Misconfigured) as caught:
        Session(settings(1, SNOWFLAKE_PRIVATE_KEY_FILE=str(file)))
    assert "PKCS#8 in PEM" in caught.value.hint


def test_a_warehouse_that_is_away_is_waited_for() -> None:
    """A log-in that nobody answers is no wrong log-in."""
    with pytest.raises(Unavailable):
        Session(settings(1, SNOWFLAKE_PASSWORD="secret", SNOWFLAKE_LOGIN_TIMEOUT="1"))  # noqa: S106 - opens nothing
