"""A forecast as a web page: of one that was just made, or of a stored run beside what came."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from wfm.errors import UsageError
from wfm.intervals import local_to_utc
from wfm.pipeline.adjustments import change_table
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
    utc, _, _ = local_to_utc(made.history["start"], made.timezone)
    history = made.history.assign(interval_start=utc).dropna(subset=["interval_start", "offered"])
    pictures = [
        QueuePicture(
            str(queue),
            to_utc_intervals(rows, made.timezone, made.interval_s),
            _actual(history[history["queue"] == queue]),
            _bands(made.result.totals, "queue", str(queue)),
            tuple(_lines(made, str(queue))),
        )
        for queue, rows in made.result.frame.groupby("queue", sort=True)
    ]
    pictures += _group_pictures(made, history)
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


def _group_pictures(made: Forecasted, history: pd.DataFrame) -> list[QueuePicture]:
    """Pictures of the groups, each beside the sum of what came to its queues."""
    table = made.result.groups
    if table.empty:
        return []
    rows = table[table["level"] == "interval"].drop(columns="level")
    out = []
    for group, mine in rows.groupby("group", sort=True):
        queues = made.groups[str(group)]
        came = history[history["queue"].isin(queues)]
        sums = came.groupby("interval_start", as_index=False)["offered"].sum()
        title = f"group {group}: {', '.join(queues)}"
        frame = mine.rename(columns={"group": "queue"})
        picture = QueuePicture(
            title,
            to_utc_intervals(frame, made.timezone, made.interval_s),
            _actual(sums),
            _bands(table, "group", str(group)),
            tuple(_change_lines(made, str(group))),
        )
        out.append(picture)
    return out


def _bands(totals: pd.DataFrame, key: str, name: str) -> pd.DataFrame | None:
    """Quantiles of whole days by date; a new queue has none."""
    if totals.empty:
        return None
    mine = totals[(totals[key] == name) & (totals["level"] == "day")]
    if mine.empty:
        return None
    names = [column for column in mine.columns if str(column).startswith("q0")]
    return mine.set_index(mine["start"].dt.date)[names]


def _change_lines(made: Forecasted, name: str) -> list[str]:
    """Planners' changes of a queue or group."""
    table = change_table(made.plain, made.changes, made.groups)
    return [
        f"Adjusted {row['from']:%Y-%m-%d %H:%M} to {row['until']:%Y-%m-%d %H:%M}: {row['change']}, "
        f"{row['contacts']:+,.0f} contacts; {row['reason']} ({row['author']})."
        for row in table[table["queue"] == name].to_dict("records")
    ]


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
        nearest = 1
        for row in mine[mine["model"] == "auto"].itertuples():
            ahead = f"{nearest} to {row.lead_days} days" if row.lead_days > 1 else "1 day"
            nearest = row.lead_days + 1
            plain = mine[(mine["model"] == "mean8") & (mine["lead_days"] == row.lead_days)]
            beside = f", mean of 8 {plain['wape'].iloc[0]:.1%}" if len(plain) else ""
            lines.append(
                f"Trials by day, {ahead} ahead: WAPE {row.wape:.1%}{beside}, floor "
                f"{row.floor:.1%}, bias {row.bias:+.1%}."
            )
    if len(result.findings):
        found = result.findings[result.findings["kind"] != "event"]
        for row in found[found["queue"] == queue].itertuples():
            when = "" if pd.isna(row.first) else f" {row.first:%Y-%m-%d}"
            effect = "" if pd.isna(row.contacts) else f", {row.contacts:+,.0f} contacts"
            lines.append(f"Found: {row.kind}{when}, ×{row.effect:.2f}{effect}; {row.detail}.")
    if len(result.special):
        lines += [
            f"{row.date} {row.what}: ×{row.factor:.2f} ({row.learned_from})."
            for row in result.special[result.special["queue"] == queue].itertuples()
        ]
    lines += _change_lines(made, queue)
    notes = new_queue_notes(made.estimates)
    return lines + [note for note in notes if note.startswith(f"{queue}:")]
