"""One session with the warehouse: the only module that knows the connector.

A session belongs to one thread. After any error but `DataRefused` it is to be closed and a fresh one opened: an
older session may not see what others have committed meanwhile (READ_CONSISTENCY_MODE=SESSION is the default).
"""

import io
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType
from typing import Any, Self

import snowflake.connector
from snowflake.connector import errors as vendor
from snowflake.connector import storage_client
from snowflake.connector._utils import _TrackedQueryCancellationTimer

from winepipeline_warehouse.errors import Misconfigured, Unavailable, WarehouseError
from winepipeline_warehouse.faults import KEY_HINT, fault
from winepipeline_warehouse.settings import WarehouseSettings

Row = tuple[Any, ...]

Step = Callable[[str], AbstractContextManager[None]]
"""Wraps each named step of a load: to time it, or, in a test, to kill the process in the middle of it."""

APPLICATION = "WinePipeline"
"""What the account's administrators see in the query history."""

_UPLOAD_TRIES = 5
"""How often the connector tries an upload."""

for _chatty in ("snowflake.connector", "botocore", "urllib3"):
    # The connector logs each retry and each log-in as a warning; ours say the same once, with what to do.
    logging.getLogger(_chatty).setLevel(logging.CRITICAL)


# At each log-in the connector would ask the clouds' metadata services which of them it runs on, for its maker's
# statistics: 0.2 s to 0.4 s, and an unasked-for connection to the outside.
os.environ.setdefault("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")


def _hush(problem: threading.ExceptHookArgs) -> None:
    """The connector cancels a statement that takes too long in a thread of its own, and lets its errors print there."""
    if isinstance(problem.thread, _TrackedQueryCancellationTimer):
        logging.getLogger(__name__).debug("a statement that took too long could not be cancelled either")
    else:
        _print_problem(problem)


_print_problem = threading.excepthook
threading.excepthook = _hush


def no_step(_: str) -> AbstractContextManager[None]:
    """Nobody watches the steps."""
    return nullcontext()


class Session:
    """An open session; statements outside `transaction()` commit by themselves.

    No statement is repeated here (`_no_retry`): the connector would do so in silence, for as long as the time-out, and
    nobody would know that the warehouse is away. Whoever calls repeats more, and knows what has been done already.

    Raises:
        Unavailable, Misconfigured, DataRefused: from every method.
    """

    def __init__(self, settings: WarehouseSettings) -> None:
        self._settings = settings
        _bound_uploads(settings.network_timeout_seconds)
        with _translated():
            try:
                self._connection = snowflake.connector.connect(**_arguments(settings))
            except (ValueError, TypeError) as error:
                if settings.private_key_file is None:
                    raise
                # What cryptography says of a key, or a passphrase, that will not do; the connector passes it on.
                text = f"SNOWFLAKE_PRIVATE_KEY_FILE={settings.private_key_file} cannot be read: {error}"
                raise Misconfigured("LoginFailed", text, KEY_HINT) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def query(self, statement: str, parameters: Sequence[Any] = (), *, scans: bool = False) -> list[Row]:
        """The rows of a statement; `parameters` stand for its `%s`. One that `scans` whole tables may take long."""
        with _translated(), self._connection.cursor() as cursor:
            cursor.execute(statement, tuple(parameters) or None, timeout=self._seconds(scans=scans), _no_retry=True)
            return [tuple(row) for row in cursor.fetchall()]

    def change(self, statement: str, parameters: Sequence[Any] = (), *, scans: bool = False) -> int:
        """How many rows a statement changed; as `query`."""
        with _translated(), self._connection.cursor() as cursor:
            cursor.execute(statement, tuple(parameters) or None, timeout=self._seconds(scans=scans), _no_retry=True)
            return int(cursor.rowcount or 0)

    def put(self, content: bytes, file_name: str, stage: str) -> None:
        """Upload `content` as `file_name` into `stage`, from memory; an equal name is overwritten."""
        statement = (
            f"PUT 'file:///{file_name}' @{stage} AUTO_COMPRESS=FALSE OVERWRITE=TRUE SOURCE_COMPRESSION=NONE PARALLEL=1"
        )
        # Closed, since the connector (4.8) leaves a circle of objects behind that holds the stream, and so the file.
        with _translated(), self._connection.cursor() as cursor, io.BytesIO(content) as stream:
            cursor.execute(statement, file_stream=stream, _no_retry=True)
            status = str(cursor.fetchall()[0][6])
        if status != "UPLOADED":
            raise Unavailable("UploadFailed", f"{file_name} was not uploaded to @{stage}: {status}")

    @contextmanager
    def transaction(self, step: Step = no_step) -> Iterator[None]:
        """Everything inside, or nothing of it.

        An error inside rolls back; an error of the COMMIT leaves the outcome open, and only a fresh session's
        look at the ledger tells. After `Unavailable` the session is to be closed anyway, and its end rolls back: a
        ROLLBACK that nobody answers would only cost another time-out.
        """
        with step("begin"):
            self.change("BEGIN")
        try:
            yield
        except Unavailable:
            raise
        except BaseException:
            self._roll_back()
            raise
        with step("commit"):
            self.change("COMMIT")

    def close(self) -> None:
        """End the session; never raises, since whoever closes is often on the way out of an error."""
        try:
            self._connection.close(retry=False)
        except (vendor.Error, OSError):
            logging.getLogger(__name__).debug("the session did not close in good order", exc_info=True)

    def abandon(self) -> None:
        """End a session that is in trouble without waiting for it: a server that hangs would hold up the next one.

        The server rolls its transaction back as soon as it hears of the end, or misses the session.
        """
        threading.Thread(target=self.close, name="session-end", daemon=True).start()

    def _seconds(self, *, scans: bool) -> int:
        """When the connector cancels a statement: by default after network_timeout, which is for one request."""
        return self._settings.scan_timeout_seconds if scans else self._settings.statement_timeout_seconds

    def _roll_back(self) -> None:
        """Best effort: where the connection is gone the server rolls back by itself."""
        try:
            self.change("ROLLBACK")
        except WarehouseError:
            logging.getLogger(__name__).debug("ROLLBACK got no answer", exc_info=True)


@contextmanager
def _translated() -> Iterator[None]:
    """The connector's errors as ours."""
    try:
        yield
    except vendor.Error as error:
        raise fault(error.errno, error.sqlstate, str(error.msg or error)) from error
    except WarehouseError:
        raise
    except OSError as error:
        raise Unavailable("Unavailable", str(error)) from error
    except Exception as error:
        # An answer that is none (cut off, a proxy's page, HTTP 404) makes the connector fall over its own feet.
        text = f"the answer cannot be understood ({type(error).__name__}: {error})"
        raise Unavailable("Unavailable", text) from error


def _bound_uploads(timeout_seconds: int) -> None:
    """Give an upload up in that time, too: network_timeout is for statements only.

    The connector has no argument for it (4.8.1, storage_client.py): it waits 600 s for a storage that hangs, five
    times, and 31 s between tries.
    """
    storage_client.REQUEST_READ_TIMEOUT = max(1, timeout_seconds // _UPLOAD_TRIES)
    storage_client.SnowflakeStorageClient.SLEEP_MAX = min(2.0, timeout_seconds / _UPLOAD_TRIES)


def _arguments(settings: WarehouseSettings) -> dict[str, Any]:
    """What `snowflake.connector.connect` takes; by default it would retry a failing server for ever."""
    arguments: dict[str, Any] = {
        "account": settings.account,
        "user": settings.user,
        "warehouse": settings.warehouse,
        # Snowflake lets a session begin without them where they do not exist yet; `prepare` then makes them.
        "database": settings.database,
        "schema": settings.schema_name,
        "application": APPLICATION,
        "autocommit": True,
        "login_timeout": settings.login_timeout_seconds,
        "network_timeout": settings.network_timeout_seconds,
        # network_timeout alone only ends the tries: without this, each of them waits 60 s for a server that hangs.
        "socket_timeout": settings.network_timeout_seconds,
        "session_parameters": {
            "LOCK_TIMEOUT": settings.lock_timeout_seconds,
            # What a dead consumer has begun ends within minutes, and with it the lock that it may hold.
            "ABORT_DETACHED_QUERY": True,
            "CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False,
            "QUERY_TAG": APPLICATION,
            "TIMEZONE": "UTC",
        },
        "protocol": settings.protocol,
        "port": settings.port,
    }
    if settings.host:
        arguments["host"] = settings.host
    if settings.role:
        arguments["role"] = settings.role
    if settings.private_key_file:
        arguments["authenticator"] = "SNOWFLAKE_JWT"
        arguments["private_key_file"] = str(settings.private_key_file)
        if settings.private_key_passphrase:
            arguments["private_key_file_pwd"] = settings.private_key_passphrase.get_secret_value()
    elif settings.password:
        arguments["password"] = settings.password.get_secret_value()
    return arguments
