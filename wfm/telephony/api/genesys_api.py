"""Ask Genesys Cloud for the intervals of a day: conversation aggregates, and names of queues."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from wfm.telephony.api.http_api import ApiError, HttpApi, RetryPolicy
from wfm.telephony.quiet_rows import Asked

__all__ = ["GenesysAnswers", "ask_genesys"]

_QUERY_PATH = "/api/v2/analytics/conversations/aggregates/query"
_QUEUES_PATH = "/api/v2/routing/queues?pageSize=100&pageNumber="
_MOST_PAGES = 1000
_METRICS = (
    "nOffered",
    "nOverSla",
    "nTransferred",
    "oServiceLevel",
    "tAbandon",
    "tAcw",
    "tAnswered",
    "tFlowOut",
    "tHandle",
    "tHeldComplete",
    "tShortAbandon",
    "tTalkComplete",
)


@dataclass(frozen=True, slots=True)
class GenesysAnswers:
    """What was asked for.

    Parameters
    ----------
    answers
        Aggregates by day.
    queue_names
        Names by queue id.
    """

    answers: dict[str, Any]
    queue_names: dict[str, str]


class _Token:
    """Token of a client's credentials; one that has expired is asked for anew."""

    def __init__(self, login_url: str, client: str, secret: str, policy: RetryPolicy) -> None:
        self._login_url, self._policy = login_url, policy
        self._basic = base64.b64encode(f"{quote(client)}:{quote(secret)}".encode()).decode()
        self._token = ""

    def headers(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> dict[str, str]:
        """Headers with the token."""
        del method, url, body
        if not self._token:
            self.renew()
        return {**headers, "Authorization": f"Bearer {self._token}"}

    def renew(self) -> None:
        """Ask for a token."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        kind["Authorization"] = f"Basic {self._basic}"
        with HttpApi(self._login_url, None, self._policy) as api:
            given = api.ask(
                "POST",
                "/oauth/token",
                b"grant_type=client_credentials",
                is_whole=lambda value: bool(_text(value, "access_token")),
                headers=kind,
            )
        self._token = _text(given, "access_token")


def ask_genesys(
    days: Sequence[Asked],
    *,
    client: str,
    secret: str,
    region: str,
    interval_s: int,
    timezone: str,
    policy: RetryPolicy,
    url: str = "",
) -> GenesysAnswers:
    """Inbound voice conversations by queue and interval.

    Outbound ones are left out by the query, so that the handle time is that of the offered calls.

    Parameters
    ----------
    client, secret
        Of an OAuth client with client credentials, that may view analytics and queues.
    region
        Like ``mypurecloud.de``.
    url
        Other address than the region's, for the login too.

    Raises
    ------
    ApiError
        When Genesys refuses or does not answer.
    """
    token = _Token(url or f"https://login.{region}", client, secret, policy)
    answers = {}
    with HttpApi(url or f"https://api.{region}", token, policy) as api:
        names = _queue_names(api)
        for day in days:
            body = json.dumps(_query(day, interval_s, timezone)).encode()
            kind = {"Content-Type": "application/json"}
            answer = api.ask("POST", _QUERY_PATH, body, is_whole=_is_answer, headers=kind)
            # a day without any conversation has no results at all
            answers[f"genesys {day.start:%Y-%m-%dT%H:%MZ}"] = {"results": [], **answer}
    return GenesysAnswers(answers, names)


def _query(day: Asked, interval_s: int, timezone: str) -> dict[str, Any]:
    stamps = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (day.start, day.end))
    conditions = {"mediaType": "voice", "originatingDirection": "inbound"}
    return {
        "interval": "/".join(stamps),
        "granularity": f"PT{interval_s // 60}M",
        "timeZone": timezone,
        "groupBy": ["queueId", "mediaType"],
        "metrics": list(_METRICS),
        "filter": {
            "type": "and",
            "predicates": [
                {"type": "dimension", "dimension": name, "operator": "matches", "value": value}
                for name, value in conditions.items()
            ],
        },
    }


def _queue_names(api: HttpApi) -> dict[str, str]:
    """Names by id, of all pages."""
    names: dict[str, str] = {}
    for page in range(1, _MOST_PAGES):
        answer = api.ask("GET", f"{_QUEUES_PATH}{page}", is_whole=_is_page)
        for queue in answer["entities"]:
            if _text(queue, "id") and _text(queue, "name"):
                names[queue["id"]] = queue["name"]
        if page >= answer["pageCount"]:
            return names
    raise ApiError("pages without an end")


def _is_answer(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("results", []), list)


def _is_page(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("entities"), list)
        and isinstance(value.get("pageCount"), int)
    )


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
