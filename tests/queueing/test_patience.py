"""Patience from data: the published table, known laws recovered, bad input."""

import math

import numpy as np
import pytest

from wfm.queueing import performance
from wfm.queueing.general_patience import general_patience_service
from wfm.queueing.patience import (
    estimate_patience,
    patience_from_staffing,
    patience_from_totals,
    survival_of_patience,
)
from wfm.queueing.patience_law import WeibullPatience

PUBLISHED_MEAN_S = {"PS": 451, "NW": 213, "NE": 817, "IN": 439, "TT": 340, "PE": 413, "ALL": 356}


def censored(rng, patience_s, offered_s):
    """What a switch would record: the shorter of the two waits, and whether it was patience."""
    return np.minimum(patience_s, offered_s), patience_s < offered_s


def test_the_published_table(percall):
    """Censored exponential estimates of the small bank, beside the figures that come with the file.

    The figures rest on a cleaning that is not described and drops 78 of 61 234 calls more than the
    outcome column tells, hence the 3 %.
    """
    calls = percall[(percall["outcome"] != "PHANTOM") & (percall["queued"] == 1)]
    groups = {**dict(list(calls.groupby("queue"))), "ALL": calls}
    for queue, mean_s in PUBLISHED_MEAN_S.items():
        rows = groups[queue]
        found = estimate_patience(rows["wait_s"], rows["outcome"] == "HANG")
        assert found.mean_s == pytest.approx(mean_s, rel=0.03), queue
        assert found.low_s < found.mean_s < found.high_s


def test_totals_say_the_same_as_calls(percall):
    """Summed by day the estimate does not change."""
    calls = percall[(percall["outcome"] != "PHANTOM") & (percall["queued"] == 1)]
    left = (calls["outcome"] == "HANG") & (calls["wait_s"] > 0)
    day = calls["start"].str[:10]
    totals = patience_from_totals(calls["wait_s"].groupby(day).sum(), left.groupby(day).sum())
    assert totals == estimate_patience(calls["wait_s"], calls["outcome"] == "HANG")


def test_the_mean_is_recovered_from_censored_waits():
    """Nine in ten calls answered before patience ends: still right, and inside its interval."""
    rng = np.random.default_rng(3)
    waits, left = censored(rng, rng.exponential(300, 60_000), rng.exponential(30, 60_000))
    found = estimate_patience(waits, left)
    assert found.low_s < 300 < found.high_s
    assert found.high_s / found.low_s < 1.07


def test_interval_covers_as_often_as_it_says():
    """Of 400 samples about 95 % hold the true mean."""
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(400):
        waits, left = censored(rng, rng.exponential(120, 150), rng.exponential(60, 150))
        found = estimate_patience(waits, left)
        hits += found.low_s <= 120 <= found.high_s
    assert 0.92 <= hits / 400 <= 0.985


def test_survival_recovers_a_law_that_is_not_exponential():
    """Kaplan-Meier follows a Weibull law within its own error bars."""
    rng = np.random.default_rng(4)
    law = WeibullPatience(100.0, 0.6)
    patience_s = 100.0 * rng.weibull(0.6, 40_000)
    curve = survival_of_patience(*censored(rng, patience_s, rng.exponential(80, 40_000)))
    looked = curve.at_risk > 200
    gap = np.abs(curve.share_left - law.survival(curve.wait_s))[looked]
    assert (gap <= 4.5 * curve.std_error[looked] + 1e-4).all()


def test_survival_feeds_the_queue():
    """Service from the fitted curve is close to service from the law behind the sample."""
    rng = np.random.default_rng(9)
    sample = 100.0 * rng.weibull(0.6, 200_000)
    curve = survival_of_patience(np.round(sample, 1), np.ones(sample.size, dtype=bool))
    fitted = general_patience_service(600, 300, 45, curve.law())
    true = general_patience_service(600, 300, 45, WeibullPatience(100.0, 0.6))
    assert fitted.p_abandon == pytest.approx(true.p_abandon, abs=2e-3)
    assert fitted.sl_offered == pytest.approx(true.sl_offered, abs=5e-3)


def test_survival_without_censoring_is_the_empirical_law():
    """If everybody hangs up the curve counts who is left."""
    curve = survival_of_patience([3, 1, 2, 2], [True] * 4)
    assert curve.wait_s.tolist() == [1, 2, 3]
    assert curve.share_left == pytest.approx([0.75, 0.25, 0.0])


def test_staffing_alone_inverts_erlang_a():
    """Abandonments made by Erlang A give back its patience."""
    agents = np.array([44, 48, 50, 55])
    lost = performance("erlang_a", 600, 300, agents, patience_s=137).p_abandon * 50
    found = patience_from_staffing(600, 300, agents, lost, 50)
    assert found == pytest.approx(137, rel=1e-8)


def test_nobody_hung_up():
    """No abandonments: no upper end, but a lower one."""
    found = estimate_patience([30.0, 60.0], [False, False])
    assert found.mean_s == math.inf
    assert found.high_s == math.inf
    assert found.low_s == pytest.approx(90 / -math.log(0.025))


@pytest.mark.parametrize(
    ("waits", "left"), [([], []), ([1.0, 2.0], [True]), ([-1.0], [True]), ([math.nan], [False])]
)
def test_bad_calls_are_refused(waits, left):
    """No calls, lists of two lengths, waits that cannot be."""
    with pytest.raises(ValueError, match="wait_s"):
        estimate_patience(waits, left)


def test_impossible_losses_are_refused():
    """More calls lost than any patience explains."""
    with pytest.raises(ValueError, match="no patience"):
        patience_from_staffing(60, 60, 50, 30, 50)
