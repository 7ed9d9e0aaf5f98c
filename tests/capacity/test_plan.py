"""Plans that can be worked out with a pencil, and what every plan must keep."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm import schema
from wfm.capacity import capacity_plan, totals
from wfm.capacity.inputs import HiringClass, Move, MoveKind, OpeningHeads, ShrinkageType
from wfm.capacity.plan import COSTS
from wfm.headcount import (
    AttritionBasis,
    Flex,
    Prices,
    RampStep,
    Role,
    ShrinkageBase,
    TenureBand,
    Training,
)


def test_a_month_by_hand(small, need_for):
    """160 h of work at 20 % shrinkage are 200 paid hours; ten people give 1760 or so."""
    inputs = small(1)
    row = capacity_plan(inputs, need_for(inputs)).months.iloc[0]
    assert row["workload_h"] == pytest.approx(160)
    assert row["base_h"] == pytest.approx(160)
    assert row["required_h"] == pytest.approx(200)
    assert row["hours_per_fte"] == pytest.approx(22 * 8)
    assert row["required_fte"] == pytest.approx(200 / 176)
    assert row["over_fte"] == pytest.approx(10 - 200 / 176)
    assert row["under_fte"] == 0
    assert row["pay_cost"] == pytest.approx(10 * 22 * 8 * 20)
    assert row["total_cost"] == pytest.approx(row["pay_cost"])
    assert row["cost_per_contact"] == pytest.approx(10 * 22 * 8 * 20 / 1600)


def test_attrition_compounds_to_the_year(small, need_for):
    """A yearly rate of 36 % leaves 64 of 100 after twelve months."""
    inputs = small(
        12,
        attrition=(TenureBand("tenured", 0, 0.36),),
        headcount=(OpeningHeads("old", "g", "full", "agent", 100.0),),
    )
    rows = capacity_plan(inputs, need_for(inputs)).months
    assert rows["closing_heads"].iloc[-1] == pytest.approx(64)
    assert rows["leavers"].iloc[0] == pytest.approx(100 * (1 - 0.64 ** (1 / 12)))


def test_half_a_year_s_leavers_are_a_fifth_of_a_percent_a_working_day(small):
    """Published: 50 % a year over 250 working days is 0.2 % a day."""
    inputs = small(1, attrition_basis=AttritionBasis.WORKING_DAY)
    hazard = inputs.hazard(TenureBand("all", 0, 0.5))
    assert 1 - (1 - hazard) ** (12 / 250) == pytest.approx(0.002)


@pytest.mark.parametrize(
    ("net", "shrinkage", "gross", "whole"),
    [
        (75, 0.25, 100.0, (100, 100)),
        (100, 0.30, 100 / 0.7, (142, 143)),
        (68, 0.30, 68 / 0.7, (97, 98)),
    ],
)
def test_shrinkage_divides(small, need_for, net, shrinkage, gross, whole):
    """Published: 75 net at 25 % are 100; 100 at 30 % 143, not 130; 68 at 30 % 97, rounded up 98."""
    inputs = small(1, shrinkage=(ShrinkageType("all", (shrinkage,)),))
    hours = net * inputs.hours_per_fte[0]
    queue = replace(inputs.queue[0], contacts=(hours * 10,))
    inputs = replace(inputs, queue=(queue,))
    row = capacity_plan(inputs, need_for(inputs)).months.iloc[0]
    assert row["net_fte"] == pytest.approx(net)
    assert row["required_fte"] == pytest.approx(gross)
    found = row["required_fte"]
    assert (math.floor(found + 1e-9), math.ceil(found - 1e-9)) == whole


def test_a_class_trains_washes_out_and_ramps(small, need_for):
    """Ten start on 5 January, train four weeks, one fails; two weeks at half speed follow."""
    training = Training(6, 4, 0.1, 4, 16, 1, 16, (RampStep("step1", 2, 0.5),))
    inputs = small(
        3,
        training=training,
        classes=(HiringClass("c", "g", "full", "agent", dt.date(2026, 1, 5), 10),),
        headcount=(),
    )
    plan = capacity_plan(inputs, need_for(inputs))
    rows = plan.months
    assert rows["new_hires"].tolist() == [10, 0, 0]
    assert rows["graduates"].tolist() == pytest.approx([0, 9, 0])
    assert rows["trainees"].tolist() == pytest.approx([10 * 27 / 31, 10 * 1 / 28, 0])
    assert rows["supply_fte"].tolist() == pytest.approx([0, 9 * 27 / 28, 9])
    # of 27 days on the contacts 14 are at half speed
    assert rows["productive_fte"].tolist() == pytest.approx([0, 9 * (27 - 7) / 28, 9])
    assert rows["aht_mix"].tolist() == pytest.approx([1, 27 / 20, 1])


def test_ramping_is_counted_once(small, need_for):
    """Slower people make handle time longer and are still whole heads."""
    training = Training(0, 4, 0.0, 4, 16, 1, 16, (RampStep("step1", 52, 0.8),))
    inputs = small(
        2,
        training=training,
        headcount=(OpeningHeads("new", "g", "full", "agent", 10.0, dt.date(2025, 11, 1)),),
    )
    row = capacity_plan(inputs, need_for(inputs)).months.iloc[0]
    assert row["supply_fte"] == pytest.approx(10)
    assert row["aht_mix"] == pytest.approx(1.25)
    assert row["base_h"] == pytest.approx(160 * 1.25)


def test_moves_change_groups_and_keep_heads(small, need_for):
    """A transfer takes from one group what it gives the other; leave comes back."""
    inputs = small(3)
    group = replace(inputs.group[0], name="h", queues=("r",))
    inputs = replace(
        inputs,
        queue=(*inputs.queue, replace(inputs.queue[0], name="r")),
        group=(*inputs.group, group),
        headcount=(*inputs.headcount, replace(inputs.headcount[0], name="old2", group="h")),
        moves=(
            Move("m1", dt.date(2026, 1, 10), MoveKind.TRANSFER, "g", 3, "h"),
            Move("m2", dt.date(2026, 2, 1), MoveKind.LEAVE, "h", 2),
            Move("m3", dt.date(2026, 3, 31), MoveKind.RETURN, "h", 1),
            Move("m4", dt.date(2026, 3, 1), MoveKind.PROMOTION, "g", 1),
        ),
    )
    rows = capacity_plan(inputs, need_for(inputs)).months.set_index(["group", "month"])
    assert rows.loc["g", "closing_heads"].tolist() == [7, 7, 6]
    assert rows.loc["h", "closing_heads"].tolist() == [13, 11, 12]
    assert rows.loc["h", "on_leave"].tolist() == [0, 2, 1]


def test_more_cannot_move_than_are_there(small, need_for):
    """Eleven of ten is refused by name and month."""
    inputs = small(2, moves=(Move("m", dt.date(2026, 2, 1), MoveKind.PROMOTION, "g", 11),))
    with pytest.raises(ValueError, match="more people move out in 2026-02"):
        capacity_plan(inputs, need_for(inputs))


def test_support_by_span(small, need_for):
    """24 agents at a span of 8 are three leaders; 25 are four; a manager for each three."""
    roles = (Role("leader", 30, span=8, productive=0.25), Role("manager", 50, span=3, of="leader"))
    for heads, leaders, managers in ((24.0, 3, 1), (25.0, 4, 2)):
        inputs = small(1, role=roles, headcount=(OpeningHeads("old", "g", "full", "agent", heads),))
        row = capacity_plan(inputs, need_for(inputs)).months.iloc[0]
        assert row["support_heads"] == leaders + managers
        assert row["supply_fte"] == pytest.approx(heads + leaders / 4)
        assert row["support_cost"] == pytest.approx((leaders * 30 + managers * 50) * 176)


def test_the_gap_is_closed_in_order(small, need_for):
    """Overtime first, then hours bought in; the rest is missed and service follows."""
    inputs = small(
        1,
        flex=Flex(overtime=0.1, outsourced=0.05),
        headcount=(OpeningHeads("old", "g", "full", "agent", 1.0),),
        price=Prices(overtime=1.5, outsourced_hour=40),
    )
    row = capacity_plan(inputs, need_for(inputs)).months.iloc[0]
    assert row["overtime_h"] == pytest.approx(17.6)
    assert row["bought_h"] == pytest.approx(24 - 17.6)
    assert row["missed_h"] == pytest.approx(0)
    assert row["overtime_cost"] == pytest.approx(17.6 * 20 * 1.5)
    assert row["outsourcing_cost"] == pytest.approx(6.4 * 40)
    short = replace(inputs, flex=Flex())
    row = capacity_plan(short, need_for(short)).months.iloc[0]
    assert row["missed_h"] == pytest.approx(24)
    assert row["coverage"] == pytest.approx(176 / 200)
    assert row["service_level"] == pytest.approx(0.88)


def test_time_off_saves_pay(small, need_for):
    """Three percent of the paid hours may go home without pay."""
    inputs = small(1, flex=Flex(voluntary_time_off=0.03))
    row = capacity_plan(inputs, need_for(inputs)).months.iloc[0]
    assert row["time_off_h"] == pytest.approx(0.03 * 1760)
    assert row["time_off_saving"] == pytest.approx(-0.03 * 1760 * 20)


def test_shrinkage_adds_up_or_chains(small):
    """Three times 10 % are 30 % of paid time, or 27.1 % each of what the others leave."""
    kinds = tuple(ShrinkageType(name, (0.1,)) for name in ("a", "b", "c"))
    assert small(1, shrinkage=kinds).shrinkage_of("g")[0] == pytest.approx(0.3)
    chained = small(1, shrinkage=kinds, shrinkage_base=ShrinkageBase.CHAINED)
    assert chained.shrinkage_of("g")[0] == pytest.approx(0.271)


def test_a_group_s_own_shrinkage_takes_the_common_one_s_place(small):
    """sick@g stands for sick in g, not beside it."""
    kinds = (ShrinkageType("sick", (0.1,)), ShrinkageType("sick@g", (0.3,)))
    assert small(1, shrinkage=kinds).shrinkage_of("g")[0] == pytest.approx(0.3)


@settings(max_examples=40, deadline=None)
@given(
    heads=st.floats(1, 300),
    probation=st.floats(0, 0.99),
    tenured=st.floats(0, 0.9),
    size=st.integers(4, 16),
    start=st.integers(0, 20),
    washout=st.floats(0, 0.6),
    overtime=st.floats(0, 0.2),
    on_cost=st.floats(0, 0.5),
)
def test_heads_and_money_are_conserved(
    small, need_for, heads, probation, tenured, size, start, washout, overtime, on_cost
):
    """Opening - leavers ± moves + graduates = next opening; the lines sum to the total."""
    inputs = small(
        8,
        attrition=(TenureBand("new", 13, probation), TenureBand("tenured", 0, tenured)),
        training=Training(2, 5, washout, 4, 16, 1, 16, (RampStep("s", 4, 0.6),)),
        headcount=(OpeningHeads("old", "g", "full", "agent", heads),),
        classes=(
            HiringClass(
                "c", "g", "full", "agent", dt.date(2026, 1, 5) + dt.timedelta(weeks=start), size
            ),
        ),
        flex=Flex(overtime=overtime),
        price=Prices(on_cost=on_cost, per_hire=1000, seat_month=100, licence_month=50),
        moves=(Move("m", dt.date(2026, 2, 3), MoveKind.LEAVE, "g", 0.5),),
    )
    plan = capacity_plan(inputs, need_for(inputs))
    rows = plan.months
    flow = (
        rows["opening_heads"]
        - rows["leavers"]
        + rows["transfers"]
        + rows["leave"]
        - rows["promotions"]
        + rows["graduates"]
    )
    np.testing.assert_allclose(flow, rows["closing_heads"], atol=1e-9)
    np.testing.assert_allclose(rows["closing_heads"][:-1], rows["opening_heads"][1:], atol=1e-9)
    assert (rows["leavers"] >= -1e-12).all()
    np.testing.assert_allclose(rows[list(COSTS)].sum(axis=1), rows["total_cost"], atol=1e-6)
    assert totals(rows)["total_cost"].sum() == pytest.approx(plan.total_cost)
    schema.check(rows.assign(run="r"), schema.CAPACITY_MONTH)


def test_totals_by_cost_centre_keep_the_money(small, need_for):
    """Two groups on two cost centres add up to the whole, month by month."""
    inputs = small(2)
    other = replace(inputs.group[0], name="h", queues=("r",), cost_centre="4712")
    inputs = replace(
        inputs,
        queue=(*inputs.queue, replace(inputs.queue[0], name="r")),
        group=(*inputs.group, other),
        headcount=(*inputs.headcount, replace(inputs.headcount[0], name="h2", group="h")),
    )
    months = capacity_plan(inputs, need_for(inputs)).months
    by = totals(months, "cost_centre")
    assert by["cost_centre"].tolist() == ["4711", "4711", "4712", "4712"]
    assert by.groupby("month")["total_cost"].sum().tolist() == pytest.approx(
        totals(months)["total_cost"].tolist()
    )
    assert totals(months)["occupancy"].tolist() == pytest.approx([1.0, 1.0])
