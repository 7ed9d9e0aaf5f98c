"""A forecast as a web page: of one that was just made, or of a stored run beside what came."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from wfm.errors import UsageError
from wfm.intervals import local_to_utc
from wfm.pipeline.clock import to_utc_intervals
from wfm.pipeline.forecast import Forecasted
from wfm.pipeline.new_queues import new_queue_notes
from wfm.pipeline.project import Project
from wfm.pipeline.staff import stored_rows
from wfm.reports import QueuePicture, write_forecast_page
from wfm.store import open_store

__all__ = ["page_of_forecast", "page_of_run"]


def page_of_forecast(made: Forecasted, path: Path) -> None:
    """Write the page of a forecast: bands of days and intervals, and what it rests on.

    Raises
    ------
    UsageError
        When the file is no web page.
    """
    _refuse_other(path)
    frame = to_utc_intervals(made.result.frame, made.timezone, made.interval_s)
    utc, _, _ = local_to_utc(made.history["start"], made.timezone)
    history = made.history.assign(interval_start=utc).dropna(subset=["interval_start", "offered"])
    pictures = [
        QueuePicture(
            str(queue),
            rows,
            _actual(history[history["queue"] == queue]),
            _bands(made, str(queue)),
            tuple(_lines(made, str(queue))),
        )
        for queue, rows in frame.groupby("queue", sort=True)
    ]
    title = f"Forecast from {made.as_of:%Y-%m-%d %H:%M}, {made.horizon_days} days"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_forecast_page(path, title, made.timezone, pictures)


def page_of_run(project: Project, path: Path, run: str | None) -> str:
    """Write the page of a stored forecast beside what came, and give its run.

    Raises
    ------
    UsageError
        When the file is no web page.
    PlanError
        When no run has a forecast.
    """
    _refuse_other(path)
    name, frame = stored_rows(project, "forecast", run)
    with open_store(project.store) as store:
        history = store.history(queues=sorted(frame["queue"].unique()))
    pictures = [
        QueuePicture(str(queue), rows, _actual(history[history["queue"] == queue]))
        for queue, rows in frame.groupby("queue", sort=True)
    ]
    title = f"{project.config.name}: forecast of run {name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_forecast_page(path, title, project.config.timezone, pictures)
    return name


def _refuse_other(path: Path) -> None:
    if path.suffix not in (".html", ".htm"):
        raise UsageError(f"{path}: a web page ends in .html")


def _actual(history: pd.DataFrame) -> dict[pd.Timestamp, float]:
    rows = history.dropna(subset=["offered"])
    return dict(zip(rows["interval_start"], rows["offered"].astype("float64"), strict=True))


def _bands(made: Forecasted, queue: str) -> pd.DataFrame | None:
    """Quantiles of whole days by date; a new queue has none."""
    totals = made.result.totals
    if totals.empty:
        return None
    mine = totals[(totals["queue"] == queue) & (totals["level"] == "day")]
    if mine.empty:
        return None
    names = [name for name in mine.columns if str(name).startswith("q0")]
    return mine.set_index(mine["start"].dt.date)[names]


def _lines(made: Forecasted, queue: str) -> list[str]:
    """What the forecast rests on, how it did in its trials, what was found."""
    result = made.result
    lines = []
    chosen = result.chosen[(result.chosen["queue"] == queue) & (result.chosen["weight"] > 0)]
    blend = ", ".join(f"{row.model} {row.weight:.0%}" for row in chosen.itertuples())
    lines.append(f"Model: {blend}.")
    table = result.backtest
    if len(table):
        mine = table[(table["queue"] == queue) & (table["level"] == "day")]
        for row in mine[mine["model"] == "auto"].itertuples():
            plain = mine[(mine["model"] == "mean8") & (mine["lead_days"] == row.lead_days)]
            beside = f", mean of 8 {plain['wape'].iloc[0]:.1%}" if len(plain) else ""
            lines.append(
                f"Trials up to {row.lead_days} days ahead, by day: WAPE {row.wape:.1%}{beside}, "
                f"floor {row.floor:.1%}, bias {row.bias:+.1%}."
            )
    if len(result.findings):
        for row in result.findings[result.findings["queue"] == queue].itertuples():
            when = "" if pd.isna(row.first) else f" {row.first:%Y-%m-%d}"
            effect = "" if pd.isna(row.contacts) else f", {row.contacts:+,.0f} contacts"
            lines.append(f"Found: {row.kind}{when}, ×{row.effect:.2f}{effect}; {row.detail}.")
    if len(result.special):
        lines += [
            f"{row.date} {row.what}: ×{row.factor:.2f} ({row.learned_from})."
            for row in result.special[result.special["queue"] == queue].itertuples()
        ]
    notes = new_queue_notes(made.estimates)
    return lines + [note for note in notes if note.startswith(f"{queue}:")]
