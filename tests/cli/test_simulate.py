"""``wfm simulate`` on a tiny centre: error bars, seed, agreement with the formula."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def planned(wfm, centre: Path) -> Path:
    """The tiny centre with a stored plan."""
    wfm("import", "csv", "history.csv")
    assert wfm("plan").code == 0
    return centre


def test_a_simulated_week_agrees_with_the_formula(wfm, planned: Path) -> None:
    """Short handle times: simulation and interval-by-interval formula are near each other."""
    done = wfm("simulate", "--json", "--replications", 40, "--seed", 5)
    assert done.code == 0, done.err
    week = done.json["totals"][0]
    assert abs(week["sl_simulated"] - week["sl_formula"]) < 0.05
    assert 0 < week["sl_half_width"] < 0.05
    days = done.json["days"]
    assert len(days) == 5
    assert sum(day["offered"] for day in days) == pytest.approx(week["offered"])
    assert min(day["worst_sl"] for day in days) == week["worst_sl"]


def test_the_seed_makes_it_repeatable(wfm, planned: Path) -> None:
    """Same seed, same figures; another seed, others; the seed is printed."""
    first, again, other = (
        wfm("simulate", "--json", "--replications", 3, "--seed", seed).json["totals"]
        for seed in (1, 1, 2)
    )
    assert first == again != other
    assert "seed 7" in wfm("simulate", "--seed", 7, "--replications", 2).out


def test_one_day_and_no_day(wfm, planned: Path) -> None:
    """--from names a day; a day without a roster is exit 5."""
    one = wfm("simulate", "--from", "2026-05-05", "--replications", 2, "--json").json["days"]
    assert [day["day"] for day in one] == ["2026-05-05"]
    assert wfm("simulate", "--from", "2026-06-05").code == 5


def test_a_roster_without_a_forecast_cannot_be_simulated(wfm, centre: Path) -> None:
    """Nothing planned yet: exit 5 and what to do."""
    done = wfm("simulate")
    assert done.code == 5
    assert "make one first" in done.err


def test_work_past_closing_has_no_calls(wfm, centre: Path) -> None:
    """Shifts that end after closing: those half hours are simulated without calls."""
    wfm("import", "csv", "history.csv")
    text = (centre / "wfm.toml").read_text(encoding="utf-8")
    late = text.replace('start = "09:00-10:00"', 'start = "10:30-11:00"')
    (centre / "wfm.toml").write_text(late, encoding="utf-8")
    assert wfm("plan").code == 0
    done = wfm("simulate", "--replications", 3, "--json")
    assert done.code == 0, done.err
    assert all(day["offered"] > 0 for day in done.json["days"])
