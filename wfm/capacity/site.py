"""Site: desks by shift, room, area, trunks and bandwidth, and the month in which each runs out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from wfm.capacity.need import lines_required
from wfm.capacity.plan import CapacityPlan
from wfm.capacity.timeline import Floats
from wfm.headcount import Site, Telephony
from wfm.intervals import DAY_S

__all__ = ["SiteLimit", "TelephonyCost", "site_limits", "site_months", "telephony_cost"]

SHIFTS = {"early": (6, 14), "late": (14, 22), "night": (22, 6)}
"""Shifts that desks are counted by [h]."""

_SPANS = (36, 60)
"""Over how long a telephone system is reckoned [month]."""


@dataclass(frozen=True, slots=True)
class SiteLimit:
    """Something a site has too little of.

    Parameters
    ----------
    month
        First month in which it does not suffice; empty when it always does.
    most, have
        Most that is needed in the plan, and what there is.
    """

    site: str
    what: str
    month: str
    most: float
    have: float


@dataclass(frozen=True, slots=True)
class TelephonyCost:
    """Total cost of ownership of both ways over some months [money]."""

    months: int
    own: float
    cloud: float


def site_months(plan: CapacityPlan, sites: Sequence[Site]) -> pd.DataFrame:
    """What each site needs by month; groups of a site share its desks and lines.

    Returns
    -------
    pandas.DataFrame
        Columns site, month, early, late, night (agents at their desks at once), support,
        training (chairs), people (most in the building's work room at once), heads (payroll),
        sharing (heads per desk), area_m2, rest (chairs), trunks and bandwidth_kbit.
    """
    return pd.concat([_site(plan, site) for site in sites], ignore_index=True)


def _site(plan: CapacityPlan, site: Site) -> pd.DataFrame:
    groups = [group.name for group in plan.inputs.group if group.site == site.name]
    mine = plan.months[plan.months["group"].isin(groups)]
    sums = mine.groupby("month", sort=False)[["support_heads", "trainees", "closing_heads"]].sum()
    months = [period.name for period in plan.inputs.periods]
    sums = sums.reindex(months, fill_value=0.0)
    desks = {name: _at_once(plan, groups, hours) for name, hours in SHIFTS.items()}
    support, trainees = (_whole(sums[name]) for name in ("support_heads", "trainees"))
    people = np.max(list(desks.values()), axis=0) + support
    heads = sums["closing_heads"] + sums["support_heads"] + sums["trainees"]
    trunks = lines_required(_busiest(plan, groups, "line_erlang", (0, 24)))
    return pd.DataFrame(
        {
            "site": site.name,
            "month": months,
            **desks,
            "support": support,
            "training": trainees,
            "people": people,
            "heads": heads.to_numpy(),
            "sharing": np.divide(heads, people, out=np.zeros(len(heads)), where=people > 0),
            "area_m2": people * site.person_m3 / site.ceiling_m,
            "rest": _whole(people * site.resting),
            "trunks": trunks,
            "bandwidth_kbit": trunks * site.call_kbit,
        }
    )


def _at_once(plan: CapacityPlan, groups: Sequence[str], hours: tuple[int, int]) -> Floats:
    """Agents at their desks at the busiest moment of a shift, rounded up."""
    return _whole(_busiest(plan, groups, "desks", hours))


def _whole(number: ArrayLike) -> Floats:
    """Rounded up, but for the last digit of a computed whole number."""
    return np.asarray(np.ceil(np.round(np.asarray(number, float), 9)) + 0.0, float)


def _busiest(
    plan: CapacityPlan, groups: Sequence[str], column: str, hours: tuple[int, int]
) -> Floats:
    """Largest sum over the groups in one interval of a shift, by period."""
    rows = plan.need.intervals
    rows = rows[rows["group"].isin(groups)]
    if column == "desks":
        rows = rows.assign(desks=rows["agents_net"] * _more(plan, rows))
    second = rows["slot"] * rows["interval_s"]
    first, last = (hour * 3600 for hour in hours)
    inside = (second >= first) & (second < last)
    if first > last:
        inside = (second >= first) | (second < last)
    rows = rows.assign(second=rows["weekday"] * DAY_S + second)[inside]
    sums = rows.groupby(["period", "week", "second"])[column].sum()
    top = sums.groupby("period").max()
    return np.asarray(top.reindex(range(len(plan.inputs.periods)), fill_value=0.0), float)


def _more(plan: CapacityPlan, rows: pd.DataFrame) -> Floats:
    """Desks over the requirement of tenured agents: the mix of people, and what the plan covers."""
    found = np.ones(len(rows))
    for need in plan.need.groups:
        months = plan.months[plan.months["group"] == need.group]
        base = need.base_hours(1.0)
        slower = np.divide(months["base_h"], base, out=np.ones(len(base)), where=base > 0)
        factor = slower * months["coverage"].to_numpy(float)
        mine = (rows["group"] == need.group).to_numpy()
        found[mine] = np.asarray(factor, float)[rows["period"].to_numpy()[mine]]
    return found


def site_limits(needed: pd.DataFrame, sites: Sequence[Site]) -> tuple[SiteLimit, ...]:
    """What runs out where and when; what a site does not say has no limit."""
    found = []
    for site in sites:
        rows = needed[needed["site"] == site.name]
        for what, column, have in (
            ("seats", "people", site.seats),
            ("training seats", "training", site.training_seats),
            ("rest seats", "rest", site.rest_seats),
            ("area m²", "area_m2", site.area_m2),
            ("trunks", "trunks", site.trunks),
            ("bandwidth kbit/s", "bandwidth_kbit", site.bandwidth_kbit),
        ):
            if have:
                over = rows[rows[column] > have + 1e-9]
                month = "" if over.empty else str(over["month"].iloc[0])
                found.append(SiteLimit(site.name, what, month, float(rows[column].max()), have))
    return tuple(found)


def telephony_cost(plan: CapacityPlan, prices: Telephony) -> tuple[TelephonyCost, ...]:
    """Own telephone system against the cloud over three and five years, by the plan's seats.

    After the plan's last month its seats stay. The own system has as many seats as the plan ever
    takes; the cloud is paid by month for everybody named, or for the seats taken at once.
    """
    by_month = plan.months.groupby("month", sort=False)[
        ["seats", "closing_heads", "trainees", "support_heads"]
    ].sum()
    length = np.array([period.months for period in plan.inputs.periods])
    named = _whole(by_month[["closing_heads", "trainees", "support_heads"]].sum(axis=1))
    paid = named if prices.named else by_month["seats"].to_numpy(float)
    most = float(by_month["seats"].max())
    found = []
    for span in _SPANS:
        inside = np.clip(span - (np.cumsum(length) - length), 0.0, length)
        later = max(0.0, span - float(length.sum()))
        seat_months = float((paid * inside).sum()) + later * float(paid[-1])
        own = prices.own_once + prices.own_seat * most + prices.own_month * span
        cloud = prices.cloud_once + prices.cloud_seat_month * seat_months
        found.append(TelephonyCost(span, own, cloud))
    return tuple(found)
