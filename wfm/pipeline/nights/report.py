"""What a night leaves for people and machines: tables, a status file, metrics, one line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wfm.errors import StoreError
from wfm.pipeline.nights.nightly import Night
from wfm.reports import write_frame, write_json
from wfm.reports.atomic import replacing

__all__ = ["STATUS_FILE", "failure_facts", "metrics_text", "summary_line", "write_reports"]

STATUS_FILE = "status.json"
_METRICS_FILE = "wfm.prom"


def summary_line(night: Night) -> str:
    """The night in one line."""
    facts = night.facts
    queues = ", ".join(f"{count} {status}" for status, count in sorted(facts["queues"].items()))
    closed = f", {facts['rows_closed']} of closed days not taken" if facts["rows_closed"] else ""
    parts = [
        f"night {facts['as_of'][:10]}: {facts['status']}" + (", repeated" * night.repeated),
        f"queues {queues}",
        f"{facts['contacts']:.0f} contacts",
        f"{facts['agent_hours']:.0f} agent hours",
        f"intervals {facts['rows_new']} new, {facts['rows_changed']} changed{closed}",
        f"weeks beyond noise {facts['weeks_changed']}",
        f"rosters made or mended {len(facts['replanned'])}",
        f"models kept for {facts['choices']['kept']}, tried for {facts['choices']['anew']}",
        f"findings {len(facts['findings']) + facts['findings_untold']}",
        f"alarms {len(facts['alarms'])}",
        f"{facts['seconds']:.0f} s",
    ]
    tail = "in force" if facts["in_force"] else f"not in force: {facts['why_not_in_force']}"
    return "; ".join(parts) + f"; run {night.run} {tail}"


def failure_facts(code: int, message: str, *, now: dt.datetime) -> dict[str, Any]:
    """Status of a night that ended with an error."""
    return {
        "exit_code": code,
        "status": "failed",
        "finished_at": now.isoformat(),
        "summary": f"night failed with exit code {code}: {message.splitlines()[0]}",
        "message": message,
    }


def write_reports(folder: Path, night: Night, status: Mapping[str, Any]) -> None:
    """Tables of a night, its status and metrics, each file whole or not at all.

    Raises
    ------
    StoreError
        When the folder cannot be written; the night itself is safe in the store.
    """
    tables = {
        "late_data": night.late,
        "changes": night.changes,
        "accuracy": night.accuracy,
        "queues": night.queues,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for draft in folder.glob(".*.part"):  # left by a night that was killed
            draft.unlink()
        for name, table in tables.items():
            write_frame(folder / f"{name}.csv", table)
        write_status(folder, status)
    except OSError as error:
        raise StoreError(
            f"{error.filename or folder}: {error.strerror}; the run is safe in the store, the same "
            "command writes the reports again"
        ) from error


def write_status(folder: Path, status: Mapping[str, Any]) -> None:
    """Status file and metrics."""
    write_json(folder / STATUS_FILE, dict(status))
    with replacing(folder / _METRICS_FILE) as draft:
        draft.write_text(metrics_text(status), encoding="utf-8")


_METRICS = (
    ("exit_code", "wfm_night_exit_code", "Exit code of the last night"),
    ("seconds", "wfm_night_duration_seconds", "Time the last night took"),
    ("contacts", "wfm_night_contacts", "Contacts forecast by the last night"),
    ("agent_hours", "wfm_night_agent_hours", "Agent hours required by the last night"),
    ("rows_new", "wfm_night_intervals_new", "Intervals that the last night brought in"),
    ("rows_changed", "wfm_night_intervals_changed", "Intervals that the last night corrected"),
    ("rows_closed", "wfm_night_intervals_closed", "Corrections of closed days, not taken"),
)


def metrics_text(status: Mapping[str, Any]) -> str:
    """Status in Prometheus' text format, for the textfile collector of the node exporter.

    Examples
    --------
    >>> print(metrics_text({"exit_code": 7}))
    # HELP wfm_night_exit_code Exit code of the last night
    # TYPE wfm_night_exit_code gauge
    wfm_night_exit_code 7
    <BLANKLINE>
    """
    lines: list[str] = []

    def gauge(name: str, meaning: str, samples: Mapping[str, float]) -> None:
        lines.extend((f"# HELP {name} {meaning}", f"# TYPE {name} gauge"))
        lines.extend(f"{name}{labels} {value!r}" for labels, value in samples.items())

    for key, name, meaning in _METRICS:
        if key in status:
            gauge(name, meaning, {"": status[key]})
    for key in ("alarms", "findings"):
        if key in status:
            gauge(
                f"wfm_night_{key}", f"{key.capitalize()} of the last night", {"": len(status[key])}
            )
    if "queues" in status:
        samples = {f'{{status="{_escaped(k)}"}}': v for k, v in status["queues"].items()}
        gauge("wfm_night_queues", "Queues of the last night by outcome", samples)
    for key, name, meaning in (
        ("finished_at", "wfm_night_finished_timestamp_seconds", "When the last night ended"),
        (
            "good_at",
            "wfm_forecast_in_force_timestamp_seconds",
            "When the forecast in force was made",
        ),
    ):
        if status.get(key):
            moment = dt.datetime.fromisoformat(status[key]).timestamp()
            gauge(name, meaning, {"": moment})
    if status.get("accuracy"):
        names = ("queue", "level", "lead_days")
        samples = {
            "{" + ",".join(f'{name}="{_escaped(row[name])}"' for name in names) + "}": row["wape"]
            for row in status["accuracy"]
        }
        gauge("wfm_forecast_wape", "WAPE of the forecasts in force, last 28 days", samples)
    return "\n".join(lines) + "\n"


def _escaped(label: object) -> str:
    return str(label).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
