"""Where things stand in the roster workbook, so that one sheet's formulas find another's cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from wfm.domain import Agent
from wfm.reports.book import RosterBook
from wfm.reports.coverage_streams import Stream
from wfm.reports.day_grid import DayGrid, Slot
from wfm.reports.roster_cells import FAMILIES, RosterCells

__all__ = [
    "Contents",
    "CoverageLayout",
    "RosterLayout",
    "SettingsLayout",
    "date_text",
    "day_title",
    "period_text",
    "weekday_text",
]

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def weekday_text(day: dt.date) -> str:
    """Short weekday, whatever the language of the machine."""
    return _WEEKDAYS[day.weekday()]


def date_text(day: dt.date) -> str:
    """Day and month, like ``3 Mar``."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def day_title(day: dt.date) -> str:
    """Title of a day's sheet.

    Examples
    --------
    >>> day_title(dt.date(2003, 3, 3))
    'Mon 3 Mar'
    """
    return f"{weekday_text(day)} {date_text(day)}"


def period_text(days: tuple[dt.date, ...]) -> str:
    """First to last date in words."""
    first, last = days[0], days[-1]
    return f"{day_title(first)} – {day_title(last)} {last.year}"


@dataclass(frozen=True, slots=True)
class Contents:
    """A book, and all that was worked out from it once; ``places`` are the Roster's rows."""

    book: RosterBook
    cells: RosterCells
    grids: Mapping[dt.date, DayGrid]
    slots: tuple[Slot, ...]
    streams: tuple[Stream, ...]
    places: Mapping[str, int]

    @property
    def weeks(self) -> int:
        """Weeks that contract hours are multiplied by; a part of a week counts as one."""
        return -(-self.book.days // 7)

    def week_hours(self, person: Agent) -> tuple[float, float] | None:
        """Least and most paid hours of the period by contract [h]; None without a contract."""
        contract = self.book.contracts.get(person.contract)
        if contract is None:
            return None
        low, high = contract.week_s
        return low / 3600 * self.weeks, high / 3600 * self.weeks

    def free_rest(self, day: dt.date) -> bool:
        """Whether a date is shaded: weekend or public holiday."""
        return day.weekday() >= 5 or day in self.book.holidays


def _absolute(column: int, first: int, last: int, until: int | None = None) -> str:
    a, b = get_column_letter(column), get_column_letter(until or column)
    return f"${a}${first}:${b}${last}"


@dataclass(frozen=True, slots=True)
class SettingsLayout:
    """Tables of the Settings sheet: cell texts, families, unpaid breaks.

    Parameters
    ----------
    codes, shifts, unpaid
        Number of rows of each.
    """

    codes: int
    shifts: int
    unpaid: int

    FIRST = 6
    TEXT, FAMILY, UNPAID = 1, 8, 12

    @classmethod
    def of(cls, cells: RosterCells) -> SettingsLayout:
        """Layout for the cells of a roster."""
        return cls(len(cells.codes), len(cells.paid_h), len(cells.unpaid_h))

    def _range(self, column: int, rows: int, until: int | None = None) -> str:
        last = self.FIRST + rows - 1
        return f"Settings!{_absolute(column, self.FIRST, last, until)}"

    @property
    def texts(self) -> str:
        """All codes and shifts: the drop-down."""
        return self._range(self.TEXT, self.codes + self.shifts)

    @property
    def paid(self) -> str:
        """Codes and shifts with meaning and paid hours, for a lookup."""
        return self._range(self.TEXT, self.codes + self.shifts, self.TEXT + 2)

    @property
    def free_codes(self) -> str:
        """All codes."""
        return self._range(self.TEXT, self.codes)

    @property
    def absences(self) -> str:
        """Codes but the first, which is the day off."""
        return f"Settings!{_absolute(self.TEXT, self.FIRST + 1, self.FIRST + self.codes - 1)}"

    @property
    def family_from(self) -> str:
        """Starts of the families, from midnight on."""
        return self._range(self.FAMILY, len(FAMILIES) + 1)

    @property
    def family_letter(self) -> str:
        """Letters of the families."""
        return self._range(self.FAMILY + 1, len(FAMILIES) + 1)

    @property
    def unpaid_from(self) -> str:
        """Shift lengths from which an unpaid break holds [h]."""
        return self._range(self.UNPAID, self.unpaid)

    @property
    def unpaid_h(self) -> str:
        """Unpaid break [h]."""
        return self._range(self.UNPAID + 1, self.unpaid)


@dataclass(frozen=True, slots=True)
class RosterLayout:
    """Columns and rows of the Roster sheet.

    Parameters
    ----------
    left
        Headings of the columns that say who a row is.
    people, days
        Rows and dates.
    """

    left: tuple[str, ...]
    people: int
    days: int

    FIRST = 6
    FIGURES = (
        "Hours",
        "Min h",
        "Max h",
        "± h",
        "Shifts",
        "Off",
        "Leave",
        "Late",
        "Night",
        "Wkend",
    )
    BLOCKS = ("start", "end", "hours", "family", "rest")

    @classmethod
    def of(cls, contents: Contents) -> RosterLayout:
        """Layout for a book; skills and site get a column where people differ in them."""
        people = contents.cells.people
        left = ["Team", "Name", "ID", "Contract"]
        if len({person.skills for person in people}) > 1:
            left.append("Skills")
        if len({person.site for person in people}) > 1:
            left.append("Site")
        return cls(tuple(left), len(people), contents.book.days)

    @property
    def last(self) -> int:
        """Row of the last person."""
        return self.FIRST + max(self.people, 1) - 1

    def date(self, k: int) -> int:
        """Column of the k-th date."""
        return len(self.left) + 1 + k

    def figure(self, heading: str) -> int:
        """Column of a figure right of the dates."""
        return self.date(self.days) + self.FIGURES.index(heading)

    @property
    def last_shown(self) -> int:
        """Last column that is not hidden."""
        return self.figure(self.FIGURES[-1])

    def helper(self, block: str, k: int) -> int:
        """Hidden column that reads the k-th date: its start, end, hours, family or rest before."""
        return self.last_shown + 2 + self.BLOCKS.index(block) * self.days + k

    @property
    def least_rest(self) -> int:
        """Hidden column with the contract's rest between shifts [h]."""
        return self.helper(self.BLOCKS[-1], self.days)

    def column(self, column: int) -> str:
        """All people in one column, as other sheets quote it."""
        return f"Roster!{_absolute(column, self.FIRST, self.last)}"

    def block(self, block: str) -> str:
        """All people and dates of a helper block, as other sheets quote it."""
        first, last = self.helper(block, 0), self.helper(block, self.days - 1)
        return f"Roster!{_absolute(first, self.FIRST, self.last, last)}"

    @property
    def ids(self) -> str:
        """Staff numbers, as other sheets quote them."""
        return self.column(self.left.index("ID") + 1)

    @property
    def dates(self) -> str:
        """Dates of the header, as other sheets quote them."""
        head = self.FIRST - 1
        return f"Roster!{_absolute(self.date(0), head, head, self.date(self.days - 1))}"


@dataclass(frozen=True, slots=True)
class CoverageLayout:
    """Blocks of the Coverage sheet: side by side per stream, streams one below the other."""

    streams: tuple[str, ...]
    days: tuple[dt.date, ...]
    slots: tuple[Slot, ...]
    blocks: tuple[str, ...]

    @classmethod
    def of(cls, contents: Contents) -> CoverageLayout:
        """Layout for a book; the expected service level is shown where the plan gives it."""
        blocks = ["Required", "Scheduled", "Over", "Under"]
        if any(stream.service_level for stream in contents.streams):
            blocks.append("Service level")
        return cls(
            tuple(stream.name for stream in contents.streams),
            tuple(contents.grids),
            contents.slots,
            tuple(blocks),
        )

    def top(self, stream: str) -> int:
        """Row of a stream's headings; blocks, weekdays and dates take three rows."""
        return 4 + self.streams.index(stream) * (len(self.slots) + 6)

    def row(self, stream: str, slot: Slot) -> int:
        """Row of a slot."""
        return self.top(stream) + 3 + self.slots.index(slot)

    def column(self, block: str, day: dt.date) -> int:
        """Column of a day in a block."""
        return 2 + self.blocks.index(block) * (len(self.days) + 1) + self.days.index(day)

    def cell(self, stream: str, block: str, day: dt.date, slot: Slot) -> str:
        """Cell, as other sheets quote it."""
        letter = get_column_letter(self.column(block, day))
        return f"Coverage!{letter}{self.row(stream, slot)}"
