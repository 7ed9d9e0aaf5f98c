"""Tables in the terminal, at whatever width it has.

Words are never broken: headings wrap between words, columns that do not fit side by side go into a
second table below that repeats the names of the rows, and what all rows share is said once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["print_frame"]

_GAP = 2
_LONGEST = 44
"""Texts longer than this are folded [characters]."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:00)?")
_SHARES = (
    *("wape", "naive_wape", "bias", "floor", "abandoned_share", "again_share"),
    *("service_level", "occupancy", "p_abandon", "gap", "coverage"),
)
"""Fractions that are told in percent, also with a level behind, like coverage_80."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column ready to print; a number is set right and does not name a row."""

    heading: str
    cells: tuple[str, ...]
    number: bool

    @property
    def width(self) -> int:
        """Room for the longest cell and the longest word of the heading."""
        words = (len(word) for word in self.heading.split())
        longest = max((len(cell) for cell in self.cells), default=0)
        return min(_LONGEST, max(longest, max(words, default=0)))


def print_frame(
    frame: pd.DataFrame,
    *,
    title: str = "",
    formats: Mapping[str, str] | None = None,
    console: Console | None = None,
) -> None:
    """Print a table; numbers right, times short, empty cells as a dash.

    Parameters
    ----------
    formats
        Format specification by column, like ``{"wape": ".2%"}``; others are chosen by name and
        kind: fractions in percent, numbers with as many decimals as their size asks for.
    console
        Where to; standard output unless given.
    """
    out = console or Console()
    given = formats or {}
    every = [_column(name, frame[name], given.get(str(name), "")) for name in frame.columns]
    columns = [column for column in every if any(column.cells)] or every
    same = [c for c in columns if len(frame) > 2 and len(set(c.cells)) == 1]
    head = Text(title, style="bold")
    told = ", ".join(f"{column.heading} {column.cells[0]}" for column in same)
    if told:
        head.append(f"  {told}" if title else f"in every row: {told}", style="not bold dim")
    if head:
        out.print(head)
    shown = [column for column in columns if column not in same] or columns
    for k, block in enumerate(_blocks(shown, out.width)):
        if k:
            out.print()
        out.print(_table(block, len(frame)))


def _column(name: object, cells: pd.Series, form: str) -> _Column:
    number = cells.dtype.kind in "iuf"
    chosen = form or _form(str(name), cells)
    heading = str(name).replace("_", " ")
    return _Column(heading, tuple(_cell(value, chosen) for value in cells), number)


def _form(name: str, cells: pd.Series) -> str:
    if cells.dtype.kind != "f":
        return ""
    if name.startswith(_SHARES):
        return "+.1%" if name.startswith("bias") else ".1%"
    highest = float(cells.abs().max())
    return ",.1f" if highest >= 100 else ",.2f" if highest >= 1 else ".4f"


def _cell(value: object, form: str) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT differ from themselves
        return "–"
    if isinstance(value, dt.datetime):
        shown = f"{value:%Y-%m-%d %H:%M}"
        return f"{shown}Z" if value.tzinfo is not None else shown
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return value[:16].replace("T", " ")
    return f"{value:{form}}" if form else str(value)


def _blocks(columns: Sequence[_Column], width: int) -> list[list[_Column]]:
    """Columns in as many tables as the width needs; each begins with the columns that name rows."""
    names = _names(columns, width)
    blocks, block = [], list(names)
    for column in columns[len(names) :]:
        if _room([*block, column]) > width and len(block) > len(names):
            blocks.append(block)
            block = list(names)
        block.append(column)
    return [*blocks, block]


def _names(columns: Sequence[_Column], width: int) -> list[_Column]:
    """Text columns at the left that tell rows apart, and leave room for the widest other one.

    As few as make every row unlike the others; where none do, as many as there are. At least one.
    """
    texts = next((k for k, column in enumerate(columns) if column.number), len(columns))
    few = next((k for k in range(1, texts) if _tells_apart(columns[:k])), texts)
    for count in range(few, 1, -1):
        widest = max(columns[count:], key=lambda column: column.width, default=None)
        if _room([*columns[:count], *([widest] if widest else [])]) <= width:
            return list(columns[:count])
    return list(columns[: min(texts, 1)])


def _tells_apart(columns: Sequence[_Column]) -> bool:
    rows = list(zip(*(column.cells for column in columns), strict=True))
    return len(set(rows)) == len(rows)


def _room(columns: Sequence[_Column]) -> int:
    return sum(column.width + _GAP for column in columns) - _GAP


def _table(columns: Sequence[_Column], rows: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for column in columns:
        side: Literal["left", "right"] = "right" if column.number else "left"
        table.add_column(Text(column.heading), justify=side, width=column.width, overflow="fold")
    for k in range(rows):
        table.add_row(*(Text(column.cells[k]) for column in columns))
    return table
