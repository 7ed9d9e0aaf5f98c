"""agents.csv, leave.csv and wishes.csv: who is there, who is away, who asks for what.

Small hand-kept files, read with line numbers; all problems of all three are told at once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from wfm.config import Config
from wfm.config.units import clock, duration_s, weekdays
from wfm.domain import Agent, DayWish, Leave, WishKind
from wfm.errors import InputError, Problem
from wfm.pipeline.arrangements import read_arranged
from wfm.pipeline.hand_kept import CellError, amount, filled, iso_date, read_rows
from wfm.work_rules import Arranged

__all__ = ["People", "StandingWish", "read_people"]

T = TypeVar("T")

_AGENT_COLUMNS = ("agent", "name", "contract", "skills")
_LONGEST_LEAVE_DAYS = 3660
_AGENT_OPTIONAL = ("team", "site", "start_date", "end_date", "grade")


@dataclass(frozen=True, slots=True)
class StandingWish:
    """A wish for a weekday (Monday 0) of every week."""

    agent: str
    weekday: int
    kind: WishKind
    clock_s: int = 0
    weight: float = 1.0

    def holds(self, day: dt.date) -> bool:
        """Whether it is for this date."""
        return day.weekday() == self.weekday

    def on(self, day: dt.date) -> DayWish:
        """The wish for one date."""
        return DayWish(self.agent, day, self.kind, self.clock_s, self.weight)


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of a centre, with leave and wishes."""

    agents: tuple[Agent, ...]
    leave: tuple[Leave, ...] = ()
    wishes: tuple[DayWish, ...] = ()
    standing: tuple[StandingWish, ...] = ()
    arranged: Arranged = field(default_factory=Arranged)

    def wishes_between(self, first: dt.date, last: dt.date) -> tuple[DayWish, ...]:
        """Wishes for the dates between two, both included, with those of every week."""
        days = [first + dt.timedelta(days=k) for k in range((last - first).days + 1)]
        own = {(wish.agent, wish.day, wish.kind) for wish in self.wishes}
        every = (wish.on(day) for wish in self.standing for day in days if wish.holds(day))
        return (
            *(wish for wish in self.wishes if first <= wish.day <= last),
            *(wish for wish in every if (wish.agent, wish.day, wish.kind) not in own),
        )

    def serving(self, queues: Set[str], first: dt.date, last: dt.date) -> People:
        """Those employed between two days with a skill for one of the queues, and their wishes."""
        agents = tuple(
            agent
            for agent in self.agents
            if queues & set(agent.skills)
            and (agent.start_date is None or agent.start_date <= last)
            and (agent.end_date is None or agent.end_date >= first)
        )
        keys = {agent.agent for agent in agents}
        given = self.arranged
        return People(
            agents,
            tuple(item for item in self.leave if item.agent in keys),
            tuple(item for item in self.wishes_between(first, last) if item.agent in keys),
            (),
            Arranged(
                tuple(item for item in given.availability if item.agent in keys),
                tuple(item for item in given.fixed if item.agent in keys),
                tuple(item for item in given.offphone if keys & set(item.agents)),
            ),
        )


def read_people(agents: Path, config: Config) -> People:
    """People of a centre.

    Parameters
    ----------
    agents
        agents.csv: agent, name, contract, skills (separated by ``;`` or ``,``) and optionally team,
        site, start_date, end_date, grade. Beside it, all optional: leave.csv (agent, from, to,
        code), wishes.csv (agent, date or weekdays like ``mon-fri``, wish, time, weight) and the
        files of :func:`read_arranged`.

    Raises
    ------
    InputError
        With every problem of the files.
    """
    problems: list[Problem] = []
    everybody = list(read_rows(agents, _AGENT_COLUMNS, _AGENT_OPTIONAL, _agent, problems))
    if not everybody and not problems:
        problems.append(Problem("has no rows", agents.name, fix="give each person one line"))
    problems += _repeated(everybody, agents.name)
    problems += _unknown(everybody, config, agents.name)
    known = {agent.agent for _, agent in everybody} if everybody else None
    folder = agents.parent
    leave: list[Leave] = []
    for row, span in _optional(
        folder / "leave.csv", ("agent", "from", "to"), ("code",), _leave, problems
    ):
        problems += _stranger(span[0].agent, known, "leave.csv", row) if span else []
        leave += span
    wishes: list[DayWish] = []
    standing: list[StandingWish] = []
    columns, optional = ("agent", "date", "wish"), ("time", "weight")
    for row, made in _optional(folder / "wishes.csv", columns, optional, _wishes, problems):
        problems += _stranger(made[0].agent, known, "wishes.csv", row)
        wishes += [wish for wish in made if isinstance(wish, DayWish)]
        standing += [wish for wish in made if isinstance(wish, StandingWish)]
    agents_ = tuple(agent for _, agent in everybody)
    arranged = read_arranged(folder, agents_, problems)
    if problems:
        raise InputError(problems)
    return People(agents_, tuple(leave), tuple(wishes), tuple(standing), arranged)


def _repeated(agents: list[tuple[int, Agent]], file: str) -> list[Problem]:
    """Staff numbers that stand in an earlier line too."""
    seen: dict[str, int] = {}
    problems = []
    for row, agent in agents:
        if agent.agent in seen:
            what = f"the same staff number as in line {seen[agent.agent]}"
            fix = "give each person one line"
            problems.append(Problem(what, file, row, "agent", agent.agent, fix))
        seen.setdefault(agent.agent, row)
    return problems


def _unknown(agents: list[tuple[int, Agent]], config: Config, file: str) -> list[Problem]:
    """Contracts and skills that wfm.toml does not have."""
    contracts = {contract.name for contract in config.contracts}
    queues = {queue.name for queue in config.queues}
    problems = []
    for row, agent in agents:
        if agent.contract not in contracts:
            fix = f"known are {', '.join(sorted(contracts))}"
            problems.append(Problem("no such contract", file, row, "contract", agent.contract, fix))
        for skill in agent.skills:
            if skill not in queues:
                fix = f"known are {', '.join(sorted(queues))}"
                problems.append(Problem("no such queue", file, row, "skills", skill, fix))
    return problems


def _stranger(agent: str, known: set[str] | None, file: str, row: int) -> list[Problem]:
    """Nobody is a stranger where the list of agents itself could not be read."""
    if known is None or agent in known:
        return []
    return [Problem("nobody has this staff number", file, row, "agent", agent, "see agents.csv")]


def _optional(
    path: Path,
    columns: tuple[str, ...],
    optional: tuple[str, ...],
    convert: Callable[[dict[str, str]], T],
    problems: list[Problem],
) -> Iterator[tuple[int, T]]:
    if path.exists():
        yield from read_rows(path, columns, optional, convert, problems)


def _agent(row: dict[str, str]) -> Agent:
    skills = tuple(
        skill.strip() for skill in re.split("[;,]", filled(row, "skills")) if skill.strip()
    )
    if not skills:
        raise CellError("is empty", "skills", row["skills"], "name a queue")
    if len(set(skills)) < len(skills):
        raise CellError("names a queue twice", "skills", row["skills"], "keep one")
    start = iso_date(row, "start_date") if row["start_date"] else None
    end = iso_date(row, "end_date") if row["end_date"] else None
    if start and end and end < start:
        raise CellError("ends before it starts", "end_date", row["end_date"], "swap the dates")
    return Agent(
        filled(row, "agent"),
        filled(row, "name"),
        filled(row, "contract"),
        skills,
        row["team"],
        row["site"],
        start,
        end,
        row["grade"],
    )


def _leave(row: dict[str, str]) -> list[Leave]:
    first, last = iso_date(row, "from"), iso_date(row, "to")
    if last < first:
        raise CellError("ends before it starts", "to", row["to"], "swap the dates")
    days = (last - first).days + 1
    if days > _LONGEST_LEAVE_DAYS:
        fix = "correct the year, or give the person an end_date"
        raise CellError("ends more than ten years after it starts", "to", row["to"], fix)
    return [
        Leave(filled(row, "agent"), first + dt.timedelta(days=k), row["code"] or "AL")
        for k in range(days)
    ]


def _wishes(row: dict[str, str]) -> list[DayWish] | list[StandingWish]:
    """A wish for a date, or one for each of some weekdays."""
    try:
        kind = WishKind(filled(row, "wish"))
    except ValueError as error:
        known = ", ".join(WishKind)
        raise CellError("no such wish", "wish", row["wish"], f"known are {known}") from error
    try:
        clock_s = _wished_s(row, kind)
    except ValueError as error:
        what = "is not a length" if kind is WishKind.LENGTH else "is not a time of day"
        raise CellError(what, "time", row["time"], str(error)) from error
    weight = amount(row, "weight") if row["weight"] else 1.0
    agent, date = filled(row, "agent"), filled(row, "date")
    try:
        days = weekdays(date)
    except ValueError:
        return [DayWish(agent, iso_date(row, "date"), kind, clock_s, weight)]
    return [StandingWish(agent, day, kind, clock_s, weight) for day in days]


def _wished_s(row: dict[str, str], kind: WishKind) -> int:
    """Time of day or length of a wish [s]; 0 where it has none."""
    if kind in (WishKind.DAY_OFF, WishKind.DAY_ON):
        return 0
    return (
        duration_s(filled(row, "time")) if kind is WishKind.LENGTH else clock(filled(row, "time"))
    )
