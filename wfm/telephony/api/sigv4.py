"""Signature of a request to AWS, version 4.

Source: the published algorithm; the tests hold it against AWS's published vectors.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

__all__ = ["AwsKeys", "signed_headers"]

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class AwsKeys:
    """Who asks; the session token only with temporary keys."""

    access_key: str
    secret_key: str
    session_token: str = ""

    def __repr__(self) -> str:
        """Name the key, never its secret."""
        return f"AwsKeys({self.access_key!r})"


def signed_headers(
    keys: AwsKeys,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    region: str,
    service: str,
    at: dt.datetime,
) -> dict[str, str]:
    """Headers of a request with its date, host and signature added.

    Parameters
    ----------
    headers
        Further headers to send, which are signed too.
    at
        Moment of the request; AWS refuses one that is minutes off.

    Notes
    -----
    The path is taken as it is: normalised and encoded already.
    """
    stamp = at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    sent = {**headers, "Host": urlsplit(url).netloc, "X-Amz-Date": stamp}
    if keys.session_token:
        sent["X-Amz-Security-Token"] = keys.session_token
    names = ";".join(sorted(name.lower() for name in sent))
    canonical = _canonical(method, url, sent, names, body)
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signature = _hmac(
        _key(keys.secret_key, scope), "\n".join([_ALGORITHM, stamp, scope, digest])
    ).hex()
    credential = f"Credential={keys.access_key}/{scope}"
    sent["Authorization"] = (
        f"{_ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"
    )
    return sent


def _canonical(method: str, url: str, sent: Mapping[str, str], names: str, body: bytes) -> str:
    """Request in the one form that is signed."""
    parts = urlsplit(url)
    lines = {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    signed = [f"{name}:{lines[name]}" for name in names.split(";")]
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join([method, parts.path or "/", _query(parts.query), *signed, "", names, digest])


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    encoded = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _key(secret_key: str, scope: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
