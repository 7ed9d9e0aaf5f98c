"""The lines of a headcount and budget sheet: name, words, unit and where each stands.

One list gives the columns of ``schema.CAPACITY_MONTH``, the rows on the terminal and the rows of
the workbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["LINES", "BudgetLine", "Part", "line_of"]


class Part(StrEnum):
    """Sheet that a line belongs to."""

    NEED = "Need"
    SUPPLY = "Supply"
    MONEY = "Money"


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One row of the sheet.

    Parameters
    ----------
    name
        Column of ``schema.CAPACITY_MONTH``.
    label
        What people read.
    signed
        Whether it may be below 0.
    """

    name: str
    part: Part
    label: str
    unit: str
    signed: bool = False


def _lines(part: Part, *rows: tuple[str, str, str]) -> tuple[BudgetLine, ...]:
    return tuple(BudgetLine(name, part, label, unit) for name, label, unit in rows)


LINES: tuple[BudgetLine, ...] = (
    *_lines(
        Part.NEED,
        ("working_days", "Working days (Mon-Fri less public holidays)", "days"),
        ("contacts", "Contacts", "contacts"),
        ("own_contacts", "Contacts not outsourced", "contacts"),
        ("workload_h", "Workload: contacts × AHT of tenured agents", "h"),
        ("aht_mix", "AHT of the mix of people over that of tenured ones", "ratio"),
        ("base_h", "Base hours, interval by interval", "h"),
        ("occupancy", "Occupancy reached", "fraction"),
        ("shrinkage_in_office", "Shrinkage in the office", "fraction"),
        ("shrinkage_out_of_office", "Shrinkage out of office", "fraction"),
        ("shrinkage", "Shrinkage", "fraction"),
        ("required_h", "Required paid hours: base / (1 - shrinkage)", "h"),
        ("hours_per_fte", "Hours per FTE", "h"),
        ("net_fte", "Required FTE without shrinkage", "FTE"),
        ("required_fte", "Required FTE", "FTE"),
        ("peak_agents", "Agents at once in the busiest week", "agents"),
    ),
    *_lines(
        Part.SUPPLY,
        ("opening_heads", "Opening heads", "persons"),
        ("leavers", "Leavers", "persons"),
    ),
    BudgetLine("transfers", Part.SUPPLY, "Transfers", "persons", signed=True),
    BudgetLine("leave", Part.SUPPLY, "Leave of absence, back less away", "persons", signed=True),
    *_lines(
        Part.SUPPLY,
        ("promotions", "Promoted out", "persons"),
        ("graduates", "Graduates of classes", "persons"),
        ("closing_heads", "Closing heads", "persons"),
        ("on_leave", "On leave of absence", "persons"),
        ("new_hires", "New hires starting training", "persons"),
        ("trainees", "In training, mean", "persons"),
        ("supply_fte", "FTE on the contacts", "FTE"),
        ("productive_fte", "The same by output, ramping counted less", "FTE"),
        ("support_heads", "Support staff", "persons"),
        ("over_fte", "Over", "FTE"),
        ("under_fte", "Under", "FTE"),
        ("overtime_h", "Overtime", "h"),
        ("bought_h", "Hours bought in", "h"),
        ("time_off_h", "Voluntary time off", "h"),
        ("missed_h", "Required hours that nobody works", "h"),
        ("coverage", "Available over required hours", "ratio"),
        ("service_level", "Service level expected", "fraction"),
    ),
    *_lines(
        Part.MONEY,
        ("paid_h", "Paid hours of agents and trainees", "h"),
        ("seats", "Seats", "seats"),
        ("licences", "Licences", "licences"),
        ("trunks", "Trunks", "lines"),
        ("pay_cost", "Pay of agents", "money"),
        ("trainee_cost", "Pay of trainees", "money"),
        ("premium_cost", "Premiums", "money"),
        ("overtime_cost", "Overtime", "money"),
    ),
    BudgetLine("time_off_saving", Part.MONEY, "Voluntary time off", "money", signed=True),
    *_lines(
        Part.MONEY,
        ("support_cost", "Pay of support staff", "money"),
    ),
    BudgetLine("on_cost", Part.MONEY, "On-costs", "money", signed=True),
    *_lines(
        Part.MONEY,
        ("recruiting_cost", "Recruiting", "money"),
        ("training_cost", "Training", "money"),
        ("seat_cost", "Seats", "money"),
        ("licence_cost", "Licences", "money"),
        ("telephony_cost", "Telephony", "money"),
        ("night_cost", "Fixed cost of open nights", "money"),
        ("outsourcing_cost", "Outsourcing", "money"),
    ),
    BudgetLine("total_cost", Part.MONEY, "Total", "money", signed=True),
    BudgetLine("cost_per_contact", Part.MONEY, "Cost per contact", "money", signed=True),
    BudgetLine("cost_per_fte", Part.MONEY, "Cost per FTE", "money", signed=True),
)
"""Every line, in the order of the sheet."""


def line_of(name: str) -> BudgetLine:
    """Line by its name.

    Examples
    --------
    >>> line_of("required_fte").label
    'Required FTE'
    """
    return next(line for line in LINES if line.name == name)
