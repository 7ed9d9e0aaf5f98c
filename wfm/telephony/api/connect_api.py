"""Ask Amazon Connect for the intervals of a day: GetMetricDataV2, page by page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wfm.telephony.api.http_api import ApiError, HttpApi, RetryPolicy
from wfm.telephony.api.sigv4 import AwsKeys, signed_headers
from wfm.telephony.quiet_rows import Asked

__all__ = ["ask_connect"]

_PERIODS = {900: "FIFTEEN_MIN", 1800: "THIRTY_MIN", 3600: "HOUR"}
_QUEUES_AT_ONCE = 100
_MOST_PAGES = 1000
_METRICS = (
    "CONTACTS_QUEUED_BY_ENQUEUE",
    "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT",
    "CONTACTS_ABANDONED",
    "AVG_QUEUE_ANSWER_TIME",
    "AVG_ABANDON_TIME",
    "SUM_HANDLE_TIME",
)


class _Signature:
    """Signs each request; temporary keys that have expired are fetched anew."""

    def __init__(
        self, keys: Callable[[], AwsKeys], region: str, clock: Callable[[], dt.datetime]
    ) -> None:
        self._source, self._keys = keys, keys()
        self._region, self._clock = region, clock

    def headers(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> dict[str, str]:
        """Headers with date and signature."""
        return signed_headers(
            self._keys,
            method,
            url,
            headers,
            body,
            region=self._region,
            service="connect",
            at=self._clock(),
        )

    def renew(self) -> None:
        """Look for newer keys where the old ones came from."""
        self._keys = self._source()


def ask_connect(
    days: Sequence[Asked],
    *,
    keys: Callable[[], AwsKeys],
    region: str,
    instance: str,
    queues: Sequence[str],
    interval_s: int,
    timezone: str,
    threshold_s: float,
    short_s: float,
    policy: RetryPolicy,
    clock: Callable[[], dt.datetime],
    url: str = "",
) -> dict[str, Any]:
    """Answers by day, whole: all pages of all queues.

    Parameters
    ----------
    days
        Each shorter than three days, and not older than three months.
    keys
        Gives the keys, again when they have expired.
    instance
        ARN of the instance.
    queues
        Ids of the queues.
    url
        Other address than the region's.

    Raises
    ------
    ApiError
        When Connect refuses or does not answer, or has no such interval.
    """
    if interval_s not in _PERIODS:
        raise ApiError(f"Connect has no intervals of {interval_s // 60} minutes; plan in 15 to 60")
    address = url or f"https://connect.{region}.amazonaws.com"
    answers: dict[str, Any] = {}
    with HttpApi(address, _Signature(keys, region, clock), policy) as api:
        for day in days:
            results: list[Any] = []
            for place in range(0, len(queues), _QUEUES_AT_ONCE):
                some = queues[place : place + _QUEUES_AT_ONCE]
                request = _request(day, instance, some, _PERIODS[interval_s], timezone)
                request["Metrics"] = _metrics(threshold_s, short_s)
                results += _pages(api, request)
            answers[f"connect {day.start:%Y-%m-%dT%H:%MZ}"] = {"MetricResults": results}
    return answers


def _request(
    day: Asked, instance: str, queues: Sequence[str], period: str, timezone: str
) -> dict[str, Any]:
    return {
        "ResourceArn": instance,
        "StartTime": int(day.start.timestamp()),
        "EndTime": int(day.end.timestamp()),
        "Interval": {"TimeZone": timezone, "IntervalPeriod": period},
        "Filters": [
            {"FilterKey": "QUEUE", "FilterValues": list(queues)},
            {"FilterKey": "CHANNEL", "FilterValues": ["VOICE"]},
        ],
        "Groupings": ["QUEUE"],
        "MaxResults": 100,
    }


def _metrics(threshold_s: float, short_s: float) -> list[dict[str, Any]]:
    limits = {
        "SUM_CONTACTS_ANSWERED_IN_X": threshold_s,
        "SUM_CONTACTS_ABANDONED_IN_X": short_s,
    }
    return [{"Name": name} for name in _METRICS] + [
        {"Name": name, "Threshold": [{"Comparison": "LTE", "ThresholdValue": limit}]}
        for name, limit in limits.items()
    ]


def _pages(api: HttpApi, request: dict[str, Any]) -> list[Any]:
    """Results of all pages."""
    results: list[Any] = []
    seen: set[str] = set()
    while len(seen) < _MOST_PAGES:
        body = json.dumps(request).encode()
        kind = {"Content-Type": "application/json"}
        page = api.ask("POST", "/metrics/data", body, is_whole=_is_page, headers=kind)
        results += page["MetricResults"]
        token = page.get("NextToken")
        if not token:
            return results
        if token in seen:
            break
        seen.add(token)
        request = {**request, "NextToken": token}
    raise ApiError("pages without an end")


def _is_page(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("MetricResults"), list)
