"""Single numbers that the engine refuses, by name."""

import pytest

from wfm.queueing.arguments import below_one, not_negative, positive


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("check", [positive, not_negative, below_one])
def test_impossible_numbers_are_refused(check, value):
    """No check lets through what is no number, endless or negative."""
    with pytest.raises(ValueError, match=r"^aht_s must be .* got"):
        check(aht_s=value)


def test_the_ends_of_each_range():
    """0 is not above 0, but at least 0; neither 0 nor 1 is between them."""
    not_negative(share=0.0)
    for check, value in ((positive, 0.0), (below_one, 0.0), (below_one, 1.0)):
        with pytest.raises(ValueError, match="share"):
            check(share=value)
