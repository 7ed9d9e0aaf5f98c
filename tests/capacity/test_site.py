"""Site: desks, room, lines, and the month in which each runs out."""

from dataclasses import replace

import pytest

from wfm.capacity import capacity_plan
from wfm.capacity.inputs import HiringClass, OpeningHeads
from wfm.capacity.site import site_limits, site_months, telephony_cost
from wfm.headcount import Role, Site, Telephony
from wfm.intervals import OpeningHours


@pytest.fixture
def plan(small, need_for):
    """Growing demand around the clock at one site, served exactly by overtime-free people."""
    import datetime as dt

    inputs = small(
        3,
        role=(Role("leader", 30, span=10),),
        headcount=(OpeningHeads("old", "g", "full", "agent", 40.0),),
        classes=(HiringClass("c", "g", "full", "agent", dt.date(2026, 1, 5), 12),),
    )
    queue = replace(inputs.queue[0], contacts=(40000.0, 50000.0, 80000.0))
    inputs = replace(inputs, queue=(queue,))
    return capacity_plan(inputs, need_for(inputs, OpeningHours.always()))


def test_a_desk_for_everybody_at_once(plan):
    """Agents of the busiest interval as the plan covers it, and a desk per leader; 6.7 m² each."""
    found = site_months(plan, [Site("Main")])
    rows = plan.months
    at_once = plan.need.groups[0].peak_agents * rows["coverage"] * rows["aht_mix"]
    for month in range(3):
        row = found.iloc[month]
        assert row["early"] == pytest.approx(at_once.iloc[month], abs=1.0)
        assert row["early"] == row["late"] == row["night"]
        assert row["people"] == row["early"] + row["support"]
        assert row["area_m2"] == pytest.approx(row["people"] * 20 / 3)
    assert found["training"].tolist() == [11, 7, 0]
    assert found["trunks"].is_monotonic_increasing
    assert found["bandwidth_kbit"].tolist() == pytest.approx((found["trunks"] * 87.2).tolist())


def test_what_runs_out_is_told_with_its_month(plan):
    """Trunks that suffice until February, desks never, area from the start."""
    found = site_months(plan, [Site("Main")])
    lines = int(found["trunks"].iloc[1])
    site = Site("Main", seats=1000, area_m2=1.0, trunks=lines)
    limits = {limit.what: limit for limit in site_limits(found, [site])}
    assert limits["trunks"].month == "2026-03"
    assert limits["seats"].month == ""
    assert limits["area m²"].month == "2026-01"
    assert set(limits) == {"trunks", "seats", "area m²"}


def test_own_system_against_the_cloud(plan):
    """36 months: once, per seat and upkeep, against a fee per named head; the last month stays."""
    prices = Telephony(1000, 100, 50, 10, 5)
    own, long = telephony_cost(plan, prices)
    rows = plan.months
    assert own.own == 1000 + 100 * rows["seats"].max() + 36 * 50
    import numpy as np

    named = np.ceil(rows["closing_heads"] + rows["trainees"] + rows["support_heads"])
    assert own.cloud == pytest.approx(10 + 5 * (named.sum() + 33 * named.iloc[-1]))
    assert long.cloud - own.cloud == pytest.approx(24 * 5 * named.iloc[-1])
