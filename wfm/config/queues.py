"""``[[queue]]`` and ``[shrinkage]``: what customers were promised, and when the doors are open."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import Any

from wfm.config.new_queues import read_new_queue
from wfm.config.section import Section
from wfm.config.units import spans, weekdays
from wfm.config.values import one_of, seconds
from wfm.domain import (
    Channel,
    MovingLoad,
    Queue,
    ServiceLevelDefinition,
    ServiceTarget,
    Shrinkage,
    StaffingModel,
)
from wfm.intervals import OpeningHours, Span

__all__ = ["read_queue", "read_shrinkage"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_queue(section: Section) -> Queue | None:
    """Queue of one ``[[queue]]``; None where a problem was noted."""
    name = section.text("name", required=True)
    opening = _opening(section)
    channel = section.read("channel", Channel.VOICE, one_of(Channel))
    model = section.read("model", StaffingModel.ERLANG_A, one_of(StaffingModel))
    aht_s = section.duration("aht", 180)
    patience_s = section.duration("patience", 120)
    target = _target(section.child("target"))
    load = section.read("load", MovingLoad.INTERVAL, one_of(MovingLoad))
    nothing: tuple[float, ...] = ()
    by_level_s = section.read("aht_by_level", nothing, _levels)
    worked = _opening(section, "worked") if section.has("worked") else None
    backlog = section.number("backlog", 0.0)
    new = read_new_queue(section.child("new")) if section.has("new") else None
    section.finish()
    if opening is None or target is None:
        return None
    return section.build(
        lambda: Queue(
            name,
            opening,
            channel,
            model,
            float(aht_s),
            float(patience_s),
            target,
            load,
            by_level_s,
            worked,
            backlog,
            new,
        )
    )


def _levels(value: Any) -> tuple[float, ...]:
    """Handle times with 1, 2, ... chats at a time [s]."""
    if not isinstance(value, list) or not value:
        raise ValueError('write one handle time for each number of chats, ["300s", "360s"]')
    return tuple(float(seconds(each)) for each in value)


def _opening(section: Section, key: str = "open") -> OpeningHours | None:
    if section.table.get(key) == "always":
        section.text(key)
        return OpeningHours.always()
    if not isinstance(section.table.get(key), dict):
        what = "is not the hours by day" if section.has(key) else "is missing"
        fix = f'write {key} = {{ mon-fri = "07:00-21:00" }} or {key} = "always"'
        section.complain(key, what, found=str(section.table.get(key, "")), fix=fix)
        return None
    week: list[tuple[Span, ...]] = [()] * 7
    holidays: tuple[Span, ...] | None = None
    dates: list[tuple[dt.date, tuple[Span, ...]]] = []
    hours = section.child(key)
    for entry in hours.table:
        closed: tuple[Span, ...] = ()
        found = hours.read(entry, closed, partial(_day_spans, entry))
        if entry == "holidays":
            holidays = None if hours.table[entry] == "hours" else found
        elif _DATE.fullmatch(entry):
            dates += [(day, found) for day in _dates(entry)]
        else:
            for day in _weekdays(entry):
                week[day] = found
    return section.build(lambda: OpeningHours(tuple(week), holidays, tuple(dates)))


def _day_spans(key: str, value: Any) -> tuple[Span, ...]:
    """Spans of one entry of ``open``, once its key has been seen to be a day."""
    if key == "holidays" and value == "hours":
        return ()
    if _DATE.fullmatch(key):
        dt.date.fromisoformat(key)
    elif key != "holidays":
        weekdays(key)
    return spans(value)


def _dates(key: str) -> list[dt.date]:
    try:
        return [dt.date.fromisoformat(key)]
    except ValueError:  # told by _day_spans already
        return []


def _weekdays(key: str) -> list[int]:
    try:
        return weekdays(key)
    except ValueError:  # told by _day_spans already
        return []


def _target(section: Section) -> ServiceTarget | None:
    default = ServiceTarget()
    service_level = section.fraction("service_level", default.service_level)
    threshold_s = section.read("threshold", 20, seconds)
    definition = section.read("definition", default.definition, one_of(ServiceLevelDefinition))
    max_asa_s = section.read("max_asa", None, lambda v: float(seconds(v)))
    max_abandonment = section.fraction("max_abandonment", None)
    max_occupancy = section.fraction("max_occupancy", None)
    min_agents = section.whole("min_agents", 0)
    section.finish()
    return section.build(
        lambda: ServiceTarget(
            service_level,
            float(threshold_s),
            definition,
            max_asa_s,
            max_abandonment,
            max_occupancy,
            min_agents,
        )
    )


def read_shrinkage(section: Section) -> Shrinkage:
    """Shares of paid time that ``[shrinkage]`` lists."""
    parts = []
    for kind in ("planned", "unplanned"):
        shares = section.child(kind)
        parts.append(tuple((key, shares.fraction(key, 0.0) or 0.0) for key in shares.table))
    section.finish()
    return section.build(lambda: Shrinkage(parts[0], parts[1])) or Shrinkage()
