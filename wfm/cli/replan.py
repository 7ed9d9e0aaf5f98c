"""Options of re-planning: what of a roster that is out stays, and what a change costs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import date
from wfm.errors import UsageError

if TYPE_CHECKING:
    from wfm.pipeline.earlier import Former
    from wfm.pipeline.project import Project
    from wfm.pipeline.schedule import ScheduleChoices

__all__ = ["ChangePriceOption", "FreezeOption", "PinOption", "ReplanOption", "Replanning"]

ReplanOption = Annotated[
    str | None, typer.Option("--replan", help="Run whose roster is out: a name, or last.")
]
FreezeOption = Annotated[
    str | None, typer.Option("--freeze", help="Re-planning: dates before this one stay.")
]
ChangePriceOption = Annotated[
    float | None,
    typer.Option(
        "--change-price",
        min=0,
        help="Re-planning: price of a changed shift, in agent-intervals over (default: 8).",
    ),
]
PinOption = Annotated[
    list[str] | None,
    typer.Option("--pin", help="Re-planning: a shift that stays, AGENT:DATE; may be repeated."),
]


@dataclass(frozen=True, slots=True)
class Replanning:
    """The options as they were given; without ``run`` a new roster is made."""

    run: str | None
    freeze: str | None
    change_price: float | None
    pin: list[str] | None

    def __post_init__(self) -> None:
        """Refuse options that only mean something beside ``--replan``."""
        given = {"freeze": self.freeze, "change-price": self.change_price, "pin": self.pin}
        for name, value in given.items():
            if self.run is None and value not in (None, []):
                raise UsageError(f"--{name} is for re-planning: add --replan last")

    def former(self, centre: Project) -> Former | None:
        """The roster that is out."""
        from wfm.pipeline.earlier import former_run

        return former_run(centre, self.run) if self.run else None

    def choices(
        self, choices: ScheduleChoices, former: Former | None, weeks: int | None
    ) -> ScheduleChoices:
        """The days of the former roster unless others are asked for, and what of it stays."""
        if former is None:
            return choices
        price = choices.change_price if self.change_price is None else self.change_price
        return replace(
            choices,
            first_day=choices.first_day or former.first_day,
            weeks=weeks or max(-(-former.days // 7), 1),
            freeze=date(self.freeze),
            change_price=price,
            pinned=tuple(_pinned(text, former) for text in self.pin or ()),
        )


def _pinned(text: str, former: Former) -> tuple[str, dt.date]:
    """Agent and date of a pin; the former roster must have the shift."""
    agent, colon, day = text.rpartition(":")
    found = date(day) if colon else None
    if found is None:
        raise UsageError(f"--pin {text!r}: write AGENT:DATE, like A17:2026-03-02")
    if (agent, found) not in former.worked:
        raise UsageError(f"--pin {text!r}: run {former.run} has no shift of {agent} on {found}")
    return agent, found
