"""availability.csv, fixed.csv and offphone.csv: what is agreed before anything is planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from wfm.config.units import clock, duration_s, weekdays
from wfm.domain import Agent
from wfm.errors import Problem
from wfm.intervals import DAY_S
from wfm.pipeline.hand_kept import CellError, filled, iso_date, read_rows
from wfm.work_rules import Arranged, Availability, FixedShift, OffPhone

__all__ = ["read_arranged"]

T = TypeVar("T")
Row = dict[str, str]

_FIVE_MINUTES_S = 300
_YES_NO = {"": False, "no": False, "yes": True}


def read_arranged(folder: Path, agents: Sequence[Agent], problems: list[Problem]) -> Arranged:
    """What the three files beside agents.csv say; each is optional.

    Parameters
    ----------
    agents
        Everybody who may be named.
    problems
        What is wrong goes here.

    Notes
    -----
    availability.csv: agent, days (``mon-fri``), from, to and optionally first, last (dates).
    fixed.csv: agent, date, start, end. offphone.csv: activity, who (staff numbers separated by
    ``;``, ``team:NAME`` or ``all``), length, earliest, latest (dates) and optionally together
    (``yes``), from, to. An end that is not after its start is on the next day.
    """
    known = {agent.agent: agent for agent in agents}

    def rows(
        name: str,
        columns: tuple[str, ...],
        optional: tuple[str, ...],
        make: Callable[[Row, Mapping[str, Agent]], T],
    ) -> list[T]:
        path = folder / f"{name}.csv"
        if not path.exists():
            return []
        found = read_rows(path, columns, optional, lambda row: make(row, known), problems)
        return [made for _, made in found]

    hours = rows("availability", ("agent", "days", "from", "to"), ("first", "last"), _availability)
    fixed = rows("fixed", ("agent", "date", "start", "end"), (), _fixed)
    offphone = rows(
        "offphone",
        ("activity", "who", "length", "earliest", "latest"),
        ("together", "from", "to"),
        _offphone,
    )
    return Arranged(tuple(span for some in hours for span in some), tuple(fixed), tuple(offphone))


def _cell(row: Row, column: str, convert: Callable[[str], T]) -> T:
    """Cell through a converter that raises ValueError."""
    try:
        return convert(filled(row, column))
    except ValueError as error:
        raise CellError("cannot be read", column, row[column], str(error)) from error


def _agent(row: Row, known: Mapping[str, Agent]) -> str:
    agent = filled(row, "agent")
    if agent not in known:
        raise CellError("nobody has this staff number", "agent", agent, "see agents.csv")
    return agent


def _hours(row: Row, start: str, end: str) -> tuple[int, int]:
    """From and to after midnight [s]; an end that is not later is on the next day."""
    from_s, to_s = _cell(row, start, clock), _cell(row, end, clock)
    return from_s, to_s if to_s > from_s else to_s + DAY_S


def _date(row: Row, column: str) -> dt.date | None:
    return iso_date(row, column) if row[column] else None


def _ordered(first: dt.date | None, last: dt.date | None, column: str) -> None:
    if first and last and last < first:
        raise CellError("ends before it starts", column, str(last), "swap the dates")


def _availability(row: Row, known: Mapping[str, Agent]) -> list[Availability]:
    agent, (from_s, to_s) = _agent(row, known), _hours(row, "from", "to")
    first, last = _date(row, "first"), _date(row, "last")
    _ordered(first, last, "last")
    days = _cell(row, "days", weekdays)
    return [Availability(agent, day, from_s, to_s, first, last) for day in days]


def _fixed(row: Row, known: Mapping[str, Agent]) -> FixedShift:
    return FixedShift(_agent(row, known), iso_date(row, "date"), *_hours(row, "start", "end"))


def _offphone(row: Row, known: Mapping[str, Agent]) -> OffPhone:
    first, last = iso_date(row, "earliest"), iso_date(row, "latest")
    _ordered(first, last, "latest")
    length_s = _cell(row, "length", duration_s)
    if not 0 < length_s <= DAY_S // 2 or length_s % _FIVE_MINUTES_S:
        fix = "write whole five minutes, up to 12h"
        raise CellError("is no length of a session", "length", row["length"], fix)
    if row["together"] not in _YES_NO:
        raise CellError("is neither yes nor no", "together", row["together"], "write yes or no")
    from_s = _cell(row, "from", clock) if row["from"] else 0
    to_s = _cell(row, "to", clock) if row["to"] else DAY_S
    if to_s - from_s < length_s:
        raise CellError("leaves no room for the session", "to", row["to"], "widen from and to")
    activity = filled(row, "activity")
    if activity == "work":
        raise CellError("is what the contacts are", "activity", activity, "name it otherwise")
    who = _who(row, known)
    together = _YES_NO[row["together"]]
    return OffPhone(activity, who, length_s, first, last, together, from_s, to_s)


def _who(row: Row, known: Mapping[str, Agent]) -> tuple[str, ...]:
    """Staff numbers, a team, or all."""
    text = filled(row, "who")
    if text == "all":
        return tuple(known)
    if text.startswith("team:"):
        team = text.removeprefix("team:").strip()
        found = tuple(name for name, agent in known.items() if agent.team == team)
        if not found:
            raise CellError("nobody is in this team", "who", text, "see team in agents.csv")
        return found
    names = tuple(part.strip() for part in text.split(";") if part.strip())
    strangers = [name for name in names if name not in known]
    if strangers:
        told = ", ".join(strangers)
        raise CellError("nobody has this staff number", "who", told, "see agents.csv")
    return names
