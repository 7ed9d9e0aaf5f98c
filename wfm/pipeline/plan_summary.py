"""The figures of a plan for the screen and for machines."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd

from wfm.pipeline.people import People
from wfm.pipeline.plan import Planned
from wfm.pipeline.project import Project
from wfm.pipeline.schedule import summary_facts
from wfm.reports import BacktestRow, PlanSummary

__all__ = ["plan_facts", "plan_summary"]

_WEEK_DAYS = 7
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
        notes=_notes(made),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _backtest(made: Planned) -> tuple[list[BacktestRow], float | None]:
    """Back-test of the forecast's first week beside the yardsticks, and its Poisson floor."""
    table = made.forecasted.result.backtest
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


def _notes(made: Planned) -> list[str]:
    skipped = [f"{queue}: {problem}" for queue, problem in made.forecasted.result.skipped]
    summary = made.scheduled.schedule.summary
    if summary.wishes_asked:
        skipped.append(f"{summary.wishes_granted} of {summary.wishes_asked} wishes met")
    if summary.unassigned:
        skipped.append(f"{summary.unassigned} planned shifts that nobody could take")
    skipped += _binding(made)
    worst = made.scheduled.coverage.nlargest(1, "under")
    if len(worst) and float(worst["under"].iloc[0]) >= 1:
        when = worst["interval_start"].iloc[0]
        skipped.append(
            f"shortest at {when:%a %Y-%m-%d %H:%M} UTC: {worst['under'].iloc[0]:.1f} agents"
        )
    return skipped


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
        "seconds": seconds,
        "files": {label: str(path) for label, path in shown.files},
        "skipped": {queue: str(problem) for queue, problem in made.forecasted.result.skipped},
    }
