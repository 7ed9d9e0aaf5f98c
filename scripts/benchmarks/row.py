"""One measured figure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its unit and, where there is one, its target."""

    section: str
    case: str
    figure: str
    target: str = ""
