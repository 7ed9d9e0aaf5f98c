"""Forecast: history in, contacts to come out; into the store or into a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, PartialError, PlanError, Problem
from wfm.forecast import Forecast, QueueCalendar, backtest, forecast
from wfm.intervals import holiday_names
from wfm.pipeline.adjustments import lay_on, read_adjustments
from wfm.pipeline.clock import to_utc_intervals
from wfm.pipeline.events import read_events
from wfm.pipeline.history import infer_interval_s, next_midnight, read_history, stored_history
from wfm.pipeline.project import Project
from wfm.pipeline.run_record import digest, new_run
from wfm.schema import FORECAST, QUANTILES
from wfm.store import Run, open_store

__all__ = [
    "Forecasted",
    "backtest_stored",
    "contract_frame",
    "forecast_file",
    "forecast_frame",
    "forecast_stored",
    "refuse_partial",
]


@dataclass(frozen=True, slots=True)
class Forecasted:
    """A forecast with what it was made from.

    Parameters
    ----------
    frame
        Rows of ``schema.FORECAST`` without run, UTC.
    result
        What the stage said, by wall clock.
    """

    as_of: dt.datetime
    horizon_days: int
    interval_s: int
    frame: pd.DataFrame
    result: Forecast
    history: pd.DataFrame


def calendars(
    names: Sequence[str],
    project: Project | None,
    *,
    country: str,
    subdivision: str,
    years: Sequence[int],
) -> Mapping[str, QueueCalendar]:
    """Opening hours and events (where configured) and holidays by queue.

    Raises
    ------
    InputError
        When the country or subdivision is unknown, or events.csv is wrong.
    """
    try:
        holidays = dict(holiday_names(country, subdivision, years))
    except ValueError as error:
        raise InputError([Problem(str(error), column="country", found=country)]) from error
    configured = project.queues if project else {}
    events = read_events(project.root / "events.csv", list(configured)) if project else {}
    return {
        name: QueueCalendar(
            configured[name].opening if name in configured else None,
            holidays,
            events.get(name, ()),
        )
        for name in names
    }


def forecast_frame(
    project: Project,
    *,
    as_of: dt.datetime | None = None,
    horizon_days: int | None = None,
    model: str | None = None,
) -> Forecasted:
    """Forecast of the stored history of all configured queues; nothing is written.

    Parameters
    ----------
    as_of
        Local time; only history before it is used. Midnight after the last day unless given.
    """
    history = stored_history(project, before=as_of)
    origin = as_of or next_midnight(history)
    length = horizon_days or project.config.forecast.horizon_days
    result = _forecast(
        history, project, origin, length, project.config.interval_s, model, QUANTILES, None
    )
    frame = to_utc_intervals(result.frame, project.config.timezone, project.config.interval_s)
    names = [name for name in FORECAST.names if name in frame.columns]
    return Forecasted(origin, length, project.config.interval_s, frame[names], result, history)


def forecast_stored(
    project: Project,
    *,
    now: dt.datetime,
    as_of: dt.datetime | None = None,
    horizon_days: int | None = None,
    model: str | None = None,
) -> tuple[Run, Forecasted]:
    """Forecast of the stored history, kept as a run."""
    made = forecast_frame(project, as_of=as_of, horizon_days=horizon_days, model=model)
    inputs = digest(
        project.config.text, project.notes, made.history, made.as_of, made.horizon_days, model
    )
    with open_store(project.store) as store:
        run = new_run(
            "forecast",
            inputs,
            now=now,
            taken=list(store.runs()["run"]),
            as_of=made.as_of,
            status="partial" if made.result.skipped else "ok",
            summary={"contacts": float(made.frame["mean"].sum())},
        )
        store.save_run(run, {"forecast": made.frame})
    return run, made


def forecast_file(
    source: Path,
    *,
    timezone: str,
    country: str,
    subdivision: str = "",
    as_of: dt.datetime | None = None,
    horizon_days: int = 42,
    model: str = "auto",
    quantiles: Sequence[float] = QUANTILES,
    project: Project | None = None,
) -> Forecasted:
    """Forecast of a history file, by the contract of ``wfm forecast --in``.

    ``frame`` has queue, origin, start (wall clock), mean and quantile columns.
    """
    history = read_history(source, timezone)
    origin = as_of or next_midnight(history)
    history = history[history["start"] < origin].reset_index(drop=True)
    if history.empty:
        raise PlanError(f"{source.name} has no history before {origin}")
    interval_s = infer_interval_s(history)
    result = _forecast(
        history, project, origin, horizon_days, interval_s, model, quantiles, (country, subdivision)
    )
    frame = contract_frame(result.frame, origin)
    return Forecasted(origin, horizon_days, interval_s, frame, result, history)


def contract_frame(frame: pd.DataFrame, origin: dt.datetime) -> pd.DataFrame:
    """Stage output as the file contract has it: queue, origin, start, mean, quantiles."""
    out = frame.copy()
    out.insert(1, "origin", pd.Timestamp(origin))
    if out["aht_s"].isna().all():
        out = out.drop(columns=["aht_s"])
    return out


def _forecast(
    history: pd.DataFrame,
    project: Project | None,
    origin: dt.datetime,
    horizon_days: int,
    interval_s: int,
    model: str | None,
    quantiles: Sequence[float],
    place: tuple[str, str] | None,
) -> Forecast:
    names = sorted(history["queue"].unique())
    config = project.config if project else None
    country, subdivision = place or ((config.country, config.subdivision) if config else ("", ""))
    last = origin + dt.timedelta(days=horizon_days)
    years = range(history["start"].min().year, last.year + 1)
    known = calendars(names, project, country=country, subdivision=subdivision, years=years)
    chosen = model or (config.forecast.model if config else "auto")
    changes = read_adjustments(project.root / "adjustments.csv", names) if project else ()
    try:
        made = forecast(
            history,
            known,
            as_of=origin,
            horizon_days=horizon_days,
            interval_s=interval_s,
            model=chosen,
            quantiles=quantiles,
        )
    except ValueError as error:
        raise InputError(str(error)) from error
    return replace(made, frame=lay_on(made.frame, changes))


def backtest_stored(
    project: Project,
    *,
    as_of: dt.datetime | None = None,
    horizons_days: Sequence[int] = (1, 7, 14, 42),
    origins: int = 6,
) -> pd.DataFrame:
    """Accuracy of each model by horizon and level on the stored history."""
    history = stored_history(project, before=as_of)
    origin = as_of or next_midnight(history)
    years = range(history["start"].min().year, origin.year + 1)
    config = project.config
    known = calendars(
        sorted(history["queue"].unique()),
        project,
        country=config.country,
        subdivision=config.subdivision,
        years=years,
    )
    return backtest(
        history,
        known,
        as_of=origin,
        interval_s=config.interval_s,
        horizons_days=tuple(horizons_days),
        origins=origins,
    )


def refuse_partial(result: Forecast) -> None:
    """Tell the queues that could not be forecast.

    Raises
    ------
    PlanError
        When that is all of them.
    PartialError
        When it is some of them; the others are done.
    """
    if not result.skipped:
        return
    lines = "\n".join(f"{queue}: {problem}" for queue, problem in result.skipped)
    if result.frame.empty:
        raise PlanError(lines)
    raise PartialError(f"the other queues are done; skipped:\n{lines}")
