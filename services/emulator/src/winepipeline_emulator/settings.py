"""The emulator's settings, from environment variables."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EmulatorSettings:
    """Placeholder."""

    host: str
    port: int
    database_dir: Path | None
    port_file: Path | None
    password: str | None
    idle_transaction_seconds: float
    idle_session_seconds: float
    threads: int
    memory_limit: str


def from_environment(e: dict[str, str] | None = None) -> EmulatorSettings:
    """Read."""
    e = e or dict(os.environ)
    g = lambda n, d=None: e.get(n) or d
    pf = g("EMULATOR_PASSWORD_FILE")
    return EmulatorSettings(
        host=g("EMULATOR_HOST", "127.0.0.1"),
        port=int(g("EMULATOR_PORT", "0")),
        database_dir=Path(d).resolve() if (d := g("EMULATOR_DATABASE_DIR")) else None,
        port_file=Path(d) if (d := g("EMULATOR_PORT_FILE")) else None,
        password=g("EMULATOR_PASSWORD") or (Path(pf).read_text().strip() if pf else None),
        idle_transaction_seconds=float(g("EMULATOR_IDLE_TRANSACTION_SECONDS", "5")),
        idle_session_seconds=float(g("EMULATOR_IDLE_SESSION_SECONDS", "3600")),
        threads=int(g("EMULATOR_THREADS", "1")),
        memory_limit=g("EMULATOR_MEMORY_LIMIT", "512MB"),
    )
