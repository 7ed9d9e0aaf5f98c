"""Coverage sheet: interval by day heat maps of required, scheduled, over, under, service level."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from openpyxl.utils import get_column_letter

from wfm.reports.coverage_streams import Stream
from wfm.reports.day_grid import Slot
from wfm.reports.excel_day import DayLayout
from wfm.reports.excel_layout import Contents, CoverageLayout, period_text, weekday_text
from wfm.reports.excel_sheet import Sheet, day_fraction, sheet_ref
from wfm.reports.excel_style import HEADING, NOTE, PLAIN, SUBHEADING, TITLE, TOTAL, heat, print_on

__all__ = ["write_coverage"]

_HEAT = {"Required": "5B8DB8", "Scheduled": "5B8DB8", "Over": "E0A458", "Under": "D64545"}
_MISSING = "F0F3F6"


def write_coverage(
    sheet: Sheet, contents: Contents, layout: CoverageLayout, days: Mapping[dt.date, DayLayout]
) -> None:
    """Write the blocks of every stream; scheduled, over and under follow the day sheets."""
    book = contents.book
    sheet.put(1, 1, f"{book.centre}: coverage {period_text(contents.cells.days)}", TITLE)
    sheet.put(2, 1, _note(contents), NOTE)
    for stream in contents.streams:
        if days:
            _stream(sheet, contents, layout, stream, days)
    sheet.width(1, 8)
    columns = len(layout.blocks) * (len(layout.days) + 1)
    for column in range(2, 2 + columns):
        inside = (column - 2) % (len(layout.days) + 1) < len(layout.days)
        sheet.width(column, 6 if inside else 1.4)
    # Headings stay in sight where there is one stream; those of several would name the wrong one.
    head = 6 if len(contents.streams) == 1 else 3
    sheet.raw.freeze_panes = f"B{head + 1}"
    print_on(sheet.raw, paper="A3", rows=f"1:{head}", columns="A:A")


def _note(contents: Contents) -> str:
    if not contents.grids:
        return "No shift and no requirement in this period."
    told = (
        f"Agents by interval, times of {contents.book.timezone}; hours below are agent-hours. "
        "Scheduled, over and under follow every edit of the Roster and the day sheets."
    )
    if any(stream.correction for stream in contents.streams):
        told += (
            " Where the plan counted otherwise than the day sheets (agents of other places or "
            "parts of intervals), the difference at hand-out is kept in the scheduled figure."
        )
    return told


def _stream(
    sheet: Sheet,
    contents: Contents,
    layout: CoverageLayout,
    stream: Stream,
    days: Mapping[dt.date, DayLayout],
) -> None:
    top = layout.top(stream.name)
    sheet.put(top, 1, stream.name, SUBHEADING)
    _headings(sheet, contents, layout, top)
    for slot in layout.slots:
        row = layout.row(stream.name, slot)
        look = PLAIN.but(number='hh:mm" again"' if slot[1] else "hh:mm", align="center", edge="b")
        sheet.put(row, 1, day_fraction(slot[0]), look)
        for day in layout.days:
            _place(sheet, layout, stream, days[day], day, slot)
    _sums(sheet, contents, layout, stream)
    _heat(sheet, layout, stream.name)


def _headings(sheet: Sheet, contents: Contents, layout: CoverageLayout, top: int) -> None:
    sheet.put(top + 1, 1, None, HEADING)
    sheet.put(top + 2, 1, "from", HEADING.but(align="center"))
    for block in layout.blocks:
        sheet.put(top, layout.column(block, layout.days[0]), block, SUBHEADING)
        for day in layout.days:
            colour = "61788F" if contents.free_rest(day) else HEADING.fill
            look = HEADING.but(align="center", fill=colour)
            sheet.put(top + 1, layout.column(block, day), weekday_text(day), look)
            sheet.put(
                top + 2,
                layout.column(block, day),
                day,
                look.but(number="d mmm", size=8, wrap=False),
            )


def _place(
    sheet: Sheet,
    layout: CoverageLayout,
    stream: Stream,
    sheet_of_day: DayLayout,
    day: dt.date,
    slot: Slot,
) -> None:
    """The figures of one interval of one day."""
    row = layout.row(stream.name, slot)
    look = PLAIN.but(align="center", size=8, number="0.0", edge="lrtb")
    if (day, slot) not in stream.scheduled:
        for block in layout.blocks:
            sheet.put(row, layout.column(block, day), None, look.but(fill=_MISSING))
        return
    need, have = stream.required.get((day, slot), 0.0), stream.scheduled[day, slot]
    required, scheduled = (
        f"{get_column_letter(layout.column(block, day))}{row}"
        for block in ("Required", "Scheduled")
    )
    whole = all(value.is_integer() for value in stream.required.values())
    sheet.put(row, layout.column("Required", day), need, look.but(number="0" if whole else "0.0"))
    source = sheet_of_day.scheduled(stream.name, sheet_of_day.grid.slots.index(slot))
    sheet.live(
        row, layout.column("Scheduled", day), sheet_ref(sheet_of_day.title) + source, have, look
    )
    spare = look.but(number="0.0;-0.0;")
    over = f"MAX(0,ROUND({scheduled}-{required},6))"
    under = f"MAX(0,ROUND({required}-{scheduled},6))"
    sheet.live(row, layout.column("Over", day), over, max(0.0, round(have - need, 6)), spare)
    sheet.live(row, layout.column("Under", day), under, max(0.0, round(need - have, 6)), spare)
    if "Service level" in layout.blocks:
        level = stream.service_level.get((day, slot))
        sheet.put(row, layout.column("Service level", day), level, look.but(number="0%"))


def _sums(sheet: Sheet, contents: Contents, layout: CoverageLayout, stream: Stream) -> None:
    """Agent-hours of each day below its column, and of all days below that."""
    row = layout.row(stream.name, layout.slots[-1]) + 1
    first = layout.row(stream.name, layout.slots[0])
    hours = next(iter(contents.grids.values())).interval_s / 3600
    sheet.put(row, 1, "hours", TOTAL.but(align="center"))
    sheet.put(row + 1, 1, "all days", TOTAL.but(align="center", edge=""))
    for block in layout.blocks[:4]:
        totals = {day: _hours(stream, block, day) * hours for day in layout.days}
        for day, total in totals.items():
            letter = get_column_letter(layout.column(block, day))
            formula = f"SUM({letter}{first}:{letter}{row - 1})*{hours!r}"
            look = TOTAL.but(size=8, align="center", number="0.0")
            sheet.live(row, layout.column(block, day), formula, total, look)
        a, b = (get_column_letter(layout.column(block, layout.days[k])) for k in (0, -1))
        look = TOTAL.but(align="left", number='#,##0.0" h"', edge="")
        sheet.live(
            row + 1,
            layout.column(block, layout.days[0]),
            f"SUM({a}{row}:{b}{row})",
            sum(totals.values()),
            look,
        )
        if len(layout.days) > 1:
            sheet.raw.merge_cells(f"{a}{row + 1}:{b}{row + 1}")


def _hours(stream: Stream, block: str, day: dt.date) -> float:
    total = 0.0
    for place, have in stream.scheduled.items():
        if place[0] == day:
            need = stream.required.get(place, 0.0)
            total += {
                "Required": need,
                "Scheduled": have,
                "Over": max(0.0, round(have - need, 6)),
                "Under": max(0.0, round(need - have, 6)),
            }[block]
    return total


def _heat(sheet: Sheet, layout: CoverageLayout, stream: str) -> None:
    first, last = layout.row(stream, layout.slots[0]), layout.row(stream, layout.slots[-1])
    for block in layout.blocks:
        a, b = (get_column_letter(layout.column(block, layout.days[k])) for k in (0, -1))
        scale = heat(("num", 0, "FFFFFF"), ("max", None, _HEAT.get(block, "FFFFFF")))
        if block == "Service level":
            scale = heat(("num", 0.5, "D64545"), ("num", 0.8, "FFFFFF"), ("num", 1, "8DC6A0"))
        sheet.raw.conditional_formatting.add(f"{a}{first}:{b}{last}", scale)
