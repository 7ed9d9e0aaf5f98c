"""Asterisk's manager interface without a socket: bytes cut anywhere, and what events mean."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.telephony.live import AmiCentre, AmiConversation, LoginRefusedError
from wfm.telephony.live.ami_protocol import AmiParser, action
from wfm.telephony.visits import Outcome

EIGHT = 1_772_438_400.0


def said(**facts: object) -> bytes:
    """One message of the switch."""
    lines = [f"{name}: {value}\r\n" for name, value in facts.items()]
    return "".join(lines).encode() + b"\r\n"


def event(name: str, after_s: float, call: str = "1.1", queue: str = "sales", **facts) -> bytes:
    """One event of a call, so many seconds after eight."""
    stamp = f"{EIGHT + after_s:.6f}"
    return said(Event=name, Timestamp=stamp, Uniqueid=call, Queue=queue, **facts)


def record(application: str, extension: str, **facts) -> bytes:
    """Record of a call: the extension it went to last, and what it ended in there."""
    ended = {"Destination": extension, "LastApplication": application}
    return said(Event="Cdr", UniqueID="1.1", **ended, **facts)


JOIN = {"CallerIDNum": "2025550100", "Position": 1}
TALK = {"MemberName": "ann", "HoldTime": 5}


@pytest.fixture
def centre():
    """A switch of which nothing is known yet."""
    return AmiCentre("pbx")


def hear(centre: AmiCentre, *events: bytes, now: float = EIGHT) -> None:
    """Let a centre hear events."""
    for message in AmiParser().feed(b"".join(events)):
        centre.feed(message, now)


def outcomes(centre: AmiCentre) -> list[Outcome | None]:
    """Outcomes of the visits in order of entry."""
    return [visit.outcome for visit in centre.visits()]


CALL = b"".join(
    [
        b"Asterisk Call Manager/9.0.0\r\n",
        said(Response="Success", ActionID="wfm-challenge", Challenge="1234"),
        said(Response="Success", ActionID="wfm-login", Message="Accepted"),
        event("QueueCallerJoin", 0, **JOIN),
        said(Event="QueueParams", ActionID="wfm-status", Queue="care"),
        said(Event="QueueEntry", ActionID="wfm-status", Queue="care", Uniqueid="0.9", Wait=30),
        said(Event="QueueStatusComplete", ActionID="wfm-status"),
        event("QueueCallerLeave", 5),
        event("AgentConnect", 5, RingTime=3, **TALK),
        said(Event="Newfangled", Output="a", Variable="x: y"),
        event("AgentComplete", 65, TalkTime=60, Reason="agent", **TALK),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, len(CALL)), max_size=12))
def test_cut_anywhere_it_is_the_same(cuts):
    """Bytes in any pieces: the same answers, the same visits."""
    centre = AmiCentre("pbx")
    talk = AmiConversation(centre, "wfm", "hunter2")
    answers, places = talk.hello(), [0, *sorted(cuts), len(CALL)]
    for first, last in itertools.pairwise(places):
        answers += talk.receive(CALL[first:last], EIGHT + 1)
    key = hashlib.md5(b"1234hunter2").hexdigest()
    asked = [line for line in answers.decode().split("\r\n") if line]
    assert asked == [
        *("Action: Challenge", "AuthType: MD5", "ActionID: wfm-challenge"),
        *("Action: Login", "AuthType: MD5", "Username: wfm", f"Key: {key}", "ActionID: wfm-login"),
        *("Action: QueueStatus", "ActionID: wfm-status"),
    ]
    assert b"hunter2" not in answers
    assert talk.ready
    assert centre.queues() == {"care", "sales"}
    waiting, answered = centre.visits()
    assert (waiting.call, waiting.entered, waiting.outcome) == ("0.9", EIGHT - 29, Outcome.LOST)
    assert (answered.wait_s, answered.ring_s, answered.talk_s) == (5, 3, 60)
    assert centre.take_issues().empty


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        ([], Outcome.ABANDONED),
        ([event("QueueCallerJoin", 31, queue="care", **JOIN)], Outcome.TIMEOUT),
        ([event("QueueCallerJoin", 99, queue="care", **JOIN)], Outcome.ABANDONED),
        ([event("VarSet", 30, Variable="QUEUESTATUS", Value="TIMEOUT")], Outcome.TIMEOUT),
        ([event("VarSet", 30, Variable="QUEUESTATUS", Value="LEAVEEMPTY")], Outcome.EMPTY),
        ([event("VarSet", 30, Variable="QUEUESTATUS", Value="WITHDRAW")], Outcome.WITHDRAWN),
        ([event("VarSet", 30, Variable="OTHER", Value="TIMEOUT")], Outcome.ABANDONED),
        ([event("UserEvent", 30, UserEvent="QueueExit", Status="TIMEOUT")], Outcome.TIMEOUT),
        ([event("UserEvent", 30, UserEvent="Other", Status="TIMEOUT")], Outcome.ABANDONED),
        ([said(Event="Cdr", UniqueID="1.1", LastApplication="VoiceMail")], Outcome.TIMEOUT),
        ([record("VoiceMail", "q-TIMEOUT")], Outcome.TIMEOUT),
        ([record("Hangup", "q-WITHDRAW")], Outcome.WITHDRAWN),
        ([record("Playback", "LEAVEUNAVAIL")], Outcome.EMPTY),
        ([record("Queue", "q-WITHDRAW")], Outcome.ABANDONED),
        ([said(Event="Cdr", UniqueID="1.1", LastApplication="Queue")], Outcome.ABANDONED),
        ([said(Event="Cdr", UniqueID="1.2", LastApplication="VoiceMail")], Outcome.ABANDONED),
    ],
)
def test_what_the_interface_calls_abandoned(centre, after, outcome):
    """What comes around the event tells time-outs, empty queues and withdrawn callers apart."""
    hear(
        centre,
        event("QueueCallerJoin", 0, **JOIN),
        event("QueueCallerAbandon", 30, HoldTime=30),
        event("QueueCallerLeave", 30),
        *after,
    )
    assert outcomes(centre)[0] is outcome
    assert centre.visits()[0].wait_s == 30


@pytest.mark.parametrize("extension", ["", "sales", "q-WITHDRAW"])
def test_a_record_a_moment_early_tells_as_well(centre, extension):
    """The switch may send it before the event it explains; not one of an offer to an agent."""
    early = record("Hangup", extension, Timestamp=EIGHT + 29.9)
    offer = said(Event="Cdr", UniqueID="1.1", LastApplication="Queue", Disposition="NO ANSWER")
    end = event("QueueCallerAbandon", 30, HoldTime=30)
    hear(centre, event("QueueCallerJoin", 0, **JOIN), early, offer, end)
    assert outcomes(centre) == [Outcome.WITHDRAWN if "WITHDRAW" in extension else Outcome.TIMEOUT]


def test_whoever_leaves_without_a_word_left_by_a_key(centre):
    """Known half a minute later, or when the caller comes again; until then nothing is lost."""
    hear(centre, event("QueueCallerJoin", 0, **JOIN), event("QueueCallerLeave", 12))
    assert outcomes(centre) == [Outcome.LOST]
    hear(centre, event("QueueMemberStatus", 43, call="", MemberName="ann"))
    assert outcomes(centre) == [Outcome.KEY]
    assert (centre.visits()[0].wait_s, centre.visits()[0].closed) == (12, EIGHT + 12)
    hear(centre, event("QueueCallerJoin", 50, call="1.2", **JOIN))
    hear(centre, event("QueueCallerLeave", 52, call="1.2"))
    hear(centre, event("QueueCallerJoin", 53, call="1.2", queue="care", **JOIN))
    assert outcomes(centre) == [Outcome.KEY, Outcome.KEY, Outcome.LOST]


def test_an_announcement_to_the_agent_is_no_key(centre):
    """Twenty seconds between leaving the queue and the connection; an agent who hangs up in it."""
    hear(centre, event("QueueCallerJoin", 0, **JOIN), event("QueueCallerLeave", 5))
    hear(centre, event("AgentConnect", 25, RingTime=3, MemberName="ann", HoldTime=25))
    hear(centre, event("QueueCallerJoin", 30, call="1.2", **JOIN))
    hear(centre, event("QueueCallerLeave", 35, call="1.2"))
    hear(centre, event("AgentDump", 45, call="1.2", MemberName="ann"))
    assert outcomes(centre) == [Outcome.ANSWERED, Outcome.WITHDRAWN]


def test_our_clock_counts_where_the_switch_stamps_nothing(centre):
    """``timestampevents`` is off by default."""
    plain = said(Event="QueueCallerJoin", Uniqueid="1.1", Queue="sales", **JOIN)
    hear(centre, plain, now=EIGHT + 7)
    assert centre.visits()[0].entered == EIGHT + 7


def status(*facts: dict) -> bytes:
    """Answer of QueueStatus."""
    told = b"".join(said(ActionID="wfm-status", **each) for each in facts)
    return told + said(Event="QueueStatusComplete", ActionID="wfm-status")


def reconnect(centre: AmiCentre, answer: bytes, now: float) -> None:
    """A new connection, with its snapshot."""
    talk = AmiConversation(centre, "wfm", "x")
    talk.receive(said(Response="Success", ActionID="wfm-challenge", Challenge="1"), now)
    talk.receive(said(Response="Success", ActionID="wfm-login"), now)
    talk.receive(answer, now)
    assert talk.ready


@pytest.mark.parametrize(
    ("member", "talks"),
    [
        ({"InCall": "1", "Status": "2"}, True),
        ({"InCall": "1", "Status": "1"}, True),
        ({"InCall": "0", "Status": "2"}, True),
        ({"InCall": "0", "Status": "1"}, False),
        ({"Status": "2"}, True),
        ({"Status": "1"}, False),
        (None, True),
    ],
)
def test_a_talk_that_ended_unheard_is_cut_off(centre, member, talks):
    """By what the switch says of the agent and of the phone; a second call at once keeps it up."""
    hear(centre, event("QueueCallerJoin", 0, **JOIN))
    hear(centre, event("AgentConnect", 5, RingTime=3, **TALK))
    row = {"Event": "QueueMember", "Queue": "sales", "Name": "ann", "Membership": "static"}
    reconnect(centre, status(*([{**row, **member}] if member else [])), EIGHT + 60)
    (visit,) = centre.visits()
    assert visit.ending == ("open" if talks else "cut")
    assert [span.ended_by for span in centre.spans(EIGHT + 60)] == ["open" if talks else "cut"]


def test_members_and_pauses_are_those_of_the_snapshot(centre):
    """Who left, came back or went on a break unheard; since when, where the switch says."""
    added = {"Membership": "dynamic", "MemberName": "ann", "Paused": "0"}
    hear(centre, event("QueueMemberAdded", 0, call="", **added))
    paused = {"Membership": "dynamic", "MemberName": "ann", "Paused": "1", "PausedReason": "Lunch"}
    hear(centre, event("QueueMemberPause", 10, call="", **paused))
    row = {"Event": "QueueMember", "Queue": "sales"}
    bob = {"Name": "bob", "Membership": "dynamic", "LoginTime": int(EIGHT) + 20}
    cat = {"Name": "cat", "Membership": "static", "Paused": "1", "LastPause": int(EIGHT) + 30}
    answer = status({**row, **bob}, {**row, **cat, "PausedReason": "Tea"})
    reconnect(centre, answer, EIGHT + 60)
    spans = {(s.agent, s.state): s for s in centre.spans(EIGHT + 90)}
    ends = {key: (s.start - EIGHT, s.end - EIGHT, s.ended_by) for key, s in spans.items()}
    assert ends == {
        ("ann", "member"): (0, 60, "closed"),
        ("ann", "pause"): (10, 60, "closed"),
        ("bob", "member"): (20, 90, "open"),
        ("cat", "pause"): (30, 90, "open"),
    }
    assert (spans["ann", "pause"].reason, spans["cat", "pause"].reason) == ("Lunch", "Tea")


@pytest.mark.parametrize("asked", ["wfm-challenge", "wfm-login", "wfm-status"])
def test_a_refusal_is_told_in_the_switch_s_words(centre, asked):
    """Whatever is refused."""
    talk = AmiConversation(centre, "wfm", "x")
    with pytest.raises(LoginRefusedError, match="Permission denied"):
        talk.receive(said(Response="Error", ActionID=asked, Message="Permission denied"), EIGHT)


def test_no_header_may_begin_another_one():
    """A user name with a line break in it is no way to send actions."""
    with pytest.raises(ValueError, match="line break"):
        action("Login", Username="wfm\r\nAction: Originate")


def test_a_message_without_an_end_does_not_fill_the_memory():
    """A megabyte of it is dropped; the next whole message is understood."""
    parser = AmiParser()
    for _ in range(40):
        assert parser.feed(b"x" * 50_000) == []
    assert len(parser._rest) < 1_100_000
    assert parser.feed(b"\r\n\r\nEvent: A\r\n\r\n")[-1] == {"Event": "A"}
