"""Lines of Asterisk's queue_log taken apart; knows what each event's fields mean.

``epoch|callid|queue|agent|event|data1|data2|...`` in whole seconds of UTC. Nothing is escaped: a
``|`` in a reason or message makes more fields, so figures are read from the right. Source:
``apps/app_queue.c`` and ``main/logger.c`` of Asterisk 22.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from wfm.telephony.visits import Ending, Outcome

__all__ = ["ENDINGS", "EXITS", "Event", "MalformedLineError", "Topic", "parse_line"]


class Topic(StrEnum):
    """What an event is about."""

    ENTER = "enter"
    CONNECT = "connect"
    EXIT = "exit"
    END = "end"
    RING_IN_VAIN = "ring in vain"
    RESTART = "restart"
    AGENT = "agent"
    NOTHING = "nothing that is counted"
    UNKNOWN = "unknown"


class MalformedLineError(ValueError):
    """A line that is no queue_log line; what it holds is not told, it may be a caller's number."""


class Event(NamedTuple):
    """One line of the log.

    Parameters
    ----------
    data
        Fields after the event's name, as they stand.
    figures
        Whole seconds (or milliseconds of a ring) that the event carries: wait and ring of CONNECT,
        wait of an exit, wait and talk of an end.
    """

    epoch: int
    call: str
    queue: str
    agent: str
    name: str
    data: tuple[str, ...]
    topic: Topic
    figures: tuple[int, ...] = ()


EXITS = {
    "ABANDON": Outcome.ABANDONED,
    "EXITWITHTIMEOUT": Outcome.TIMEOUT,
    "EXITWITHKEY": Outcome.KEY,
    "EXITEMPTY": Outcome.EMPTY,
    "WITHDRAW": Outcome.WITHDRAWN,
    # The call ends in the switch's hands: neither the caller hung up nor did an agent take it
    "AGENTDUMP": Outcome.WITHDRAWN,
    "SYSCOMPAT": Outcome.WITHDRAWN,
}
"""Events that end the waiting."""

ENDINGS = {
    "COMPLETEAGENT": Ending.AGENT,
    "COMPLETECALLER": Ending.CALLER,
    "BLINDTRANSFER": Ending.BLIND_TRANSFER,
    "TRANSFER": Ending.BLIND_TRANSFER,
    "ATTENDEDTRANSFER": Ending.ATTENDED_TRANSFER,
}
"""Events that end the talk."""

_AGENT_EVENTS = (
    "ADDMEMBER",
    "REMOVEMEMBER",
    "PAUSE",
    "UNPAUSE",
    "AGENTLOGIN",
    "AGENTLOGOFF",
    "AGENTCALLBACKLOGIN",
    "AGENTCALLBACKLOGOFF",
)
_UNCOUNTED = (
    "PAUSEALL",  # the same act as the PAUSE lines that follow, one per queue
    "UNPAUSEALL",
    "PAUSEREASON",
    "RINGCANCELED",
    "CONFIGRELOAD",
    "INFO",
    "DID",
    "CALLSTATUS",
)
_WITHOUT_FIGURES = {
    "ENTERQUEUE": Topic.ENTER,
    "RINGNOANSWER": Topic.RING_IN_VAIN,
    "QUEUESTART": Topic.RESTART,
    **dict.fromkeys(_AGENT_EVENTS, Topic.AGENT),
    **dict.fromkeys(_UNCOUNTED, Topic.NOTHING),
}
_OF_A_VISIT = frozenset((Topic.ENTER, Topic.CONNECT, Topic.EXIT, Topic.END, Topic.RING_IN_VAIN))
_FIRST_EPOCH, _LAST_EPOCH = 900_000_000, 4_200_000_000
_LONGEST_S = 10_000_000
"""Four months: no wait or talk is longer."""


def parse_line(line: str) -> Event:
    """Event of one line.

    Raises
    ------
    MalformedLineError
        When there are too few fields, the time is none, or a figure is missing.

    Examples
    --------
    >>> parse_line("1772438513|1772438507.0|support|Agent/1001|CONNECT|6|1772438507.2|6").figures
    (6, 6)
    >>> parse_line("1717397391|1.2|1501|PJSIP/7009|ATTENDEDTRANSFER|APP|Queue|12|120|1").figures
    (12, 120)
    """
    fields = line.split("|")
    if len(fields) < 5:
        raise MalformedLineError(f"{len(fields)} fields instead of at least 5")
    time, call, queue, agent, name = fields[:5]
    if not (time.isascii() and time.isdigit()) or not _FIRST_EPOCH <= int(time) < _LAST_EPOCH:
        raise MalformedLineError("no epoch in the first field")
    data = tuple(fields[5:])
    topic, figures = _read(name, data)
    if topic in _OF_A_VISIT and not (call and queue):
        raise MalformedLineError(f"{name} without a call or a queue")
    if topic in {Topic.AGENT, Topic.CONNECT} and not agent:
        raise MalformedLineError(f"{name} without an agent")
    return Event(int(time), call, queue, agent, name, data, topic, figures)


def _read(name: str, data: tuple[str, ...]) -> tuple[Topic, tuple[int, ...]]:
    if name == "CONNECT":
        # before 1.6 there was no ring time
        ring_s = _figure(data, 2) if len(data) > 2 and data[2] else 0
        return Topic.CONNECT, (_figure(data, 0), ring_s)
    if name in EXITS:
        return Topic.EXIT, _exit_wait(name, data)
    if name in ENDINGS:
        return Topic.END, _end_times(name, data)
    return _WITHOUT_FIGURES.get(name, Topic.UNKNOWN), ()


def _exit_wait(name: str, data: tuple[str, ...]) -> tuple[int, ...]:
    """Wait of an exit; none where the event or an old log has none."""
    place = 3 if name == "EXITWITHKEY" else 2
    if name in {"AGENTDUMP", "SYSCOMPAT"} or (name == "EXITWITHTIMEOUT" and len(data) < 3):
        return ()
    return (_figure(data, place),)


def _end_times(name: str, data: tuple[str, ...]) -> tuple[int, ...]:
    """Wait and talk; transfers carry texts of any number of fields before them."""
    if name.startswith("COMPLETE"):
        return (_figure(data, 0), _figure(data, 1))
    # TRANSFER of old logs may lack the position at the end
    tail = data if name == "TRANSFER" and len(data) == 4 else data[:-1]
    if len(tail) < 4:
        raise MalformedLineError(f"{name} has {len(data)} fields instead of at least 5")
    return (_figure(tail, len(tail) - 2), _figure(tail, len(tail) - 1))


def _figure(data: tuple[str, ...], place: int) -> int:
    text = data[place] if place < len(data) else ""
    if not (text.isascii() and text.isdigit()) or int(text) > _LONGEST_S:
        raise MalformedLineError(f"field {place + 6} is no number of seconds")
    return int(text)
