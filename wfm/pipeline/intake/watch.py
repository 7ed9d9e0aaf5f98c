"""Follow a switch while it runs: today's intervals and agents' time current in the store."""

from __future__ import annotations

import datetime as dt
import logging
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from wfm import schema
from wfm.config.telephony import SwitchKind, TelephonySettings
from wfm.errors import InputError, Problem, StoreError, UsageError
from wfm.pipeline.project import Project
from wfm.store import Store, open_store
from wfm.telephony.live import (
    AmiCentre,
    AmiConversation,
    BrokenStreamError,
    Conversation,
    EventSocketConversation,
    FeedOptions,
    FreeswitchLive,
    Gap,
    Link,
    LinkLostError,
    LiveFeed,
    LoginRefusedError,
    NotTrustedError,
)

__all__ = ["Patience", "Watch", "Watched", "switch_of", "watch"]

_LOG = logging.getLogger(__name__)
_REST = 10
"""A watch writes at most a tenth of its time."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a watch waits for what [s].

    Parameters
    ----------
    connect_s
        For a connection.
    idle_s, silent_s
        Without a word: until the switch is asked for a sign of life, and until it is given up.
    first_retry_s, longest_retry_s
        Before the first new try after a cut; it doubles with each one up to the longest.
    flush_s, state_s
        Between two writes of intervals, and of all that is needed to go on after a stop; ten times
        as long as a write takes, where a day is so large that this is more.
    look_s
        Until a wish to stop is seen.
    """

    connect_s: float = 10.0
    idle_s: float = 5.0
    silent_s: float = 30.0
    first_retry_s: float = 1.0
    longest_retry_s: float = 60.0
    flush_s: float = 10.0
    state_s: float = 60.0
    look_s: float = 0.5


@dataclass(slots=True)
class Watched:
    """What a watch did.

    Parameters
    ----------
    connections
        Times that the switch let us in.
    intervals
        Rows written, new or changed.
    gaps
        Stretches in which nothing was heard, before the first connection included.
    """

    connections: int = 0
    intervals: int = 0
    gaps: list[Gap] = field(default_factory=list)


def switch_of(project: Project, name: str | None, *, live: bool) -> TelephonySettings:
    """Settings of a ``[[telephony]]`` by name; of the only one of its kind when None.

    Parameters
    ----------
    live
        Whether it is to be followed, or asked for days that are over.

    Raises
    ------
    UsageError
        When there is none, or it is not clear which one is meant.
    """
    fitting = [each for each in project.config.telephony if each.is_live == live]
    what = "to follow (asterisk, freeswitch)" if live else "to ask (connect, genesys)"
    if not fitting:
        raise UsageError(f"wfm.toml has no [[telephony]] {what}")
    chosen = [each for each in fitting if name in {None, each.name}]
    if len(chosen) != 1:
        known = ", ".join(each.name for each in fitting)
        said = f"no such source: {name!r}" if name else "name the source"
        raise UsageError(f"{said}; wfm.toml has {known} {what}")
    return chosen[0]


def watch(
    project: Project,
    settings: TelephonySettings,
    secret: str,
    stop: threading.Event,
    *,
    clock: Callable[[], float] = time.time,
    patience: Patience | None = None,
) -> Watched:
    """Follow one switch until told to stop; then all that it told is in the store.

    Parameters
    ----------
    clock
        The present moment [epoch s].

    Raises
    ------
    InputError
        When the switch refuses the login, or is not trusted, at the first connection.
    LockedError
        When another process follows the same switch into the same store.
    StoreError
        When the store cannot be written at the end.
    """
    with open_store(project.store) as store, store.watch_lock(settings.name) as renew:
        following = Watch(project, settings, secret, clock, patience or Patience(), renew)
        return following.run(stop)


class Watch:
    """One switch that is being followed; see :func:`watch`."""

    def __init__(
        self,
        project: Project,
        settings: TelephonySettings,
        secret: str,
        clock: Callable[[], float],
        patience: Patience,
        renew_lock: Callable[[], None],
    ) -> None:
        self._project, self._settings, self._secret = project, settings, secret
        self._clock, self._patience, self._renew_lock = clock, patience, renew_lock
        self._tls = _tls(project, settings)
        self._done = Watched()
        self._feed = self._begin()
        self._unwritten_gaps: list[Gap] = []
        self._intervals, self._agents = pd.DataFrame(), pd.DataFrame()
        self._flushed = self._saved = time.monotonic()
        self._write_took_s = 0.0

    def run(self, stop: threading.Event) -> Watched:
        """Follow until told to stop."""
        retry_s = self._patience.first_retry_s
        while not stop.is_set():
            before = self._done.connections
            try:
                self._listen(stop)
            except (LinkLostError, BrokenStreamError) as error:
                _LOG.warning("%s: %s; next try in %g s", self._settings.name, error, retry_s)
            except (LoginRefusedError, NotTrustedError) as error:
                if not self._done.connections:
                    raise InputError([_refused(self._settings, error)]) from error
                _LOG.warning("%s: %s; next try in %g s", self._settings.name, error, retry_s)
            if self._done.connections > before:
                retry_s = self._patience.first_retry_s
            self._flush_or_warn()
            stop.wait(retry_s)
            retry_s = min(2 * retry_s, self._patience.longest_retry_s)
        self._flush()
        self._save()
        return self._done

    # -- the wire ------------------------------------------------------------------------------

    def _listen(self, stop: threading.Event) -> None:
        """One connection, from hello to goodbye."""
        settings, patience = self._settings, self._patience
        conversation = self._conversation()
        with Link(settings.host, settings.port, patience.connect_s, self._tls) as link:
            link.send(conversation.hello())
            heard = time.monotonic()
            asked = False
            while not stop.is_set():
                data = link.receive(patience.look_s)
                if data:
                    self._hear(conversation, link, data)
                    heard, asked = time.monotonic(), False
                silence_s = time.monotonic() - heard
                if silence_s > patience.silent_s:
                    raise LinkLostError(f"nothing heard for {silence_s:.0f} s")
                if silence_s > patience.idle_s and not asked:
                    link.send(conversation.keep_alive())
                    asked = True
                self._flush_when_due()
            link.send_last(conversation.goodbye())

    def _hear(self, conversation: Conversation, link: Link, data: bytes) -> None:
        """Take in what came; the first snapshot of a connection ends the gap before it."""
        now, was_ready = self._clock(), conversation.ready
        link.send(conversation.receive(data, now))
        if not conversation.ready:
            return
        if not was_ready:
            gap = self._feed.connected(now)
            self._unwritten_gaps.append(gap)
            self._done.gaps.append(gap)
            self._done.connections += 1
            _LOG.info("%s: following, nothing heard for %.0f s", self._settings.name, _length(gap))
        self._feed.heard_until = now

    def _conversation(self) -> Conversation:
        centre = self._feed.centre
        if isinstance(centre, FreeswitchLive):
            return EventSocketConversation(centre, self._secret)
        if isinstance(centre, AmiCentre):
            return AmiConversation(centre, self._settings.user, self._secret)
        raise TypeError(f"no conversation with {type(centre).__name__}")

    # -- the store -----------------------------------------------------------------------------

    def _begin(self) -> LiveFeed:
        """Feed as the last watch left it, or a new one."""
        settings, config = self._settings, self._project.config
        options = FeedOptions(
            config.timezone, config.interval_s, settings.threshold_s, settings.short_s
        )
        make = AmiCentre if settings.kind is SwitchKind.ASTERISK else FreeswitchLive
        with open_store(self._project.store) as store:
            kept = store.reading_state(self._state_name)
        if kept is not None:
            try:
                return LiveFeed.load(kept, settings.name, options, make)
            except InputError as error:
                _LOG.warning("%s: kept state left aside: %s", settings.name, error)
        return LiveFeed(settings.name, make(settings.name), options)

    @property
    def _state_name(self) -> str:
        return f"live {self._settings.name}"

    def _flush_when_due(self) -> None:
        pause_s = max(self._patience.flush_s, _REST * self._write_took_s)
        if time.monotonic() - self._flushed >= pause_s:
            self._flush_or_warn()

    def _flush_or_warn(self) -> None:
        """Write; a store that cannot be written now is tried again later."""
        begun = time.monotonic()
        try:
            self._renew_lock()
            self._flush()
            if time.monotonic() - self._saved >= self._patience.state_s:
                self._save()
        except StoreError as error:
            _LOG.warning("%s: %s; tried again later", self._settings.name, error)
        self._flushed = time.monotonic()
        self._write_took_s = self._flushed - begun

    def _flush(self) -> None:
        """Write what has changed since the last time: gaps, intervals, agents' time, defects."""
        now = self._feed.heard_until
        if now is None:
            return
        moment = dt.datetime.fromtimestamp(now, dt.UTC)
        with open_store(self._project.store) as store:
            self._write_gaps(store, moment)
            intervals, agents = self._feed.intervals(now), self._feed.agents(now)
            news = self._not_healed(_news(intervals, self._intervals), store, now)
            if len(news):
                day = self._feed.day(now)
                store.write_live(news, source=self._settings.name, day=day, now=moment)
                self._done.intervals += len(news)
            store.write_agent_states(_news(agents, self._agents))
            self._write_issues(store, self._feed.centre.take_issues(), "defects", moment)
        self._intervals, self._agents = intervals, agents

    def _not_healed(self, intervals: pd.DataFrame, store: Store, now: float) -> pd.DataFrame:
        """Intervals without those in which the feed lacks calls that a log has brought."""
        start = dt.datetime.fromtimestamp(self._feed.day_start(now), dt.UTC)
        healed = {(gap.queue, gap.interval_start) for gap in store.healed_gaps(start)}
        keys = zip(intervals["queue"], intervals["interval_start"], strict=True)
        return intervals[[not {(queue, at), (None, at)} & healed for queue, at in keys]]

    def _write_gaps(self, store: Store, moment: dt.datetime) -> None:
        while self._unwritten_gaps:
            gap = self._unwritten_gaps[0]
            self._write_issues(store, self._feed.gap_issues(gap), f"gap {gap.start}", moment)
            del self._unwritten_gaps[0]

    def _write_issues(
        self, store: Store, issues: pd.DataFrame, what: str, moment: dt.datetime
    ) -> None:
        """Issues in an import of their own, so that no later one takes their place."""
        if issues.empty:
            return
        nothing = pd.DataFrame(columns=schema.INTERVAL_HISTORY.names)
        mark = f"live {self._settings.name} {what} {moment.isoformat()}"
        store.import_intervals(
            nothing,
            source=self._settings.name,
            file_hash=mark,
            imported_at=moment,
            issues=issues,
        )

    def _save(self) -> None:
        """Keep what is needed to go on after a stop."""
        if self._feed.heard_until is None:
            return
        moment = dt.datetime.fromtimestamp(self._feed.heard_until, dt.UTC)
        with open_store(self._project.store) as store:
            store.save_reading_state(self._state_name, self._feed.dump(), saved_at=moment)
        self._saved = time.monotonic()


def _news(rows: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Rows that were not there, or not the same, at the last write."""
    if before.empty:
        return rows
    both = rows.merge(before, how="left", indicator=True)
    return rows[(both["_merge"] == "left_only").to_numpy()]


def _length(gap: Gap) -> float:
    return gap.end - gap.start


def _tls(project: Project, settings: TelephonySettings) -> ssl.SSLContext | None:
    """Authorities whose certificates are believed; None where the switch is spoken to in plain."""
    if not settings.tls:
        return None
    path = project.root / settings.tls_ca if settings.tls_ca else None
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        what = f"{path}: holds no certificate ({error.strerror or error})"
        fix = "name the PEM file of the authority that signed the switch's certificate"
        column = f"telephony {settings.name!r}.tls_ca"
        raise InputError([Problem(what, "wfm.toml", 0, column, "", fix)]) from error


def _refused(settings: TelephonySettings, error: LoginRefusedError | NotTrustedError) -> Problem:
    place = f"{settings.host}:{settings.port}"
    if isinstance(error, NotTrustedError):
        what = f"{place} is not trusted: {error}"
        fix = "check port (tlsbindaddr), tls_ca and that host is the name in its certificate"
    else:
        what = f"{place} refuses the login: {error}"
        fix = "check user and secret, and the addresses that the switch lets in"
    return Problem(what, "wfm.toml", 0, f"telephony {settings.name!r}", "", fix)
