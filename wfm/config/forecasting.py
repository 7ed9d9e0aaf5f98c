"""``[forecast]``: how far ahead, and by which model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wfm.config.section import Section
from wfm.config.values import whole_days

__all__ = ["ForecastSettings", "read_forecast"]

_DEMANDS = ("offered", "first-visits")


@dataclass(frozen=True, slots=True)
class ForecastSettings:
    """How far ahead and by which model.

    Parameters
    ----------
    horizon_days
        Days to forecast.
    model
        ``auto`` or the name of a model.
    holidays
        Kinds of holidays beside the public ones whose effect is to be learned: optional, half_day,
        bank and so on.
    demand
        ``offered`` or ``first-visits``.
    groups
        Name and queues of each group that is forecast together too, so that its queues add up.
    """

    horizon_days: int = 42
    model: str = "auto"
    holidays: tuple[str, ...] = ()
    demand: str = "offered"
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()


def read_forecast(section: Section) -> ForecastSettings:
    """Settings of ``[forecast]``."""
    horizon_days = section.read("horizon", 42, whole_days)
    model = section.text("model", "auto")
    holidays = section.texts("holidays")
    demand = section.read("demand", "offered", _demand)
    groups = _groups(section.child("groups"))
    section.finish()
    return ForecastSettings(horizon_days, model, holidays, demand, groups)


def _groups(section: Section) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Queues by group; a queue stands in one."""
    found = tuple((name, section.texts(name)) for name in section.table)
    grouped = [queue for _, queues in found for queue in queues]
    for name in sorted({queue for queue in grouped if grouped.count(queue) > 1}):
        section.complain("", "the queue stands twice in groups", found=name, fix="keep one")
    return found


def _demand(value: Any) -> str:
    if value not in _DEMANDS:
        raise ValueError(f"is not one of {', '.join(_DEMANDS)}")
    return str(value)
