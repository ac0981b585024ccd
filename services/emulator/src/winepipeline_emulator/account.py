"""The account: every database, opened by one DuckDB.

A database is one DuckDB file, attached under the database's name; the account's own file holds what spans databases
(stages, lengths of columns). fakesnow, which does the work, is known here, in `connection`, `protocol` and `patches`.
"""

import threading
from pathlib import Path

import duckdb
from fakesnow import info_schema, macros
from fakesnow.transforms import show

from winepipeline_emulator import patches
from winepipeline_emulator.connection import DEFAULT_SCHEMA, Connection
from winepipeline_emulator.errors import StatementError

# Measured with 50,000 events of 350 bytes a COPY: DuckDB's defaults take 176 ms of CPU (most of it in trying every
# compression at each checkpoint) and 147 bytes an event; these take 95 ms and 47 bytes. A row group is written when it
# is full, and only what is left of the last one goes through the log.
_ROW_GROUP_ROWS = 16384
_SETTINGS = (
    "SET GLOBAL force_compression = 'zstd'",
    "SET GLOBAL write_buffer_row_group_count = 1",
    "SET GLOBAL TimeZone = 'UTC'",
)


class Account:
    """Every database of the folder, opened by one DuckDB."""

    def __init__(self, directory: Path | None, stages: Path, threads: int, memory_megabytes: int) -> None:
        """Open (or begin) the databases of `directory`; None keeps them in memory.

        Raises:
            duckdb.IOException: another process has them open.
        """
        patches.apply(stages)
        self._databases = None if directory is None else directory / "databases"
        self.definitions = threading.RLock()
        """Held while something is defined: DuckDB lets the second of two fail."""
        options: dict[str, str | bool | int | float | list[str]] = {
            # sqlglot still writes the arrow form of lambdas
            "lambda_syntax": "ENABLE_SINGLE_ARROW",
            "threads": threads,
            "memory_limit": f"{memory_megabytes}MB",
            "autoinstall_known_extensions": False,
        }
        self._root = duckdb.connect(":memory:", config=options)
        for setting in _SETTINGS:
            self._root.execute(setting)
        account = ":memory:" if directory is None else _quoted(directory / "account.db")
        if self._databases is not None:
            self._databases.mkdir(parents=True, exist_ok=True)
        self._root.execute(f"ATTACH '{account}' AS _fs_global")
        self._root.execute("BEGIN")
        self._root.execute(info_schema.fs_global_creation_sql())
        self._root.execute(show.fs_global_creation_sql())
        self._root.execute("COMMIT")
        for file in sorted(self._databases.glob("*.db")) if self._databases else ():
            self._attach(self._root, file.stem)

    def connect(self, database: str | None, schema: str | None) -> "Connection":
        """Open a session's connection; a database or schema that does not exist leaves the session without one."""
        return Connection(self._root.cursor(), database, schema)

    def create_database(self, name: str, *, replace: bool, if_not_exists: bool) -> str:
        """CREATE DATABASE; returns what Snowflake says.

        Raises:
            StatementError: 002002 when it exists, 001003 for a name that is no plain one.
        """
        if not name.isidentifier() or not name.isascii():
            raise StatementError(
                1003, "42000", f"SQL compilation error:\nthis emulator takes plain database names only, not '{name}'."
            )
        with self.definitions:
            if name in self._names():
                if if_not_exists:
                    return f"{name} already exists, statement succeeded."
                if not replace:
                    raise StatementError(2002, "42710", f"SQL compilation error:\nObject '{name}' already exists.")
                self.drop_database(name, if_exists=True)
            self._attach(self._root.cursor(), name)
            return f"Database {name} successfully created."

    def drop_database(self, name: str, *, if_exists: bool) -> str:
        """DROP DATABASE, with its file; returns what Snowflake says.

        Raises:
            StatementError: 002003 when there is none.
        """
        with self.definitions:
            if name not in self._names():
                if if_exists:
                    return "Drop statement executed successfully."
                raise StatementError(
                    2003, "02000", f"SQL compilation error:\nDatabase '{name}' does not exist or not authorized."
                )
            self._root.cursor().execute(f"DETACH {name}")
            if self._databases is not None:
                for file in self._databases.glob(f"{name}.db*"):
                    file.unlink()
            return f"{name} successfully dropped."

    def check(self) -> None:
        """Run a query; raises what DuckDB raises."""
        self._root.cursor().execute("SELECT 1").fetchall()

    def close(self) -> None:
        """Write everything into the databases' files and let go of them."""
        for name in [*self._names(), "_fs_global"]:
            self._root.execute(f"FORCE CHECKPOINT {name}")
        self._root.close()

    def _names(self) -> list[str]:
        sql = "SELECT database_name FROM duckdb_databases() WHERE NOT internal AND database_name NOT IN (?, ?)"
        return [name for (name,) in self._root.cursor().execute(sql, ["memory", "_fs_global"]).fetchall()]

    def _attach(self, duck: duckdb.DuckDBPyConnection, name: str) -> None:
        file = ":memory:" if self._databases is None else _quoted(self._databases / f"{name}.db")
        duck.execute(f"ATTACH '{file}' AS {name} (ROW_GROUP_SIZE {_ROW_GROUP_ROWS})")
        sql = "SELECT 1 FROM duckdb_functions() WHERE database_name = ? AND function_name = '_fs_to_timestamp'"
        if not duck.execute(sql, [name]).fetchall():
            duck.execute("BEGIN")  # all of fakesnow's own tables or none, should the process be killed here
            duck.execute(info_schema.per_db_creation_sql(name))
            duck.execute(macros.creation_sql(name))
            duck.execute(f"CREATE SCHEMA IF NOT EXISTS {name}.{DEFAULT_SCHEMA}")
            duck.execute("COMMIT")


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
