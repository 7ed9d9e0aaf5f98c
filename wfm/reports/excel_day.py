"""Day sheets: a Gantt by interval whose bars follow the Roster and the break times beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl.formatting.rule import Rule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import Outline

from wfm.intervals import DAY_S
from wfm.reports.coverage_streams import Stream
from wfm.reports.day_grid import DayGrid
from wfm.reports.day_rows import DayRow, PauseColumn, day_rows, pause_columns
from wfm.reports.excel_layout import Contents, CoverageLayout, RosterLayout, date_text, day_title
from wfm.reports.excel_sheet import Sheet, day_fraction
from wfm.reports.excel_style import (
    FAMILY_FILLS,
    HEAD,
    HEADING,
    MUTED,
    NOTE,
    PAUSE_FILLS,
    PLAIN,
    TITLE,
    TOTAL,
    heat,
    paint,
    print_on,
)

__all__ = ["DayLayout", "write_day"]

_ROW, _TEAM, _NAME, _ID, _SHIFT, _START, _END = range(1, 8)
_WORK_FILL = "7FA8D1"
_PART_FILL = "CFE0F1"
_SHARE = '[=1]"";[=0]"";0.0#'
"""Whole and empty intervals speak by colour; a part of one shows its figure."""


@dataclass(frozen=True, slots=True)
class DayLayout:
    """Rows and columns of one day's sheet.

    Parameters
    ----------
    rows
        People, those with a shift first.
    working
        How many of them have a shift.
    """

    day: dt.date
    grid: DayGrid
    pauses: tuple[PauseColumn, ...]
    rows: tuple[DayRow, ...]
    working: int
    streams: tuple[str, ...]
    queues: bool

    @classmethod
    def of(cls, contents: Contents, day: dt.date) -> DayLayout:
        """Layout of one working day."""
        cells, grid = contents.cells, contents.grids[day]
        pauses = pause_columns(shift for found in cells.shifts.values() for shift in found)
        rows = day_rows(cells, day, grid, pauses)
        return cls(
            day,
            grid,
            pauses,
            rows,
            sum(row.shift is not None for row in rows),
            tuple(stream.name for stream in contents.streams),
            len({shift.skill for found in cells.shifts.values() for shift in found}) > 1,
        )

    @property
    def title(self) -> str:
        """Title of the sheet."""
        return day_title(self.day)

    @property
    def pause(self) -> int:
        """First column of break times; the queue stands before it where there are several."""
        return _END + 1 + self.queues

    @property
    def first(self) -> int:
        """Column of the first interval."""
        return self.pause + len(self.pauses)

    @property
    def last(self) -> int:
        """Column of the last interval."""
        return self.first + len(self.grid.starts) - 1

    @property
    def head(self) -> int:
        """Row of the headings, below three rows of totals per stream and the break lengths."""
        return 3 + 3 * len(self.streams) + 1

    def total(self, stream: str, line: int) -> int:
        """Row of a stream's required (0), scheduled (1) or difference (2)."""
        return 3 + 3 * self.streams.index(stream) + line

    @property
    def top(self) -> int:
        """Row of the first person."""
        return self.head + 1

    @property
    def bottom(self) -> int:
        """Row of the last person."""
        return self.head + max(1, len(self.rows))

    @property
    def narrow(self) -> bool:
        """Whether there are so many intervals that columns are thin and totals stand upright."""
        return len(self.grid.starts) > 36

    def scheduled(self, stream: str, k: int) -> str:
        """Cell with the agents at work in the k-th interval, on this sheet."""
        return f"{get_column_letter(self.first + k)}{self.total(stream, 1)}"


def write_day(
    sheet: Sheet,
    contents: Contents,
    layout: DayLayout,
    roster: RosterLayout,
    coverage: CoverageLayout,
) -> None:
    """Write one day."""
    _head(sheet, contents, layout)
    for row, line in enumerate(layout.rows, layout.top):
        _who(sheet, contents, layout, roster, row, line)
        _bar(sheet, layout, row, line)
    for stream in contents.streams:
        _totals(sheet, layout, coverage, stream)
    _colours(sheet, layout)
    _frame(sheet, layout)


def _head(sheet: Sheet, contents: Contents, layout: DayLayout) -> None:
    book, head = contents.book, layout.head
    holiday = book.holidays.get(layout.day)
    name = f" · {holiday}" if holiday else ""
    sheet.put(1, _TEAM, f"{book.centre}: {layout.title} {layout.day.year}{name}", TITLE)
    sheet.put(
        2,
        _TEAM,
        "Bars follow the Roster and the break times: type another break time and the bar moves.",
        NOTE,
    )
    _legend(sheet, layout)
    names = ["row", "Team", "Name", "ID", "Shift", "start", "end"] + ["Queue"] * layout.queues
    sheet.across(head, 1, list(names), HEADING)
    for k, pause in enumerate(layout.pauses):
        sheet.put(head, layout.pause + k, pause.name, HEADING.but(align="center"))
        length = PLAIN.but(align="center", ink=MUTED, number='[m]" min"', size=8)
        sheet.put(head - 1, layout.pause + k, day_fraction(pause.length_s), length)
    for k, wall_s in enumerate(layout.grid.walls.tolist()):
        look = HEADING.but(rotate=90, align="center", number="hh:mm", size=8, wrap=False)
        sheet.put(head, layout.first + k, day_fraction(wall_s), look)


def _legend(sheet: Sheet, layout: DayLayout) -> None:
    names = list(dict.fromkeys(pause.name for pause in layout.pauses))
    looks = [("at work", _WORK_FILL), ("part", _PART_FILL), *zip(names, PAUSE_FILLS, strict=False)]
    for k, (name, colour) in enumerate(looks):
        column = layout.first + 4 * k
        if column + 3 <= layout.last:
            sheet.raw.merge_cells(
                start_row=1, end_row=1, start_column=column, end_column=column + 3
            )
            sheet.put(1, column, name, PLAIN.but(fill=colour, align="center", size=8))


def _who(
    sheet: Sheet,
    contents: Contents,
    layout: DayLayout,
    roster: RosterLayout,
    row: int,
    line: DayRow,
) -> None:
    look = PLAIN.but(edge="tlr", size=8.5)
    place = contents.places[line.person.agent] + 1
    sheet.live(row, _ROW, f"MATCH({_at(_ID, row)},{roster.ids},0)", place, NOTE)
    sheet.put(row, _TEAM, line.person.team, look)
    sheet.put(row, _NAME, line.person.name, look.but(bold=True))
    sheet.put(row, _ID, line.person.agent, look)
    if layout.queues:
        sheet.put(row, _END + 1, line.shift.skill if line.shift else None, look)
    _span(sheet, contents, layout, roster, row, line)
    for k, start_s in enumerate(line.pauses):
        value = None if start_s is None else day_fraction(start_s)
        sheet.put(row, layout.pause + k, value, look.but(number="hh:mm", align="center"))


def _at(column: int, row: int) -> str:
    return f"${get_column_letter(column)}{row}"


def _span(
    sheet: Sheet,
    contents: Contents,
    layout: DayLayout,
    roster: RosterLayout,
    row: int,
    line: DayRow,
) -> None:
    """Text, start and end of the shift, looked up on the Roster where they can be followed."""
    look, time = PLAIN.but(edge="tlr", align="center", size=8.5), NOTE.but(number="hh:mm")
    begin, end = line.span or (None, None)
    if not line.followed:
        text = line.shift.hours_text if line.shift else None
        sheet.put(row, _SHIFT, text, look)
        sheet.put(row, _START, None if begin is None else day_fraction(begin), time)
        sheet.put(row, _END, None if end is None else day_fraction(end), time)
        return
    days = contents.cells.days
    k = days.index(layout.day) - line.carried
    text = contents.cells.texts[line.person.agent, days[k]]
    place = _at(_ROW, row)
    start_ref, end_ref = (
        f"INDEX({roster.column(roster.helper(block, k))},{place})" for block in ("start", "end")
    )
    shown = f"INDEX({roster.column(roster.date(k))},{place})"
    before = f'"{date_text(days[k])} "&' if line.carried else ""
    prefix = f"{date_text(days[k])} " if line.carried else ""
    sheet.live(row, _SHIFT, f"{before}{shown}", prefix + text, look)
    first = _at(_START, row)
    if line.carried:
        length = f"MOD({end_ref}-{start_ref},1)"
        start = f'IF({start_ref}="","",IF({start_ref}+{length}>1,0,""))'
        stop = f'IF({first}="","",{end_ref})'
    else:
        start = start_ref
        stop = f'IF({first}="","",{first}+MOD({end_ref}-{first},1))'
    sheet.live(row, _START, start, "" if begin is None else day_fraction(begin), time)
    sheet.live(row, _END, stop, "" if end is None else day_fraction(end), time)


def _bar(sheet: Sheet, layout: DayLayout, row: int, line: DayRow) -> None:
    """Share of each interval at work."""
    look = PLAIN.but(edge="tl", align="center", size=7, number=_SHARE)
    shares = line.share.tolist()
    if not line.followed:
        for k, share in enumerate(shares):
            sheet.put(row, layout.first + k, share, look)
        return
    width = f"{layout.grid.interval_s}/{DAY_S}"
    start, end = _at(_START, row), _at(_END, row)
    lengths = layout.head - 1
    pauses = [
        (_at(layout.pause + k, row), f"${get_column_letter(layout.pause + k)}${lengths}")
        for k in range(len(layout.pauses))
    ]
    for k, share in enumerate(shares):
        edge = f"{get_column_letter(layout.first + k)}${layout.head}"
        breaks = "".join(
            f'-({at}<>"")*MAX(0,MIN({at}+{length},{edge}+{width})-MAX({at},{edge}))'
            for at, length in pauses
        )
        worked = f"MIN({end},{edge}+{width})-MAX({start},{edge}){breaks}"
        formula = f'IF({start}="",0,ROUND(MAX(0,{worked})*{DAY_S}/{layout.grid.interval_s},6))'
        sheet.live(row, layout.first + k, formula, round(share, 6), look)


def _totals(sheet: Sheet, layout: DayLayout, coverage: CoverageLayout, stream: Stream) -> None:
    """Required, scheduled and difference of each interval."""
    several = len(layout.streams) > 1
    for line, name in enumerate(("Required", "Scheduled", "Difference")):
        row = layout.total(stream.name, line)
        label = f"{stream.name}: {name.lower()}" if several else name
        for column in range(_TEAM, layout.first):
            sheet.put(row, column, label if column == _NAME else None, TOTAL.but(align="left"))
    small = TOTAL.but(size=7.5, align="center", rotate=90 if layout.narrow else 0)
    for k, slot in enumerate(layout.grid.slots):
        column, place = layout.first + k, (layout.day, slot)
        letter = get_column_letter(column)
        need, have = stream.required.get(place, 0.0), stream.scheduled[place]
        rows = [layout.total(stream.name, line) for line in range(3)]
        source = coverage.cell(stream.name, "Required", layout.day, slot)
        number = "0" if _whole(stream.required.values()) else "0.0"
        sheet.live(rows[0], column, source, need, small.but(number=number, bold=False))
        area = f"{letter}${layout.top}:{letter}${layout.bottom}"
        total = f"SUM({area})"
        if stream.skill is not None:
            queue = get_column_letter(_END + 1)
            queues = f"${queue}${layout.top}:${queue}${layout.bottom}"
            total = f'SUMIF({queues},"{_quoted(stream.skill)}",{area})'
        extra = stream.correction.get(place, 0.0)
        total += f"{extra:+.10g}" if extra else ""
        number = "0" if _whole(stream.scheduled.values()) else "0.0"
        sheet.live(rows[1], column, total, have, small.but(number=number))
        difference = f"ROUND({letter}{rows[1]}-{letter}{rows[0]},6)"
        look = small.but(number="+0.0;[Red]-0.0;0", bold=False)
        sheet.live(rows[2], column, difference, round(have - need, 6), look)


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _whole(values: Iterable[float]) -> bool:
    return all(float(value).is_integer() for value in values)


def _colours(sheet: Sheet, layout: DayLayout) -> None:
    """Bars, breaks by name, and the scale of the differences."""
    first, last = get_column_letter(layout.first), get_column_letter(layout.last)
    area = f"{first}{layout.top}:{last}{layout.bottom}"
    cell, edge = f"{first}{layout.top}", f"{first}${layout.head}"
    start = _at(_START, layout.top)
    width = f"{layout.grid.interval_s}/{DAY_S}"
    names = list(dict.fromkeys(pause.name for pause in layout.pauses))
    rules = [(f"{cell}=1", paint(_WORK_FILL, _WORK_FILL))]
    for name, colour in zip(names, PAUSE_FILLS, strict=False):
        inside = ",".join(
            _during(layout, k, edge, width)
            for k, pause in enumerate(layout.pauses)
            if pause.name == name
        )
        rules.append((f'AND({start}<>"",OR({inside}))', paint(colour)))
    rules.append((f"AND({cell}>0,{cell}<1)", paint(_PART_FILL)))
    for formula, look in rules:
        sheet.raw.conditional_formatting.add(
            area, Rule(type="expression", dxf=look, formula=[formula], stopIfTrue=True)
        )
    for stream in layout.streams:
        row = layout.total(stream, 2)
        scale = heat(("num", -5, "F29C9C"), ("num", 0, "FFFFFF"), ("num", 5, "9CC3F2"))
        sheet.raw.conditional_formatting.add(f"{first}{row}:{last}{row}", scale)


def _during(layout: DayLayout, k: int, edge: str, width: str) -> str:
    """Whether the k-th break of the row lies in an interval."""
    at = _at(layout.pause + k, layout.top)
    length = f"${get_column_letter(layout.pause + k)}${layout.head - 1}"
    return f'AND({at}<>"",ROUND(MIN({at}+{length},{edge}+{width})-MAX({at},{edge}),6)>0)'


def _frame(sheet: Sheet, layout: DayLayout) -> None:
    raw = sheet.raw
    people = [line.person for line in layout.rows]
    sheet.width(_ROW, 5, hidden=True)
    sheet.width(_TEAM, _fit((person.team for person in people), 8))
    sheet.width(_NAME, _fit((person.name for person in people), 16))
    sheet.width(_ID, _fit((person.agent for person in people), 7))
    sheet.width(_SHIFT, 13 if not any(line.carried for line in layout.rows) else 19)
    sheet.width(_START, 6, hidden=True)
    sheet.width(_END, 6, hidden=True)
    if layout.queues:
        sheet.width(_END + 1, _fit((line.shift.skill for line in layout.rows if line.shift), 8))
    for k, pause in enumerate(layout.pauses):
        sheet.width(layout.pause + k, max(7.0, len(pause.name) * 1.2 + 2))
    for column in range(layout.first, layout.last + 1):
        sheet.width(column, _interval_width(len(layout.grid.starts)))
    raw.row_dimensions[1].height = 22
    raw.row_dimensions[layout.head].height = 34
    for row in range(3, layout.head - 1) if layout.narrow else ():
        raw.row_dimensions[row].height = 28
    raw.freeze_panes = raw.cell(layout.top, layout.first).coordinate
    for row in range(layout.top + layout.working, layout.bottom + 1):
        raw.row_dimensions[row].outline_level = 1
        raw.row_dimensions[row].hidden = bool(layout.working)
    raw.sheet_properties.outlinePr = Outline(summaryBelow=False)
    last = get_column_letter(layout.first - 1)
    raw.auto_filter.ref = f"B{layout.head}:{last}{layout.head + max(1, layout.working)}"
    raw.sheet_properties.tabColor = FAMILY_FILLS["N"] if layout.day.weekday() >= 5 else HEAD
    print_on(raw, paper="A3", rows=f"1:{layout.head}", columns="A:E")


def _interval_width(count: int) -> float:
    """Width of an interval's column, so that a day fits across a page [characters]."""
    if count > 60:
        return 1.9
    return 2.9 if count > 36 else 4.6


def _fit(texts: Iterable[str], least: float) -> float:
    longest = max((len(text) for text in texts), default=0)
    return min(40.0, max(least, longest * 1.1 + 1.5))
