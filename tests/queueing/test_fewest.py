"""The search for the smallest number of agents, against the number it was made from."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.queueing.fewest import fewest_agents


@settings(deadline=None)
@given(need=st.integers(1, 5000), start=st.integers(1, 5000))
def test_the_smallest_good_number_is_found_from_any_start(need, start):
    """The start spares steps and changes nothing."""
    assert fewest_agents(lambda agents: agents >= need, start=start) == need
