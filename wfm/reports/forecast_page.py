"""Forecasts as one web page: a picture per queue, what came beside what was expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from wfm.intervals import zone
from wfm.reports.atomic import replacing
from wfm.reports.charts import day_chart, forecast_chart

__all__ = ["QueuePicture", "write_forecast_page"]

_PANELS = 7
"""Days side by side in one chart."""
_WEEKS = 2
"""Weeks drawn by interval."""


@dataclass(frozen=True, slots=True)
class QueuePicture:
    """What the page shows of one queue.

    Parameters
    ----------
    forecast
        As in ``wfm.schema``, one queue.
    actual
        What came, by interval start (UTC), before and inside the forecast.
    bands
        Quantiles of whole days by local date, where they are known: columns like ``q0.1``.
    lines
        What there is to say of it.
    """

    queue: str
    forecast: pd.DataFrame
    actual: Mapping[pd.Timestamp, float]
    bands: pd.DataFrame | None = None
    lines: tuple[str, ...] = field(default=())


def write_forecast_page(
    path: Path, title: str, timezone: str, pictures: Sequence[QueuePicture], *, past_days: int = 56
) -> None:
    """Write one self-contained HTML page: by queue the days before and ahead, then intervals.

    Parameters
    ----------
    past_days
        Days of history to show before the forecast.
    """
    environment = Environment(
        loader=PackageLoader("wfm.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = [
        (
            picture,
            day_chart(_days(picture, timezone, past_days), f"Contacts by day, {picture.queue}"),
            _weeks(picture, timezone),
        )
        for picture in pictures
    ]
    text = environment.get_template("forecast.html").render(title=title, shown=shown)
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")


def _days(picture: QueuePicture, timezone: str, past_days: int) -> pd.DataFrame:
    """Open dates with what came and what is expected of each."""
    here = zone(timezone)
    ahead = picture.forecast["interval_start"].dt.tz_convert(here).dt.date
    mean = picture.forecast.groupby(ahead)["mean"].sum()
    first = mean.index.min() - dt.timedelta(days=past_days)
    came = pd.Series(dict(picture.actual), dtype="float64")
    if len(came):
        came = came.groupby(pd.DatetimeIndex(came.index).tz_convert(here).date).sum()
        came = came[(came.index >= first) & (came.index <= mean.index.max())]
    dates = sorted({*mean[mean > 0].index, *came[came > 0].index})
    days = pd.DataFrame({"date": dates})
    days["actual"] = came.reindex(dates).to_numpy(dtype="float64")
    days["mean"] = mean.where(mean > 0).reindex(dates).to_numpy(dtype="float64")
    if picture.bands is not None:
        bands = picture.bands.reindex(dates)
        for name in bands.columns:
            days[name] = bands[name].to_numpy()
    return days


def _weeks(picture: QueuePicture, timezone: str) -> list[str]:
    """Charts of the first open days ahead by interval, seven side by side."""
    frame = picture.forecast
    local = frame["interval_start"].dt.tz_convert(zone(timezone)).dt.date
    busy = sorted(set(local[frame["mean"] > 0]))[: _PANELS * _WEEKS]
    parts = [busy[k : k + _PANELS] for k in range(0, len(busy), _PANELS)]
    return [forecast_chart(frame, timezone, part, picture.actual) for part in parts]
