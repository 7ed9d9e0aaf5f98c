"""Volumes of a centre to come: independent estimates side by side, and the months they make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from wfm.capacity.timeline import month_name
from wfm.config.launch import LaunchAnswers, LaunchQueue
from wfm.forecast import NewQueueForecast, forecast_new_queue
from wfm.pipeline.calendars import Place, calendars
from wfm.pipeline.project import Project

__all__ = ["LaunchVolumes", "launch_volumes"]

_MONTH_WEEKS = 365.25 / 12 / 7
_QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class LaunchVolumes:
    """What is expected to come.

    Parameters
    ----------
    estimates
        queue, estimate (customers, expected, own history), contacts_a_month, weight (what counts;
        sums to 1 by queue), basis.
    spread
        queue, low, taken, high [contacts a month], apart (high over low).
    days
        queue, start (local), mean: contacts of the opening weeks by interval.
    months
        queue, month, contacts, aht_s, spread: rows of volumes.csv, zero before the opening day.
    """

    estimates: pd.DataFrame
    spread: pd.DataFrame
    days: pd.DataFrame
    months: pd.DataFrame


def launch_volumes(
    answers: LaunchAnswers, project: Project, history: pd.DataFrame, months: Sequence[str]
) -> LaunchVolumes:
    """Estimates and monthly volumes of every queue.

    Parameters
    ----------
    history
        Of earlier centres, by wall clock: queue, start, offered; may be empty.
    months
        Months of the plan, like ``2027-03``.

    Raises
    ------
    InputError
        When the country is unknown.
    """
    made = {
        each.queue.name: _forecast(answers, each, project, history, months)
        for each in answers.queues
    }
    estimates = pd.concat([one.estimates for one in made.values()], ignore_index=True)
    estimates["contacts_a_month"] = estimates["contacts_a_week"] * _MONTH_WEEKS
    frames = pd.concat([one.frame for one in made.values()], ignore_index=True)
    return LaunchVolumes(
        estimates[["queue", "estimate", "contacts_a_month", "weight", "basis"]],
        _spread(estimates),
        frames[["queue", "start", "mean"]],
        _months(answers, frames, months),
    )


def _forecast(
    answers: LaunchAnswers,
    each: LaunchQueue,
    project: Project,
    history: pd.DataFrame,
    months: Sequence[str],
) -> NewQueueForecast:
    new = each.queue.new
    if new is None:  # the answers refuse a queue without any estimate
        raise ValueError(f"{each.queue.name}: nothing says how many contacts come")
    opening = answers.opening_day
    last = pd.Period(months[-1], freq="M").end_time.date()
    years = range(opening.year, last.year + 1)
    place = Place(answers.timezone, answers.country, answers.subdivision)
    name = each.queue.name
    return forecast_new_queue(
        name,
        new,
        calendars([name], project, place, years)[name],
        history[history["queue"] == name],
        None,
        as_of=dt.datetime.combine(opening, dt.time()),
        horizon_days=(last - opening).days + 1,
        interval_s=answers.interval_s,
        quantiles=_QUANTILES,
    )


def _spread(estimates: pd.DataFrame) -> pd.DataFrame:
    """Lowest, taken and highest estimate of each queue."""
    taken = (estimates["weight"] * estimates["contacts_a_month"]).groupby(estimates["queue"]).sum()
    month = estimates.groupby("queue", sort=False)["contacts_a_month"]
    out = pd.DataFrame({"low": month.min(), "taken": taken, "high": month.max()})
    out["apart"] = out["high"] / out["low"].where(out["low"] > 0)
    return out.loc[estimates["queue"].unique()].reset_index(names="queue")


def _months(answers: LaunchAnswers, frame: pd.DataFrame, months: Sequence[str]) -> pd.DataFrame:
    rows = []
    named = frame.assign(month=frame["start"].dt.strftime("%Y-%m"))
    totals = named.groupby(["queue", "month"])["mean"].sum()
    for each in answers.queues:
        name = each.queue.name
        rows += [(name, m, float(totals.get((name, m), 0.0)), each.queue.aht_s) for m in months]
    out = pd.DataFrame(rows, columns=["queue", "month", "contacts", "aht_s"])
    before = out["month"] < month_name(answers.opening_day)
    return out.assign(contacts=out["contacts"].where(~before, 0.0))
