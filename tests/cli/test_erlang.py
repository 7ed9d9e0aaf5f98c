"""The calculator's file contracts against the reference digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "queueing"
needs_reference = pytest.mark.skipif(not REFERENCE.exists(), reason="reference digits not here")

MEASURES = [
    "p_block",
    "p_wait",
    "sl_offered",
    "sl_answered",
    "sl_excl_short_abandon",
    "sl_abandon_within_t_ok",
    "sl_virtual",
    "asa_answered_s",
    "mean_wait_all_s",
    "p_abandon",
    "p_abandon_within_t",
    "occupancy",
    "mean_queue",
]


@needs_reference
def test_batch_gives_every_reference_digit(wfm, centre: Path) -> None:
    """Columns in order, cells empty where undefined, 1e-12 absolute or 1e-11 relative."""
    reference = pd.read_csv(REFERENCE / "reference_erlang_dev.csv")
    given = ["model", "arrivals_per_hour", "aht_s", "patience_s", "agents", "threshold_s"]
    reference[given].to_csv("cases.csv", index=False)
    assert wfm("erlang", "batch", "--in", "cases.csv", "--out", "results.csv").code == 0
    results = pd.read_csv("results.csv")
    assert list(results.columns) == given + MEASURES
    for name in MEASURES:
        known = reference[name].notna()
        close = np.isclose(results[name], reference[name], rtol=1e-11, atol=1e-12)
        assert close[known].all(), name
    loss = reference["model"].str.startswith("erlang_b")
    assert results.loc[loss, ["p_wait", "asa_answered_s"]].isna().all(axis=None)


@needs_reference
def test_required_is_exact_on_every_reference_row(wfm, centre: Path) -> None:
    """The smallest whole number of agents, row by row."""
    reference = pd.read_csv(REFERENCE / "reference_staffing_dev.csv")
    reference.drop(columns="agents_required").to_csv("cases.csv", index=False)
    assert wfm("erlang", "required", "--in", "cases.csv", "--out", "results.csv").code == 0
    found = pd.read_csv("results.csv")["agents_required"]
    assert found.tolist() == reference["agents_required"].tolist()


@needs_reference
def test_extended_models_give_the_reference_values(wfm, centre: Path) -> None:
    """1e-9 for the exact models, 1e-6 for the gamma-mixed rate."""
    reference = pd.read_csv(REFERENCE / "reference_extended_dev.csv")
    reference[["model", "params", "metric"]].to_csv("cases.csv", index=False)
    assert wfm("erlang", "extended", "--in", "cases.csv", "--out", "results.csv").code == 0
    results = pd.read_csv("results.csv")
    limit = np.where(reference["model"] == "gamma_rate", 1e-6, 1e-9)
    error = (results["value"] - reference["value"]).abs() / reference["value"].abs().clip(lower=1)
    assert (error <= limit).all(), results[error > limit]


def test_one_case_in_words(wfm, centre: Path) -> None:
    """14 agents for 100 calls of three minutes in half an hour, and their neighbours."""
    done = wfm("erlang", "--contacts", 100, "--aht", "180s")
    assert "14 agents are needed (service level binds)" in done.out
    told = wfm("erlang", "--contacts", 100, "--aht", "180s", "--shrinkage", 0.3, "--json").json
    assert [row["agents"] for row in told["neighbours"]] == [13, 14, 15]
    assert told["agents_gross"] == pytest.approx(20.0)
    assert told["neighbours"][1]["service_level"] == pytest.approx(0.88835, abs=5e-6)


def test_the_service_of_given_agents(wfm, centre: Path) -> None:
    """--agents asks the other way round; callers hang up when patience is given."""
    told = wfm("erlang", "--contacts", 100, "--agents", 8, "--patience", "2m", "--json").json
    here = next(row for row in told["neighbours"] if row["agents"] == 8)
    assert told["model"] == "erlang_a"
    assert 0 < here["service_level"] < 0.8
    assert here["p_abandon"] > 0.1
