"""``wfm simulate`` on a tiny centre: error bars, seed, agreement with the formula."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from wfm.store import open_store


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


def test_work_past_closing_has_no_calls(wfm, planned: Path) -> None:
    """Half hours that are staffed but not required are simulated without calls."""
    with open_store("wfm.db") as store:
        run = store.latest("plan")
        assert run is not None
        coverage, requirement = (store.read(name, run.run) for name in ("coverage", "requirement"))
        late = coverage.iloc[[-1]].assign(required=0.0, scheduled=1.0, over=1.0, under=0.0)
        late["interval_start"] += pd.Timedelta(minutes=30)
        longer = pd.concat([coverage, late], ignore_index=True).drop(columns="run")
        tables = {"coverage": longer, "requirement": requirement.drop(columns="run")}
        store.save_run(replace(run, run="late"), tables)
    usual = wfm("simulate", "--replications", 3, "--json", "--run", run.run).json["totals"][0]
    done = wfm("simulate", "--replications", 3, "--json", "--run", "late")
    assert done.code == 0, done.err
    assert done.json["totals"][0]["offered"] == pytest.approx(usual["offered"])
