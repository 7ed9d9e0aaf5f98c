"""Answers of a launch: the six questions, volumes that reach the agents, every mistake told."""

from __future__ import annotations

import datetime as dt

import pytest

from wfm.config.launch import parse_answers
from wfm.domain import Channel
from wfm.errors import InputError

GOOD = """\
[why]
goal = "A centre of our own"
contact_value = 8.0

[who]
customers = 60000

[where]
name = "Retail"
timezone = "Europe/Riga"
country = "LV"

[when]
opening_day = 2027-03-01
months = 12

[[queue]]
name = "calls"
open = { mon-sat = "08:00-20:00", holidays = "closed" }
target = { service_level = 0.9, threshold = "10s" }
contacts_per_customer = 0.4
per_day = 1000
contained = 0.1

[[queue]]
name = "second line"
open = { mon-fri = "08:00-18:00" }
like = "calls"
share = 0.1

[[queue]]
name = "mail"
channel = "deferred"
open = "always"
worked = { mon-fri = "08:00-18:00" }
target = { threshold = "24h" }
per_day = 80

[capacity.price]
on_cost = 0.3
"""


def test_the_six_questions_are_read() -> None:
    """Centre, opening day, promises; what a menu answers does not reach the agents."""
    answers = parse_answers(GOOD)
    assert (answers.name, answers.opening_day, answers.months) == (
        "Retail",
        dt.date(2027, 3, 1),
        12,
    )
    calls = answers.queues[0].queue
    assert calls.target.threshold_s == 10
    assert calls.new is not None
    assert calls.new.per_day == pytest.approx(900)
    assert calls.new.contacts_per_customer == pytest.approx(0.36)
    assert answers.queues[2].queue.channel is Channel.DEFERRED
    assert answers.how == {"capacity": {"price": {"on_cost": 0.3}}}


def test_a_queue_like_another_takes_its_share() -> None:
    """A tenth of the customers' contacts; of a six-day week's day, in five days."""
    second = parse_answers(GOOD).queues[1].queue.new
    assert second is not None
    assert second.like == ""
    assert second.contacts_per_customer == pytest.approx(0.036)
    assert second.per_day == pytest.approx(0.1 * 900 * 6 / 5)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('"Europe/Riga"', '"Riga"', "timezone", "unknown time zone"),
        ("months = 12", "months = 90", "months", "from 3 to 60"),
        ("2027-03-01", '"soon"', "opening_day", "not a date"),
        ("contained = 0.1", "contained = 1.1", "contained", "0 to 1"),
        ("per_day = 80\n", "", "queue 'mail'", "nothing says how many"),
        ('like = "calls"', 'like = "call"', "like", "no such other queue"),
        ('name = "mail"', 'name = "calls"', "name", "same name"),
        ('country = "LV"', 'country = "XX"', "country", "no such country"),
        ("customers = 60000", "customer = 60000", "customer", "unknown key"),
        ('open = "always"', 'open = "sometimes"', "open", "not the hours"),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, place: str, words: str) -> None:
    """File, line and key of what is wrong, and what would be right."""
    with pytest.raises(InputError) as refused:
        parse_answers(GOOD.replace(old, new, 1))
    told = str(refused.value)
    assert words in told
    assert place in told
    assert "answers.toml:" in told
