"""Bridges: they add up to the cent, and single causes are told as such."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.capacity import capacity_plan
from wfm.capacity.bridge import BRIDGE_COLUMNS, EFFECTS, bridge, bridge_rows
from wfm.capacity.overrides import overridden, parse_override

amounts = st.lists(st.floats(0.01, 1e6), min_size=6, max_size=6)


def frame(rows):
    """Group-months of lists of the six quantities."""
    made = pd.DataFrame(rows, columns=list(BRIDGE_COLUMNS))
    made.insert(0, "month", [f"2026-{k + 1:02d}" for k in range(len(rows))])
    made.insert(0, "group", "g")
    return made


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=12))
def test_a_bridge_adds_up_to_the_cent(pairs):
    """Start plus effects is end, in whole cents, whatever the plans."""
    before, after = (frame([list(pair[k]) for pair in pairs]) for k in (0, 1))
    found = bridge(before, after)
    cents = [round(value * 100) for _, value in found.effects]
    assert round(found.start * 100) + sum(cents) == round(found.end * 100)
    assert found.end == pytest.approx(after["cost"].sum(), abs=0.0051)
    assert [name for name, _ in found.effects] == list(EFFECTS)


def test_there_and_back_cancel():
    """The way back has the same steps with the other sign."""
    one, other = frame([[100, 10, 12, 15, 16, 300]]), frame([[120, 11, 13, 17, 16, 350]])
    out, back = bridge(one, other), bridge(other, one)
    for (_, there), (_, again) in zip(out.effects, back.effects, strict=True):
        assert there == pytest.approx(-again, abs=0.011)


@pytest.mark.parametrize(
    ("change", "effect"),
    [
        ("queue.q.aht_s*=1.1", "aht"),
        ("queue.q.contacts*=1.1", "volume"),
        ("shrinkage.sick+=0.05", "shrinkage"),
        ("pay.agent*=1.1", "rate"),
        ("attrition.tenured=0.4", "attrition"),
    ],
)
def test_one_cause_is_told_by_its_name(small, need_for, change, effect):
    """A single what-if moves its own effect; cost there is what the effects make of it."""
    inputs = small(6)
    other = overridden(inputs, [parse_override(change)])
    before = bridge_rows(capacity_plan(inputs, need_for(inputs)).months)
    after = bridge_rows(capacity_plan(other, need_for(other)).months)
    moved = {name for name, value in bridge(before, after).effects if abs(value) > 0.05}
    # people stay as they are: what demand asks more, their number covers less
    assert effect in moved
    assert moved <= {effect, "attrition", "rate"}


def test_months_of_one_side_are_volume():
    """A month that only the second plan has comes in as volume."""
    one, two = frame([[1, 1, 1, 1, 1, 10]]), frame([[1, 1, 1, 1, 1, 10], [1, 1, 1, 1, 1, 7]])
    assert bridge(one, two).effects[0] == ("volume", 7.0)
