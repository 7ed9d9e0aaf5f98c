"""One night, one watch of a switch at a time: advisory locks on PostgreSQL, files beside SQLite."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from wfm.errors import LockedError, StoreError
from wfm.store.engine import place_of, told

__all__ = ["Holder", "NightLock", "night_lock", "watch_lock"]

_NIGHT_LOCK, _WATCH_LOCK = 7_716_072, 7_716_073
"""First halves of the keys of advisory locks; the names of schema and switch are the second."""
_DEAD_AFTER_S = {
    "tcp_keepalives_idle": 60,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
}
"""How soon the server sees that a machine has gone without a word, and drops its lock."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """What only one program may do at a time.

    Parameters
    ----------
    words
        Its name in messages.
    number
        First half of the key of its advisory lock.
    switch
        Of which switch; empty where it is of the whole store.
    """

    words: str
    number: int
    switch: str = ""

    def path(self, engine: sa.Engine) -> Path:
        """Lock file beside an SQLite database."""
        mark = f".watch-{self.switch}" if self.switch else ""
        return Path(f"{engine.url.database}{mark}.lock")

    @property
    def place(self) -> sa.ColumnElement[int]:
        """Second half of the key."""
        schema = sa.func.current_schema()
        named = sa.func.concat(schema, "/", self.switch) if self.switch else schema
        return sa.func.hashtext(named, type_=sa.Integer)


_NIGHT = _Errand("night", _NIGHT_LOCK)


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


@dataclass(frozen=True, slots=True)
class NightLock:
    """The lock of a night while it is held.

    Parameters
    ----------
    dead
        Holder that died without giving it back, where its traces are seen.
    check
        To be called now and then: raises StoreError once the lock is lost.
    """

    dead: Holder | None
    check: Callable[[], None]


@contextmanager
def night_lock(engine: sa.Engine, *, look: bool = False) -> Iterator[NightLock]:
    """Keep every other night out while this one runs.

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
        with _advisory(engine, _NIGHT) as lock:
            yield NightLock(None, lock.check)
    else:
        if look and not _NIGHT.path(engine).exists():
            yield NightLock(None, lambda: None)
            return
        with _locked_file(engine, _NIGHT, look=look) as dead:
            yield NightLock(dead, lambda: None)


@contextmanager
def watch_lock(engine: sa.Engine, switch: str) -> Iterator[Callable[[], None]]:
    """Keep every other watch of a switch out while this one runs.

    Gives what is to be called now and then: it sees to it that the lock is still held, for a watch
    may outlive the connection to a server, and the lock with it.

    Parameters
    ----------
    switch
        Name of letters, digits, dot, dash and underscore.

    Raises
    ------
    LockedError
        When the switch is being watched; names the process and since when. Also later, where
        another watch has begun while the server had lost this one.
    StoreError
        As for :func:`night_lock`.
    """
    errand = _Errand(f"watch of {switch!r}", _WATCH_LOCK, switch)
    if engine.dialect.name == "postgresql":
        with _advisory(engine, errand) as lock:
            yield lock.renew
    else:
        with _locked_file(engine, errand):
            yield lambda: None


class _ServerLock:
    """Session lock on a connection of its own; the server drops it with the connection."""

    def __init__(self, engine: sa.Engine, errand: _Errand) -> None:
        self._engine, self._errand = engine, errand
        self._connection = self._taken()

    def renew(self) -> None:
        """See to it that the lock is held; it is taken again where the connection is gone."""
        try:
            self._connection.execute(sa.text("SELECT 1"))
        except SQLAlchemyError:
            self._connection.close()
            with told(self._engine):
                self._connection = self._taken()

    def check(self) -> None:
        """Refuse to go on without the lock: another night may have begun.

        Raises
        ------
        StoreError
            When the server has ended the connection that held it.
        """
        try:
            self._connection.execute(sa.text("SELECT 1"))
        except SQLAlchemyError as error:
            raise StoreError(
                f"{place_of(self._engine)}: the lock of the {self._errand.words} was lost, the "
                "server ended its connection; what was done so far is kept, start again"
            ) from error

    def release(self) -> None:
        """Give the lock and the connection back."""
        with self._connection as connection:
            if not (connection.closed or connection.invalidated):
                key = self._errand.number, self._errand.place
                connection.execute(sa.select(sa.func.pg_advisory_unlock(*key)))

    def _taken(self) -> sa.Connection:
        plain = self._engine.connect()
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        key = self._errand.number, self._errand.place
        settings = {"application_name": _signature(), **_DEAD_AFTER_S}
        for name, value in settings.items():
            connection.execute(sa.select(sa.func.set_config(name, str(value), False)))
        if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(*key))):
            place = connection.scalar(sa.select(self._errand.place))
            sought = {"number": self._errand.number, "place": place}
            found = connection.scalar(sa.text(_HOLDER), sought)
            connection.close()
            raise LockedError(_words(self._errand, _signed(found or "")))
        return connection


@contextmanager
def _advisory(engine: sa.Engine, errand: _Errand) -> Iterator[_ServerLock]:
    with told(engine):
        lock = _ServerLock(engine, errand)
        try:
            yield lock
        finally:
            lock.release()


_HOLDER = """
SELECT a.application_name
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = :number
  AND l.objid = CAST(CAST(:place AS bigint) & 4294967295 AS oid)
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def _signature() -> str:
    """Name of this process as a connection bears it, of no more than 63 bytes."""
    return f"wfm {os.getpid()} {time.time():.0f} {socket.gethostname()}"[:63]


def _signed(name: str) -> Holder | None:
    words = name.split(" ", 3)
    try:
        return Holder(int(words[1]), words[3], float(words[2]))
    except (IndexError, ValueError):
        return None


@contextmanager
def _locked_file(
    engine: sa.Engine, errand: _Errand, *, look: bool = False
) -> Iterator[Holder | None]:
    path = errand.path(engine)
    try:
        stream = path.open("r" if look else "a+", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from error
    with stream:
        _take(stream, path, errand)
        if look:
            yield None
            return
        dead = _holder(stream)
        _sign(stream, path)
        try:
            yield dead
        finally:
            stream.truncate(0)


def _take(stream: TextIO, path: Path, errand: _Errand) -> None:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise LockedError(_words(errand, _holder(stream))) from error
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


def _words(errand: _Errand, holder: Holder | None) -> str:
    who = holder or "a process of unknown name"
    fix = "wait for it, or end that process if it hangs"
    return f"another {errand.words} is running ({who}); {fix}"
