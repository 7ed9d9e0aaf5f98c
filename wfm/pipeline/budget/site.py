"""What the plan means for the building, and what service costs: site, telephony, frontier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from wfm.capacity import capacity_plan
from wfm.capacity.overrides import overridden, parse_override
from wfm.capacity.site import (
    SiteLimit,
    TelephonyCost,
    site_limits,
    site_months,
    telephony_cost,
)
from wfm.errors import UsageError
from wfm.headcount import Site
from wfm.pipeline.budget.capacity import need_of
from wfm.pipeline.budget.scenario import Planned
from wfm.pipeline.project import Project

__all__ = ["FRONTIER", "SiteNeed", "frontier", "site_need"]

FRONTIER = (0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98)
"""Service levels of the frontier."""


@dataclass(frozen=True, slots=True)
class SiteNeed:
    """Site by month, what runs out, the telephone system, and sites that no group sits at."""

    months: pd.DataFrame
    limits: tuple[SiteLimit, ...]
    telephony: tuple[TelephonyCost, ...]
    empty: tuple[str, ...]


def site_need(project: Project, planned: Planned) -> SiteNeed:
    """What the plan asks of each site; sites that wfm.toml does not describe have no limits."""
    settings = project.config.capacity
    described = {site.name: site for site in settings.sites}
    names = dict.fromkeys(group.site for group in planned.plan.inputs.group)
    sites = [described.get(name, Site(name)) for name in names]
    needed = site_months(planned.plan, sites)
    return SiteNeed(
        needed,
        site_limits(needed, sites),
        telephony_cost(planned.plan, settings.telephony),
        empty=tuple(name for name in described if name not in names),
    )


def frontier(planned: Planned, levels: Sequence[float] = FRONTIER) -> pd.DataFrame:
    """Cost against benefit by service level: the whole plan staffed exactly to each.

    Every queue with a service level is promised the same one; an occupancy cap may ask for more
    than the promise does, then the lower levels cost alike. A required hour costs what a paid hour
    of the plan costs, so hiring and over are left out.

    Returns
    -------
    pandas.DataFrame
        Columns service_level, required_fte, cost, abandoned (contacts that hang up), lost_value
        (those × ``price.contact_value``), total (cost + lost_value), chosen (where the total is
        least; nowhere when a contact has no value).

    Raises
    ------
    UsageError
        When a level is not between 0 and 1.
    """
    inputs = planned.plan.inputs
    rate = _hour_cost(planned)
    rows = []
    for level in levels:
        promised = [q.name for q in inputs.queue if q.service_level is not None]
        changes = [parse_override(f"queue.{name}.service_level={level}") for name in promised]
        if not 0 < level < 1:
            raise UsageError(f"service level {level:g}: write fractions between 0 and 1")
        need = need_of(overridden(inputs, changes), planned.centre)
        plan = capacity_plan(inputs, need)
        cost = float((plan.months["required_h"] * plan.months["group"].map(rate)).sum())
        lost = sum(float(group.abandoned.sum()) for group in need.groups)
        value = lost * inputs.price.contact_value
        fte = float(plan.months.groupby("month", sort=False)["required_fte"].sum().mean())
        rows.append((level, fte, cost, lost, value, cost + value))
    columns = ["service_level", "required_fte", "cost", "abandoned", "lost_value", "total"]
    table = pd.DataFrame(rows, columns=columns)
    priced = inputs.price.contact_value > 0
    least = table["total"].min()
    table["chosen"] = ["<" if priced and total == least else "" for total in table["total"]]
    return table


def _hour_cost(planned: Planned) -> dict[str, float]:
    """Cost of an hour that is there, by group [money/h]."""
    months = planned.plan.months
    hours = (months["supply_fte"] * months["hours_per_fte"]).groupby(months["group"]).sum()
    cost = months.groupby("group")["total_cost"].sum()
    return {str(name): float(cost[name] / h) if h else 0.0 for name, h in hours.items()}
