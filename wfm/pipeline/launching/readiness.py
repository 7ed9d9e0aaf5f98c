"""Readiness for the opening day: a checklist answered from the plan itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from wfm.pipeline.launching.launch import Launched

__all__ = ["Check", "readiness_of"]

_APART = 1.5


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
        _limit(launched, "seats", "seats", "seats"),
        _limit(launched, "area m²", "room at 20 m³ a person", "room_m2 and ceiling_m"),
        _limit(launched, "training seats", "training room", "training_seats"),
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


def _limit(launched: Launched, what: str, name: str, ask: str) -> Check:
    """Whether the site has enough of something in every month."""
    column = {"seats": "people", "training seats": "training", "area m²": "area_m2"}[what]
    need = float(launched.site.months[column].max())
    limit = next((one for one in launched.site.limits if one.what == what), None)
    if limit is None:
        return Check(name, None, f"{need:,.0f} {what} needed at most", f"say {ask} under [where]")
    found = f"{limit.have:,.0f} {what} there, {limit.most:,.0f} needed at most"
    if not limit.month:
        return Check(name, True, found)
    return Check(
        name, False, f"{found}, from {limit.month} on", "find more, or let people work from home"
    )


def _lines(launched: Launched) -> Check:
    lines = float(launched.site.months["trunks"].max())
    return Check(
        "telephone lines",
        None,
        f"{lines:.0f} lines at 1 % blocking, talk and queue time",
        "order and test them before the opening day",
    )
