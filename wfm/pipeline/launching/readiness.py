"""Readiness for the opening day: a checklist answered from the plan itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from wfm.pipeline.launching.launch import Launched

__all__ = ["Check", "readiness_of"]

_APART = 1.5
_FLOOR_M3 = 20.0
"""Room volume per person at work [m³]."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist.

    Parameters
    ----------
    good
        Whether it holds; None where nobody said what is needed to know.
    step
        What to do where it does not hold.
    """

    name: str
    good: bool | None
    found: str
    step: str = ""


def readiness_of(launched: Launched, *, today: dt.date) -> tuple[Check, ...]:
    """Checks of a launch, as of a day."""
    return (
        _volumes_agree(launched),
        _week_is_staffed(launched),
        _people_in_time(launched),
        _requisitions(launched, today),
        _ordinary_week(launched),
        _seats(launched),
        _room(launched),
        _training_room(launched),
        _lines(launched),
    )


def _volumes_agree(launched: Launched) -> Check:
    spread = launched.volumes.spread
    alone = launched.volumes.estimates["queue"].value_counts()
    single = sorted(name for name, count in alone.items() if count == 1)
    worst = spread.loc[spread["apart"].idxmax()]
    found = f"{worst['queue']}: highest over lowest estimate {worst['apart']:.2f}"
    if single:
        found += f"; one estimate only for {', '.join(single)}"
    good = bool(worst["apart"] <= _APART) and not single
    step = "" if good else "find a second estimate, and why they differ"
    return Check("volume estimates agree", good, found, step)


def _week_is_staffed(launched: Launched) -> Check:
    """The dry run of a sample week: every queue has agents in its open hours."""
    peak = launched.week.groupby("queue")["agents_net"].max()
    idle = sorted(str(name) for name in peak.index[peak <= 0])
    found = ", ".join(f"{name} {agents:g}" for name, agents in peak.items())
    step = f"see the opening hours and volumes of {', '.join(idle)}" if idle else ""
    return Check("dry run of the opening week", not idle, f"most agents at once: {found}", step)


def _people_in_time(launched: Launched) -> Check:
    months = launched.hiring.plan.months
    opening = months[months["month"] == launched.opening_month]
    short = float(opening["under_fte"].sum())
    heads = f"{launched.opening_heads} agents for {opening['required_fte'].sum():.1f} full-timers"
    step = "" if short < 0.5 else "begin recruiting earlier, or open with fewer hours"
    return Check("people on the opening day", short < 0.5, f"{heads}, {short:.1f} short", step)


def _requisitions(launched: Launched, today: dt.date) -> Check:
    dates = [one.requisition for one in launched.hiring.classes]
    if not dates:
        return Check("people asked for in time", True, "nobody needs to be hired")
    late = sum(date < today for date in dates)
    first = min(dates)
    step = "move the opening day, or hire trained people" if late else ""
    return Check(
        "people asked for in time", not late, f"first requisition by {first}, {late} late", step
    )


def _ordinary_week(launched: Launched) -> Check:
    """The plan itself keeps the promises."""
    rows = launched.disaster[launched.disaster["variant"] == "as planned"]
    missed = []
    for row in rows.itertuples():
        goal = launched.project.queues[str(row.queue)].target.service_level
        if goal is not None and row.service_level < goal - 1e-6:
            missed.append(f"{row.queue} {row.service_level:.1%} of {goal:.0%}")
    found = "; ".join(missed) or "every promise is kept in the opening week"
    step = "lengthen the worked hours, or the promise" if missed else ""
    return Check("promises kept as planned", not missed, found, step)


def _peak_heads(launched: Launched) -> float:
    """Most people on the floor at once: agents with shrinkage spent in the building."""
    months = launched.hiring.plan.months
    return float(months.groupby("month")["seats"].sum().max())


def _seats(launched: Launched) -> Check:
    need, have = _peak_heads(launched), launched.answers.site.seats
    found = f"{need:.0f} seats needed at most, {have} there" if have else f"{need:.0f} needed"
    if not have:
        return Check("seats", None, found, "say seats under [where]")
    return Check("seats", have >= need, found, "" if have >= need else "more seats, or home work")


def _room(launched: Launched) -> Check:
    site = launched.answers.site
    need_m3 = _FLOOR_M3 * _peak_heads(launched)
    if not site.room_m2 or not site.ceiling_m:
        found = f"{need_m3:,.0f} m³ needed at {_FLOOR_M3:.0f} m³ a person"
        return Check("room", None, found, "say room_m2 and ceiling_m under [where]")
    have_m3 = site.room_m2 * site.ceiling_m
    good = have_m3 >= need_m3
    found = f"{have_m3:,.0f} m³ there, {need_m3:,.0f} m³ needed"
    return Check("room", good, found, "" if good else "a larger room, or home work")


def _training_room(launched: Launched) -> Check:
    have = launched.answers.site.training_seats
    largest = max((one.held.size for one in launched.hiring.classes), default=0)
    found = f"largest class {largest}, {have or 'no'} seats named"
    if not have:
        return Check("training room", None, found, "say training_seats under [where]")
    good = have >= largest
    return Check("training room", good, found, "" if good else "smaller classes or a larger room")


def _lines(launched: Launched) -> Check:
    months = launched.hiring.plan.months
    lines = float(months.groupby("month")["trunks"].sum().max())
    return Check(
        "telephone lines",
        None,
        f"{lines:.0f} lines at 1 % blocking, talk and queue time",
        "order and test them before the opening day",
    )
