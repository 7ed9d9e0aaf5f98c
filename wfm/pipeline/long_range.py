"""Months and years ahead: stored history or a history file in, rows by month or week out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, PlanError
from wfm.forecast import CASES, Grain, GrowthCase, LongRange, long_range
from wfm.pipeline.calendars import Place, calendars, place_of
from wfm.pipeline.history import (
    infer_interval_s,
    next_midnight,
    read_history,
    refuse_stray_dates,
    stored_history,
    to_learn,
)
from wfm.pipeline.project import Project

__all__ = [
    "LongRange",
    "LongRangeChoices",
    "long_range_file",
    "long_range_stored",
    "read_choices",
    "years_ahead",
]


@dataclass(frozen=True, slots=True)
class LongRangeChoices:
    """What a user may choose of a look years ahead.

    Parameters
    ----------
    months
        How far ahead.
    cases
        Growths to tell; low, base and high as history has them unless given.
    as_of
        Local time; only history before it is used. Midnight after the last day unless given.
    """

    months: int
    by: Grain = Grain.MONTH
    cases: tuple[GrowthCase, ...] = CASES
    as_of: dt.datetime | None = None


def read_choices(
    months: int, by: str, growth: str | None, as_of: dt.datetime | None
) -> LongRangeChoices:
    """Choices as a user writes them.

    Parameters
    ----------
    by
        ``month`` or ``week``.
    growth
        Cases with their growth a year, ``low=-2%,base=learned,high=0.08``; ``3%`` alone is base.

    Raises
    ------
    ValueError
        With what to write instead.
    """
    if by not in set(Grain):
        raise ValueError(f"--by {by!r}: write month or week")
    cases = tuple(_case(part) for part in growth.split(",")) if growth else CASES
    if len({case.name for case in cases}) < len(cases):
        raise ValueError(f"--growth {growth!r}: the same case twice")
    return LongRangeChoices(months, Grain(by), cases, as_of)


def _case(text: str) -> GrowthCase:
    name, equals, value = (part.strip() for part in text.rpartition("="))
    name = name if equals else "base"
    try:
        if value == "learned":
            return GrowthCase(name)
        number = float(value[:-1]) / 100 if value.endswith("%") else float(value)
    except ValueError as error:
        fix = "write low=-2%,base=3%,high=8% a year, or learned for what history says"
        raise ValueError(f"--growth {text!r}: {fix}") from error
    return GrowthCase(name, number)


def long_range_stored(project: Project, choices: LongRangeChoices) -> LongRange:
    """Years ahead of the stored history of all configured queues; nothing is written.

    Raises
    ------
    PlanError
        When there is no history, or none of the queues can be forecast.
    """
    history = stored_history(project, before=choices.as_of)
    if history.empty:  # new queues alone
        raise PlanError("there is no history to look ahead from")
    return _looked(history, project.config.interval_s, project, place_of(project), choices)


def long_range_file(
    source: Path, place: Place, choices: LongRangeChoices, *, project: Project | None = None
) -> LongRange:
    """Years ahead of a history file as of ``wfm forecast --in``."""
    history = read_history(source, place.timezone)
    if choices.as_of is not None:
        history = history[history["start"] < choices.as_of].reset_index(drop=True)
    if history.empty:
        raise PlanError(f"{source.name} has no history before {choices.as_of}")
    refuse_stray_dates(history, source.name)
    return _looked(history, infer_interval_s(history), project, place, choices)


def _looked(
    history: pd.DataFrame,
    interval_s: int,
    project: Project | None,
    place: Place,
    choices: LongRangeChoices,
) -> LongRange:
    history = to_learn(history, project, place.timezone)
    names = sorted(history["queue"].unique())
    origin = choices.as_of or next_midnight(history)
    years = range(history["start"].min().year, origin.year + choices.months // 12 + 2)
    known = calendars(names, project, place, years)
    try:
        found = long_range(
            history,
            known,
            as_of=origin,
            months=choices.months,
            interval_s=interval_s,
            by=choices.by,
            cases=choices.cases,
        )
    except ValueError as error:
        raise InputError(str(error)) from error
    frame = found.frame
    if not frame.empty:
        frame.insert(2, "origin", pd.Timestamp(origin))
        if frame["aht_s"].isna().all():
            frame = frame.drop(columns="aht_s")
    return replace(found, frame=frame)


def years_ahead(found: LongRange) -> pd.DataFrame:
    """Contacts of each twelve months ahead by queue and case, with the growth taken.

    A last part of less than twelve months is told with the months that it has.
    """
    frame = found.frame
    if frame.empty:
        return pd.DataFrame()
    first = frame["start"].min()
    passed = (frame["start"].dt.year - first.year) * 12 + frame["start"].dt.month - first.month
    frame = frame.assign(year=passed // 12 + 1)
    keys = ["queue", "case", "year"]
    table = frame.groupby(keys, sort=False, as_index=False).agg(
        first=("start", "min"), open_days=("open_days", "sum"), contacts=("mean", "sum")
    )
    grown = found.growth[["queue", "case", "a_year"]].rename(columns={"a_year": "growth_a_year"})
    table["first"] = table["first"].dt.date
    return table.merge(grown, on=["queue", "case"])
