"""A plan told in chapters: words and tables that a workbook and a printed page show alike."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Chapter", "ChapterTable", "Form", "shown"]

Form = Literal["text", "whole", "number", "percent", "money", "date"]
"""How the cells of a column are written."""


@dataclass(frozen=True, slots=True)
class ChapterTable:
    """One table.

    Parameters
    ----------
    frame
        Its columns are named as they are to be printed.
    forms
        Form by column; text where nothing is said.
    shaded
        Columns whose numbers are shaded, the more the darker.
    """

    title: str
    frame: pd.DataFrame
    forms: Mapping[str, Form] = field(default_factory=dict)
    shaded: tuple[str, ...] = ()

    def form(self, column: str) -> Form:
        """Form of a column."""
        return self.forms.get(column, "text")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading, sentences, tables."""

    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[ChapterTable, ...] = ()


def shown(value: object, form: Form) -> str:
    """A cell as people read it; nothing for what is not known.

    Examples
    --------
    >>> shown(0.8, "percent"), shown(1234.5, "money"), shown(float("nan"), "number")
    ('80.0 %', '1,234', '')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and math.isinf(value):
        return "never"
    if form == "date" and isinstance(value, dt.date):
        return f"{value:%a} {value.isoformat()[:10]}"
    if form == "text" or not isinstance(value, int | float):
        return str(value)
    if form == "percent":
        return f"{value:.1%}".replace("%", " %")
    return f"{value:,.1f}" if form == "number" else f"{value:,.0f}"
