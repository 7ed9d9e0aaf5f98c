"""Forecast: history in, contacts to come out; into the store or into a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from wfm.config import ForecastSettings
from wfm.domain import NewQueue
from wfm.errors import InputError, PartialError, PlanError, Problem
from wfm.forecast import (
    Adjustment,
    Forecast,
    LongRange,
    QueueCalendar,
    demand_table,
    forecast,
    sample_paths,
)
from wfm.pipeline.adjustments import lay_on_all, planned_changes
from wfm.pipeline.calendars import Place, calendars, place_of
from wfm.pipeline.clock import as_in_files, to_utc_intervals
from wfm.pipeline.executor import executor
from wfm.pipeline.history import (
    infer_interval_s,
    next_midnight,
    read_history,
    refuse_stray_dates,
    stored_history,
    to_learn,
)
from wfm.pipeline.new_queues import Ground, add_new_queues, expected_queues
from wfm.pipeline.project import Project
from wfm.pipeline.run_record import digest, new_run
from wfm.schema import FORECAST, QUANTILES
from wfm.store import Run, open_store

__all__ = [
    "ForecastChoices",
    "Forecasted",
    "forecast_days",
    "forecast_file",
    "forecast_frame",
    "forecast_stored",
    "refuse_partial",
    "stored_contract",
]


_MOST_DAYS = 732
"""Longest horizon by interval."""
_FUTURE = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class ForecastChoices:
    """What a user may choose of a forecast; None leaves it to wfm.toml.

    Parameters
    ----------
    as_of
        Local time; only history before it is used. Midnight after the last day unless given.
    horizon_days
        Days to forecast.
    model
        ``auto`` or the name of a model.
    workers
        Processes that the queues are worked on in.
    now
        The present: a history that goes on a year after it has wrong dates. Not asked where an
        origin is named.
    """

    as_of: dt.datetime | None = None
    horizon_days: int | None = None
    model: str | None = None
    workers: int = 1
    now: dt.datetime | None = None

    def settled(self, project: Project | None) -> tuple[int, str]:
        """Horizon [days] and model, from wfm.toml where not chosen.

        Raises
        ------
        InputError
            When the horizon is too long to be told interval by interval.
        """
        settings = project.config.forecast if project else ForecastSettings()
        horizon_days = self.horizon_days or settings.horizon_days
        if horizon_days > _MOST_DAYS:
            fix = f"at most {_MOST_DAYS}; look years ahead with --long-range MONTHS"
            raise InputError(
                [Problem("is too long", column="horizon", found=f"{horizon_days} days", fix=fix)]
            )
        return horizon_days, self.model or settings.model


@dataclass(frozen=True, slots=True)
class Forecasted:
    """A forecast with what it was made from.

    Parameters
    ----------
    frame
        Rows of ``schema.FORECAST`` without run, UTC.
    result
        What the stage said, by wall clock.
    estimates
        What the volume of new queues rests on; empty where there is none.
    demand
        Recorded beside asked-for contacts by queue.
    timezone
        Of the wall clock.
    plain
        Rows of ``result.frame`` before planners' adjustments.
    changes, groups
        Those adjustments, and the queues by group.
    calendars
        Of all queues.
    """

    as_of: dt.datetime
    horizon_days: int
    interval_s: int
    model: str
    frame: pd.DataFrame
    result: Forecast
    plain: pd.DataFrame
    changes: tuple[Adjustment, ...]
    groups: Mapping[str, tuple[str, ...]]
    calendars: Mapping[str, QueueCalendar]
    history: pd.DataFrame
    estimates: pd.DataFrame
    demand: pd.DataFrame
    timezone: str

    @property
    def figures(self) -> dict[str, object]:
        """What a run keeps of it beside its rows."""
        return {"contacts": float(self.frame["mean"].sum()), "model": self.model}


def forecast_days(project: Project, choices: ForecastChoices) -> tuple[dt.date, dt.date]:
    """First and last local day that a forecast of the stored history would cover."""
    origin = choices.as_of or _origin(project, stored_history(project))
    last = origin + dt.timedelta(days=choices.settled(project)[0])
    return origin.date(), (last - dt.timedelta(microseconds=1)).date()


def _origin(project: Project, history: pd.DataFrame) -> dt.datetime:
    """Midnight after the history; without any, the day on which the first new queue opens."""
    if not history.empty:
        return next_midnight(history)
    opening = [queue.new.first for queue in project.config.queues if queue.new and queue.new.first]
    if not opening:
        raise PlanError("there is no history to go on from; name the first day with --as-of")
    return dt.datetime.combine(min(opening), dt.time())


def _refuse_future(history: pd.DataFrame, choices: ForecastChoices, source: str) -> None:
    """Refuse a history that goes on long after the present; mistyped years do that."""
    if choices.as_of or choices.now is None or history.empty:
        return
    last = history["start"].max()
    if last > choices.now.replace(tzinfo=None) + _FUTURE:
        fix = "correct the dates, or name an origin with --as-of"
        what = "the history ends more than a year from now"
        found = f"{last:%Y-%m-%d %H:%M}"
        raise InputError([Problem(what, source, column="start", found=found, fix=fix)])


def forecast_frame(
    project: Project, choices: ForecastChoices, queues: Collection[str] = ()
) -> Forecasted:
    """Forecast of the stored history of all configured queues; nothing is written.

    Parameters
    ----------
    queues
        Only these; none is all of them.

    Raises
    ------
    PlanError
        When there is no history, or none of the queues can be forecast.
    """
    config = project.config
    history = stored_history(project, before=choices.as_of)
    _refuse_future(history, choices, "the store")
    choices = replace(choices, as_of=choices.as_of or _origin(project, history))
    wanted = [queue for queue in config.queues if not queues or queue.name in queues]
    if queues:
        history = history[history["queue"].isin(queues)].reset_index(drop=True)
    expected = expected_queues(wanted, history)
    stage = _Stage(history, config.interval_s, place_of(project), QUANTILES, expected)
    made = _forecast(stage, project, choices)
    made = replace(made, result=_with_silent(made.result, project))
    frame = to_utc_intervals(made.frame, config.timezone, config.interval_s)
    return replace(made, frame=frame[[name for name in FORECAST.names if name in frame.columns]])


def _with_silent(result: Forecast, project: Project) -> Forecast:
    """Forecast in which the configured queues without any history are told too."""
    heard = {*result.frame["queue"], *(queue for queue, _ in result.skipped)}
    fix = "bring its history in, or say what to expect with new = { … } in wfm.toml"
    silent = [
        (queue.name, Problem("no history", fix=fix))
        for queue in project.config.queues
        if queue.name not in heard
    ]
    return replace(result, skipped=(*result.skipped, *silent))


def forecast_stored(
    project: Project, choices: ForecastChoices, *, now: dt.datetime
) -> tuple[Run, Forecasted]:
    """Forecast of the stored history, kept as a run."""
    made = forecast_frame(project, choices)
    with open_store(project.store) as store:
        run = new_run(
            "forecast",
            digest(
                project.config.text,
                project.notes,
                made.history,
                made.as_of,
                replace(choices, workers=1, now=None),
            ),
            now=now,
            taken=list(store.runs()["run"]),
            as_of=made.as_of,
            status="partial" if made.result.skipped else "ok",
            summary=made.figures,
        )
        store.save_run(run, {"forecast": made.frame})
    return run, made


def forecast_file(
    source: Path,
    place: Place,
    choices: ForecastChoices,
    *,
    quantiles: Sequence[float] = QUANTILES,
    project: Project | None = None,
) -> Forecasted:
    """Forecast of a history file, by the contract of ``wfm forecast --in``.

    ``frame`` has queue, origin, start (wall clock), mean and quantile columns.

    Parameters
    ----------
    project
        Centre whose opening hours and events count, where it has the queue.
    """
    history = read_history(source, place.timezone)
    if choices.as_of is not None:
        history = history[history["start"] < choices.as_of].reset_index(drop=True)
    if history.empty:
        raise PlanError(f"{source.name} has no history before {choices.as_of}")
    refuse_stray_dates(history, source.name)
    _refuse_future(history, choices, source.name)
    there = set(history["queue"])
    queues = [queue for queue in project.config.queues if queue.name in there] if project else []
    expected = expected_queues(queues, history)
    stage = _Stage(history, infer_interval_s(history), place, quantiles, expected)
    made = _forecast(stage, project, choices)
    return replace(made, frame=contract_frame(made.frame, made.as_of, place.timezone))


def draw_paths(made: Forecasted, count: int, seed: int) -> pd.DataFrame:
    """Whole courses that the contacts may take: queue, path, start (wall clock), contacts."""
    rng = np.random.default_rng(seed)
    return sample_paths(made.result.frame, made.result.sources, count, rng)


def stored_contract(made: Forecasted, timezone: str) -> Forecasted:
    """Forecast of the store in the columns of the file contract."""
    return replace(made, frame=contract_frame(made.result.frame, made.as_of, timezone))


def contract_frame(frame: pd.DataFrame, origin: dt.datetime, timezone: str) -> pd.DataFrame:
    """Stage output as the file contract has it: queue, origin, start, mean, quantiles."""
    out = as_in_files(frame, timezone)
    out.insert(1, "origin", pd.Timestamp(origin))
    if out["aht_s"].isna().all():
        out = out.drop(columns=["aht_s"])
    return out


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the forecast works on: history by wall clock, its steps and place, new queues."""

    history: pd.DataFrame
    interval_s: int
    place: Place
    quantiles: Sequence[float]
    expected: Mapping[str, NewQueue]

    @property
    def names(self) -> list[str]:
        """All queues that something is known of, siblings of new ones included."""
        like = {new.like for new in self.expected.values() if new.like}
        return sorted({*self.history["queue"], *self.expected, *like})


def _forecast(stage: _Stage, project: Project | None, choices: ForecastChoices) -> Forecasted:
    """Forecast by wall clock, new queues added, planners' adjustments laid on."""
    history, names = to_learn(stage.history, project, stage.place.timezone), stage.names
    origin = choices.as_of or next_midnight(history)
    horizon_days, model = choices.settled(project)
    first = origin if history.empty else history["start"].min()
    years = range(first.year, (origin + dt.timedelta(days=horizon_days)).year + 1)
    known = calendars(names, project, stage.place, years)
    groups = dict(project.config.forecast.groups) if project else {}
    changes = planned_changes(project, names) if project else ()
    try:
        with executor(workers=choices.workers) as where:
            result = forecast(
                history[~history["queue"].isin(stage.expected)],
                known,
                as_of=origin,
                horizon_days=horizon_days,
                interval_s=stage.interval_s,
                model=model,
                quantiles=stage.quantiles,
                groups=groups,
                executor=where,
            )
    except ValueError as error:
        raise InputError(str(error)) from error
    ground = Ground(history, known, origin, horizon_days, stage.interval_s, stage.quantiles)
    result, estimates = add_new_queues(result, stage.expected, ground)
    if result.frame.empty:
        refuse_partial(result)
    plain = result.frame
    result = lay_on_all(result, changes, groups)
    return Forecasted(
        as_of=origin,
        horizon_days=horizon_days,
        interval_s=stage.interval_s,
        model=model,
        frame=result.frame,
        result=result,
        plain=plain,
        changes=changes,
        groups=groups,
        calendars=known,
        history=history,
        estimates=estimates,
        demand=demand_table(stage.history, result.findings),
        timezone=stage.place.timezone,
    )


def refuse_partial(result: Forecast | LongRange) -> None:
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
