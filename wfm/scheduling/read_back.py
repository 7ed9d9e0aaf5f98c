"""The roster read back from its tables: work off the phone put in, then checked and measured."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pandas as pd

from wfm.scheduling.check import check_roster
from wfm.scheduling.check_presence import HEAD_RULES
from wfm.scheduling.early import short_before_start
from wfm.scheduling.facts import roster_facts
from wfm.scheduling.measure import Segment, activity_frame, coverage_frame, shift_frame, summarise
from wfm.scheduling.offphone import Frozen, most_saved, with_sessions
from wfm.scheduling.promise import missed_frame, missed_service
from wfm.scheduling.result import Schedule
from wfm.scheduling.week import Carried, Inputs

__all__ = ["read_back", "with_offphone"]


def with_offphone(given: Inputs, carried: Carried) -> list[Segment]:
    """Work off the phone put where it is missed least; what is frozen or pinned stays."""
    asked, segments = given.arranged.offphone, carried.segments
    if not asked:
        return segments
    coverage = _coverage(given, carried)
    kept = given.replan
    frozen = Frozen(kept.freeze_until, kept.pinned) if kept else None
    needed = (given.requirement, coverage, given.rules, given.timezone)
    return with_sessions(segments, asked, *needed, agents=given.agents, frozen=frozen)


def _coverage(given: Inputs, carried: Carried) -> pd.DataFrame:
    """Coverage of what is rostered, with its price up to the horizon's last midnight."""
    end = pd.Timestamp(given.dates[-1] + dt.timedelta(days=1), tz=given.timezone).tz_convert("UTC")
    at_work = [*carried.night, *carried.segments]
    return coverage_frame(
        given.requirement, given.rules, given.pools(), at_work, end, carried.worth
    )


def read_back(given: Inputs, carried: Carried, began: float) -> Schedule:
    """Read the roster back from its tables: check it, measure it."""
    shifts = shift_frame(carried.segments)
    activities = activity_frame(carried.segments)
    measured = _coverage(given, carried)
    facts = roster_facts(
        shifts,
        activities,
        given.agents,
        given.contracts,
        given.templates,
        given.leave,
        carried.weeks,
        given.timezone,
        arranged=given.arranged,
        past=carried.before,
        presence=given.rules.presence,
    )
    violations = check_roster(facts)
    saved = most_saved(given.arranged.offphone, given.requirement, given.rules)
    missed = tuple(missed_service(given.requirement, measured, given.rules.over, given.timezone))
    if missed:
        violations = pd.concat([violations, missed_frame(missed, given.timezone)])
    coverage = measured.drop(columns=["price"])
    summary = summarise(
        given.requirement,
        given.rules,
        shifts,
        measured,
        violations,
        given.wishes,
        given.timezone,
        bound=float("nan") if missed or _heads_broken(violations) else carried.bound - saved,
        status=carried.status,
        planned=carried.planned,
        cut_short=carried.cut,
        seconds=time.monotonic() - began,
        missed=sum(each.price for each in missed) + carried.handed_over,
    )
    if summary.gap < 0 and (summary.violations or carried.horizon):
        # The bound is one for rosters in which everybody has the days and hours of the contract,
        # and after which all can go on having them.
        summary = replace(summary, bound=float("nan"), gap=float("nan"))
    early = short_before_start(
        coverage, given.agents, given.contracts, given.templates, given.timezone
    )
    return Schedule(shifts, activities, coverage, violations, summary, missed, early)


def _heads_broken(violations: pd.DataFrame) -> bool:
    """Whether too few or too many are there: the bound is one for rosters without."""
    return bool(violations["rule"].isin([rule.__name__ for rule in HEAD_RULES]).any())
