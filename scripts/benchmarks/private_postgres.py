"""A PostgreSQL server of one's own on a socket, for as long as it is measured."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["private_postgres"]


@contextmanager
def private_postgres() -> Iterator[str | None]:
    """URL of an empty database; None where no server is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found or not shutil.which("runuser"):
        yield None
        return
    programs = found[-1].parent
    with tempfile.TemporaryDirectory() as folder:
        shutil.chown(folder, "postgres")

        def run(program: str, *options: str) -> None:
            command = ["runuser", "-u", "postgres", "--", f"{programs}/{program}", "-D"]
            subprocess.run(
                [*command, f"{folder}/data", *options], check=True, stdout=subprocess.DEVNULL
            )

        run("initdb", "-A", "trust")
        place = f"-c listen_addresses= -k {folder}"
        run("pg_ctl", "-o", place, "-w", "-l", f"{folder}/log", "start")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-m", "fast", "stop")
