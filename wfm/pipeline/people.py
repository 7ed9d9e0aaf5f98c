"""agents.csv, leave.csv and wishes.csv: who is there, who is away, who asks for what.

Small hand-kept files, read with line numbers; all problems of all three are told at once.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from wfm.config import Config
from wfm.config.units import clock
from wfm.domain import Agent, DayWish, Leave, WishKind
from wfm.errors import InputError, Problem
from wfm.pipeline.hand_kept import CellError, filled, iso_date, read_rows

__all__ = ["People", "read_people"]

T = TypeVar("T")

_AGENT_COLUMNS = ("agent", "name", "contract", "skills")
_LONGEST_LEAVE_DAYS = 3660
_AGENT_OPTIONAL = ("team", "site", "start_date", "end_date", "grade")


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of a centre, with leave and wishes."""

    agents: tuple[Agent, ...]
    leave: tuple[Leave, ...] = ()
    wishes: tuple[DayWish, ...] = ()

    def serving(self, queues: Set[str], first: dt.date, last: dt.date) -> People:
        """Those employed between two days with a skill for one of the queues, and their days."""
        agents = tuple(
            agent
            for agent in self.agents
            if queues & set(agent.skills)
            and (agent.start_date is None or agent.start_date <= last)
            and (agent.end_date is None or agent.end_date >= first)
        )
        keys = {agent.agent for agent in agents}
        return People(
            agents,
            tuple(item for item in self.leave if item.agent in keys),
            tuple(item for item in self.wishes if item.agent in keys),
        )

    @property
    def by_key(self) -> Mapping[str, Agent]:
        """Agents by staff number."""
        return {agent.agent: agent for agent in self.agents}


def read_people(agents: Path, config: Config, *, beside: Path | None = None) -> People:
    """People of a centre.

    Parameters
    ----------
    agents
        agents.csv: agent, name, contract, skills (separated by ``;``) and optionally team, site,
        start_date, end_date, grade.
    beside
        Folder of leave.csv (agent, from, to, code) and wishes.csv (agent, date, wish, time,
        weight), both optional; the folder of ``agents`` unless given.

    Raises
    ------
    InputError
        With every problem of the three files.
    """
    problems: list[Problem] = []
    everybody = list(read_rows(agents, _AGENT_COLUMNS, _AGENT_OPTIONAL, _agent, problems))
    if not everybody and not problems:
        problems.append(Problem("has no rows", agents.name, fix="give each person one line"))
    problems += _repeated(everybody, agents.name)
    problems += _unknown(everybody, config, agents.name)
    known = {agent.agent for _, agent in everybody} if everybody else None
    folder = beside or agents.parent
    leave: list[Leave] = []
    for row, span in _optional(
        folder / "leave.csv", ("agent", "from", "to"), ("code",), _leave, problems
    ):
        problems += _stranger(span[0].agent, known, "leave.csv", row) if span else []
        leave += span
    wishes: list[DayWish] = []
    columns, optional = ("agent", "date", "wish"), ("time", "weight")
    for row, wish in _optional(folder / "wishes.csv", columns, optional, _wish, problems):
        problems += _stranger(wish.agent, known, "wishes.csv", row)
        wishes.append(wish)
    if problems:
        raise InputError(problems)
    return People(tuple(agent for _, agent in everybody), tuple(leave), tuple(wishes))


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
    skills = tuple(skill.strip() for skill in filled(row, "skills").split(";") if skill.strip())
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


def _wish(row: dict[str, str]) -> DayWish:
    try:
        kind = WishKind(filled(row, "wish"))
    except ValueError as error:
        known = ", ".join(WishKind)
        raise CellError("no such wish", "wish", row["wish"], f"known are {known}") from error
    try:
        clock_s = 0 if kind is WishKind.DAY_OFF else clock(filled(row, "time"))
    except ValueError as error:
        raise CellError("is not a time of day", "time", row["time"], str(error)) from error
    try:
        weight = float(row["weight"] or 1)
    except ValueError:
        weight = math.nan
    if not 0 <= weight < math.inf:
        raise CellError("is not a number of at least 0", "weight", row["weight"], "1 is ordinary")
    return DayWish(filled(row, "agent"), iso_date(row, "date"), kind, clock_s, weight)
