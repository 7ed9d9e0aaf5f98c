"""Rules of contracts beyond hours and days, and the preset that stands over them."""

from __future__ import annotations

import pytest

from wfm.config import parse
from wfm.errors import InputError
from wfm.work_rules import DutyRules

H = 3600
TOML = """
[centre]
name = "Tiny"
timezone = "UTC"
interval = "60m"

[[queue]]
name = "q"
open = "always"

[[shift]]
name = "day"
start = "08:00-10:00"
length = "8h"

[[contract]]
name = "full"
shifts = ["day"]
hours_per_day = "8h"
hours_per_week = "32h-40h"
days_per_week = "4-5"
{contract}

[scheduling]
{scheduling}
"""


def duty(contract: str = "", scheduling: str = "") -> DutyRules:
    """Rules of the one contract."""
    text = TOML.format(contract=contract, scheduling=scheduling)
    return parse(text).contracts[0].duty


def test_every_rule_can_be_written() -> None:
    """All keys arrive in seconds and counts."""
    made = duty(
        """
nights_per_week = 3
nights_in_row = 2
rest_after_nights = "48h"
night_average = "8h"
weekend_off_every = 2
whole_weekends = true
start_spread = "1h"
paired_days_off = true
weekly_rest = "35h"
hours_on_average = "35h-40h"
average_weeks = 6
break_after = "6h"
min_days_in_row = 2
min_days_off_in_row = 3
weekends_in_4 = 2
shifts_in_4_weeks = { day = 5 }
"""
    )
    assert made == DutyRules(
        3,
        2,
        48 * H,
        8 * H,
        2,
        True,
        H,
        True,
        35 * H,
        (35 * H, 40 * H),
        6,
        6 * H,
        2,
        3,
        2,
        (("day", 5),),
    )
    assert duty() == DutyRules()
    assert not duty().shapes_week


def test_the_eu_preset_is_the_default_of_every_contract() -> None:
    """24 + 11 h a week, 48 h on average over 17 weeks, a break after 6 h, nights of 8 h."""
    made = duty(scheduling='preset = "eu"')
    assert (made.weekly_rest_s, made.break_after_s, made.night_average_s) == (35 * H, 6 * H, 8 * H)
    assert (made.average_s, made.average_weeks) == ((0, 48 * H), 17)


@pytest.mark.parametrize(
    ("contract", "told"),
    [
        ('rest = "9h"', "rest: is shorter than the preset of [scheduling], 11h"),
        ('weekly_rest = "24h"', "weekly_rest: is looser than the preset"),
        ('hours_on_average = "40h-50h"', "at most 48h"),
        ("average_weeks = 26", "at most 17 weeks"),
        ("nights_in_row = -1", "is not a whole number"),
        ("min_days_in_row = 8", "must be from 1 to 7"),
        ("shifts_in_4_weeks = 5", "must name shifts"),
        ('hours_on_average = "40h-30h"', "from small to large"),
    ],
)
def test_a_looser_contract_is_refused_with_its_line(contract: str, told: str) -> None:
    """What the preset forbids, and what makes no sense, is named."""
    with pytest.raises(InputError) as refused:
        duty(contract, 'preset = "eu"')
    assert told in str(refused.value)
    assert "wfm.toml:" in str(refused.value)


def test_an_unknown_preset_is_refused() -> None:
    """The known ones are named."""
    with pytest.raises(InputError, match="is no preset; known are none, eu"):
        duty(scheduling='preset = "us"')
