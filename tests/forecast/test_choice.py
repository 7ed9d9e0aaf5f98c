"""Which models are taken: weights by error, a single one only on clear evidence."""

from __future__ import annotations

import numpy as np
import pytest

from wfm.forecast.choice import blend, choose
from wfm.forecast.trials import Trial


def trials_of(errors: dict[str, float], count: int = 10, step: int = 1, days: int = 1, sd=0.3):
    """Trials of 20 slots round 100 contacts; each model errs by its share, shared in part."""
    rng = np.random.default_rng(3)
    out = []
    for k in range(count):
        actual = rng.poisson(100.0, (days, 20)).astype(float)
        said = {
            name: 100.0 * (1 + share * (1 + sd * rng.standard_normal()) * np.ones((days, 20)))
            for name, share in errors.items()
        }
        lead = np.arange(1, days + 1)
        out.append(Trial(30 + k * step, lead, actual, said, np.eye(days)))
    return out


def test_weights_fall_with_the_error_and_sum_to_one():
    """The better model weighs more, none nothing; the errors are the WAPE."""
    trials = trials_of({"a": 0.1, "b": -0.12}, count=4, step=7, days=28)
    found = choose(("a", "b"), trials)
    assert sum(found.weights.values()) == pytest.approx(1)
    assert found.weights["a"] > found.weights["b"] > 0
    assert found.trials == 4


def test_errors_on_both_sides_are_combined():
    """Where the mean of two beats each, it is kept however many trials there are."""
    found = choose(("a", "b"), trials_of({"a": 0.2, "b": -0.2}, count=20))
    assert set(found.weights) == {"a", "b"}
    assert 0.2 < found.weights["a"] < 0.8


def test_a_single_model_needs_more_than_one_standard_error():
    """A model that is clearly alone in the right is picked; by luck or little history not."""
    right = {"a": 0.01, "b": 0.3, "c": 0.25}
    assert set(choose(tuple(right), trials_of(right, count=20)).weights) == {"a"}
    overlapping = trials_of(right, count=8, step=1, days=14)
    assert set(choose(tuple(right), overlapping).weights) == set(right)
    alike = {"a": 0.10, "b": 0.11}
    assert set(choose(tuple(alike), trials_of(alike, count=20, sd=1.0)).weights) == set(alike)


def test_yardsticks_are_told_without_a_weight():
    """The simple mean stands beside the winner with its error."""
    trials = trials_of({"a": 0.1, "b": 0.12, "mean8": 0.2})
    found = choose(("a", "b"), trials, ("mean8",))
    assert set(found.wape) == {"a", "b", "mean8"}
    assert "mean8" not in found.weights
    actual = np.concatenate([trial.actual for trial in trials])
    assert found.wape["mean8"] == pytest.approx(0.2, rel=0.3)
    assert blend(trials[0].said, {"a": 0.5, "b": 0.5}).shape == actual[:1].shape


def test_without_trials_faith_decides():
    """No trial, no error: the blend leans on what many queues have shown."""
    found = choose(("factors", "top_down"), [])
    assert found.weights["top_down"] > found.weights["factors"] > 0
    assert np.isnan(found.wape["top_down"])
