"""Roster sheet: people down, dates across, one shift or code per cell, live figures beside it.

Hidden columns at the right read each cell (start, end, paid hours, family, rest before); figures,
totals, colours and the other sheets look there, so a cell that a planner overwrites counts at once
and rows can be sorted.
"""

from __future__ import annotations

from collections.abc import Callable

from openpyxl.formatting.rule import Rule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from wfm.domain import Agent
from wfm.reports.excel_layout import (
    Contents,
    RosterLayout,
    SettingsLayout,
    date_text,
    period_text,
    weekday_text,
)
from wfm.reports.excel_readings import Reading, figures, readings, write_helpers
from wfm.reports.excel_sheet import Sheet
from wfm.reports.excel_style import (
    CODE_FILLS,
    FAMILY_FILLS,
    HEADING,
    MUTED,
    NOTE,
    OTHER_ABSENCE,
    PLAIN,
    TITLE,
    TOTAL,
    WEEKEND,
    paint,
    print_on,
)
from wfm.reports.roster_cells import FAMILIES, OFF, clock

__all__ = ["write_roster"]

_NUMBERS = {"Hours": "0.0", "Min h": "0.0", "Max h": "0.0", "± h": "+0.0;-0.0;"}
_SHORT_REST_INK = "C81E1E"


def write_roster(
    sheet: Sheet, contents: Contents, layout: RosterLayout, settings: SettingsLayout
) -> None:
    """Write the whole sheet."""
    rows = readings(contents)
    _head(sheet, contents, layout)
    for row, person in enumerate(contents.cells.people, layout.FIRST):
        above = contents.cells.people[row - layout.FIRST - 1] if row > layout.FIRST else person
        edge = "t" if above.team == person.team else "T"
        edge += "b" if row == layout.last else ""
        _person(sheet, contents, layout, row, person, edge)
        _dates(sheet, contents, layout, row, rows[person.agent], edge)
        _figures(sheet, contents, layout, settings, row, person, rows[person.agent], edge)
        write_helpers(sheet, layout, settings, row, person, contents, rows[person.agent])
    _foot(sheet, contents, layout, settings, rows)
    _colours(sheet, contents, layout)
    _frame(sheet, contents, layout)


def _head(sheet: Sheet, contents: Contents, layout: RosterLayout) -> None:
    book, head = contents.book, layout.FIRST - 1
    sheet.put(1, 1, f"{book.centre}: roster {period_text(contents.cells.days)}", TITLE)
    sheet.put(2, 1, f"Times of {book.timezone} · run {book.run}", NOTE)
    _legend(sheet, contents, layout)
    for k, heading in enumerate(layout.left, 1):
        sheet.put(head - 1, k, None, HEADING)
        sheet.put(head, k, heading, HEADING)
    for k, day in enumerate(contents.cells.days):
        column = layout.date(k)
        look = HEADING.but(
            align="center", fill="61788F" if contents.free_rest(day) else HEADING.fill
        )
        name = book.holidays.get(day)
        sheet.put(head - 1, column, weekday_text(day) + (f" · {name}" if name else ""), look)
        sheet.put(head, column, day, look.but(number="d mmm"))
    for heading in layout.FIGURES:
        column = layout.figure(heading)
        sheet.put(head - 1, column, None, HEADING)
        sheet.put(head, column, heading, HEADING.but(align="center"))
    for block in layout.BLOCKS:
        for k, day in enumerate(contents.cells.days):
            sheet.put(head, layout.helper(block, k), f"{block} {date_text(day)}", NOTE)
    sheet.put(head, layout.least_rest, "least rest h", NOTE)


def _legend(sheet: Sheet, contents: Contents, layout: RosterLayout) -> None:
    """One colour per family and code, in the row above the weekdays."""
    column = layout.date(0)
    small = PLAIN.but(size=8, align="center", edge="lrtb")
    for family in FAMILIES:
        look = small.but(fill=FAMILY_FILLS[family.letter])
        sheet.put(3, column, f"{family.name} ≥{clock(family.from_s)}", look)
        column += 1
    for code, _ in contents.cells.codes:
        colour = "" if code == OFF else CODE_FILLS.get(code, OTHER_ABSENCE)
        sheet.put(3, column, code, small.but(fill=colour))
        column += 1


def _person(
    sheet: Sheet, contents: Contents, layout: RosterLayout, row: int, person: Agent, edge: str
) -> None:
    known = {
        "Team": person.team,
        "Name": person.name,
        "ID": person.agent,
        "Contract": person.contract,
        "Skills": ", ".join(person.skills),
        "Site": person.site,
    }
    for k, heading in enumerate(layout.left, 1):
        sheet.put(row, k, known[heading], PLAIN.but(bold=heading == "Name", edge=f"lr{edge}"))


def _dates(
    sheet: Sheet,
    contents: Contents,
    layout: RosterLayout,
    row: int,
    read: tuple[Reading, ...],
    edge: str,
) -> None:
    for k, day in enumerate(contents.cells.days):
        ground = WEEKEND if contents.free_rest(day) else ""
        look = PLAIN.but(align="center", edge=f"lr{edge}", fill=ground)
        sheet.put(row, layout.date(k), read[k].text, look)


def _span(first: int, last: int, row: int) -> str:
    return f"{get_column_letter(first)}{row}:{get_column_letter(last)}{row}"


def _figures(
    sheet: Sheet,
    contents: Contents,
    layout: RosterLayout,
    settings: SettingsLayout,
    row: int,
    person: Agent,
    read: tuple[Reading, ...],
    edge: str,
) -> None:
    count = layout.days
    texts = _span(layout.date(0), layout.date(count - 1), row)
    hours = _span(layout.helper("hours", 0), layout.helper("hours", count - 1), row)
    family = _span(layout.helper("family", 0), layout.helper("family", count - 1), row)
    dates = layout.dates.removeprefix("Roster!")
    total, low, high = (
        f"{get_column_letter(layout.figure(name))}{row}" for name in ("Hours", "Min h", "Max h")
    )
    formulas = {
        "Hours": f"SUM({hours})",
        "± h": f'IF({low}="","",ROUND(MIN(0,{total}-{low})+MAX(0,{total}-{high}),2))',
        "Shifts": f'COUNTIF({hours},">0")',
        "Off": f'COUNTIF({texts},"{OFF}")',
        "Leave": f"SUMPRODUCT(COUNTIF({texts},{settings.absences}))",
        "Late": f'COUNTIF({family},"L")',
        "Night": f'COUNTIF({family},"N")',
        "Wkend": f"SUMPRODUCT(({hours}>0)*(WEEKDAY({dates},2)>5))",
    }
    values = figures(contents, person, read)
    for heading in layout.FIGURES:
        number = _NUMBERS.get(heading, "0;-0;")
        look = PLAIN.but(align="center", edge=f"lr{edge}", number=number, bold=heading == "Hours")
        if heading in formulas:
            sheet.live(row, layout.figure(heading), formulas[heading], values[heading], look)
        else:
            sheet.put(row, layout.figure(heading), values[heading], look.but(ink=MUTED))


def _foot(
    sheet: Sheet,
    contents: Contents,
    layout: RosterLayout,
    settings: SettingsLayout,
    rows: dict[str, tuple[Reading, ...]],
) -> None:
    """Totals by date below the people, and of the figures beside them."""
    first, last, top = layout.FIRST, layout.last, layout.last + 2
    families = tuple((family.name, family.letter) for family in FAMILIES)
    absent = {code for code, _ in contents.cells.codes[1:]}
    lines: list[tuple[str, Callable[[int], str], Callable[[Reading], float]]] = [
        (
            "On shift",
            lambda k: f'COUNTIF({_down(layout.helper("hours", k), first, last)},">0")',
            lambda r: float(r.hours > 0),
        ),
        *((name, _counting(layout, letter), _is_family(letter)) for name, letter in families),
        (
            "Off",
            lambda k: f'COUNTIF({_down(layout.date(k), first, last)},"{OFF}")',
            lambda r: float(r.text == OFF),
        ),
        (
            "Leave, absence",
            lambda k: (
                f"SUMPRODUCT(COUNTIF({_down(layout.date(k), first, last)},{settings.absences}))"
            ),
            lambda r: float(r.text in absent),
        ),
        (
            "Paid hours",
            lambda k: f"SUM({_down(layout.helper('hours', k), first, last)})",
            lambda r: r.hours,
        ),
    ]
    for row, (name, formula, value) in enumerate(lines, top):
        bold = name in {"On shift", "Paid hours"}
        for k in range(1, len(layout.left) + 1):
            sheet.put(row, k, name if k == 2 else None, TOTAL.but(align="left", bold=bold))
        number = "#,##0.0" if name == "Paid hours" else "0;-0;"
        for k in range(layout.days):
            total = sum(value(read[k]) for read in rows.values())
            look = TOTAL.but(align="center", number=number, bold=bold)
            sheet.live(row, layout.date(k), formula(k), total, look)
    _figure_totals(sheet, layout, top)


def _figure_totals(sheet: Sheet, layout: RosterLayout, row: int) -> None:
    for heading in layout.FIGURES:
        column = layout.figure(heading)
        if heading == "± h":  # hours missing here and over there do not cancel
            sheet.put(row, column, None, TOTAL)
            continue
        letter = get_column_letter(column)
        cached = [
            sheet.cached.get(f"{letter}{k}", sheet.raw.cell(k, column).value)
            for k in range(layout.FIRST, layout.last + 1)
        ]
        total = sum(float(value) for value in cached if isinstance(value, (int, float)))
        number = "#,##0.0" if heading in _NUMBERS else "0;-0;"
        sheet.live(
            row,
            column,
            f"SUM({_down(column, layout.FIRST, layout.last)})",
            total,
            TOTAL.but(number=number, align="center"),
        )


def _down(column: int, first: int, last: int) -> str:
    letter = get_column_letter(column)
    return f"{letter}${first}:{letter}${last}"


def _counting(layout: RosterLayout, letter: str) -> Callable[[int], str]:
    def formula(k: int) -> str:
        return f'COUNTIF({_down(layout.helper("family", k), layout.FIRST, layout.last)},"{letter}")'

    return formula


def _is_family(letter: str) -> Callable[[Reading], float]:
    return lambda reading: float(reading.family == letter)


def _colours(sheet: Sheet, contents: Contents, layout: RosterLayout) -> None:
    """Colours that follow the text of each cell, also after an edit."""
    first = layout.FIRST
    area = (
        f"{get_column_letter(layout.date(0))}{first}:"
        f"{get_column_letter(layout.date(layout.days - 1))}{layout.last}"
    )
    family, rest = (
        f"{get_column_letter(layout.helper(block, 0))}{first}" for block in ("family", "rest")
    )
    least = f"${get_column_letter(layout.least_rest)}{first}"
    short = f"AND(ISNUMBER({rest}),{rest}<{least})"
    rules = [(f'{family}="!"', paint("E12D39", "FFFFFF", bold=True))]
    # LibreOffice takes the first rule that fits and no other: red on a family's ground is its own.
    rules += [
        (f'AND({family}="{letter}",{short})', paint(colour, _SHORT_REST_INK, bold=True))
        for letter, colour in FAMILY_FILLS.items()
    ]
    rules += [(f'{family}="{letter}"', paint(colour)) for letter, colour in FAMILY_FILLS.items()]
    rules += [
        (f'{family}="{code}"', paint(CODE_FILLS.get(code, OTHER_ABSENCE)))
        for code, _ in contents.cells.codes[1:]
    ]
    rules.append((f'{family}="{OFF}"', paint(ink=MUTED)))
    for formula, look in rules:
        sheet.raw.conditional_formatting.add(
            area, Rule(type="expression", dxf=look, formula=[formula], stopIfTrue=True)
        )
    letter = get_column_letter(layout.figure("± h"))
    balance, leave = f"${letter}{first}", f"${get_column_letter(layout.figure('Leave'))}{first}"
    missing = f"AND(ISNUMBER({balance}),N({balance})<0,{leave}=0)"  # leave explains missing hours
    over = f"AND(ISNUMBER({balance}),N({balance})>0)"
    for formula in (missing, over):
        sheet.raw.conditional_formatting.add(
            f"{letter}{first}:{letter}{layout.last}",
            Rule(type="expression", dxf=paint("FDE8E8", _SHORT_REST_INK), formula=[formula]),
        )


def _frame(sheet: Sheet, contents: Contents, layout: RosterLayout) -> None:
    """Widths, frozen panes, filter, drop-down and print set-up."""
    raw, head = sheet.raw, layout.FIRST - 1
    people = contents.cells.people
    longest = {
        "Team": max((len(p.team) for p in people), default=4),
        "Name": max((len(p.name) for p in people), default=8),
        "ID": max((len(p.agent) for p in people), default=4),
        "Contract": max((len(p.contract) for p in people), default=8),
        "Skills": max((len(", ".join(p.skills)) for p in people), default=6),
        "Site": max((len(p.site) for p in people), default=4),
    }
    for k, heading in enumerate(layout.left, 1):
        sheet.width(k, min(42.0, max(len(heading) + 4, longest[heading] * 1.1 + 2)))
    widest = max((len(text) for text in contents.cells.texts.values()), default=11)
    for k in range(layout.days):
        sheet.width(layout.date(k), min(30.0, max(12.5, widest * 1.05 + 1)))
    for heading in layout.FIGURES:
        sheet.width(layout.figure(heading), 9 if heading in _NUMBERS else 7)
    for block in layout.BLOCKS:
        for k in range(layout.days):
            sheet.width(layout.helper(block, k), 9, hidden=True)
    sheet.width(layout.least_rest, 9, hidden=True)
    raw.row_dimensions[1].height = 22
    raw.row_dimensions[head - 1].height = 26 if contents.book.holidays else 14
    raw.freeze_panes = raw.cell(layout.FIRST, layout.left.index("Name") + 2).coordinate
    shown = get_column_letter(layout.last_shown)
    raw.auto_filter.ref = f"A{head}:{shown}{layout.last}"
    _drop_down(sheet, layout)
    print_on(
        raw,
        paper="A3",
        rows=f"1:{head}",
        columns=f"A:{get_column_letter(layout.left.index('Name') + 1)}",
        area=f"A1:{shown}{layout.last + 2 + len(FAMILIES) + 3}",
    )


def _drop_down(sheet: Sheet, layout: RosterLayout) -> None:
    """A list to choose from, that lets other shifts be typed after a question."""
    choice = DataValidation(
        type="list", formula1="shift_texts", allow_blank=True, errorStyle="warning"
    )
    choice.showErrorMessage = True
    choice.errorTitle = "Not on the list"
    choice.error = "Keep it if it reads like 09:15-17:45; codes are on the Settings sheet."
    choice.add(
        f"{get_column_letter(layout.date(0))}{layout.FIRST}:"
        f"{get_column_letter(layout.date(layout.days - 1))}{layout.last}"
    )
    sheet.raw.add_data_validation(choice)
