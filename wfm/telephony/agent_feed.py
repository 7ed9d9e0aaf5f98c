"""Agents' states in the layouts that other planners take for adherence; all times are UTC."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pandas as pd

__all__ = ["AGENT_LAYOUTS", "agent_feed", "state_changes"]

_LONGEST_CODE = 25
_RANK = {"talk": 3, "pause": 2, "login": 1, "member": 1}
_WORDS = {3: "TALK", 2: "PAUSE", 1: "READY", 0: "LOGGED OFF"}


class _Change(NamedTuple):
    """An agent begins to be in a state."""

    agent: str
    at: pd.Timestamp
    state: str
    reason: str
    source: str


def agent_feed(states: pd.DataFrame, layout: str) -> str:
    """Text of a feed, by time.

    Parameters
    ----------
    states
        :data:`wfm.schema.AGENT_STATE`.
    layout
        One of :data:`AGENT_LAYOUTS`.

    Raises
    ------
    ValueError
        When there is no such layout.
    """
    if layout not in AGENT_LAYOUTS:
        raise ValueError(f"no such layout: {layout!r}; known are {', '.join(AGENT_LAYOUTS)}")
    return AGENT_LAYOUTS[layout](states)


def state_changes(states: pd.DataFrame) -> pd.DataFrame:
    """One line of states per agent: talk before pause before ready, else logged off.

    Returns
    -------
    pandas.DataFrame
        ``agent, at, state, reason, source``: the state that the agent is in from that moment on.

    Notes
    -----
    A pause in one queue of several is a pause; somebody who talks is not paused meanwhile.
    """
    changes = [change for _, part in states.groupby("agent") for change in _changes(part)]
    frame = pd.DataFrame(changes, columns=_Change._fields)
    return frame.sort_values(["at", "agent"], kind="stable", ignore_index=True)


def _changes(part: pd.DataFrame) -> Iterator[_Change]:
    """Changes of one agent, by a sweep over the beginnings and ends of all stretches."""
    known = part[part["state"].isin(list(_RANK)) & (part["end"] > part["start"])]
    agent = str(part["agent"].iloc[0])
    moments = [
        (at, step, str(row.state), str(row.reason or ""), str(row.source))
        for row in known.itertuples()
        for at, step in ((row.start, 1), (row.end, -1))
    ]
    moments.sort(key=lambda moment: (moment[0], moment[1]))
    open_now: dict[str, list[str]] = {state: [] for state in _RANK}
    before = ("", "")
    for place, (at, step, state, reason, source) in enumerate(moments):
        if step > 0:
            open_now[state].append(reason)
        else:
            open_now[state].remove(reason)
        if place + 1 < len(moments) and moments[place + 1][0] == at:
            continue
        rank = max((_RANK[name] for name, reasons in open_now.items() if reasons), default=0)
        why = open_now["pause"][0] if rank == _RANK["pause"] else ""
        if (_WORDS[rank], why) != before:
            before = (_WORDS[rank], why)
            yield _Change(agent, at, *before, source)


def _table(header: tuple[str, ...], rows: pd.DataFrame, delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows.itertuples(index=False))
    return text.getvalue()


def _stretches(states: pd.DataFrame) -> str:
    """Every stretch as it was seen, with its length."""
    ordered = states.sort_values(["start", "agent", "state", "queue"])
    rows = pd.DataFrame(
        {
            "agent": ordered["agent"],
            "state": ordered["state"],
            "queue": ordered["queue"].fillna(""),
            "reason": ordered["reason"].fillna(""),
            "entered": _utc(ordered["start"]),
            "left": _utc(ordered["end"]),
            "seconds": (ordered["end"] - ordered["start"]).dt.total_seconds().round().astype("int"),
            "source": ordered["source"],
        }
    )
    header = ("agent", "state", "queue", "reason", "entered_utc", "left_utc", "seconds", "source")
    return _table(header, rows, ",")


def _teleopti(states: pd.DataFrame) -> str:
    """State input of Teleopti's real-time adherence: one row per change, no snapshots."""
    changes = state_changes(states)
    rows = pd.DataFrame(
        {
            "source": changes["source"],
            "user": changes["agent"],
            "code": changes["state"].str[:_LONGEST_CODE],
            "description": changes["reason"],
            "on": (changes["state"] != _WORDS[0]).map({True: "true", False: "false"}),
            "seconds": 0,
            "at": _utc(changes["at"]),
            "snapshot": "false",
        }
    )
    header = (
        "SourceId",
        "UserCode",
        "StateCode",
        "StateDescription",
        "IsLoggedOn",
        "SecondsInState",
        "Timestamp",
        "IsSnapshot",
    )
    return _table(header, rows, ";")


def _utc(times: pd.Series) -> pd.Series:
    whole = pd.to_datetime(times, utc=True).dt.floor("s")
    return whole.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


AGENT_LAYOUTS: dict[str, Callable[[pd.DataFrame], str]] = {
    "states": _stretches,
    "teleopti-rta": _teleopti,
}
"""Layouts of ``wfm export agent-feed``."""
