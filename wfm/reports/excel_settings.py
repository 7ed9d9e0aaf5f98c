"""Settings sheet: what may stand in a cell of the roster, families of shifts, unpaid breaks."""

from __future__ import annotations

from collections import Counter

from openpyxl.utils import get_column_letter

from wfm.intervals import DAY_S
from wfm.reports.excel_layout import Contents, RosterLayout, SettingsLayout
from wfm.reports.excel_sheet import Sheet, day_fraction
from wfm.reports.excel_style import (
    CODE_FILLS,
    FAMILY_FILLS,
    HEADING,
    INPUT,
    NOTE,
    OTHER_ABSENCE,
    PLAIN,
    SUBHEADING,
    TITLE,
    print_on,
)
from wfm.reports.roster_cells import FAMILIES, OFF, family_of, span_of

__all__ = ["write_settings"]

_LISTED = ("In the cell", "Meaning", "Paid h", "From", "To", "On the roster")


def write_settings(
    sheet: Sheet, contents: Contents, settings: SettingsLayout, roster: RosterLayout
) -> None:
    """Write the three tables; cells on a yellow ground are meant to be changed."""
    sheet.put(1, 1, "Settings", TITLE)
    sheet.put(
        2,
        1,
        "The Roster's formulas read these tables: change a yellow cell and every sheet follows. "
        "A shift that is not listed is reckoned from its text, like 09:15-17:45.",
        NOTE,
    )
    _texts(sheet, contents, settings, roster)
    _families(sheet, settings)
    _unpaid(sheet, contents, settings)
    for column, width in enumerate((22, 30, 9, 9, 9, 14, 3, 9, 8, 10, 3, 18, 12), 1):
        sheet.width(column, width)
    sheet.raw.freeze_panes = "A6"
    print_on(sheet.raw, paper="A4", rows="1:5")


def _texts(
    sheet: Sheet, contents: Contents, settings: SettingsLayout, roster: RosterLayout
) -> None:
    cells = contents.cells
    here = set(cells.days)
    counts = Counter(text for (_, day), text in cells.texts.items() if day in here)
    sheet.put(4, 1, "Codes and shifts (the drop-down of the Roster)", SUBHEADING)
    sheet.across(5, 1, list(_LISTED[:2]), HEADING)
    sheet.across(5, 3, list(_LISTED[2:]), HEADING.but(align="center"))
    rows = [(code, meaning, 0.0) for code, meaning in cells.codes]
    rows += [(text, _shift_meaning(text), hours) for text, hours in cells.paid_h.items()]
    area = f"{roster.column(roster.date(0)).split(':')[0]}:{_corner(roster)}"
    for row, (text, meaning, hours) in enumerate(rows, settings.FIRST):
        sheet.put(row, 1, text, PLAIN.but(fill=_colour(text), edge="b"))
        sheet.put(row, 2, meaning, PLAIN.but(edge="b"))
        sheet.put(row, 3, hours, INPUT.but(number="0.00", align="center"))
        span = span_of(text)
        for k, edge_s in enumerate(span or (None, None)):
            value = None if edge_s is None else day_fraction(edge_s)
            sheet.put(row, 4 + k, value, PLAIN.but(edge="b", align="center", number="hh:mm"))
        count = f"COUNTIF({area},A{row})"
        sheet.live(row, 6, count, counts[text], PLAIN.but(edge="b", align="center", number="0;;"))


def _corner(roster: RosterLayout) -> str:
    return f"${get_column_letter(roster.date(roster.days - 1))}${roster.last}"


def _shift_meaning(text: str) -> str:
    span = span_of(text)
    name = family_of(span[0]).name.lower() if span else "other"
    if "/" in text:
        return f"{name}, two parts"
    return f"{name} shift" + (", other paid time" if " " in text else "")


def _colour(text: str) -> str:
    span = span_of(text)
    if span:
        return FAMILY_FILLS[family_of(span[0]).letter]
    return "" if text == OFF else CODE_FILLS.get(text, OTHER_ABSENCE)


def _families(sheet: Sheet, settings: SettingsLayout) -> None:
    column = settings.FAMILY
    sheet.put(4, column, "Colour by start", SUBHEADING)
    sheet.across(5, column, ["From", "Family", "Name"], HEADING.but(align="center"))
    night = FAMILIES[-1]
    rows = [(0, night), *((family.from_s, family) for family in FAMILIES)]
    for row, (from_s, family) in enumerate(rows, settings.FIRST):
        time = (
            INPUT.but(number="hh:mm", align="center")
            if from_s
            else PLAIN.but(edge="b", number="hh:mm", align="center")
        )
        sheet.put(row, column, day_fraction(from_s % DAY_S), time)
        look = PLAIN.but(fill=FAMILY_FILLS[family.letter], align="center", edge="b")
        sheet.put(row, column + 1, family.letter, look)
        sheet.put(row, column + 2, family.name, PLAIN.but(edge="b"))


def _unpaid(sheet: Sheet, contents: Contents, settings: SettingsLayout) -> None:
    column = settings.UNPAID
    sheet.put(4, column, "Unpaid break of a typed shift", SUBHEADING)
    sheet.across(5, column, ["Shift of at least h", "Unpaid h"], HEADING.but(align="center"))
    for row, (length_h, break_h) in enumerate(contents.cells.unpaid_h, settings.FIRST):
        sheet.put(row, column, length_h, INPUT.but(number="0.00", align="center"))
        sheet.put(row, column + 1, break_h, INPUT.but(number="0.00", align="center"))
