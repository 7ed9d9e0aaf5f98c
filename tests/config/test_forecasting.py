"""``[forecast]``: groups of queues, read whole or refused with their line."""

from __future__ import annotations

import pytest

from wfm.config.load import parse
from wfm.errors import InputError

TOML = """\
[centre]
name = "Two desks"
timezone = "Europe/Berlin"
interval = "30m"

[[queue]]
name = "sales"
open = "always"

[[queue]]
name = "service"
open = "always"

[forecast]
groups = {}
"""


def test_groups_are_read_in_order() -> None:
    """Each group with its queues."""
    found = parse(TOML.format('{ voice = ["sales", "service"] }')).forecast
    assert found.groups == (("voice", ("sales", "service")),)


@pytest.mark.parametrize(
    ("groups", "what"),
    [
        ('{ voice = ["sales", "chat"] }', "no such queue, found 'chat'"),
        ('{ a = ["sales"], b = ["sales"] }', "the queue stands twice in groups, found 'sales'"),
        ('{ voice = "sales" }', "is not a list of texts"),
    ],
)
def test_bad_groups_are_refused(groups: str, what: str) -> None:
    """Unknown queues, queues of two groups and what is no list, by line."""
    with pytest.raises(InputError) as refused:
        parse(TOML.format(groups))
    (problem,) = refused.value.problems
    assert what in str(problem)
    assert problem.row == 15
