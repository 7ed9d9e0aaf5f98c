"""Back-tests: how accurate forecasts of the history would have been from past origins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wfm.config import ForecastSettings
from wfm.errors import InputError, PartialError, PlanError
from wfm.forecast import (
    DRIVEN,
    QueueCalendar,
    accuracy_by_lead,
    backtest,
    backtest_aht,
    backtest_intraday,
)
from wfm.intervals import utc_to_local
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
from wfm.store import Store, open_store

__all__ = [
    "Past",
    "accuracy",
    "aht_accuracy",
    "frozen_accuracy",
    "intraday_accuracy",
    "past_of_file",
    "past_of_store",
    "refuse_left_out",
]


@dataclass(frozen=True, slots=True)
class Past:
    """A history to look back on.

    Parameters
    ----------
    history
        By wall clock, before ``as_of``.
    """

    history: pd.DataFrame
    as_of: dt.datetime
    interval_s: int
    place: Place
    project: Project | None

    def calendars(self) -> Mapping[str, QueueCalendar]:
        """What is known of the days of each queue."""
        years = range(self.history["start"].min().year, self.as_of.year + 1)
        return calendars(sorted(self.history["queue"].unique()), self.project, self.place, years)


def past_of_store(project: Project, as_of: dt.datetime | None) -> Past:
    """Stored history of the configured queues."""
    history = stored_history(project, before=as_of)
    if history.empty:
        raise PlanError("no history yet; bring it in with `wfm import csv FILE`")
    return _past(history, as_of, project.config.interval_s, place_of(project), project)


def past_of_file(
    source: Path, place: Place, as_of: dt.datetime | None, project: Project | None
) -> Past:
    """History of a file as of ``wfm forecast --in``."""
    history = read_history(source, place.timezone)
    if as_of is not None:
        history = history[history["start"] < as_of].reset_index(drop=True)
    if history.empty:
        raise PlanError(f"{source.name} has no history before {as_of}")
    refuse_stray_dates(history, source.name)
    return _past(history, as_of, infer_interval_s(history), place, project)


def _past(
    history: pd.DataFrame,
    as_of: dt.datetime | None,
    interval_s: int,
    place: Place,
    project: Project | None,
) -> Past:
    origin = as_of or next_midnight(history)
    return Past(to_learn(history, project, place.timezone), origin, interval_s, place, project)


def accuracy(
    past: Past, horizons_days: Sequence[int], origins: int, models: Sequence[str] = ()
) -> pd.DataFrame:
    """Accuracy of each model by horizon and level.

    Parameters
    ----------
    models
        Names of models to compare; none is the one of wfm.toml.

    Raises
    ------
    InputError
        When there is no such model, or it needs drivers and no queue has any.
    """
    settings = past.project.config.forecast if past.project else ForecastSettings()
    known = past.calendars()
    wanted = tuple(models) or (settings.model,)
    if DRIVEN in wanted and not any(calendar.drivers for calendar in known.values()):
        raise InputError("model 'drivers' needs values by date; write drivers.csv")
    try:
        table = backtest(
            past.history,
            known,
            as_of=past.as_of,
            interval_s=past.interval_s,
            horizons_days=tuple(horizons_days),
            origins=origins,
            models=wanted,
        )
    except ValueError as error:
        raise InputError(str(error)) from error
    return _some(table)


def aht_accuracy(past: Past, horizons_days: Sequence[int], origins: int) -> pd.DataFrame:
    """Accuracy of handle times by queue and horizon, beside the plain mean of all history.

    Raises
    ------
    InputError
        When the history has no handle times.
    """
    known = {"answered", "talk_s"} <= set(past.history.columns)
    if not known or not (past.history["talk_s"].fillna(0) > 0).any():
        raise InputError("the history has no handle times: answered with talk_s or aht_s")
    table = backtest_aht(
        past.history,
        as_of=past.as_of,
        interval_s=past.interval_s,
        horizons_days=tuple(horizons_days),
        origins=origins,
    )
    return _some(table)


def intraday_accuracy(past: Past) -> pd.DataFrame:
    """Accuracy of the rest of a day from its beginning, by time of day and method."""
    table = _some(
        backtest_intraday(
            past.history,
            past.calendars(),
            as_of=past.as_of,
            interval_s=past.interval_s,
        )
    )
    clock = [f"{s // 3600:02d}:{s % 3600 // 60:02d}" for s in table["at_s"]]
    table.insert(1, "at", clock)
    return table.drop(columns="at_s")


def frozen_accuracy(project: Project) -> pd.DataFrame:
    """Accuracy of the forecasts in the store, each as it was made, by lead time.

    Raises
    ------
    PlanError
        When no stored forecast has a day that has come since.
    """
    config = project.config
    with open_store(project.store) as store:
        runs = store.runs()
        runs = runs[runs["as_of"].notna()]
        made = [_frozen(store, row.run, row.as_of, config.timezone) for row in runs.itertuples()]
    made = [frame for frame in made if not frame.empty]
    actual = to_learn(stored_history(project), project, config.timezone)
    table = accuracy_by_lead(pd.concat(made), actual) if made else pd.DataFrame()
    if table.empty:
        raise PlanError("no stored forecast has come to its days yet; `wfm runs list` shows them")
    return table


def _frozen(store: Store, run: str, as_of: str, timezone: str) -> pd.DataFrame:
    """Forecast of a run by wall clock; an hour that autumn repeats is told once."""
    rows = store.read("forecast", run)
    if rows.empty:
        return rows
    rows["start"] = utc_to_local(rows["interval_start"], timezone)
    rows["origin"] = pd.Timestamp(dt.datetime.fromisoformat(as_of)).as_unit("us")
    quantiles = [name for name in rows.columns if str(name).startswith("q0")]
    kept = rows.drop_duplicates(["queue", "start"])
    return kept[["queue", "origin", "start", "mean", *quantiles]]


def refuse_left_out(past: Past, table: pd.DataFrame) -> None:
    """Tell the queues that a back-test could not judge.

    Raises
    ------
    PartialError
        With their names.
    """
    left = sorted(set(past.history["queue"]) - set(table["queue"]))
    if left:
        raise PartialError(
            f"the other queues are done; left out: {', '.join(left)}; `wfm forecast` tells why, or "
            "choose shorter --horizons"
        )


def _some(table: pd.DataFrame) -> pd.DataFrame:
    if table.empty:
        raise PlanError(
            "too little history for a back-test: it takes three weeks before the earliest origin "
            "(ten within the day) and the horizon after it; choose shorter --horizons. "
            "`wfm forecast` tells of queues that are constant, empty or stopped"
        )
    return table
