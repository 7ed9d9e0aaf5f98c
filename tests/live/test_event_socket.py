"""FreeSWITCH followed over real sockets: what the feed counts is what the recording holds."""

from __future__ import annotations

import gzip
import itertools
import logging
import random
import re
import threading
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from wfm.config.load import parse
from wfm.config.telephony import SwitchKind, TelephonySettings
from wfm.errors import InputError
from wfm.pipeline.intake.watch import Patience, Watched, watch
from wfm.pipeline.project import Project
from wfm.schema import LIVE_GAP
from wfm.store import open_store
from wfm.telephony import read_freeswitch
from wfm.telephony.agent_states import stored_states
from wfm.telephony.live import BrokenStreamError, EventSocketConversation, FreeswitchLive
from wfm.telephony.live.event_socket import EventSocketParser

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "telephony"
RUN = SHARED / "freeswitch_callcenter"
recorded = pytest.mark.skipif(not RUN.is_dir(), reason="recordings not here")

QUICK = Patience(
    connect_s=2, idle_s=0.25, silent_s=4, first_retry_s=0.02, flush_s=0.2, state_s=0.2, look_s=0.05
)
TOML = """
[centre]
name = "x"
timezone = "UTC"
interval = "30m"

[[queue]]
name = "support@test"
open = "always"
"""


@pytest.fixture
def events() -> list[bytes]:
    """Recorded events in the order they happened."""
    text = gzip.decompress((RUN / "events.txt.gz").read_bytes())
    found = [event.strip(b"\n") for event in text.split(b"\n\n") if event.strip()]
    return sorted(found, key=_order)


def _order(event: bytes) -> tuple[int, int]:
    stamp, number = rb"Event-Date-Timestamp: (\d+)", rb"Event-Sequence: (\d+)"
    return int(re.search(stamp, event)[1]), int(re.search(number, event)[1])


@pytest.fixture
def project(tmp_path) -> Project:
    """A centre that counts minutes."""
    return Project(tmp_path, replace(parse(TOML), interval_s=60), str(tmp_path / "wfm.db"))


def follow(project: Project, server, secret: str = "hunter2") -> Watched:
    """Follow a server until it has said all and seen that it was heard."""
    stop = threading.Event()
    ending = threading.Thread(target=lambda: (server.finished.wait(50), stop.set()))
    ending.start()
    settings = TelephonySettings("fs", SwitchKind.FREESWITCH, "127.0.0.1", server.port)
    try:
        return watch(project, settings, secret, stop, clock=lambda: server.now, patience=QUICK)
    finally:
        server.finished.set()
        ending.join()


def kept(project: Project) -> pd.DataFrame:
    """Intervals of the store in which something came."""
    with open_store(project.store) as store:
        history = store.history()
    return history[history["offered"] > 0].set_index(["queue", "interval_start"]).sort_index()


def recorded_intervals() -> pd.DataFrame:
    """The same from the whole recording."""
    read = read_freeswitch([RUN / "events.txt.gz"])
    made = read.intervals(60, threshold_s=20, short_s=5)
    return made[made["offered"] > 0].set_index(["queue", "interval_start"]).sort_index()


@recorded
def test_a_replay_equals_the_recording(serve, project, events):
    """Every cell, in chunks of any size; agents' time as the reader of files has it."""
    done = follow(project, serve("esl", events, largest_chunk=777))
    assert done.connections == 1
    pd.testing.assert_frame_equal(kept(project), recorded_intervals(), check_dtype=False)
    with open_store(project.store) as store:
        live, issues = store.agent_states(), store.issues()
    whole = stored_states(read_freeswitch([RUN / "events.txt.gz"]).agents, "fs")
    key = ["agent", "state", "start"]
    both = live.merge(whole, on=key, suffixes=("", "_whole"))
    closed = both[both["ended_by_whole"] == "closed"]
    assert len(both) == len(live) == len(whole)
    assert (closed["end"] == closed["end_whole"]).all()
    assert set(issues["kind"]) >= {LIVE_GAP, "late-cancel", "automatic-break"}


@recorded
def test_a_cut_without_lost_events_loses_nothing(serve, project, events):
    """Cut in mid-event four times: lists after each cut leave all that is known as it is."""
    cuts = [0, 61, 200, 201, 350, len(events)]
    plan = [
        {"first": first, "last": last, "piece": 50 if last < len(events) else 0}
        for first, last in itertools.pairwise(cuts)
    ]
    done = follow(project, serve("esl", events, plan))
    assert (done.connections, len(done.gaps)) == (5, 5)
    pd.testing.assert_frame_equal(kept(project), recorded_intervals(), check_dtype=False)


@recorded
def test_what_ends_or_begins_unheard_is_closed_or_taken_up(serve, project, events):
    """A cut with events lost: nobody waits for ever, and whoever waits at its end is counted."""
    plan = [{"first": 0, "last": 120}, {"first": 220, "last": len(events)}]
    follow(project, serve("esl", events, plan))
    live, whole = kept(project), recorded_intervals()
    with open_store(project.store) as store:
        assert (store.issues()["kind"] == LIVE_GAP).any()
    missed = whole["offered"].sum() - live["offered"].sum()
    begun = [e for e in events[120:220] if b"CC-Action: member-queue-start" in e]
    assert 0 <= missed <= len(begun)
    outcomes = ["answered", "abandoned", "timeout", "key_exit", "empty_exit", "withdrawn", "lost"]
    assert (live[outcomes].sum(axis=1) == live["offered"]).all()
    before = live[live.index.get_level_values(1) < live.index.get_level_values(1).min() + MINUTE]
    pd.testing.assert_frame_equal(before, whole.loc[before.index], check_dtype=False)


MINUTE = pd.Timedelta(minutes=1)


@recorded
def test_a_killed_switch_loses_who_waited(serve, project, events):
    """After a restart the lists are empty: who waited is lost, who talked is cut off."""
    at = 150
    plan = [{"first": 0, "last": at}, {"first": at, "last": at, "restarted": True}]
    follow(project, serve("esl", events, plan))
    visits = FreeswitchLive("x")
    for event in events[:at]:
        conversation_feed(visits, event)
    waiting = sum(visit.connected is None for visit in visits.centre.open.values())
    assert waiting
    assert kept(project)["lost"].sum() == waiting


def conversation_feed(centre: FreeswitchLive, event: bytes) -> None:
    """One recorded event, without a socket."""
    from wfm.telephony.freeswitch_centre import blocks_of

    for block in blocks_of(event.decode()):
        centre.feed(block)


@recorded
def test_a_wrong_password_is_refused_and_told_nowhere(serve, project, events, caplog):
    """Exit 3, with the switch's word."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(InputError, match="refuses the login: invalid") as caught:
        follow(project, serve("esl", events), secret="swordfish")
    assert "swordfish" not in str(caught.value) + caplog.text


@recorded
def test_no_caller_s_number_is_kept(serve, project, events):
    """Neither in the store nor in the kept state."""
    follow(project, serve("esl", events))
    numbers = set(re.findall(rb"\d{3}55501\d\d", b"".join(events)))
    stored = b"".join(path.read_bytes() for path in project.root.glob("wfm.db*"))
    with open_store(project.store) as store:
        stored += (store.reading_state("live fs") or "").encode()
    assert numbers
    assert not [number for number in numbers if number in stored]


def test_frames_come_whole_however_they_are_cut():
    """Headers and bodies in random pieces; a body may hold blank lines."""
    bodies = ["", "+OK\n", "a\n\nb", "ü" * 50, "x" * 5000]
    stream = b"".join(
        f"Content-Type: api/response\nContent-Length: {len(body.encode())}\n\n{body}".encode()
        for body in bodies
    )
    rng = random.Random(3)
    for _ in range(30):
        parser, found, rest = EventSocketParser(), [], stream
        while rest:
            size = rng.randint(1, 40)
            found += parser.feed(rest[:size])
            rest = rest[size:]
        assert [frame.body for frame in found] == bodies


@pytest.mark.parametrize("length", ["-1", "x", "999999999999", "1.5"])
def test_a_length_that_is_none_breaks_the_stream(length):
    """A new connection may do better; nothing is read into memory."""
    talk = EventSocketConversation(FreeswitchLive("x"), "secret")
    with pytest.raises(BrokenStreamError):
        talk.receive(f"Content-Type: a\nContent-Length: {length}\n\n".encode(), 0.0)


def test_an_address_that_may_not_connect_is_told():
    """The switch says so before any password."""
    talk = EventSocketConversation(FreeswitchLive("x"), "secret")
    with pytest.raises(Exception, match="access list"):
        talk.receive(b"Content-Type: text/rude-rejection\nContent-Length: 0\n\n", 0.0)
