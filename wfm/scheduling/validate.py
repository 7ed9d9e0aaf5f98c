"""Inputs refused with a reason, all at once, before anything is planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from wfm.domain import Agent, Contract, DayWish, Leave, ShiftTemplate
from wfm.errors import InputError, Problem
from wfm.intervals import zone
from wfm.presence import PresenceRule
from wfm.scheduling.validate_presence import presence_problems

__all__ = ["check_inputs", "spacing_problems"]

_COLUMNS = ("queue", "interval_start", "interval_s", "agents_required")
_SHOWN = 50


def check_inputs(
    requirement: pd.DataFrame,
    agents: Sequence[Agent],
    contracts: Mapping[str, Contract],
    templates: Mapping[str, ShiftTemplate],
    leave: Sequence[Leave],
    wishes: Sequence[DayWish],
    timezone: str,
    presence: Sequence[PresenceRule] = (),
) -> None:
    """Raise one :class:`InputError` with everything that is wrong with the inputs."""
    problems = list(_zone_problems(timezone))
    columns = list(_column_problems(requirement))
    problems += columns or list(_requirement_problems(requirement))
    queues = set() if columns else set(requirement["queue"])
    problems += _agent_problems(agents, contracts, queues)
    for contract in contracts.values():
        problems += _contract_problems(contract, templates)
    problems += _stranger_problems(agents, leave, wishes)
    problems += presence_problems(presence, agents, contracts, templates)
    if problems:
        raise InputError(problems)


def _zone_problems(timezone: str) -> Iterator[Problem]:
    try:
        zone(timezone)
    except ValueError as error:
        yield Problem(str(error), column="timezone", found=timezone)


def _column_problems(requirement: pd.DataFrame) -> Iterator[Problem]:
    for name in _COLUMNS:
        if name not in requirement.columns:
            yield Problem("missing column", "requirement", column=name, fix="add it")
    if not len(requirement):
        yield Problem("has no rows", "requirement", fix="give the intervals to be covered")
    elif "interval_start" in requirement.columns:
        kind = requirement["interval_start"].dtype
        if not isinstance(kind, pd.DatetimeTZDtype):
            text = "interval_start must be UTC with its zone"
            yield Problem(text, "requirement", column="interval_start", found=str(kind))


def _requirement_problems(requirement: pd.DataFrame) -> Iterator[Problem]:
    rows = requirement.reset_index(drop=True)
    numbers = ["interval_s", "agents_required"]
    numbers += [name for name in rows.columns if name.startswith(("under_", "over_price"))]
    for name in numbers:
        cells = pd.to_numeric(rows[name], errors="coerce")
        empty_allowed = name.startswith(("under_", "over_"))
        bad = (cells < 0) | (cells == float("inf")) | (cells.isna() & ~empty_allowed)
        for at in rows.index[bad.astype(bool)][:_SHOWN]:
            text = "must be a number of at least 0"
            yield _at_row(rows, int(at), name, text, "correct the value")
    if (pd.to_numeric(rows["interval_s"], errors="coerce") <= 0).any():
        yield Problem("must be above 0 s", "requirement", column="interval_s")
        return
    yield from spacing_problems(rows)


def _at_row(
    rows: pd.DataFrame, at: int, column: str, what: str, fix: str, file: str = "requirement"
) -> Problem:
    place = f"{rows.at[at, 'queue']} at {rows.at[at, 'interval_start']}"
    found = place if column == "interval_start" else f"{rows.at[at, column]} for {place}"
    return Problem(what, file, at + 2, column, found, fix)


def spacing_problems(requirement: pd.DataFrame, file: str = "requirement") -> Iterator[Problem]:
    """Intervals that overlap, and single intervals missing between two that need people.

    Parameters
    ----------
    file
        Name of the file whose rows these are, in its order.
    """
    rows = requirement.reset_index(drop=True)
    for _, mine in rows.sort_values("interval_start").groupby("queue", sort=True):
        yield from _gaps(rows, mine, file)


def _gaps(rows: pd.DataFrame, mine: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Overlaps and holes of one queue."""
    step = mine["interval_start"].diff().dt.total_seconds().shift(-1)
    length = mine["interval_s"].astype(float)
    for at in mine.index[(step < length).to_numpy()][:_SHOWN]:
        fix = "keep one row per queue and interval"
        yield _at_row(rows, int(at), "interval_start", "overlaps the next interval", fix, file)
    needed = mine["agents_required"].astype(float) > 0
    hole = (step == 2 * length) & needed & needed.shift(-1, fill_value=False)
    hole &= ~_shut(mine, hole)
    for at in mine.index[hole.to_numpy()][:_SHOWN]:
        what = "is followed by a hole of one interval"
        fix = "add the missing row; where the queue is closed, write 0"
        yield _at_row(rows, int(at), "interval_start", what, fix, file)


def _shut(mine: pd.DataFrame, hole: pd.Series) -> pd.Series:
    """Holes whose time of day is missing on more days than it is there: then the queue is shut."""
    starts, length = mine["interval_start"], pd.to_timedelta(mine["interval_s"], unit="s")
    clock, missed = _clock(starts), _clock(starts + length)
    there = missed.map(clock.value_counts()).fillna(0)
    missing = missed.map(missed[hole].value_counts()).fillna(0)
    return hole & (missing > there) & (starts.dt.date.nunique() > 1)


def _clock(starts: pd.Series) -> pd.Series:
    """Time of day [s], in UTC."""
    return (starts - starts.dt.normalize()).dt.total_seconds()


def _agent_problems(
    agents: Sequence[Agent], contracts: Mapping[str, Contract], queues: set[str]
) -> Iterator[Problem]:
    if not agents:
        yield Problem("there is nobody to schedule", "agents", fix="give at least one agent")
    for name, times in Counter(agent.agent for agent in agents).items():
        if times > 1:
            yield Problem("staff number given twice", "agents", column="agent", found=name)
    for row, agent in enumerate(agents, start=2):
        if agent.contract not in contracts:
            known = ", ".join(contracts)
            yield Problem(
                f"agent {agent.agent} has an unknown contract",
                "agents",
                row,
                "contract",
                agent.contract,
                f"use one of {known}",
            )
        if not agent.skills:
            yield Problem(
                f"agent {agent.agent} has no skill", "agents", row, "skills", fix="name a queue"
            )
        elif queues and not queues & set(agent.skills):
            yield Problem(
                f"agent {agent.agent} has no skill that is required",
                "agents",
                row,
                "skills",
                ", ".join(agent.skills),
                f"use {', '.join(sorted(queues))}, or leave the person out",
            )


def _contract_problems(
    contract: Contract, templates: Mapping[str, ShiftTemplate]
) -> Iterator[Problem]:
    name = f"contract {contract.name!r}"
    unknown = [shift for shift in contract.shifts if shift not in templates]
    for shift in unknown:
        yield Problem(f"{name} names an unknown shift", column="shifts", found=shift)
    for shift, _ in contract.duty.shifts_in_four_weeks:
        if shift not in contract.shifts:
            fix = f"use one of its shifts: {', '.join(contract.shifts)}"
            what = f"{name} limits a shift it has not"
            yield Problem(what, column="shifts_in_4_weeks", found=shift, fix=fix)
    if unknown:
        return
    mine = [templates[shift] for shift in contract.shifts]
    paid = sorted({t.paid_s(length) for t in mine for length in t.lengths_s()})
    low, high = contract.day_s
    fits = [p for p in paid if low <= p <= high]
    yield from _breakless(contract, mine)
    if not fits:
        have = f"{paid[0] / 3600:g} to {paid[-1] / 3600:g} h" if paid else "no shift"
        asked = f"{low / 3600:g} to {high / 3600:g} h"
        yield Problem(
            f"{name} cannot be worked: no shift is paid for {asked} a day",
            column="hours_per_day",
            found=have,
            fix="widen hours_per_day or allow other shift lengths",
        )
        return
    most, least = fits[-1] * contract.days_per_week[1], fits[0] * contract.days_per_week[0]
    for broken, text, reach in (
        (most < contract.week_s[0], "too few: its longest days give at most", most),
        (least > contract.week_s[1], "too many: its shortest days give at least", least),
    ):
        if broken:
            yield Problem(
                f"{name}: the hours of its days and of its week contradict, {text}"
                f" {reach / 3600:g} h a week",
                column="hours_per_week",
                found=f"{contract.week_s[0] / 3600:g} to {contract.week_s[1] / 3600:g} h",
                fix="change hours_per_day, days_per_week or hours_per_week",
            )


def _breakless(contract: Contract, templates: Sequence[ShiftTemplate]) -> Iterator[Problem]:
    """Shifts of a contract that are long enough for a break by its rules and have none."""
    after = contract.duty.break_after_s
    if after is None:
        return
    low, high = contract.day_s
    for template in templates:
        bare = [
            length
            for length in template.lengths_s()
            if length > after
            and low <= template.paid_s(length) <= high
            and not template.breaks_of(length)
        ]
        if bare:
            yield Problem(
                f"shift {template.name!r} of {bare[0] / 3600:g} h has no break, and contract"
                f" {contract.name!r} asks for one in shifts longer than {after / 3600:g} h",
                column="breaks",
                fix="give the shift a break, or shorten it",
            )


def _stranger_problems(
    agents: Sequence[Agent], leave: Sequence[Leave], wishes: Sequence[DayWish]
) -> Iterator[Problem]:
    known = {agent.agent for agent in agents}
    tables = {"leave": [item.agent for item in leave], "wishes": [item.agent for item in wishes]}
    for table, named in tables.items():
        for row, agent in enumerate(named, start=2):
            if agent not in known:
                what = f"{table} for someone who is not on the list of agents"
                yield Problem(what, table, row, "agent", agent, "correct the staff number")
