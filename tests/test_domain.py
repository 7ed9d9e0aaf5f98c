"""The things with rules: what they refuse, and the little arithmetic they do."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.domain import (
    Agent,
    Anchor,
    BreakRule,
    Contract,
    Queue,
    ServiceTarget,
    ShiftTemplate,
    Shrinkage,
)
from wfm.intervals import OpeningHours

HOUR = 3600
LUNCH = BreakRule("lunch", 1800, False, Anchor.START, (3 * HOUR, 5 * HOUR), 6 * HOUR)
LAST = BreakRule("break", 900, True, Anchor.END, (HOUR, 3 * HOUR))
DAY = ShiftTemplate("day", (7 * HOUR, 9 * HOUR), 1800, (4 * HOUR, 8 * HOUR), HOUR, (LUNCH, LAST))


@pytest.mark.parametrize(
    "fields",
    [
        {"service_level": 1.0},
        {"service_level": 80},
        {"service_level": -0.1},
        {"max_occupancy": 0.0},
        {"max_occupancy": 1.1},
        {"max_abandonment": 0.0},
        {"threshold_s": -1.0},
        {"max_asa_s": 0.0},
        {"min_agents": -1},
    ],
)
def test_impossible_promises(fields):
    """No number of agents keeps them."""
    with pytest.raises(ValueError, match=r"must be|no number of agents"):
        ServiceTarget(**fields)


@pytest.mark.parametrize("fields", [{"aht_s": 0.0}, {"patience_s": -1.0}])
def test_a_queue_needs_times(fields):
    """Without handle time or patience there is no load."""
    with pytest.raises(ValueError, match="above 0 s"):
        Queue("bank", OpeningHours.always(), **fields)


@settings(deadline=None)
@given(shares=st.lists(st.floats(0, 0.15), max_size=5), net=st.floats(0, 1000))
def test_gross_inverts_shrinkage(shares, net):
    """Of the people scheduled, the share that is not away is what was asked for."""
    named = tuple((f"s{k}", share) for k, share in enumerate(shares))
    shrinkage = Shrinkage(named[::2], named[1::2])
    assert shrinkage.total == pytest.approx(sum(shares))
    assert shrinkage.gross(net) * (1 - shrinkage.total) == pytest.approx(net)


def test_shrinkage_must_leave_somebody():
    """Shares outside 0..1 and a total of one are refused."""
    with pytest.raises(ValueError, match="fraction from 0 to 1, got 9"):
        Shrinkage((("leave", 9),))
    with pytest.raises(ValueError, match=r"adds up to 1\.00; nobody would be left"):
        Shrinkage((("leave", 0.5),), (("sick", 0.5),))


def test_break_windows_from_both_ends():
    """From the end, 1-3 h means it starts at least one and at most three hours before."""
    assert LUNCH.starts_s(8 * HOUR) == (3 * HOUR, 5 * HOUR)
    assert LAST.starts_s(8 * HOUR) == (5 * HOUR, 7 * HOUR)
    assert not LUNCH.applies(6 * HOUR)
    assert LUNCH.applies(6 * HOUR + 1)


@pytest.mark.parametrize(
    ("length_s", "window_s", "message"),
    [(0, (0, 10), "length must be above 0"), (60, (10, 5), "from small to large")],
)
def test_impossible_breaks(length_s, window_s, message):
    """A break without length, or a window that runs backwards."""
    with pytest.raises(ValueError, match=message):
        BreakRule("b", length_s, True, Anchor.START, window_s)


def test_what_a_template_compiles_to():
    """Starts and lengths on their grids; lunch and its unpaid time only in long shifts."""
    assert DAY.starts() == [7 * HOUR, 7 * HOUR + 1800, 8 * HOUR, 8 * HOUR + 1800, 9 * HOUR]
    assert DAY.lengths_s() == [h * HOUR for h in (4, 5, 6, 7, 8)]
    assert DAY.paid_s(6 * HOUR) == 6 * HOUR
    assert DAY.paid_s(8 * HOUR) == 7.5 * HOUR


@pytest.mark.parametrize(
    "fields",
    [
        {"start_s": (9 * HOUR, 7 * HOUR)},
        {"start_s": (0, 24 * HOUR)},
        {"length_s": (0, HOUR)},
        {"length_s": (8 * HOUR, 25 * HOUR)},
        {"start_step_s": 0},
        {"length_step_s": -900},
        {"length_s": (2 * HOUR, 8 * HOUR), "length_step_s": HOUR},
    ],
)
def test_impossible_templates(fields):
    """Backward windows, days of 25 hours, empty steps, breaks that fall out of the shift."""
    good = {
        "start_s": (7 * HOUR, 9 * HOUR),
        "start_step_s": 1800,
        "length_s": (4 * HOUR, 8 * HOUR),
        "length_step_s": HOUR,
    }
    with pytest.raises(ValueError, match="shift 'day'"):
        ShiftTemplate("day", breaks=(LAST,), **{**good, **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"day_s": (9 * HOUR, 7 * HOUR)},
        {"week_s": (-1, 40 * HOUR)},
        {"days_per_week": (5, 8)},
        {"days_per_week": (5, 4)},
        {"max_days_in_row": 0},
        {"rest_s": -1},
    ],
)
def test_impossible_contracts(fields):
    """Ranges that run backwards, eight-day weeks, no working day in a row."""
    good = {
        "day_s": (7 * HOUR, 9 * HOUR),
        "week_s": (37 * HOUR, 40 * HOUR),
        "days_per_week": (5, 5),
    }
    with pytest.raises(ValueError, match="contract 'full'"):
        Contract("full", ("day",), **{**good, **fields})


def test_employment_includes_first_and_last_day():
    """Open ends are open."""
    first, last = dt.date(2024, 1, 10), dt.date(2024, 1, 20)
    agent = Agent("A1", "Ada", "full", ("bank",), start_date=first, end_date=last)
    day = dt.timedelta(days=1)
    assert [agent.employed(d) for d in (first - day, first, last, last + day)] == [
        False,
        True,
        True,
        False,
    ]
    assert Agent("A2", "Bo", "full", ("bank",)).employed(dt.date(1900, 1, 1))
