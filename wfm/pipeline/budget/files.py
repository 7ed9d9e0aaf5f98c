"""volumes.csv, headcount.csv, classes.csv, moves.csv and shrinkage.csv: a budget by hand.

All optional but what nothing else can tell; read with line numbers, all problems at once.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from wfm.capacity.inputs import HiringClass, Move, MoveKind, OpeningHeads
from wfm.capacity.timeline import month_start
from wfm.config import Config
from wfm.domain import Agent
from wfm.errors import Problem
from wfm.headcount import Group, TenureBand
from wfm.pipeline.hand_kept import CellError, Row, amount, filled, iso_date, read_rows

__all__ = [
    "BUDGET_FILES",
    "ShrinkageRow",
    "Volume",
    "groups_of",
    "heads_of_agents",
    "month_gaps",
    "read_classes",
    "read_headcount",
    "read_moves",
    "read_shrinkage_rows",
    "read_volumes",
]

BUDGET_FILES = ("volumes.csv", "headcount.csv", "classes.csv", "moves.csv", "shrinkage.csv")

People = TypeVar("People", OpeningHeads, HiringClass)


@dataclass(frozen=True, slots=True)
class Volume:
    """Contacts of a queue in a month; None is what nobody wrote."""

    queue: str
    month: str
    contacts: float
    aht_s: float | None = None
    outsourced: float | None = None
    spread: float | None = None


@dataclass(frozen=True, slots=True)
class ShrinkageRow:
    """Share of a type in one month, of one group or of all."""

    month: str
    kind: str
    share: float
    group: str = ""


def groups_of(config: Config) -> tuple[Group, ...]:
    """Groups of ``[[capacity.group]]``; without any, the whole centre is one.

    Where one site is described, groups that name none sit there.
    """
    whole = Group(config.name, tuple(queue.name for queue in config.queues))
    groups = config.capacity.groups or (whole,)
    sites = [site.name for site in config.capacity.sites]
    if len(sites) != 1:
        return groups
    return tuple(replace(group, site=group.site or sites[0]) for group in groups)


def read_volumes(path: Path, config: Config, problems: list[Problem]) -> tuple[Volume, ...]:
    """Rows of volumes.csv: queue, month, contacts and optionally aht_s, outsourced, spread."""
    seen: dict[tuple[str, str], int] = {}
    found = []
    columns, optional = ("queue", "month", "contacts"), ("aht_s", "outsourced", "spread")
    known = [queue.name for queue in config.queues]
    for row, volume in read_rows(path, columns, optional, _volume, problems):
        problems += _stranger(volume.queue, known, path.name, row, "queue")
        key = (volume.queue, volume.month)
        if key in seen:
            what = f"the same queue and month as in line {seen[key]}"
            fix = "keep one of the rows"
            problems.append(Problem(what, path.name, row, "month", volume.month, fix))
        seen.setdefault(key, row)
        found.append(volume)
    return tuple(found)


def _volume(row: Row) -> Volume:
    aht_s = _optional(row, "aht_s")
    if aht_s == 0:
        raise CellError("must be above 0", "aht_s", row["aht_s"], "write seconds")
    return Volume(
        filled(row, "queue"),
        _month(row),
        amount(row, "contacts"),
        aht_s,
        _share(row, "outsourced") if row["outsourced"] else None,
        _optional(row, "spread"),
    )


def read_headcount(
    path: Path, config: Config, start: dt.date, problems: list[Problem]
) -> tuple[OpeningHeads, ...]:
    """Rows of headcount.csv: group, contract, heads; optionally grade, hired or band, on_leave.

    Of a band alone, people are taken to have half of it behind them.
    """

    def convert(row: Row) -> OpeningHeads:
        if row["hired"] and row["band"]:
            fix = "write the one that is known"
            raise CellError("has both hired and band", "band", row["band"], fix)
        hired = iso_date(row, "hired") if row["hired"] else _half_way(row, config, start)
        if hired and hired >= start:
            fix = "give people to come as a class, in classes.csv"
            raise CellError("is not before the plan begins", "hired", row["hired"], fix)
        contract = filled(row, "contract")
        return OpeningHeads(
            row["name"],
            _group(row, config),
            contract,
            row["grade"] or contract,
            amount(row, "heads"),
            hired,
            _optional(row, "on_leave") or 0.0,
        )

    columns = ("contract", "heads")
    optional = ("name", "group", "grade", "hired", "band", "on_leave")
    rows = list(read_rows(path, columns, optional, convert, problems))
    named = _named(rows, path.name, problems)
    problems += _check_people(named, config, path.name)
    return tuple(one for _, one in named)


def _half_way(row: Row, config: Config, start: dt.date) -> dt.date | None:
    """Day on which people in the middle of a tenure band were hired; None in the open one."""
    if not row["band"]:
        return None
    passed = 0
    for band in config.capacity.attrition:
        if band.name == row["band"]:
            days = round((passed + band.weeks / 2) * 7)
            return start - dt.timedelta(days=days) if band.weeks else None
        passed += band.weeks
    known = ", ".join(band.name for band in config.capacity.attrition) or "none"
    raise CellError("no such tenure band", "band", row["band"], f"known are {known}")


def read_classes(path: Path, config: Config, problems: list[Problem]) -> tuple[HiringClass, ...]:
    """Rows of classes.csv: class, start, size; optionally group, contract, grade."""
    training = config.capacity.training
    first = config.contracts[0].name if config.contracts else ""

    def convert(row: Row) -> HiringClass:
        size = amount(row, "size")
        if size % 1:
            raise CellError("is not a whole number of persons", "size", row["size"], "round it")
        if size > training.seats:
            what = f"is more than the training room's {training.seats} seats"
            fix = "split the class, or raise seats in [capacity.training]"
            raise CellError(what, "size", row["size"], fix)
        contract = row["contract"] or first
        grade = row["grade"] or contract
        group, start = _group(row, config), iso_date(row, "start")
        return HiringClass(filled(row, "class"), group, contract, grade, start, int(size))

    columns, optional = ("class", "start", "size"), ("group", "contract", "grade")
    rows = list(read_rows(path, columns, optional, convert, problems))
    named = _named(rows, path.name, problems)
    problems += _check_people(named, config, path.name)
    return tuple(one for _, one in named)


def read_moves(path: Path, config: Config, problems: list[Problem]) -> tuple[Move, ...]:
    """Rows of moves.csv: date, kind (transfer, leave, return, promotion), group, heads, to."""
    groups = [group.name for group in groups_of(config)]

    def convert(row: Row) -> Move:
        kind = filled(row, "kind")
        if kind not in set(MoveKind):
            raise CellError("no such kind", "kind", kind, f"known are {', '.join(MoveKind)}")
        if kind == MoveKind.TRANSFER:
            filled(row, "to")
        heads, group = amount(row, "heads"), _group(row, config)
        return Move("", iso_date(row, "date"), MoveKind(kind), group, heads, row["to"])

    columns, optional = ("date", "kind", "heads"), ("group", "to")
    found: list[Move] = []
    for row, move in read_rows(path, columns, optional, convert, problems):
        problems += _stranger(move.group, groups, path.name, row, "group")
        if move.to:
            problems += _stranger(move.to, groups, path.name, row, "to")
        found.append(replace(move, name=f"m{len(found) + 1}"))
    return tuple(found)


def read_shrinkage_rows(
    path: Path, config: Config, problems: list[Problem]
) -> tuple[ShrinkageRow, ...]:
    """Rows of shrinkage.csv: month, type, share; optionally group."""
    groups = [group.name for group in groups_of(config)]

    def convert(row: Row) -> ShrinkageRow:
        return ShrinkageRow(_month(row), filled(row, "type"), _share(row, "share"), row["group"])

    found = []
    for row, one in read_rows(path, ("month", "type", "share"), ("group",), convert, problems):
        if one.group:
            problems += _stranger(one.group, groups, path.name, row, "group")
        if "." in one.kind or "@" in one.kind:
            fix = "write letters, digits and dashes"
            problems.append(Problem("holds . or @", path.name, row, "type", one.kind, fix))
        found.append(one)
    return tuple(found)


def heads_of_agents(
    agents: Sequence[Agent], groups: Sequence[Group], bands: Sequence[TenureBand], start: dt.date
) -> tuple[OpeningHeads, ...]:
    """Opening headcount of the people in agents.csv, the newer ones by month of hiring.

    The main skill says the group; who serves no queue of the plan is left out.
    """
    longest = dt.timedelta(weeks=max(26, sum(band.weeks for band in bands)))
    counted: dict[tuple[str, str, str, dt.date | None], int] = {}
    for agent in agents:
        group = next((g.name for g in groups if agent.skills[0] in g.queues), None)
        if group is None or not agent.employed(start - dt.timedelta(days=1)):
            continue
        day = agent.start_date
        new = day is not None and start - day < longest
        hired = day.replace(day=1) if day is not None and new else None
        key = (group, agent.contract, agent.grade, hired)
        counted[key] = counted.get(key, 0) + 1
    return tuple(
        OpeningHeads(_name(group, contract, hired, grade), group, contract, grade, heads, hired)
        for (group, contract, grade, hired), heads in sorted(
            counted.items(), key=lambda item: (item[0][:3], item[0][3] or dt.date.min)
        )
    )


def _name(group: str, contract: str, hired: dt.date | None, grade: str = "") -> str:
    parts = [
        group,
        contract,
        grade if grade != contract else "",
        f"{hired:%Y%m%d}" if hired else "",
    ]
    return re.sub(r"[.\[\]{}@/]", "-", "-".join(part for part in parts if part))


def _group(row: Row, config: Config) -> str:
    """Group of a row; where there is only one, it need not be written."""
    groups = groups_of(config)
    return row["group"] or (groups[0].name if len(groups) == 1 else "")


def _named(
    rows: list[tuple[int, People]], file: str, problems: list[Problem]
) -> list[tuple[int, People]]:
    """Rows with a name each, which no other has and an address can hold."""
    seen: set[str] = set()
    found = []
    for row, one in rows:
        hired = one.hired if isinstance(one, OpeningHeads) else one.start
        name = one.name or _name(one.group, one.contract, hired, one.grade)
        if set(name) & set(".[]{}@/"):
            fix = "write letters, digits and dashes"
            problems.append(Problem("holds one of . [ ] { } @ /", file, row, "name", name, fix))
        if name in seen and one.name:
            problems.append(Problem("the name stands twice", file, row, "name", name, "rename one"))
        count = 2
        while name in seen:
            name, count = f"{name.split('~')[0]}~{count}", count + 1
        seen.add(name)
        found.append((row, replace(one, name=name)))
    return found


def _check_people(
    rows: Sequence[tuple[int, OpeningHeads | HiringClass]], config: Config, file: str
) -> list[Problem]:
    groups = [group.name for group in groups_of(config)]
    contracts = [contract.name for contract in config.contracts]
    grades = [*(grade.name for grade in config.capacity.pay), *contracts]
    problems = []
    for row, one in rows:
        problems += _stranger(one.group, groups, file, row, "group")
        problems += _stranger(one.contract, contracts, file, row, "contract")
        pay = f"; leave it empty, or give it a pay in [capacity]: pay = {{ {one.grade} = … }}"
        problems += _stranger(one.grade, grades, file, row, "grade", pay)
    return problems


def _stranger(
    name: str, known: Sequence[str], file: str, row: int, column: str, else_do: str = ""
) -> list[Problem]:
    if name in known:
        return []
    fix = f"known are {', '.join(known) or 'none'}{else_do}"
    return [Problem(f"no such {column}", file, row, column, name, fix)]


def _month(row: Row) -> str:
    text = filled(row, "month")
    try:
        month_start(text)
    except ValueError as error:
        raise CellError("is not a month", "month", text, "write it like 2026-03") from error
    return text


def _optional(row: Row, column: str) -> float | None:
    return amount(row, column) if row[column] else None


def _share(row: Row, column: str) -> float:
    text = filled(row, column)
    try:
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        fix = "write a fraction like 0.05, or 5%"
        raise CellError("is not a fraction from 0 to 1", column, text, fix)
    return value


def month_gaps(
    volumes: Sequence[Volume], queues: Sequence[str], months: Sequence[str], file: str
) -> list[Problem]:
    """Months of the plan that a queue has no row for."""
    there = {(volume.queue, volume.month) for volume in volumes}
    return [
        Problem("the month is missing", file, 0, "month", f"{queue} {month}", "add a row for it")
        for queue in queues
        for month in months
        if (queue, month) not in there
    ]
