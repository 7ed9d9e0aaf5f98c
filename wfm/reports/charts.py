"""Charts as inline SVG: one panel per day, coloured by the page's style sheet.

Classes instead of colours let the page follow light and dark; every interval carries its figures as
a tooltip.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from wfm.intervals import zone
from wfm.reports.coverage_streams import Stream
from wfm.reports.day_grid import DayGrid
from wfm.reports.roster_cells import clock

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["coverage_chart", "day_chart", "forecast_chart"]

_WIDTH, _HEIGHT = 1120, 250
_LEFT, _RIGHT, _TOP, _BOTTOM, _GAP = 46, 6, 26, 24, 12


@dataclass(frozen=True, slots=True)
class _Panel:
    """Place of one day on the picture, and the scale it shares with the others."""

    title: str
    left: float
    width: float
    count: int
    top_value: float

    def x(self, k: float) -> float:
        """Left edge of the k-th interval."""
        return self.left + self.width * k / self.count

    def y(self, value: float) -> float:
        """Height of a value; 0 is at the bottom."""
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / self.top_value


def coverage_chart(stream: Stream, grids: Mapping[dt.date, DayGrid]) -> str:
    """Agents required (line) and scheduled (bars) by interval, over and under in their colours."""
    every = [*stream.required.values(), *stream.scheduled.values()]
    panels = _panels({day: len(grid.starts) for day, grid in grids.items()}, max(every, default=0))
    parts = list(_axis(panels))
    for panel, (day, grid) in zip(panels, grids.items(), strict=True):
        places = [(day, slot) for slot in grid.slots]
        required = [stream.required.get(place, 0.0) for place in places]
        scheduled = [stream.scheduled[place] for place in places]
        levels = [stream.service_level.get(place) for place in places]
        parts += _hours(panel, grid.walls.tolist())
        for k, (need, have) in enumerate(zip(required, scheduled, strict=True)):
            parts.append(_bar(panel, k, 0, min(need, have), "base"))
            parts.append(_bar(panel, k, min(need, have), max(need, have), _kind(need, have)))
        parts.append(_steps(panel, required))
        for k, (wall_s, _) in enumerate(grid.slots):
            told = _told(panel.title, wall_s, required[k], scheduled[k], levels[k])
            parts.append(_tip(panel, k, told))
    return _svg(f"Agents required and scheduled, {stream.name}", parts)


_BANDS = (("q0.025", "q0.975", "band95"), ("q0.1", "q0.9", "band80"))


def day_chart(days: pd.DataFrame, title: str) -> str:
    """Contacts by day: what came, and what is expected with its bands.

    Parameters
    ----------
    days
        Columns date, actual, mean and, where there are bands, their quantiles; one row per open
        date in order, NaN where there is no such figure.
    """
    values = days.drop(columns="date")
    top = _nice(max(float(values.max().max()), 1.0))
    panel = _Panel("", _LEFT, _WIDTH - _LEFT - _RIGHT, len(days), top)
    parts = list(_axis([panel]))
    for k, date in enumerate(days["date"]):
        if (date.weekday() == 0 or k == 0) and k < len(days) - 1:
            parts.append(_below(panel, k, f"{date.day} {date:%b}"))
    ahead = days["mean"].notna().to_numpy()
    runs = _runs(ahead)
    for low, high, kind in _BANDS:
        if {low, high} <= set(days.columns):
            for first, stop in _runs(days[[low, high]].notna().all(axis=1).to_numpy()):
                part = days.iloc[first:stop]
                parts.append(_band(panel, part[low].tolist(), part[high].tolist(), kind, first))
    for first, stop in runs:
        parts.append(_line(panel, days["mean"].iloc[first:stop].tolist(), "mean", first))
    for first, stop in _runs(days["actual"].notna().to_numpy()):
        parts.append(_line(panel, days["actual"].iloc[first:stop].tolist(), "actual", first))
    for k, row in enumerate(days.itertuples()):
        told = f"{row.date:%a} {row.date}"
        told += "" if math.isnan(row.actual) else f": {row.actual:,.0f} came"
        told += "" if math.isnan(row.mean) else f", {row.mean:,.0f} expected"
        parts.append(_tip(panel, k, told))
    return _svg(title, parts)


def _runs(on: Sequence[bool]) -> list[tuple[int, int]]:
    """Spans (first, stop) of neighbouring true places."""
    edges = [k for k in range(len(on) + 1) if (k > 0 and on[k - 1]) != (k < len(on) and on[k])]
    return list(zip(edges[::2], edges[1::2], strict=True))


def forecast_chart(
    frame: pd.DataFrame,
    timezone: str,
    days: Sequence[dt.date],
    actual: Mapping[pd.Timestamp, float] | None = None,
) -> str:
    """Contacts expected by interval, with the 80 % and 95 % bands where the forecast has them.

    Parameters
    ----------
    frame
        Forecast of one queue, as in ``wfm.schema``.
    days
        Local dates to show; those without contacts are left out, and with none there is no chart.
    actual
        What came, by interval start.
    """
    came = actual or {}
    local = frame["interval_start"].dt.tz_convert(zone(timezone))
    rows = frame.assign(day=local.dt.date, wall_s=local.dt.hour * 3600 + local.dt.minute * 60)
    busy = rows[rows["day"].isin(list(days)) & (rows["mean"] > 0)]
    if busy.empty:
        return ""
    shown = [day for day in days if (busy["day"] == day).any()]
    first, last = busy["wall_s"].min(), busy["wall_s"].max()
    rows = rows[rows["day"].isin(shown) & rows["wall_s"].between(first, last)]
    rows = rows.sort_values("interval_start")
    high = "q0.975" if "q0.975" in rows and rows["q0.975"].notna().any() else "mean"
    counts = {day: int((rows["day"] == day).sum()) for day in shown}
    rows = rows.assign(came=[came.get(start, math.nan) for start in rows["interval_start"]])
    panels = _panels(counts, float(rows[[high, "came"]].max().max()))
    parts = list(_axis(panels))
    for panel, day in zip(panels, shown, strict=True):
        part = rows[rows["day"] == day]
        parts += _hours(panel, part["wall_s"].tolist())
        for low, top, kind in _BANDS:
            if {low, top} <= set(part.columns) and part[[low, top]].notna().all(axis=None):
                parts.append(_band(panel, part[low].tolist(), part[top].tolist(), kind))
        parts.append(_line(panel, part["mean"].tolist()))
        for first_known, stop in _runs(part["came"].notna().to_numpy()):
            known = part["came"].iloc[first_known:stop].tolist()
            parts.append(_line(panel, known, "actual", first_known))
        for k, (wall_s, mean, was) in enumerate(
            zip(part["wall_s"], part["mean"], part["came"], strict=True)
        ):
            told = f"{panel.title} {clock(wall_s)}: {mean:,.1f} contacts"
            parts.append(_tip(panel, k, told if math.isnan(was) else f"{told}, {was:,.0f} came"))
    return _svg("Contacts expected by interval", parts)


def _kind(need: float, have: float) -> str:
    return "over" if have > need else "under"


def _told(title: str, wall_s: int, need: float, have: float, level: float | None) -> str:
    told = f"{title} {clock(wall_s)}: required {need:.1f}, scheduled {have:.1f}"
    if have != need:
        told += f", {_kind(need, have)} {abs(have - need):.1f}"
    return told if level is None else f"{told}, service level {level:.0%}"


def _panels(counts: Mapping[dt.date, int], highest: float) -> list[_Panel]:
    """Panels side by side on one scale, by the number of intervals of each day."""
    width = (_WIDTH - _LEFT - _RIGHT - _GAP * (len(counts) - 1)) / max(1, len(counts))
    top = _nice(highest) if highest > 0 else 1.0
    return [
        _Panel(f"{day:%a} {day.day} {day:%b}", _LEFT + k * (width + _GAP), width, count, top)
        for k, (day, count) in enumerate(counts.items())
    ]


def _nice(highest: float) -> float:
    """Least multiple of four round steps that holds the highest value."""
    step = highest / 4
    size = 10.0 ** math.floor(math.log10(step))
    rounded = next(m for m in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if m * size >= step * (1 - 1e-9))
    return float(rounded * size * 4)


def _axis(panels: Sequence[_Panel]) -> Iterator[str]:
    """Grid lines with their values at the left, titles above the panels."""
    if not panels:
        return
    for k in range(5):
        value = panels[0].top_value * k / 4
        y = panels[0].y(value)
        yield (
            f'<text class="tick" x="{_LEFT - 6}" y="{y + 3.5:.1f}" '
            f'text-anchor="end">{value:,g}</text>'
        )
        for panel in panels:
            yield (
                f'<line class="grid" x1="{panel.left:.1f}" x2="{panel.left + panel.width:.1f}" '
                f'y1="{y:.1f}" y2="{y:.1f}"/>'
            )
    for panel in panels:
        yield (
            f'<text class="day" x="{panel.left + panel.width / 2:.1f}" y="14" '
            f'text-anchor="middle">{escape(panel.title)}</text>'
        )


def _hours(panel: _Panel, walls: Sequence[int]) -> list[str]:
    """Hours below a panel, as many as there is room for."""
    full = [k for k, wall_s in enumerate(walls) if wall_s % 3600 == 0]
    every = next(n for n in (1, 2, 3, 4, 6, 12, 24) if len(full) / n * 26 <= panel.width or n == 24)
    return [
        f'<text class="tick" x="{panel.x(k):.1f}" y="{_HEIGHT - 8}" '
        f'text-anchor="middle">{walls[k] // 3600:02d}</text>'
        for k in full
        if walls[k] // 3600 % every == 0
    ]


def _bar(panel: _Panel, k: int, low: float, high: float, kind: str) -> str:
    if high <= low:
        return ""
    width = panel.width / panel.count
    return (
        f'<rect class="{kind}" x="{panel.x(k):.1f}" y="{panel.y(high):.1f}" width="{width:.2f}" '
        f'height="{panel.y(low) - panel.y(high):.2f}"/>'
    )


def _steps(panel: _Panel, values: Sequence[float]) -> str:
    path = f"M{panel.x(0):.1f} {panel.y(values[0]):.1f}"
    for k, value in enumerate(values):
        path += f"V{panel.y(value):.1f}H{panel.x(k + 1):.1f}"
    return f'<path class="required" d="{path}"/>'


def _points(panel: _Panel, values: Sequence[float], first: int = 0) -> list[str]:
    return [f"{panel.x(k + 0.5):.1f} {panel.y(value):.1f}" for k, value in enumerate(values, first)]


def _band(
    panel: _Panel, low: Sequence[float], high: Sequence[float], kind: str, first: int = 0
) -> str:
    around = _points(panel, high, first) + _points(panel, low, first)[::-1]
    return f'<path class="{kind}" d="M{"L".join(around)}Z"/>'


def _line(panel: _Panel, values: Sequence[float], kind: str = "mean", first: int = 0) -> str:
    return f'<path class="{kind}" d="M{"L".join(_points(panel, values, first))}"/>'


def _below(panel: _Panel, k: int, text: str) -> str:
    return (
        f'<text class="tick" x="{panel.x(k + 0.5):.1f}" y="{_HEIGHT - 8}" '
        f'text-anchor="middle">{escape(text)}</text>'
    )


def _tip(panel: _Panel, k: int, told: str) -> str:
    """An unseen column over the interval that shows its figures under the pointer."""
    return (
        f'<rect class="tip" x="{panel.x(k):.1f}" y="{_TOP}" '
        f'width="{panel.width / panel.count:.2f}" '
        f'height="{_HEIGHT - _TOP - _BOTTOM}"><title>{escape(told)}</title></rect>'
    )


def _svg(title: str, parts: Sequence[str]) -> str:
    inside = "".join(parts)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{inside}</svg>"
    )
