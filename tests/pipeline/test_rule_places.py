"""Problems of contracts and shifts with their line in wfm.toml."""

from __future__ import annotations

from pathlib import Path

from wfm.config import load
from wfm.errors import Problem
from wfm.pipeline.rule_places import with_places

CONFIG = load(Path(__file__).resolve().parents[2] / "data" / "wfm.toml")


def test_a_contract_is_told_with_the_line_of_its_key() -> None:
    """The second contract's hours; what is no rule, or has a file, stays as it is."""
    rows = CONFIG.text.splitlines()
    name = CONFIG.contracts[1].name
    head = next(n for n, row in enumerate(rows) if row.startswith(f'name = "{name}"'))
    line = next(n for n, row in enumerate(rows, 1) if n > head and row.startswith("hours_per_day"))
    wrong = Problem(f"contract {name!r} cannot be worked", column="hours_per_day")
    other = Problem("is not on the list", "leave.csv", 3)
    stranger = Problem("contract 'nobody' cannot be worked", column="hours_per_day")
    made, *kept = with_places([wrong, other, stranger], CONFIG)
    assert (made.file, made.row) == ("wfm.toml", line)
    assert kept == [other, stranger]
