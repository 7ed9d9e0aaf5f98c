"""Amazon Connect GetMetricDataV2 answers → interval history.

JSON documents with ``MetricResults``, as the interface or its command-line tool gives them, grouped
by ``QUEUE``. Source: the public service model, TELEPHONY.md section 3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from wfm.errors import Problem
from wfm.telephony.cloud_answers import history_of_answers, records_of_results
from wfm.telephony.findings import Case, Findings
from wfm.telephony.interval_import import IntervalImport
from wfm.telephony.json_records import json_document
from wfm.telephony.options import ImportOptions
from wfm.telephony.quiet_rows import Asked

__all__ = ["connect_metric_history", "read_connect_metrics"]

_OFFERED = ("CONTACTS_QUEUED_BY_ENQUEUE", "CONTACTS_QUEUED")
_ANSWERED = ("CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT", "CONTACTS_HANDLED")
_COUNTS = {
    "abandoned": "CONTACTS_ABANDONED",
    "short_abandoned": "SUM_CONTACTS_ABANDONED_IN_X",
    "answered_in_threshold": "SUM_CONTACTS_ANSWERED_IN_X",
    "transferred": "CONTACTS_TRANSFERRED_OUT_BY_AGENT",
}
_WAITS = {
    "wait_answered_s": ("AVG_QUEUE_ANSWER_TIME", "answered"),
    "wait_abandoned_s": ("AVG_ABANDON_TIME", "abandoned"),
}
_HANDLING = ("SUM_INTERACTION_TIME", "SUM_HOLD_TIME", "SUM_AFTER_CONTACT_WORK_TIME")
_CHANNEL = "VOICE"
"""The only channel taken, where an answer is grouped by channel."""

_Metrics = dict[str, float | None]
"""Values by metric; None where the answer has the metric without a value."""


def read_connect_metrics(paths: Sequence[str | Path], options: ImportOptions) -> IntervalImport:
    """Interval history of answers; of an interval in several files the last counts.

    Parameters
    ----------
    paths
        JSON files, oldest request first.
    options
        Interval, tolerances; the times of the answers are UTC.

    Raises
    ------
    InputError
        When a file cannot be read or is no such answer, or an interval does not fit.

    Notes
    -----
    Offered and answered are counted when the contact was queued and connected where the answer has
    ``CONTACTS_QUEUED_BY_ENQUEUE`` and ``CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT``; all other metrics
    of Connect follow the end of the contact, so late in a day they lag. A count without a value is
    0, a mean without one is nothing where there were no contacts and unknown otherwise.
    """
    answers = {str(path): json_document(path) for path in paths}
    return connect_metric_history(answers, options)


def connect_metric_history(
    answers: Mapping[str, Any],
    options: ImportOptions,
    *,
    queue_names: Mapping[str, str] | None = None,
    asked: Asked | None = None,
) -> IntervalImport:
    """Interval history of answers by the file or request that gave them.

    Parameters
    ----------
    queue_names
        Names by queue id; the id itself where there is none.
    asked
        Time that was asked for, in which what is missing was nothing; between the first and the
        last interval of the answers when None.

    Raises
    ------
    InputError
        When one is no such answer, none has contacts, or an interval does not fit.
    """
    fix = f"ask for {_OFFERED[0]} grouped by QUEUE and by interval"
    nothing = Problem("no contacts by interval", ", ".join(answers), fix=fix)
    return history_of_answers(
        answers,
        _records,
        options,
        nothing=nothing,
        queue_names=queue_names,
        asked=asked,
    )


def _records(answer: Any, findings: Findings) -> list[dict[str, Any]]:
    """Rows of one answer: queue, start, length and figures."""
    late = []

    def read(result: dict[str, Any]) -> list[dict[str, Any]]:
        record = _record(result)
        if record is None:
            return []
        if _OFFERED[0] not in _metrics(result):
            late.append(Case(0, _OFFERED[1], record["queue"], record["start"]))
        return [record]

    results = answer.get("MetricResults") if isinstance(answer, dict) else None
    no_answer = "is no answer of GetMetricDataV2: no MetricResults"
    records = records_of_results(results, no_answer, read, findings)
    findings.note("counted-at-the-end", "contacts stand in the interval they ended in", late)
    return records


def _record(result: dict[str, Any]) -> dict[str, Any] | None:
    dimensions, interval = result["Dimensions"], result["MetricInterval"]
    if dimensions.get("CHANNEL", _CHANNEL) != _CHANNEL:
        return None
    queue = dimensions.get("QUEUE") or dimensions.get("QUEUE_ARN")
    if not queue:
        raise ValueError("no queue: group by QUEUE")
    if interval["Interval"] not in {"FIFTEEN_MIN", "THIRTY_MIN", "HOUR"}:
        raise ValueError(f"interval {interval['Interval']}: ask for FIFTEEN_MIN to HOUR")
    start, end = _moment(interval["StartTime"]), _moment(interval["EndTime"])
    length_s = (end - start).total_seconds()
    figures = _figures(_metrics(result))
    return {
        "queue": str(queue), "start": start, "ambiguous": False, "interval_s": length_s, **figures
    }  # fmt: skip


def _metrics(result: dict[str, Any]) -> _Metrics:
    """Values by metric; of several thresholds of one metric the first."""
    values: _Metrics = {}
    for each in result["Collections"]:
        name, value = each["Metric"]["Name"], each.get("Value")
        good = value is None or (isinstance(value, int | float) and 0 <= value < 1e15)
        if not good or isinstance(value, bool):
            raise ValueError(f"{name} is {value!r}")
        values.setdefault(name, None if value is None else float(value))
    return values


def _figures(metrics: _Metrics) -> dict[str, float]:
    """Figures of the history, as far as the answer has them; NaN is unknown."""
    found = {"offered": _first(metrics, _OFFERED)}
    if any(name in metrics for name in _ANSWERED):
        found["answered"] = _first(metrics, _ANSWERED)
    found |= {name: metrics[m] or 0.0 for name, m in _COUNTS.items() if m in metrics}
    for name, (mean, count) in _WAITS.items():
        if mean in metrics and count in found:
            found[name] = _sum_of(metrics[mean], found[count])
    if "SUM_HANDLE_TIME" in metrics:
        found["talk_s"] = metrics["SUM_HANDLE_TIME"] or 0.0
    elif all(name in metrics for name in _HANDLING):
        found["talk_s"] = sum(metrics[name] or 0.0 for name in _HANDLING)
    return found


def _first(metrics: _Metrics, names: tuple[str, ...]) -> float:
    for name in names:
        if name in metrics:
            return metrics[name] or 0.0
    raise ValueError(f"no {names[0]}")


def _sum_of(mean: float | None, count: float) -> float:
    if mean is None:
        return 0.0 if count == 0 else math.nan
    return mean * count


def _moment(value: Any) -> pd.Timestamp:
    """Time as the interface has it, seconds since 1970, or as its command-line tool writes it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        moment = pd.Timestamp(value, unit="s", tz="UTC")
    else:
        moment = pd.to_datetime(str(value), utc=True, format="ISO8601")
    if pd.isna(moment) or not 1990 <= moment.year < 2100:
        raise ValueError(f"no time: {value!r}")
    return moment.as_unit("us")
