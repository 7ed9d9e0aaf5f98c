"""Callers without their numbers: a keyed hash on request, and how many call again.

A bare hash of a telephone number is no secret: all numbers can be tried in minutes. Only with a key
that stays with the centre does a hash tell nothing to others.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import pandas as pd

__all__ = ["WITHHELD", "caller_hash", "repeat_share"]

WITHHELD = frozenset(
    {"", "anonymous", "unknown", "unavailable", "restricted", "withheld", "private"}
)
"""What switches write in place of a number that the caller does not send."""

_KEY_BYTES = 16


def caller_hash(number: str, key: bytes | None) -> str | None:
    """Keyed hash of a caller's number (HMAC-SHA-256, 16 hex digits).

    None where there is no number, or no key: then the number is dropped. Blanks and
    punctuation do not matter.

    Raises
    ------
    ValueError
        When the key is shorter than 16 bytes.

    Examples
    --------
    >>> key = b"kept by the centre"
    >>> caller_hash("(202) 555-0110", key) == caller_hash("2025550110", key)
    True
    """
    if key is None:
        return None
    if len(key) < _KEY_BYTES:
        raise ValueError(f"a key has {_KEY_BYTES} bytes or more, this one {len(key)}")
    plain = re.sub(r"[^0-9a-z@+]", "", number.lower())
    # a piece of a line is kept with its digits struck out
    if plain in WITHHELD or not plain.strip("0+"):
        return None
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()[:16]


def repeat_share(visits: pd.DataFrame, within_s: float = 86_400.0) -> float | None:
    """Share of known callers' contacts that had called within some time before [fraction].

    First visits only: a call that is handed on is one contact. None where no caller is known.

    Parameters
    ----------
    visits
        :data:`wfm.telephony.visits.VISIT` with ``caller``.
    within_s
        How long before [s].
    """
    known = visits[visits["first"] & visits["caller"].notna()].sort_values("entered")
    if known.empty:
        return None
    apart_s = known.groupby("caller")["entered"].diff().dt.total_seconds()
    return float((apart_s <= within_s).mean())
