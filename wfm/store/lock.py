"""One night at a time: an advisory lock on PostgreSQL, a lock file beside an SQLite database."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from wfm.errors import LockedError, StoreError
from wfm.store.engine import told

__all__ = ["Holder", "night_lock"]

_NIGHT_LOCK = 7_716_072
"""First half of the key of the advisory lock; the schema's name is the second."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds, or held, the lock."""

    pid: int
    host: str
    since: float

    def __str__(self) -> str:
        """Give it in words, with the age."""
        minutes = max(time.time() - self.since, 0.0) / 60
        age = f"{minutes / 60:.1f} h" if minutes >= 90 else f"{minutes:.0f} min"
        return f"process {self.pid} on {self.host}, since {age}"


@contextmanager
def night_lock(engine: sa.Engine, *, look: bool = False) -> Iterator[Holder | None]:
    """Keep every other night out while this one runs.

    Gives the holder that died without giving the lock back, where its traces are seen.

    Parameters
    ----------
    look
        Only find out whether it is free, and leave the traces of the dead for the next night.

    Raises
    ------
    LockedError
        When another night is running; names its process and how long it has held the lock.
    StoreError
        When the lock file cannot be written, or the server not be reached.

    Notes
    -----
    Both locks belong to the process and end with it, so a dead one never blocks: that is the rule
    for stale locks. A living process is never robbed of its lock, however old; the message tells
    which one to look at.
    """
    if engine.dialect.name == "postgresql":
        with _advisory(engine):
            yield None
    else:
        path = Path(f"{engine.url.database}.lock")
        if look and not path.exists():
            yield None
            return
        with _locked_file(path, look=look) as dead:
            yield dead


@contextmanager
def _advisory(engine: sa.Engine) -> Iterator[None]:
    """Session lock on a connection of its own; the server drops it with the connection."""
    key = sa.func.hashtext(sa.func.current_schema())
    with told(engine), engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_NIGHT_LOCK, key))):
            holder = connection.execute(sa.text(_HOLDER), {"key": _NIGHT_LOCK}).first()
            who = f"server process {holder.pid}, since {holder.minutes} min" if holder else "?"
            raise LockedError(_words(who))
        try:
            yield
        finally:
            if not connection.invalidated:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(_NIGHT_LOCK, key)))


_HOLDER = """
SELECT l.pid, round(extract(epoch FROM now() - a.backend_start) / 60) AS minutes
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.classid = :key AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def _locked_file(path: Path, *, look: bool) -> Iterator[Holder | None]:
    try:
        stream = path.open("r" if look else "a+", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from error
    with stream:
        _take(stream, path)
        if look:
            yield None
            return
        dead = _holder(stream)
        _sign(stream, path)
        try:
            yield dead
        finally:
            stream.truncate(0)


def _take(stream: TextIO, path: Path) -> None:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise LockedError(_words(str(_holder(stream) or "a process of unknown name"))) from error
    if not path.exists() or path.stat().st_ino != os.fstat(stream.fileno()).st_ino:
        raise LockedError(f"{path} was removed while it was being locked; try again")


def _sign(stream: TextIO, path: Path) -> None:
    stream.truncate(0)
    mine = Holder(os.getpid(), socket.gethostname(), time.time())
    try:
        stream.write(json.dumps(asdict(mine)))
        stream.flush()
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from error


def _holder(stream: TextIO) -> Holder | None:
    stream.seek(0)
    try:
        return Holder(**json.loads(stream.read()))
    except (ValueError, TypeError):
        return None  # empty, or killed while writing it


def _words(who: str) -> str:
    return f"another night is running ({who}); wait for it, or end that process if it hangs"
