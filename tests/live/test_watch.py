"""Following a switch over real sockets: what a feed counts is what the switch's own log counts."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import logging
import random
import re
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from wfm.config.load import parse
from wfm.config.telephony import SwitchKind, TelephonySettings
from wfm.errors import InputError, UsageError
from wfm.pipeline.intake.ingest import Counting, import_files, import_options, read_parts
from wfm.pipeline.intake.watch import Patience, Watched, switch_of, watch
from wfm.pipeline.project import Project
from wfm.schema import LIVE_GAP
from wfm.store import open_store
from wfm.telephony import read_asterisk
from wfm.telephony.agent_states import stored_states

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "telephony"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="recordings not here")

QUICK = Patience(
    connect_s=2, idle_s=0.25, silent_s=4, first_retry_s=0.02, flush_s=0.2, state_s=0.2, look_s=0.05
)
TOML = """
[centre]
name = "x"
timezone = "{timezone}"
interval = "30m"

[[queue]]
name = "support"
open = "always"
"""
COUNTS = ["offered", "answered", "abandoned", "short_abandoned", "timeout", "key_exit"]
COUNTS += ["empty_exit", "withdrawn", "lost", "answered_in_threshold", "transferred"]
COUNTS += ["ring_no_answer", "not_first_visit"]
SUMS = ["wait_answered_s", "wait_abandoned_s", "talk_s"]


def events_of(folder: str) -> list[bytes]:
    """Recorded events of a run, each without its blank line."""
    path = next((SHARED / folder).glob("ami.txt*"))
    raw = path.read_bytes()
    text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    return [event.strip(b"\n") for event in text.split(b"\n\n") if event.strip()]


def stamp(event: bytes) -> float:
    """When it happened."""
    return float(re.search(rb"^Timestamp: ([\d.]+)", event, re.MULTILINE)[1])


def logs_of(folder: str) -> list[Path]:
    """The switch's own log of the same run."""
    return sorted((SHARED / folder).glob("queue_log*"))


@pytest.fixture
def centre(tmp_path):
    """Project whose intervals are as long as those of a recording's tables."""

    def make(minutes: int, timezone: str = "UTC") -> Project:
        config = replace(parse(TOML.format(timezone=timezone)), interval_s=60 * minutes)
        return Project(tmp_path, config, str(tmp_path / "wfm.db"))

    return make


def follow(project: Project, server, *, secret: str = "hunter2", **how) -> Watched:
    """Follow a server until it has said all and seen that it was heard."""
    stop = threading.Event()
    ending = threading.Thread(target=lambda: (server.finished.wait(50), stop.set()))
    ending.start()
    kind = how.pop("kind", SwitchKind.ASTERISK)
    settings = TelephonySettings("pbx", kind, "127.0.0.1", server.port, "wfm", secret_env="X")
    try:
        patience = how.pop("patience", QUICK)
        clock = how.pop("clock", lambda: server.now)
        return watch(project, settings, secret, stop, clock=clock, patience=patience)
    finally:
        server.finished.set()
        ending.join()


def kept(project: Project) -> pd.DataFrame:
    """Intervals of the store in which something came."""
    with open_store(project.store) as store:
        history = store.history()
    key = ["queue", "interval_start"]
    return history[history["offered"] > 0].set_index(key)[COUNTS + SUMS].astype(float)


def logged(folder: str, interval_s: int) -> pd.DataFrame:
    """The same from the log."""
    made = read_asterisk(logs_of(folder)).intervals(interval_s, threshold_s=20, short_s=5)
    key = ["queue", "interval_start"]
    return made[made["offered"] > 0].set_index(key)[COUNTS + SUMS].astype(float)


RUNS = [
    ("asterisk_blind_transfer", 1, None),
    ("asterisk_day", 15, None),
    ("asterisk_sip", 1, None),
    ("asterisk_killed", 1, 1795317779),
    ("asterisk_restart_dst", 15, 1761440461),
]


@pytest.mark.parametrize(("folder", "minutes", "restart"), RUNS)
def test_a_replay_equals_the_log(serve, centre, folder, minutes, restart):
    """Every count and sum of every interval, in chunks of any size, over a restart of the switch.

    What the interface cannot tell: the end of a talk after the recording's end; a wait that the
    switch itself rounds twice, the second time some milliseconds and so a full second later.
    """
    events = events_of(folder)
    plan = [{"first": 0, "last": len(events)}]
    if restart:
        up = next(k for k, event in enumerate(events) if stamp(event) >= restart)
        plan = [{"first": 0, "last": up, "piece": 40}]
        plan += [{"first": up, "last": len(events), "restarted": True}]
    project = centre(minutes)
    server = serve("ami", events, plan, largest_chunk=1500)
    done = follow(project, server)
    assert done.connections == len(plan)
    live, log = kept(project), logged(folder, 60 * minutes)
    assert live.index.sort_values().equals(log.index.sort_values())
    off = (live - log.reindex(live.index)).loc[:, lambda frame: frame.ne(0).any()]
    allowed = {
        "asterisk_day": {"wait_answered_s": 1.0},
        "asterisk_killed": {"talk_s": -9.0},
    }
    assert off.sum().to_dict() == allowed.get(folder, {})
    assert off.ne(0).sum().to_dict() == dict.fromkeys(off, 1)
    outcomes = ["answered", "abandoned", "timeout", "key_exit", "empty_exit", "withdrawn", "lost"]
    assert (live[outcomes].sum(axis=1) == live["offered"]).all()


@pytest.mark.parametrize("folder", ["asterisk_day", "asterisk_sip", "asterisk_blind_transfer"])
def test_agents_time_equals_the_log_s(serve, centre, folder):
    """Login, membership, pause with its reason and talk, to the second (one talk is one off)."""
    project = centre(15)
    follow(project, serve("ami", events_of(folder)))
    with open_store(project.store) as store:
        live = store.agent_states()
    log = stored_states(read_asterisk(logs_of(folder)).agents, "pbx")
    key = ["agent", "state", "queue", "reason", "start"]
    both = live.merge(log, on=key, suffixes=("", "_log"), how="outer", indicator=True)
    assert (both["_merge"] == "both").all()
    ended = both[both["ended_by_log"] == "closed"]
    seconds = (ended["end"] - ended["end_log"]).dt.total_seconds().abs()
    assert seconds.sum() <= 1
    assert len(live) == len(log) > 10


def test_what_a_cut_loses_is_told_and_healed_by_the_log(serve, centre):
    """Cut twice in mid-event with calls unheard: gaps are issues, and the night's log heals them.

    Afterwards the store holds what the log alone would have given, and a feed that goes on does
    not put its own figures back.
    """
    events, project = events_of("asterisk_day"), centre(15)
    half = len(events) // 2
    plan = [
        {"first": 0, "last": 900, "piece": 333},
        {"first": 1000, "last": half, "piece": 7},
        {"first": half + 60, "last": len(events) - 400},
    ]
    done = follow(project, serve("ami", events, plan))
    assert len(done.gaps) == 3
    with open_store(project.store) as store:
        issues = store.issues()
    gaps = issues[issues["kind"] == LIVE_GAP]
    assert set(gaps["queue"].dropna()) <= {"support", "sales", "vip"}
    for gap in done.gaps[1:]:
        touched = pd.Timestamp(gap.start, unit="s", tz="UTC").floor("15min")
        assert (gaps["interval_start"] == touched).any()
    log = logged("asterisk_day", 900)
    short = kept(project)["offered"].sum()
    assert short < log["offered"].sum()

    now = dt.datetime(2026, 3, 3, 2, tzinfo=dt.UTC)
    options = import_options(project)
    parts = read_parts("asterisk", logs_of("asterisk_day"), options, Counting())
    import_files(project, parts, options, Counting(), now=now)
    pd.testing.assert_frame_equal(kept(project).sort_index(), log.sort_index())
    with open_store(project.store) as store:
        after = store.issues()
    assert not (after["kind"] == LIVE_GAP).any()
    healed = after[after["kind"] == "live-gap-healed"]
    assert healed["action"].str.startswith("replaced by queue_log").all()

    rest = [{"first": len(events) - 400, "last": len(events)}]
    follow(project, serve("ami", events, rest))
    gap_starts = set(healed["interval_start"])
    mine = kept(project)
    same = mine.index.get_level_values("interval_start").isin(gap_starts)
    pd.testing.assert_frame_equal(mine[same].sort_index(), log.loc[mine[same].index].sort_index())


def test_stopped_and_started_again_it_goes_on(serve, centre):
    """Stopped between two events and started anew each time: as if it had never been stopped."""
    events, project = events_of("asterisk_sip"), centre(1)
    cuts = [0, 70, 150, 151, 300, len(events)]
    for first, last in itertools.pairwise(cuts):
        follow(project, serve("ami", events, [{"first": first, "last": last}]))
    pd.testing.assert_frame_equal(
        kept(project).sort_index(), logged("asterisk_sip", 60).sort_index()
    )


def test_quiet_intervals_are_zeros_only_where_the_feed_listened(serve, centre):
    """A queue without calls has zeros while the switch was heard, and no row in a gap."""
    events, project = events_of("asterisk_day"), centre(15)
    late = next(k for k, event in enumerate(events) if stamp(event) > stamp(events[0]) + 5400)
    plan = [{"first": 0, "last": 30}, {"first": late, "last": len(events)}]
    done = follow(project, serve("ami", events, plan))
    with open_store(project.store) as store:
        history = store.history()
    vip = history[history["queue"] == "vip"].set_index("interval_start")["offered"]
    inside = vip[vip.index > pd.Timestamp(done.gaps[1].start, unit="s", tz="UTC")]
    gap_end = pd.Timestamp(done.gaps[1].end, unit="s", tz="UTC")
    assert (inside[inside.index < gap_end.floor("15min")] > 0).all()
    steps = vip[vip.index > gap_end].index.to_series().diff().dropna()
    assert (steps == pd.Timedelta(minutes=15)).all()


def test_a_wrong_secret_ends_the_watch_and_is_told_nowhere(serve, centre, caplog):
    """Exit 3 with what to check; neither the secret nor its answer is logged or said."""
    caplog.set_level(logging.DEBUG)
    server = serve("ami", events_of("asterisk_sip"))
    with pytest.raises(InputError, match="refuses the login: Authentication failed") as caught:
        follow(centre(15), server, secret="swordfish")
    said = " ".join([str(caught.value), caplog.text, *server.heard])
    assert "swordfish" not in said
    assert "hunter2" not in said


def test_no_caller_s_number_is_kept(serve, centre, caplog):
    """Neither in the store nor in the log lines: the recording's numbers are 555 01xx."""
    caplog.set_level(logging.DEBUG)
    project = centre(15)
    events = events_of("asterisk_day")
    follow(project, serve("ami", events, [{"first": 0, "last": 700}, {"first": 800, "last": 1500}]))
    numbers = set(re.findall(rb"\d{3}55501\d\d", b"".join(events)))
    assert len(numbers) > 20
    kept_bytes = b"".join(path.read_bytes() for path in project.root.glob("wfm.db*"))
    with open_store(project.store) as store:
        kept_bytes += (store.reading_state("live pbx") or "").encode()
    assert not [number for number in numbers if number in kept_bytes + caplog.text.encode()]


def test_a_switch_that_is_down_is_tried_again(serve, centre, caplog):
    """Nobody listens, then a mute server: both are given up and tried again until stopped."""
    caplog.set_level(logging.WARNING)
    server = serve("ami", [], [{"first": 0, "last": 0}], mute=True)
    stop = threading.Event()
    settings = TelephonySettings("pbx", SwitchKind.ASTERISK, "127.0.0.1", server.port, "wfm")
    impatient = Patience(0.5, 0.1, 0.2, 0.01, 0.02, 0.1, 0.1, 0.05)
    threading.Timer(1.2, stop.set).start()
    done = watch(centre(15), settings, "x", stop, patience=impatient)
    assert done == Watched()
    assert server.connections > 1
    assert "nothing heard for" in caplog.text
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings = replace(settings, port=nobody.getsockname()[1])
    stop = threading.Event()
    threading.Timer(0.4, stop.set).start()
    watch(centre(15), settings, "x", stop, patience=impatient)
    assert caplog.text.count("no connection (Connection refused)") > 2


def test_damaged_events_are_told_and_stop_nothing(serve, centre):
    """Headers cut out of every tenth event at random: issues, no trace, the feed goes on."""
    rng = random.Random(5)
    events = []
    for event in events_of("asterisk_sip"):
        lines = event.split(b"\n")
        if rng.random() < 0.1:
            keep = [n for n, line in enumerate(lines) if line.startswith((b"Event", b"Timestamp"))]
            lines = [line for n, line in enumerate(lines) if n in keep or rng.random() < 0.5]
        events.append(b"\n".join(lines))
    project = centre(1)
    server = serve(
        "ami", events, None, oddities=b"\r\n\r\n: \r\n\r\nEvent\r\n\r\n\xff: \xfe\r\n\r\n"
    )
    follow(project, server)
    with open_store(project.store) as store:
        issues = store.issues()
    assert set(issues["kind"]) >= {"malformed-event"}
    assert (kept(project)["offered"].sum()) > 45


def test_which_switch_is_meant(centre):
    """The only one by itself, one of several by name."""
    project = centre(15)
    with pytest.raises(UsageError, match=r"no \[\[telephony\]\] to follow"):
        switch_of(project, None, live=True)
    one = TelephonySettings("one", SwitchKind.ASTERISK)
    two = TelephonySettings("two", SwitchKind.FREESWITCH)
    cloud = TelephonySettings("cloud", SwitchKind.GENESYS)
    some = replace(project, config=replace(project.config, telephony=(one, cloud)))
    assert switch_of(some, None, live=True) is one
    assert switch_of(some, None, live=False) is cloud
    more = replace(project, config=replace(project.config, telephony=(one, two)))
    assert switch_of(more, "two", live=True) is two
    for name, said in [(None, "name the source; wfm.toml has one, two"), ("cloud", "no such")]:
        with pytest.raises(UsageError, match=said):
            switch_of(more, name, live=True)
