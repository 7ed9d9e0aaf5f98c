"""``[[presence]]``: floors, seats, rest rooms and hours of a place."""

from __future__ import annotations

import datetime as dt

import pytest

from wfm.config import parse
from wfm.errors import InputError
from wfm.presence import PresenceRule

H = 3600
TOML = """
[centre]
name = "Tiny"
timezone = "UTC"
interval = "60m"

[[queue]]
name = "q"
open = { mon-fri = "08:00-18:00", holidays = "closed" }

[[queue]]
name = "r"
open = { mon-sat = "06:00-09:00", "2026-12-24" = "08:00-12:00" }
"""


def rules(text: str) -> tuple[PresenceRule, ...]:
    """Rules of a centre with some sections more."""
    return parse(TOML + text).scheduling.presence


def test_every_key_arrives() -> None:
    """Whom it counts, how many, when, and the hours of the place."""
    (made,) = rules(
        """
[[presence]]
name = "seats"
site = "Main"
team = "blue"
queue = "q"
min_at_work = 1
max_at_work = 80
max_on_break = 12
at = { mon = "08:00-12:00" }
open = { mon-fri = "07:00-21:00" }
"""
    )
    assert (made.site, made.team) == ("Main", "blue")
    assert (made.min_at_work, made.max_at_work, made.max_on_break) == (1, 80, 12)
    assert made.at is not None
    assert made.at.week[0] == ((8 * H, 12 * H),)
    assert made.open is not None
    assert made.open.week[4] == ((7 * H, 21 * H),)


def test_a_floor_without_hours_holds_while_the_queue_is_open() -> None:
    """Of one queue its own hours; of the centre those of all queues together."""
    own, every = rules(
        """
[[presence]]
name = "own"
queue = "q"
min_at_work = 1
[[presence]]
name = "every"
min_at_work = 1
"""
    )
    assert own.at is not None
    assert own.at.week[0] == ((8 * H, 18 * H),)
    assert own.at.holidays == ()
    assert every.at is not None
    assert every.at.week[0] == ((6 * H, 18 * H),)
    assert every.at.week[5] == ((6 * H, 9 * H),)
    assert every.at.holidays is None
    assert every.at.dates == ((dt.date(2026, 12, 24), ((8 * H, 18 * H),)),)


def test_a_cap_without_hours_always_holds() -> None:
    """Seats do not come and go."""
    (made,) = rules('[[presence]]\nname = "seats"\nmax_at_work = 8\n')
    assert made.at is None


def test_everything_wrong_is_told_with_its_line() -> None:
    """Unknown queue, contract and key, half a person, a rule that says nothing, a name twice."""
    with pytest.raises(InputError) as caught:
        rules(
            """
[[presence]]
name = "a"
queue = "z"
contract = "none"
min_at_work = 1.5
seats = 3
[[presence]]
name = "a"
[[presence]]
name = "c"
min_at_work = 3
max_at_work = 2
"""
        )
    told = str(caught.value)
    for words in (
        "no such queue",
        "no such contract",
        "is not a whole number",
        "seats: unknown key",
        "the same name",
        "give min_at_work, max_at_work, max_on_break or open",
        "max_at_work is below min_at_work",
    ):
        assert words in told
    assert all(problem.row > 10 for problem in caught.value.problems)
