"""``[[queue]]`` and ``[shrinkage]``: what customers were promised, and when the doors are open."""

from __future__ import annotations

from typing import Any

from wfm.config.new_queues import read_new_queue
from wfm.config.opening import read_opening
from wfm.config.section import Section
from wfm.config.values import one_of, seconds
from wfm.domain import (
    Channel,
    MovingLoad,
    Queue,
    ServiceLevelDefinition,
    ServicePeriod,
    ServiceTarget,
    Shrinkage,
    StaffingModel,
)

__all__ = ["read_queue", "read_shrinkage"]


def read_queue(section: Section) -> Queue | None:
    """Queue of one ``[[queue]]``; None where a problem was noted."""
    name = section.text("name", required=True)
    opening = read_opening(section)
    channel = section.read("channel", Channel.VOICE, one_of(Channel))
    model = section.read("model", StaffingModel.ERLANG_A, one_of(StaffingModel))
    aht_s = section.duration("aht", 180)
    patience_s = section.duration("patience", 120)
    target = _target(section.child("target"))
    load = section.read("load", MovingLoad.INTERVAL, one_of(MovingLoad))
    nothing: tuple[float, ...] = ()
    by_level_s = section.read("aht_by_level", nothing, _levels)
    worked = read_opening(section, "worked") if section.has("worked") else None
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


def _target(section: Section) -> ServiceTarget | None:
    default = ServiceTarget()
    service_level = section.fraction("service_level", default.service_level)
    threshold_s = section.read("threshold", 20, seconds)
    definition = section.read("definition", default.definition, one_of(ServiceLevelDefinition))
    max_asa_s = section.read("max_asa", None, lambda v: float(seconds(v)))
    max_abandonment = section.fraction("max_abandonment", None)
    max_occupancy = section.fraction("max_occupancy", None)
    min_agents = section.whole("min_agents", 0)
    period = section.read("period", default.period, one_of(ServicePeriod))
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
            period,
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
