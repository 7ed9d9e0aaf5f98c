"""Ask an HTTP interface for JSON: throttled, cut off and expired requests are made again."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

__all__ = ["ApiError", "Authorization", "HttpApi", "RetryPolicy"]

_LOG = logging.getLogger(__name__)
_SHOWN = 200


class ApiError(Exception):
    """The interface refuses, or does not answer in the end."""


class Authorization(Protocol):
    """Proof of who asks."""

    def headers(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Any:
        """Headers to send, those given included."""

    def renew(self) -> None:
        """Get a new proof: the old one has expired."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request is made, and how long is waited between.

    Parameters
    ----------
    tries
        Times in all.
    first_wait_s, longest_wait_s
        Before the second try, doubled with each one; where the server says how long to wait, that,
        up to the longest [s].
    timeout_s
        Longest wait for an answer [s].
    sleep
        How to wait.
    """

    tries: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 120.0
    timeout_s: float = 30.0
    sleep: Callable[[float], None] = time.sleep


class _AgainError(Exception):
    """The request is worth another try, after so many seconds where the server says."""

    def __init__(self, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


class HttpApi:
    """One interface; use it as a context manager.

    Parameters
    ----------
    base_url
        Its address, without a path.
    authorization
        None for the one request that asks for a token.
    """

    def __init__(
        self, base_url: str, authorization: Authorization | None, policy: RetryPolicy
    ) -> None:
        self._base = base_url.rstrip("/")
        self._authorization, self._policy = authorization, policy
        self._client = httpx.Client(timeout=policy.timeout_s)

    def __enter__(self) -> HttpApi:
        """Hand out the interface itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        is_whole: Callable[[Any], bool],
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Answer of one request.

        Parameters
        ----------
        is_whole
            Whether a JSON value is a whole answer; a half one is asked for again.

        Raises
        ------
        ApiError
            When the interface refuses, or gives no whole answer after all tries.
        """
        wait_s, renewed = self._policy.first_wait_s, False
        given = {"Accept": "application/json", **(headers or {})}
        for left in reversed(range(self._policy.tries)):
            try:
                response = self._send(method, path, given, body)
                if _is_expired(response) and self._authorization is not None and not renewed:
                    self._authorization.renew()
                    renewed = True
                    continue
                return _answer(response, is_whole)
            except _AgainError as error:
                if not left:
                    raise ApiError(f"{error}, {self._policy.tries} times") from error
                pause_s = min(error.wait_s or wait_s, self._policy.longest_wait_s)
                _LOG.info("%s %s: %s; again in %g s", method, path, error, pause_s)
                self._policy.sleep(pause_s)
                wait_s = min(2 * wait_s, self._policy.longest_wait_s)
        raise ApiError("the login expires at once")

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> httpx.Response:
        url = self._base + path
        if self._authorization is not None:
            headers = self._authorization.headers(method, url, headers, body)
        try:
            return self._client.request(method, url, content=body, headers=dict(headers))
        except httpx.TransportError as error:
            raise _AgainError(f"no answer ({type(error).__name__})") from error
        except httpx.HTTPError as error:
            raise ApiError(f"no request ({type(error).__name__})") from error


def _is_expired(response: httpx.Response) -> bool:
    """Whether the proof of who asks is too old; AWS says so in a 403."""
    told = response.headers.get("x-amzn-errortype", "") + response.text[:_SHOWN]
    return response.status_code == 401 or (
        response.status_code in {400, 403} and "expired" in told.lower()
    )


def _answer(response: httpx.Response, is_whole: Callable[[Any], bool]) -> Any:
    status = response.status_code
    if status == 429 or status >= 500:
        raise _AgainError(f"status {status}", _retry_after(response))
    if status >= 300:
        raise ApiError(f"status {status}: {response.text[:_SHOWN]}")
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise _AgainError("half an answer (no JSON)") from error
    if not is_whole(value):
        raise _AgainError("half an answer")
    return value


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the server asks to wait, given as such or as a date."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:6])
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max((moment - dt.datetime.now(moment.tzinfo)).total_seconds(), 0.0)
