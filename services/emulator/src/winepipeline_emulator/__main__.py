"""Start the emulator: `python -m winepipeline_emulator`."""

import os
import sys
from pathlib import Path

import duckdb
import fakesnow.server
import uvicorn
from fakesnow import info_schema
from fakesnow.instance import FakeSnow
from fakesnow.transforms import show, stage
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class PersistentSnow(FakeSnow):
    """fakesnow's instance with its databases in files of one folder."""

    def __init__(self, directory: Path) -> None:
        """Open every database of the folder."""
        self.create_database_on_connect = True
        self.create_schema_on_connect = True
        self.db_path = directory / "databases"
        self.nop_regexes = None
        self.results_cache = {}
        self.db_path.mkdir(parents=True, exist_ok=True)
        self.duck_conn = duckdb.connect(database=":memory:", config={"lambda_syntax": "ENABLE_SINGLE_ARROW"})
        self.duck_conn.execute(f"ATTACH IF NOT EXISTS '{directory / 'account.db'}' AS _fs_global")
        self.duck_conn.execute(info_schema.fs_global_creation_sql())
        self.duck_conn.execute(show.fs_global_creation_sql())
        self.duck_conn.execute("SET GLOBAL TimeZone = 'UTC'")
        for file in sorted(self.db_path.glob("*.db")):
            self.duck_conn.execute(f"ATTACH DATABASE '{file}' AS {file.stem}")


def healthz(_: Request) -> Response:
    """Answer 200 when a query can be run."""
    fakesnow.server.shared_fs.duck_conn.cursor().execute("SELECT 1")
    return JSONResponse({"ok": True})


class AnnouncingServer(uvicorn.Server):
    """A server that writes its port to a file once it serves."""

    port_file: Path | None = None

    async def startup(self, sockets: list | None = None) -> None:
        """Bind, then say where."""
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        print(f"The warehouse emulator listens on http://{host}:{port}", file=sys.stderr, flush=True)
        if self.port_file is not None:
            temporary = self.port_file.with_suffix(".tmp")
            temporary.write_text(f"{port}\n")
            temporary.replace(self.port_file)


def main() -> None:
    """Serve until asked to stop."""
    if directory := os.environ.get("EMULATOR_DATABASE_DIR"):
        root = Path(directory).resolve()
        stages = root / "stages"
        stages.mkdir(parents=True, exist_ok=True)
        stage.LOCAL_BUCKET_PATH = str(stages)
        fakesnow.server.shared_fs = PersistentSnow(root)
    fakesnow.server.app.router.routes.append(Route("/healthz", healthz))
    host = os.environ.get("EMULATOR_HOST") or "127.0.0.1"
    port = int(os.environ.get("EMULATOR_PORT") or "0")
    server = AnnouncingServer(uvicorn.Config(fakesnow.server.app, host=host, port=port, log_level="warning"))
    server.port_file = Path(p) if (p := os.environ.get("EMULATOR_PORT_FILE")) else None
    server.run()
    fakesnow.server.shared_fs.duck_conn.close()


if __name__ == "__main__":
    main()
