"""The figures of a plan for the screen and for machines."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd

from wfm.pipeline.new_queues import new_queue_notes
from wfm.pipeline.people import People
from wfm.pipeline.plan import Planned
from wfm.pipeline.project import Project
from wfm.pipeline.schedule import summary_facts
from wfm.reports import BacktestRow, PlanSummary
from wfm.scheduling import Card
from wfm.staffing import total_service

__all__ = ["plan_facts", "plan_summary"]

_YARDSTICKS = ("seasonal_naive", "mean8")


def plan_summary(project: Project, people: People, made: Planned, seconds: float) -> PlanSummary:
    """One screen of a plan."""
    config = project.config
    scheduled, summary = made.scheduled, made.scheduled.schedule.summary
    hours = float(scheduled.coverage["interval_s"].iloc[0]) / 3600
    first = made.forecasted.as_of.date()
    level = scheduled.service_level
    rows, floor = _backtest(made)
    return PlanSummary(
        centre=config.name,
        run=made.run.run,
        first_day=scheduled.first_day,
        last_day=scheduled.first_day + dt.timedelta(days=scheduled.days - 1),
        forecast_from=first,
        forecast_to=first + dt.timedelta(days=made.forecasted.horizon_days - 1),
        contacts=float(made.forecasted.frame["mean"].sum()),
        interval_s=config.interval_s,
        backtest=rows,
        agents_scheduled=int(scheduled.schedule.shifts["agent"].nunique()),
        agents_available=len(people.agents),
        demand_h=summary.demand * hours,
        over_h=summary.over * hours,
        under_h=summary.under * hours,
        service_level=None if math.isnan(level) else level,
        cost=summary.cost,
        currency=config.currency,
        status=summary.status.value,
        seconds=seconds,
        violations=summary.violations,
        wape_floor=floor,
        service_target=config.queues[0].target.service_level if len(config.queues) == 1 else None,
        objective=_finite(summary.objective),
        bound=_finite(summary.bound),
        gap=_finite(summary.gap),
        files=[("roster", made.roster), ("store", project.store)],
        notes=_notes(project, people, made),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _backtest(made: Planned) -> tuple[list[BacktestRow], float | None]:
    """Back-test of the forecast's first week beside the yardsticks, and its Poisson floor."""
    table = made.forecasted.result.backtest
    if table.empty:
        return [], None
    table = table[table["lead_days"] == table["lead_days"].min()]
    chosen = made.forecasted.result.chosen["model"].tolist()
    names = [name for name in table["model"].unique() if name == "auto" or name in _YARDSTICKS]
    if "auto" not in names and chosen:
        names = list(dict.fromkeys([chosen[0], *names]))
    rows = []
    for name in names:
        part = table[table["model"] == name]
        interval, day = part[part["level"] == "interval"], part[part["level"] == "day"]
        if interval.empty or day.empty:
            continue
        is_chosen = name == "auto" or name == chosen[0]
        rows.append(
            BacktestRow(
                name,
                _pooled(interval, "wape"),
                _pooled(day, "wape"),
                _pooled(day, "bias"),
                is_chosen,
            )
        )
    intervals = table[table["level"] == "interval"]
    return rows, _pooled(intervals, "floor") if len(intervals) else None


def _pooled(rows: pd.DataFrame, column: str) -> float:
    """Mean over queues, weighted by the scored values."""
    return float((rows[column] * rows["n"]).sum() / rows["n"].sum())


def _notes(project: Project, people: People, made: Planned) -> list[str]:
    summary = made.scheduled.schedule.summary
    coverage = made.scheduled.coverage
    notes = [f"{queue}: {problem}" for queue, problem in made.forecasted.result.skipped]
    notes += new_queue_notes(made.forecasted.estimates)
    notes += _queue_notes(project, made)
    first = made.scheduled.first_day
    last = first + dt.timedelta(days=made.scheduled.days - 1)
    idle = len(people.agents) - len(people.serving(set(coverage["queue"]), first, last).agents)
    if idle:
        notes.append(f"{idle} people stay out: not employed, or no skill for these queues")
    if summary.wishes_asked:
        notes.append(f"{summary.wishes_granted} of {summary.wishes_asked} wishes met")
    if summary.unassigned:
        notes.append(f"{summary.unassigned} planned shifts that nobody could take")
    notes.append(_quality(made.scheduled.card))
    if summary.cut_short:
        notes.append("cut short by time: a longer --time-limit may do better, another run differ")
    notes += _binding(made)
    notes += [str(early) for early in made.scheduled.schedule.early]
    worst = coverage.nlargest(1, "under")
    if len(worst) and float(worst["under"].iloc[0]) >= 1:
        when = worst["interval_start"].iloc[0].tz_convert(project.config.timezone)
        short = f"{worst['under'].iloc[0]:.1f} agents of {worst['queue'].iloc[0]}"
        notes.append(f"shortest at {when:%a %Y-%m-%d %H:%M}: {short}")
    return notes


def _quality(card: Card) -> str:
    """What of the quality card the screen does not say elsewhere."""
    told = (
        f"start times {card.start_spread_h:.1f} h apart, lates ± {card.spread_lates:.1f} a person"
    )
    if math.isfinite(card.simulated_service):
        half = f"± {card.simulated_half_width:.1%}"
        told = f"service simulated {card.simulated_service:.1%} {half}, {told}"
    return f"{told}; more by `wfm explain roster`"


def _queue_notes(project: Project, made: Planned) -> list[str]:
    """One line per queue where there are several."""
    rows = queue_facts(project, made)
    if len(rows) < 2:
        return []
    notes = []
    for row in rows:
        level, goal = row["service_level"], row["service_target"]
        served = "service not known" if level is None else f"service {level:.1%}"
        aim = f" (goal {goal:.0%})" if goal is not None else ""
        notes.append(f"{row['queue']}: {served}{aim}, under {row['under_h']:,.1f} h")
    return notes


def queue_facts(project: Project, made: Planned) -> list[dict[str, Any]]:
    """Contacts, service and short hours of the roster by queue."""
    keys = ["queue", "interval_start"]
    offered = made.scheduled.requirement[[*keys, "offered"]]
    both = made.scheduled.coverage.merge(offered, on=keys, how="left")
    facts = []
    for name, rows in both.groupby("queue"):
        known = rows[rows["offered"].notna() & rows["service_level"].notna()]
        level = total_service(known["offered"], known["service_level"])
        hours = rows["interval_s"].astype(float) / 3600
        target = project.config.queue(str(name)).target.service_level
        facts.append(
            {
                "queue": str(name),
                "contacts": float(known["offered"].sum()),
                "service_level": _finite(level),
                "service_target": target or None,
                "over_h": float((rows["over"] * hours).sum()),
                "under_h": float((rows["under"] * hours).sum()),
            }
        )
    return facts


def _binding(made: Planned) -> list[str]:
    """Which part of the target asks for the most, where it is not the service level."""
    needed = made.scheduled.requirement
    if "binding" not in needed or needed["binding"].isna().any():
        return []
    counts = needed["binding"].value_counts()
    part, count = str(counts.index[0]), int(counts.iloc[0])
    if part == "service_level":
        return []
    return [f"{part.replace('_', ' ')} asks for the most in {count} of {len(needed)} intervals"]


def plan_facts(
    project: Project, people: People, made: Planned, seconds: float
) -> dict[str, object]:
    """The same figures for machines."""
    shown = plan_summary(project, people, made, seconds)
    return {
        "run": shown.run,
        "as_of": made.forecasted.as_of,
        "first_day": shown.first_day,
        "last_day": shown.last_day,
        "contacts": shown.contacts,
        "backtest": made.forecasted.result.backtest.to_dict("records"),
        "agents_scheduled": shown.agents_scheduled,
        "agents_available": shown.agents_available,
        "schedule": summary_facts(made.scheduled),
        "queues": queue_facts(project, made),
        "seconds": seconds,
        "files": {label: str(path) for label, path in shown.files},
        "skipped": {queue: str(problem) for queue, problem in made.forecasted.result.skipped},
    }
