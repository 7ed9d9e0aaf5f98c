"""The rest of a day by curves and scores, and what it gains on real days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.forecast import QueueCalendar, backtest_intraday, learn_day_knowledge
from wfm.forecast.day_curves import learn_day_curves, rest_of_day_by_curves
from wfm.intervals import holiday_names

CALLS = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "calls"
SLOTS = 20
SAID = np.full((80, SLOTS), 400.0)
LATE = np.linspace(-1.0, 1.0, SLOTS)


def days_that_turn(seed: int = 5, strength: float = 0.15) -> np.ndarray:
    """Days that bring more at night the less they brought in the morning, and the reverse."""
    rng = np.random.default_rng(seed)
    score = rng.normal(0, strength, (80, 1))
    return rng.poisson(SAID * np.exp(score * LATE)).astype(np.float64)


def test_a_shape_that_came_before_is_foreseen():
    """A weak morning of such days means a strong evening: curves see it, a ratio goes astray."""
    curves = learn_day_curves(SAID, days_that_turn())
    true = 400 * np.exp(0.25 * LATE)
    actual = np.where(np.arange(SLOTS) < 8, true, np.nan)
    update = rest_of_day_by_curves(SAID[0], actual, curves)
    assert update.ratio < 0.9
    assert update.factor > 1.02
    rest = update.mean[8:]
    assert np.abs(rest - true[8:]).sum() < 0.4 * np.abs(400 - true[8:]).sum()


def test_noise_alone_moves_nothing():
    """Where days left their forecast by Poisson noise only, a lively morning is noise too."""
    came = np.random.default_rng(2).poisson(SAID).astype(np.float64)
    curves = learn_day_curves(SAID, came)
    actual = np.where(np.arange(SLOTS) < 8, 430.0, np.nan)
    assert rest_of_day_by_curves(SAID[0], actual, curves).factor == pytest.approx(1.0, abs=0.02)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5000), min_size=SLOTS, max_size=SLOTS), st.integers(0, SLOTS))
def test_any_morning_leaves_a_rest_that_can_come(counts: list[int], cut: int):
    """Finite, never negative, and what came stays as it came."""
    curves = learn_day_curves(SAID, days_that_turn())
    actual = np.where(np.arange(SLOTS) < cut, np.array(counts, dtype=np.float64), np.nan)
    update = rest_of_day_by_curves(SAID[0], actual, curves)
    assert np.isfinite(update.mean).all()
    assert (update.mean >= 0).all()
    assert (update.mean[:cut] == counts[:cut]).all()
    before = rest_of_day_by_curves(SAID[0], np.full(SLOTS, np.nan), curves)
    assert before.factor == pytest.approx(1.0)
    assert 0 <= update.phi < 1


def test_closed_slots_stay_closed():
    """Nothing is added where nothing was forecast."""
    said = SAID.copy()
    said[:, :4] = 0.0
    came = days_that_turn()
    came[:, :4] = np.nan
    curves = learn_day_curves(said, came)
    actual = np.where(np.arange(SLOTS) < 10, came[0], np.nan)
    update = rest_of_day_by_curves(said[0], np.where(np.arange(SLOTS) < 4, 0.0, actual), curves)
    assert (update.mean[:4] == 0).all()


def test_too_few_days_and_other_shapes_are_refused():
    """Misuse is told."""
    with pytest.raises(ValueError, match="15 whole days"):
        learn_day_curves(SAID[:10], days_that_turn()[:10])
    curves = learn_day_curves(SAID, days_that_turn())
    with pytest.raises(ValueError, match="slots"):
        rest_of_day_by_curves(SAID[0], np.full(3, np.nan), curves)


def test_knowledge_of_a_queue_corrects_its_day(make_history, office_calendar):
    """A day that runs a fifth above its forecast is corrected upwards, not beyond the fifth."""
    history = make_history(150)
    day = dt.date(2023, 5, 24)
    known = learn_day_knowledge(history, office_calendar, day=day, interval_s=1800)
    mean = np.zeros(48)
    mean[16:36] = 40.0
    actual = np.where(np.arange(48) < 26, mean * 1.2, np.nan)
    assert 1.0 < known.update(mean, actual).factor < 1.2


@pytest.mark.skipif(not CALLS.is_dir(), reason="development data not here")
@pytest.mark.parametrize(
    ("name", "country", "gain"),
    [("anonbank_total_30min_dev", "IL", 0.96), ("nyctaxi_surrogate_30min", "US", 0.86)],
)
def test_real_days_are_corrected_better_than_by_the_ratio(name: str, country: str, gain: float):
    """Rest of the last 40 ordinary days from noon and 14:00 on, beside no update and the ratio."""
    history = pd.read_csv(CALLS / f"{name}.csv.gz", parse_dates=["start"])
    history["start"] = history["start"].astype("datetime64[us]")
    table = backtest_intraday(
        history,
        {history["queue"].iloc[0]: QueueCalendar(None, holiday_names(country, "", [1999, 2014]))},
        as_of=(history["start"].max().normalize() + pd.Timedelta(days=1)).to_pydatetime(),
        interval_s=1800,
        at_s=(43_200, 50_400),
    )
    mean = table.groupby("method")["wape"].mean()
    assert mean["update"] < gain * mean["ratio"]
    assert mean["update"] < 0.98 * mean["none"]
    assert mean["update"] < 1.01 * mean[["shrunk", "curves"]].min()
    assert (table["days"] == 40).all()
