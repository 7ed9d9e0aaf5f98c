"""What-ifs: every number has an address, and an address changes that number alone."""

from dataclasses import replace

import pytest

from wfm.capacity.inputs import HiringClass, OpeningHeads
from wfm.capacity.overrides import Override, addresses, overridden, parse_override, same_need
from wfm.headcount import RampStep, Role, Training


@pytest.fixture
def inputs(small):
    """A plan with one of everything, a class and a queue with dots in their names."""
    import datetime as dt

    made = small(
        3,
        training=Training(1, 4, 0.1, 4, 8, 1, 8, (RampStep("step1", 4, 0.5),)),
        classes=(HiringClass("spring.1", "g", "full", "agent", dt.date(2026, 1, 5), 6),),
        headcount=(OpeningHeads("old", "g", "full", "agent", 10.0, dt.date(2025, 1, 1)),),
        role=(Role("team leader", 30, span=8),),
    )
    queue = replace(made.queue[0], name="q.retail")
    return replace(made, queue=(queue,), group=(replace(made.group[0], queues=("q.retail",)),))


def test_every_address_reads_and_writes_its_own_value(inputs):
    """All addresses set to what they hold give the same inputs; there are many."""
    found = addresses(inputs)
    assert len(found) > 60
    same = [Override(k, "=", "none" if v is None else str(v)) for k, v in found.items()]
    assert overridden(inputs, same) == inputs


@pytest.mark.parametrize(
    ("text", "address", "value"),
    [
        ("queue.q.retail.aht_s*=1.05", "queue.q.retail.aht_s[2026-02]", 378.0),
        ("queue.q.retail.contacts[2026-02]=100", "queue.q.retail.contacts[2026-02]", 100.0),
        ("shrinkage.sick+=0.02", "shrinkage.sick.share[2026-01]", 0.22),
        ("attrition.tenured=0.4", "attrition.tenured.annual", 0.4),
        ("classes.spring.1=8", "classes.spring.1.size", 8),
        ("training.ramp.step1=0.7", "training.ramp.step1.productivity", 0.7),
        ("role.team leader.span-=2", "role.team leader.span", 6.0),
        ("pay.*.per_hour*=2", "pay.agent.per_hour", 40.0),
    ],
)
def test_one_change_changes_one_thing(inputs, text, address, value):
    """The named number moves; all others outside the named series stay."""
    before, after = addresses(inputs), addresses(overridden(inputs, [parse_override(text)]))
    assert after[address] == pytest.approx(value)
    stem = address.split("[")[0]
    changed = {key for key in before if before[key] != after[key]}
    assert all(key.startswith(stem) for key in changed)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nonsense", "is no change"),
        ("foo=1", "no such input 'foo'"),
        ("queue.x.aht_s=1", "no such queue"),
        ("queue.q.retail=1", "say which number"),
        ("queue.q.retail.contacts[2030-01]=1", "no such period"),
        ("training.ramp.step1=1.2", "at most 1"),
        ("attrition.tenured=-0.1", "at least 0"),
        ("classes.spring.1=9", "training room"),
        ("classes.spring.1=6.5", "whole number"),
        ("classes.spring.1.start+=7", "can only be set"),
        ("price.seat_month=cheap", "is not a number"),
    ],
)
def test_what_cannot_be_is_told(inputs, text, told):
    """Each refusal names the change and the rule."""
    with pytest.raises(ValueError, match=told):
        overridden(inputs, [parse_override(text)])


def test_only_demand_asks_for_new_staffing(inputs):
    """Pay does not change the need; handle time does."""
    assert same_need(inputs, overridden(inputs, [parse_override("pay.agent=30")]))
    assert not same_need(inputs, overridden(inputs, [parse_override("queue.*.aht_s*=2")]))
