"""What the hidden columns of the Roster read from its cells, as values and as formulas."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from wfm.domain import Agent
from wfm.intervals import DAY_S
from wfm.reports.excel_layout import Contents, RosterLayout, SettingsLayout
from wfm.reports.excel_sheet import Cached, Sheet
from wfm.reports.excel_style import NOTE
from wfm.reports.roster_cells import OFF, family_of, span_of

__all__ = ["Reading", "figures", "readings", "write_helpers"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the hidden columns read from one cell; None where it holds no shift.

    Parameters
    ----------
    start, end
        Time of day as a fraction of a day.
    rest_h
        Hours since the end of the shift of the day before.
    """

    text: str
    start: float | None
    end: float | None
    hours: float
    family: str
    rest_h: float | None


def readings(contents: Contents) -> dict[str, tuple[Reading, ...]]:
    """By person: what the sheet's formulas make of each date."""
    found = {}
    for person in contents.cells.people:
        row: list[Reading] = []
        for day in contents.cells.days:
            row.append(_read(contents, person.agent, day, row[-1] if row else None))
        found[person.agent] = tuple(row)
    return found


def _read(contents: Contents, agent: str, day: dt.date, before: Reading | None) -> Reading:
    text = contents.cells.texts[agent, day]
    span = span_of(text)
    if span is None:
        return Reading(text, None, None, 0.0, text, None)
    start, end = span[0] / DAY_S, span[1] / DAY_S
    rest_h = None
    if before and before.start is not None and before.end is not None:
        rest_h = round((1 + start - before.start - (before.end - before.start) % 1) * 24, 2)
    hours = contents.cells.paid_h[text]
    return Reading(text, start, end, hours, family_of(span[0]).letter, rest_h)


def figures(contents: Contents, person: Agent, read: tuple[Reading, ...]) -> dict[str, Cached]:
    """Figures of a person by heading, as they are at hand-out."""
    worked = sum(reading.hours for reading in read)
    bounds = contents.week_hours(person)
    codes = {code for code, _ in contents.cells.codes[1:]}
    weekend = [r for r, day in zip(read, contents.cells.days, strict=True) if day.weekday() >= 5]
    balance: Cached = ""
    if bounds is not None:
        balance = round(min(0.0, worked - bounds[0]) + max(0.0, worked - bounds[1]), 2)
    return {
        "Hours": worked,
        "Min h": "" if bounds is None else bounds[0],
        "Max h": "" if bounds is None else bounds[1],
        "± h": balance,
        "Shifts": sum(r.hours > 0 for r in read),
        "Off": sum(r.text == OFF for r in read),
        "Leave": sum(r.text in codes for r in read),
        "Late": sum(r.family == "L" for r in read),
        "Night": sum(r.family == "N" for r in read),
        "Wkend": sum(r.hours > 0 for r in weekend),
    }


def write_helpers(
    sheet: Sheet,
    layout: RosterLayout,
    settings: SettingsLayout,
    row: int,
    person: Agent,
    contents: Contents,
    read: tuple[Reading, ...],
) -> None:
    """Write the hidden columns of one person: formulas that read the cells of the row."""
    for k, reading in enumerate(read):
        text, start, end = (
            f"{get_column_letter(column)}{row}"
            for column in (layout.date(k), layout.helper("start", k), layout.helper("end", k))
        )
        live: dict[str, tuple[str, Cached | None]] = {
            "start": (_start_formula(text), reading.start),
            "end": (_end_formula(text), reading.end),
            "hours": (_hours_formula(text, start, end, settings), reading.hours),
            "family": (_family_formula(text, start, end, settings), reading.family),
        }
        if k:
            before = (
                f"{get_column_letter(layout.helper(block, k - 1))}{row}"
                for block in ("start", "end")
            )
            live["rest"] = (_rest_formula(start, *before), reading.rest_h)
        for block, (formula, value) in live.items():
            number = "hh:mm" if block in {"start", "end"} else "General"
            shown = "" if value is None else value
            sheet.live(row, layout.helper(block, k), formula, shown, NOTE.but(number=number))
    contract = contents.book.contracts.get(person.contract)
    sheet.put(row, layout.least_rest, contract.rest_s / 3600 if contract else None, NOTE)


def _start_formula(text: str) -> str:
    hour = f'VALUE(LEFT({text},FIND(":",{text})-1))'
    minute = f'VALUE(MID({text},FIND(":",{text})+1,2))'
    return f'IFERROR(TIME({hour},{minute},0),"")'


def _end_formula(text: str) -> str:
    dash = f'FIND("-",{text})'
    colon = f'FIND(":",{text},{dash})'
    hour = f"VALUE(MID({text},{dash}+1,{colon}-{dash}-1))"
    return f'IFERROR(TIME({hour},VALUE(MID({text},{colon}+1,2)),0),"")'


def _hours_formula(text: str, start: str, end: str, settings: SettingsLayout) -> str:
    """Paid hours: from the Settings list, else length less the usual unpaid break."""
    length = f"ROUND(MOD({end}-{start},1)*24,4)"
    typed = f"{length}-LOOKUP({length},{settings.unpaid_from},{settings.unpaid_h})"
    listed = f"VLOOKUP({text},{settings.paid},3,FALSE)"
    return f'IF({text}="",0,IFERROR({listed},IF(OR({start}="",{end}=""),0,{typed})))'


def _family_formula(text: str, start: str, end: str, settings: SettingsLayout) -> str:
    """Family of a shift, the code itself, or an exclamation mark for what nobody can read."""
    code = f'IF(COUNTIF({settings.free_codes},{text})>0,{text},"!")'
    family = f"LOOKUP({start},{settings.family_from},{settings.family_letter})"
    return f'IF({text}="","",IF(OR({start}="",{end}=""),{code},{family}))'


def _rest_formula(start: str, start_before: str, end_before: str) -> str:
    length = f"MOD({end_before}-{start_before},1)"
    none = f'OR({start}="",{start_before}="",{end_before}="")'
    return f'IF({none},"",ROUND((1+{start}-{start_before}-{length})*24,2))'
