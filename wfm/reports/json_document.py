"""Results as JSON, on the terminal and in files alike."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from wfm.reports.atomic import replacing

__all__ = ["json_text", "write_json"]

_UNKNOWN = ("NaTType", "NAType")
"""Kinds of pandas' own missing values, by name so that pandas is not loaded for a number."""


def json_text(facts: Any) -> str:
    """Facts as a JSON document that every reader of strict JSON takes.

    Enums by value, numpy numbers as numbers, dates and other objects as text; what is not finite
    or not known (NaN, NaT, NA) is null.

    Examples
    --------
    >>> print(json_text({"gap": float("nan"), "site": "Zürich"}))
    {
      "gap": null,
      "site": "Zürich"
    }
    """
    return json.dumps(_plain(facts), indent=2, ensure_ascii=False, allow_nan=False)


def write_json(path: Path, facts: Any) -> None:
    """Write :func:`json_text` in one move."""
    with replacing(path) as draft:
        draft.write_text(json_text(facts) + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return _plain(value.value)
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    unknown = value is None or type(value).__name__ in _UNKNOWN
    if unknown or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, int | float | str) else str(value)
