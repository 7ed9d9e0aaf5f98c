"""Walk a forecast number back: level, weekday, special day, events, group, adjustments."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from math import ceil

import pandas as pd

from wfm.errors import PlanError
from wfm.forecast import ForecastParts, Part, QueueWork, Window, explain_forecast
from wfm.intervals import utc_to_local
from wfm.pipeline.adjustments import lay_on
from wfm.pipeline.forecast import ForecastChoices, Forecasted, forecast_frame
from wfm.pipeline.new_queues import new_queue_notes
from wfm.pipeline.project import Project
from wfm.pipeline.staff import stored_rows
from wfm.schema import QUANTILES
from wfm.store import open_store

__all__ = ["ForecastStory", "tell_forecast"]

_SAME = 1e-9
"""A relative difference below this is rounding."""


@dataclass(frozen=True, slots=True)
class ForecastStory:
    """A stored forecast number and its parts, whose product it is.

    Parameters
    ----------
    mean
        Contacts of the interval as the run has them.
    """

    run: str
    queue: str
    start: dt.datetime
    mean: float
    told: ForecastParts


def tell_forecast(
    project: Project, queue: str, start: dt.datetime, *, run: str | None = None
) -> ForecastStory:
    """Parts of one interval of a stored forecast, made once more from what is known now.

    What the history, the files and the settings have changed since the run stands as a part of its
    own, so that the parts always make the number of the run.

    Parameters
    ----------
    start
        Start of the interval by the centre's wall clock.

    Raises
    ------
    InputError
        When wfm.toml has no such queue.
    PlanError
        When the run has no forecast for that interval, or none can be made any more.
    """
    project.config.queue(queue)
    found, rows = stored_rows(project, "forecast", run)
    rows["start"] = utc_to_local(rows["interval_start"], project.config.timezone)
    mine = rows[(rows["queue"] == queue) & (rows["start"] == pd.Timestamp(start))]
    there = rows.loc[rows["queue"] == queue, "start"]
    if there.empty:
        known = ", ".join(map(str, rows["queue"].unique()))
        raise PlanError(f"run {found} has no forecast of {queue!r}; it has {known}")
    if mine.empty:
        span = f"{there.min()} to {there.max()}"
        raise PlanError(f"run {found} has no forecast of {queue!r} at {start}; it has {span}")
    mean = float(mine["mean"].iloc[0])
    with open_store(project.store) as store:
        record = store.runs().set_index("run").loc[found]
    made = _made_again(project, queue, record, rows["start"].max())
    try:
        told = _own_parts(made, queue, start)
    except ValueError as error:
        raise PlanError(f"{queue}: {error}") from error
    told = _grouped_and_adjusted(made, queue, start, told)
    since = "history, files or settings that are not those of the run"
    if record["kind"] == "nightly":
        since += ", or a choice of models kept from an earlier night"
    return ForecastStory(found, queue, start, mean, _moved(told, mean, "changed since", since))


def _made_again(project: Project, queue: str, record: pd.Series, last: pd.Timestamp) -> Forecasted:
    """Forecast of the run's window by the run's model, for the queue and those of its group."""
    as_of = dt.datetime.fromisoformat(str(record["as_of"]))
    # a run of before models were kept says none, and wfm.toml's is the best guess
    model = json.loads(record["summary"]).get("model")
    horizon_days = ceil((last.to_pydatetime() - as_of) / dt.timedelta(days=1))
    groups = [set(queues) for _, queues in project.config.forecast.groups if queue in queues]
    like = project.config.queue(queue).new
    with_it = {queue}.union(*groups, {like.like} if like and like.like else ())
    return forecast_frame(project, ForecastChoices(as_of, max(horizon_days, 1), model), with_it)


def _own_parts(made: Forecasted, queue: str, start: dt.datetime) -> ForecastParts:
    """Parts of the queue's forecast by itself."""
    if len(made.estimates) and queue in set(made.estimates["queue"]):
        notes = "; ".join(
            note for note in new_queue_notes(made.estimates) if note.startswith(f"{queue}:")
        )
        models = pd.DataFrame({"model": ["estimates"], "weight": [1.0]})
        return ForecastParts((Part("estimates", _at(made.plain, queue, start), notes),), models)
    rows = made.history[(made.history["queue"] == queue) & (made.history["start"] < made.as_of)]
    window = Window(made.as_of, made.horizon_days, made.interval_s, QUANTILES)
    work = QueueWork(queue, rows, made.calendars[queue], made.model, window)
    return explain_forecast(work, start)


def _grouped_and_adjusted(
    made: Forecasted, queue: str, start: dt.datetime, told: ForecastParts
) -> ForecastParts:
    """Parts with what the group and the planners made of the queue's own forecast."""
    frame = made.plain
    agree = "made to agree with what all its queues bring"
    told = _moved(told, _at(frame, queue, start), "group", agree)
    for change in made.changes:
        frame = lay_on(frame, (change,), made.groups)
        words = f"{change.how} {change.value:g}: {change.reason} ({change.author})"
        told = _moved(told, _at(frame, queue, start), "adjustment", words)
    return told


def _moved(told: ForecastParts, mean: float, name: str, detail: str) -> ForecastParts:
    """Parts with one more that makes their product ``mean``; alone where the others are none."""
    before = told.mean
    if before > 0 and abs(mean / before - 1) > _SAME:
        return replace(told, parts=(*told.parts, Part(name, mean / before, detail)))
    return replace(told, parts=(Part(name, mean, detail),)) if mean > before == 0 else told


def _at(frame: pd.DataFrame, queue: str, start: dt.datetime) -> float:
    mine = (frame["queue"] == queue) & (frame["start"] == pd.Timestamp(start))
    return float(frame.loc[mine, "mean"].iloc[0])
