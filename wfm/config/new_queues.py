"""``new`` of a ``[[queue]]``: what is expected of it while it has no history."""

from __future__ import annotations

import datetime as dt
from typing import Any

from wfm.config.section import Section
from wfm.config.values import one_of
from wfm.domain import NewQueue, VolumeEstimate

__all__ = ["read_new_queue"]


def read_new_queue(section: Section) -> NewQueue | None:
    """Expectations of a queue; None where a problem was noted."""
    first = section.read("from", None, _date)
    like = section.text("like")
    share = section.number("share", 1.0)
    per_day = section.read("per_day", None, _above_zero)
    customers = section.read("customers", None, _above_zero)
    rate = section.read("contacts_per_customer", None, _above_zero)
    profile = section.text("profile", "office")
    use = section.read("use", VolumeEstimate.MEDIAN, one_of(VolumeEstimate))
    section.finish()
    return section.build(
        lambda: NewQueue(first, like, share, per_day, customers, rate, profile, use)
    )


def _date(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError('is not a date; write it like "2026-03-31"') from error


def _above_zero(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e12:
        raise TypeError("is not a number above 0")
    return float(value)
