"""``new`` of a queue: read whole, or refused with its line."""

from __future__ import annotations

import datetime as dt

import pytest

from wfm.config.load import parse
from wfm.domain import NewQueue, VolumeEstimate
from wfm.errors import InputError

TOML = """\
[centre]
name = "Two desks"
timezone = "Europe/Berlin"
interval = "30m"

[[queue]]
name = "old"
open = "always"

[[queue]]
name = "young"
open = "always"
new = {}
"""


def test_every_key_is_read() -> None:
    """Sibling, expectation, customers, start and choice."""
    new = (
        '{ from = "2026-03-31", like = "old", share = 0.2, per_day = 90, customers = 500, '
        'contacts_per_customer = 0.5, profile = "round-the-clock", use = "customers" }'
    )
    found = parse(TOML.format(new)).queue("young").new
    assert found == NewQueue(
        dt.date(2026, 3, 31),
        "old",
        0.2,
        90.0,
        500.0,
        0.5,
        "round-the-clock",
        VolumeEstimate.CUSTOMERS,
    )


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("{}", "give like"),
        ('{ like = "other" }', "like no other queue"),
        ('{ like = "young" }', "like no other queue"),
        ("{ per_day = 0 }", "above 0"),
        ('{ per_day = 5, from = "soon" }', "2026-03-31"),
        ('{ per_day = 5, use = "guess" }', "median"),
        ("{ per_day = 5, per_week = 5 }", "unknown key"),
        ("{ customers = 5 }", "go together"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(new: str, said: str) -> None:
    """Line 13 and what to write."""
    with pytest.raises(InputError, match=said) as caught:
        parse(TOML.format(new))
    assert all(problem.row == 13 for problem in caught.value.problems)
