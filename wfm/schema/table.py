"""What describes a table: its columns with kind, unit, range and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Column", "Kind", "Table"]


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    TIME = "time"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    low, high
        Inclusive range of a count or number; None is open.
    required
        Whether the column must be there at all.
    nullable
        Whether cells may be empty; an optional column always may.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    required: bool = True
    nullable: bool = False

    @property
    def empty_allowed(self) -> bool:
        """Whether a cell may be empty."""
        return self.nullable or not self.required


@dataclass(frozen=True, slots=True)
class Table:
    """A table that crosses a border; ``key`` names the columns that identify a row."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Give the description of one column."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        """All column names in order."""
        return [column.name for column in self.columns]
