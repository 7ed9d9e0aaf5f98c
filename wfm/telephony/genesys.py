"""Genesys Cloud conversation aggregates → interval history.

The answer of ``analytics/conversations/aggregates/query``, grouped by ``queueId`` and
``mediaType``, as JSON files. Times are milliseconds; what did not happen is left out of the
answer. Source: the public SDK model and a checked sample, TELEPHONY.md section 4.
"""

from __future__ import annotations

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

__all__ = ["genesys_history", "read_genesys"]

_COUNTS = {
    "offered": "nOffered",
    "answered": "tAnswered",
    "abandoned": "tAbandon",
    "short_abandoned": "tShortAbandon",
    "withdrawn": "tFlowOut",
    "transferred": "nTransferred",
}
_SUMS = {"wait_answered_s": "tAnswered", "wait_abandoned_s": "tAbandon"}
_HANDLING = ("tTalkComplete", "tHeldComplete", "tAcw")


def read_genesys(
    paths: Sequence[str | Path],
    options: ImportOptions,
    *,
    media: str = "voice",
    queue_names: Mapping[str, str] | None = None,
) -> IntervalImport:
    """Interval history of aggregate answers; of an interval in several files the last counts.

    Parameters
    ----------
    paths
        JSON files, oldest query first.
    options
        Interval, tolerances; the times of the answers carry their own zone.
    media
        Only this media type.
    queue_names
        Names by queue id; the id itself where there is none.

    Raises
    ------
    InputError
        When a file cannot be read or is no such answer, or an interval does not fit.

    Notes
    -----
    ``offered = answered + abandoned + withdrawn``, flow-outs being withdrawn. Answered in threshold
    follows the queue's own service-level target. Handle time is talk + hold + after-call work; an
    answer that mixes in outbound calls gives the mean over all of them × answered, and says so in
    the issues. Groups without ``nOffered`` are outbound only and no queue to forecast. Callbacks
    are a media type of their own.
    """
    answers = {str(path): json_document(path) for path in paths}
    return genesys_history(answers, options, media=media, queue_names=queue_names)


def genesys_history(
    answers: Mapping[str, Any],
    options: ImportOptions,
    *,
    media: str = "voice",
    queue_names: Mapping[str, str] | None = None,
    asked: Asked | None = None,
) -> IntervalImport:
    """Interval history of answers by the file or request that gave them; see :func:`read_genesys`.

    Parameters
    ----------
    asked
        Time that was asked for, in which what is missing was nothing; between the first and the
        last interval of the answers when None.

    Raises
    ------
    InputError
        When one is no such answer, none has contacts, or an interval does not fit.
    """
    fix = f"query nOffered grouped by queueId and mediaType {media}"
    nothing = Problem("no offered contacts in the answer", ", ".join(answers), fix=fix)
    return history_of_answers(
        answers,
        lambda answer, findings: _records(answer, media, findings),
        options,
        nothing=nothing,
        queue_names=queue_names,
        asked=asked,
    )


def _records(answer: Any, media: str, findings: Findings) -> list[dict[str, Any]]:
    """Rows of one answer: queue, start, length and figures."""

    def read(result: dict[str, Any]) -> list[dict[str, Any]]:
        group, data = result["group"], result["data"]
        if group.get("mediaType", media) != media:
            return []
        return _of_group(str(group["queueId"]), data, findings)

    results = answer.get("results") if isinstance(answer, dict) else None
    return records_of_results(results, "is no aggregates answer: no results", read, findings)


def _of_group(queue: str, data: list[dict[str, Any]], findings: Findings) -> list[dict[str, Any]]:
    stats = [(each["interval"], _stats(each["metrics"])) for each in data]
    if not any("nOffered" in metrics for _, metrics in stats):
        case = Case(0, queue, queue, effect_contacts=0.0)
        findings.note("outbound-only", "no queue to forecast, left out", [case])
        return []
    records, mixed = [], []
    for interval, metrics in stats:
        start, end = (_moment(part) for part in str(interval).split("/"))
        figures, is_mixed = _figures(metrics)
        length_s = (end - start).total_seconds()
        records.append(
            {"queue": queue, "start": start, "ambiguous": False, "interval_s": length_s, **figures}
        )
        if is_mixed:
            mixed.append(Case(0, "outbound calls in the handle time", queue, start))
    findings.note("outbound-in-handle-time", "mean handle time × answered", mixed)
    return records


def _stats(metrics: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Statistics by metric; of a metric with qualifiers the unqualified one."""
    return {each["metric"]: each["stats"] for each in metrics if not each.get("qualifier")}


def _figures(metrics: dict[str, dict[str, float]]) -> tuple[dict[str, float], bool]:
    """Figures of the history, and whether outbound calls are mixed into the handle time."""

    def stat(metric: str, name: str) -> float:
        value = float(metrics.get(metric, {}).get(name, 0))
        if not 0 <= value < 1e15:
            raise ValueError(f"{metric} {name} is {value}")
        return value

    figures = {name: stat(metric, "count") for name, metric in _COUNTS.items()}
    figures |= {name: stat(metric, "sum") / 1000 for name, metric in _SUMS.items()}
    if "nOverSla" in metrics or "oServiceLevel" in metrics:
        late = figures["answered"] - stat("nOverSla", "count")
        in_time = "numerator" in metrics.get("oServiceLevel", {})
        figures["answered_in_threshold"] = stat("oServiceLevel", "numerator") if in_time else late
    handling_s = sum(stat(metric, "sum") for metric in _HANDLING) / 1000
    mixed = "nOutbound" in metrics or "tDialing" in metrics
    if mixed:
        handled = stat("tHandle", "count")
        handling_s = handling_s / handled * figures["answered"] if handled else 0.0
    return figures | {"talk_s": handling_s}, mixed


def _moment(text: str) -> pd.Timestamp:
    moment = pd.to_datetime(text, utc=True, format="ISO8601")
    if pd.isna(moment) or not 1990 <= moment.year < 2100:
        raise ValueError(f"no time: {text!r}")
    return moment.as_unit("us")
