"""Hours sheet: each person's figures and what is wrong with them; Wishes sheet: each wish."""

from __future__ import annotations

from openpyxl.formatting.rule import Rule
from openpyxl.utils import get_column_letter

from wfm.domain import WISH_NEAR_S, Agent, DayWish, WishKind
from wfm.intervals import DAY_S
from wfm.reports.excel_layout import Contents, RosterLayout, period_text
from wfm.reports.excel_readings import Reading, figures, readings
from wfm.reports.excel_sheet import Cached, Sheet, day_fraction
from wfm.reports.excel_style import HEADING, NOTE, PLAIN, TITLE, paint, print_on

__all__ = ["wishes_of", "write_hours", "write_wishes"]

_HEAD = 4
_WHO = ("row", "Team", "Name", "ID", "Contract")
_OWN = ("Earliest start", "Latest start", "Least rest h", "Wishes", "Granted", "Flags")
_HEADINGS = (*_WHO, *RosterLayout.FIGURES, *_OWN)
_FORMATS = {
    "Hours": "0.0",
    "Min h": "0.0",
    "Max h": "0.0",
    "± h": "+0.0;-0.0;",
    "Earliest start": "hh:mm",
    "Latest start": "hh:mm",
    "Least rest h": "0.0",
}
_WISH_HEADINGS = ("row", "Team", "Name", "ID", "Date", "Wish", "Time", "Weight", "Granted")
_WISH_WORDS = {
    WishKind.DAY_OFF: "day off",
    WishKind.DAY_ON: "day at work",
    WishKind.EARLIEST_START: "not before",
    WishKind.LATEST_END: "not after",
    WishKind.START: "start near",
    WishKind.LENGTH: "length near",
}


def wishes_of(contents: Contents) -> list[DayWish]:
    """Wishes for the dates and people of the roster, by person and date."""
    place = contents.places
    inside = [w for w in contents.book.wishes if w.agent in place and w.day in contents.cells.days]
    return sorted(inside, key=lambda wish: (place[wish.agent], wish.day, wish.kind))


def write_hours(sheet: Sheet, contents: Contents, roster: RosterLayout) -> None:
    """Write one row per person; all figures follow the Roster."""
    rows, wishes = readings(contents), wishes_of(contents)
    sheet.put(
        1, 2, f"{contents.book.centre}: hours and wishes {period_text(contents.cells.days)}", TITLE
    )
    weeks = "a week" if contents.weeks == 1 else f"{contents.weeks} weeks"
    note = f"Paid hours; contract bounds are those of {weeks}. Figures follow the Roster."
    sheet.put(2, 2, note, NOTE)
    for column, heading in enumerate(_HEADINGS, 1):
        left = heading in _WHO or heading == "Flags"
        sheet.put(_HEAD, column, heading, HEADING if left else HEADING.but(align="center"))
    for k, person in enumerate(contents.cells.people):
        mine = [wish for wish in wishes if wish.agent == person.agent]
        _person(sheet, contents, roster, k, person, rows[person.agent], mine)
    _frame_hours(sheet, contents)


def _at(heading: str, row: int) -> str:
    return f"${get_column_letter(_HEADINGS.index(heading) + 1)}{row}"


def _person(
    sheet: Sheet,
    contents: Contents,
    roster: RosterLayout,
    place: int,
    person: Agent,
    read: tuple[Reading, ...],
    wishes: list[DayWish],
) -> None:
    row, look = _HEAD + 1 + place, PLAIN.but(edge="b")
    sheet.live(row, 1, f"MATCH($D{row},{roster.ids},0)", place + 1, NOTE)
    who: list[object] = [person.team, person.name, person.agent, person.contract]
    sheet.across(row, 2, who, look)
    values = figures(contents, person, read)
    for heading, value in values.items():
        source = f"INDEX({roster.column(roster.figure(heading))},$A{row})"
        if heading in {"Min h", "Max h"}:
            source = f'IF({source}="","",{source})'
        form = look.but(align="center", number=_FORMATS.get(heading, "0;-0;"))
        sheet.live(row, _HEADINGS.index(heading) + 1, source, value, form)
    own = _own_formulas(contents, roster, row, person)
    known = _own_values(contents, person, read, wishes, values)
    for heading in _OWN:
        align = "left" if heading == "Flags" else "center"
        form = look.but(align=align, number=_FORMATS.get(heading, "0;-0;"))
        sheet.live(row, _HEADINGS.index(heading) + 1, own[heading], known[heading], form)


def _own_formulas(
    contents: Contents, roster: RosterLayout, row: int, person: Agent
) -> dict[str, str]:
    def extreme(function: str, block: str) -> str:
        line = f"INDEX({roster.block(block)},$A{row},0)"
        return f'IF(COUNT({line})=0,"",{function}({line}))'

    balance, leave, rest = (_at(name, row) for name in ("± h", "Leave", "Least rest h"))
    least = f"INDEX({roster.column(roster.least_rest)},$A{row})"
    unread = f'COUNTIF(INDEX({roster.block("family")},$A{row},0),"!")'
    contract = contents.book.contracts.get(person.contract)
    most = contract.days_per_week[1] * contents.weeks if contract else contents.book.days
    flags = (
        f'IF(AND(ISNUMBER({balance}),N({balance})<0,{leave}=0),"under hours; ","")'
        f'&IF(AND(ISNUMBER({balance}),N({balance})>0),"over hours; ","")'
        f'&IF({_at("Shifts", row)}>{most},"too many days; ","")'
        f'&IF(AND(ISNUMBER({rest}),N({rest})<{least}),"short rest; ","")'
        f'&IF({unread}>0,"unreadable cell; ","")'
    )
    return {
        "Earliest start": extreme("MIN", "start"),
        "Latest start": extreme("MAX", "start"),
        "Least rest h": extreme("MIN", "rest"),
        "Wishes": f"COUNTIF(Wishes!$D:$D,$D{row})",
        "Granted": f'COUNTIFS(Wishes!$D:$D,$D{row},Wishes!$I:$I,"yes")',
        "Flags": flags,
    }


def _own_values(
    contents: Contents,
    person: Agent,
    read: tuple[Reading, ...],
    wishes: list[DayWish],
    values: dict[str, Cached],
) -> dict[str, Cached]:
    starts = [reading.start for reading in read if reading.start is not None]
    rests = [reading.rest_h for reading in read if reading.rest_h is not None]
    contract = contents.book.contracts.get(person.contract)
    balance = values["± h"]
    flags = ""
    if isinstance(balance, float) and balance < 0 and values["Leave"] == 0:
        flags += "under hours; "
    if isinstance(balance, float) and balance > 0:
        flags += "over hours; "
    if contract and sum(r.hours > 0 for r in read) > contract.days_per_week[1] * contents.weeks:
        flags += "too many days; "
    if contract and rests and min(rests) < contract.rest_s / 3600:
        flags += "short rest; "
    return {
        "Earliest start": min(starts, default=""),
        "Latest start": max(starts, default=""),
        "Least rest h": min(rests, default=""),
        "Wishes": len(wishes),
        "Granted": sum(_granted(contents, wish) for wish in wishes),
        "Flags": flags,
    }


def _granted(contents: Contents, wish: DayWish) -> bool:
    """Whether the roster meets the wish; a day without a shift meets each but one for a shift."""
    shifts = contents.cells.shifts.get((wish.agent, wish.day), ())
    return wish.met(shifts[0].wall_start_s, shifts[0].length_s) if shifts else wish.met(None)


def _frame_hours(sheet: Sheet, contents: Contents) -> None:
    people, raw = contents.cells.people, sheet.raw
    _who_widths(sheet, people)
    for heading in (*RosterLayout.FIGURES, *_OWN):
        sheet.width(_HEADINGS.index(heading) + 1, 7.5)
    sheet.width(_HEADINGS.index("Flags") + 1, 30)
    raw.row_dimensions[_HEAD].height = 28
    raw.freeze_panes = f"D{_HEAD + 1}"
    last = _HEAD + max(1, len(people))
    end = get_column_letter(len(_HEADINGS))
    raw.auto_filter.ref = f"B{_HEAD}:{end}{last}"
    raw.conditional_formatting.add(
        f"{end}{_HEAD + 1}:{end}{last}",
        Rule(
            type="expression", dxf=paint("FDE8E8", "9B1C1C"), formula=[f"LEN({end}{_HEAD + 1})>0"]
        ),
    )
    print_on(raw, paper="A4", rows=f"1:{_HEAD}", columns="B:C")


def _who_widths(sheet: Sheet, people: tuple[Agent, ...]) -> None:
    sheet.width(1, 5, hidden=True)
    for column, texts in enumerate(
        (
            [person.team for person in people],
            [person.name for person in people],
            [person.agent for person in people],
            [person.contract for person in people],
        ),
        2,
    ):
        longest = max((len(text) for text in texts), default=0)
        sheet.width(column, min(42.0, max(8.0, longest * 1.1 + 2)))


def write_wishes(sheet: Sheet, contents: Contents, roster: RosterLayout) -> None:
    """Write one row per wish; whether it is granted follows the Roster."""
    sheet.put(1, 2, f"{contents.book.centre}: wishes {period_text(contents.cells.days)}", TITLE)
    sheet.put(
        2,
        2,
        "Granted follows the Roster; a day off meets every wish but one for a day at work.",
        NOTE,
    )
    sheet.across(_HEAD, 1, list(_WISH_HEADINGS[:4]), HEADING)
    sheet.across(_HEAD, 5, list(_WISH_HEADINGS[4:]), HEADING.but(align="center"))
    wishes = wishes_of(contents)
    for row, wish in enumerate(wishes, _HEAD + 1):
        place = contents.places[wish.agent]
        _wish(sheet, contents, roster, row, wish, contents.cells.people[place], place)
    _who_widths(sheet, contents.cells.people)
    for column in range(5, 10):
        sheet.width(column, 12)
    sheet.raw.freeze_panes = f"A{_HEAD + 1}"
    last = _HEAD + max(1, len(wishes))
    sheet.raw.auto_filter.ref = f"B{_HEAD}:I{last}"
    sheet.raw.conditional_formatting.add(
        f"I{_HEAD + 1}:I{last}",
        Rule(type="expression", dxf=paint("FDE8E8", "9B1C1C"), formula=[f'$I{_HEAD + 1}="no"']),
    )
    print_on(sheet.raw, paper="A4", rows=f"1:{_HEAD}")


def _wish(
    sheet: Sheet,
    contents: Contents,
    roster: RosterLayout,
    row: int,
    wish: DayWish,
    person: Agent,
    place: int,
) -> None:
    look = PLAIN.but(edge="b")
    sheet.live(row, 1, f"MATCH($D{row},{roster.ids},0)", place + 1, NOTE)
    sheet.across(row, 2, [person.team, person.name, person.agent], look)
    sheet.put(row, 5, wish.day, look.but(number="ddd d mmm", align="center"))
    sheet.put(row, 6, _WISH_WORDS[wish.kind], look.but(align="center"))
    timed = wish.kind not in (WishKind.DAY_OFF, WishKind.DAY_ON)
    time = day_fraction(wish.clock_s) if timed else None
    sheet.put(row, 7, time, look.but(number="[hh]:mm", align="center"))
    sheet.put(row, 8, wish.weight, look.but(number="0.##", align="center"))
    formula = _granted_formula(roster, row, wish.kind)
    granted = "yes" if _granted(contents, wish) else "no"
    sheet.live(row, 9, formula, granted, look.but(align="center"))


def _granted_formula(roster: RosterLayout, row: int, kind: WishKind) -> str:
    k = f"MATCH($E{row},{roster.dates},0)"
    hours, start, end = (
        f"INDEX({roster.block(block)},$A{row},{k})" for block in ("hours", "start", "end")
    )
    grain, near = f"0.5/{DAY_S}", f"{WISH_NEAR_S + 0.5}/{DAY_S}"
    match kind:
        case WishKind.DAY_OFF:
            met = f"{hours}=0"
        case WishKind.DAY_ON:
            met = f"{hours}>0"
        case WishKind.START:
            met = f"IF({hours}=0,TRUE,ABS({start}-$G{row})<={near})"
        case WishKind.LENGTH:
            met = f"IF({hours}=0,TRUE,ABS(MOD({end}-{start},1)-$G{row})<={near})"
        case WishKind.EARLIEST_START:
            met = f"IF({hours}=0,TRUE,{start}>=$G{row}-{grain})"
        case WishKind.LATEST_END:
            met = f"IF({hours}=0,TRUE,{start}+MOD({end}-{start},1)<=$G{row}+{grain})"
    return f'IF({met},"yes","no")'
