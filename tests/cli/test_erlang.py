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


def test_how_many_contacts_the_agents_take(wfm, centre: Path) -> None:
    """Without --contacts the most within the target: one contact more needs an agent more."""
    told = wfm("erlang", "--agents", 14, "--service-level", "80%", "--json").json
    assert told["contacts"] == pytest.approx(217.37 / 2, abs=0.01)
    for more, agents in ((-0.01, 14), (0.01, 15)):
        given = ("--contacts", told["contacts"] + more, "--service-level", "80%")
        assert wfm("erlang", *given, "--json").json["agents"] == agents
    assert "14 agents can take 108.685 contacts" in wfm("erlang", "--agents", 14).out


def test_every_part_of_a_promise(wfm, centre: Path) -> None:
    """Mean wait and hang-ups can be promised alone or beside a service level."""
    slow = wfm("erlang", "--contacts", 100, "--asa", "2m", "--json").json
    assert (slow["agents"], slow["binding"]) == (12, "asa")
    both = wfm("erlang", "--contacts", 100, "--asa", "2m", "--service-level", "0.8", "--json").json
    assert (both["agents"], both["binding"]) == (14, "service level")
    few = ("--contacts", 100, "--abandonment", "3%")
    left = wfm("erlang", *few, "--patience", "2m", "--json").json
    before, here, _ = left["neighbours"]
    assert left["binding"] == "abandonment"
    assert before["p_abandon"] > 0.03 >= here["p_abandon"]
    assert "--abandonment needs --patience" in wfm("erlang", *few).err


def test_lines_for_who_talks_and_who_waits(wfm, centre: Path) -> None:
    """The fewest lines by the Erlang B recursion, on handle time and mean wait."""
    told = wfm("erlang", "--contacts", 100, "--blocking", "1%", "--json").json
    wait_s = told["neighbours"][1]["asa_s"]
    load = 100 / 1800 * (180 + wait_s)
    blocked, lines = 1.0, 0
    while blocked > 0.01:
        lines += 1
        blocked = load * blocked / (lines + load * blocked)
    assert told["lines"]["lines"] == lines == 18
    assert told["lines"]["load_erlang"] == pytest.approx(load)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--contacts", 100, "--service-level", "80"), "'80' is not a share; write it like 0.8"),
        (("--contacts", 100, "--shrinkage", "100%"), "leaves nobody"),
        (("--contacts", 100, "--interval", "0m"), "--interval must be longer than 0"),
        (("--contacts", 100, "--definition", "best"), "definition must be one of offered"),
        (("--contacts", 1e300), "check --contacts, --aht"),
        ((), "give --contacts, --agents or both"),
        (("--contacts", 100, "--agents", 10, "--blocking", "1%"), "add agents or --patience"),
    ],
)
def test_what_the_calculator_refuses(wfm, centre: Path, given, told) -> None:
    """In words, as misuse of the command line."""
    done = wfm("erlang", *given)
    assert done.code == 2
    assert told in " ".join(done.err.replace("│", " ").split())


def test_too_few_agents_and_none(wfm, centre: Path) -> None:
    """An endless queue and an empty room are told in words, not as infinite seconds."""
    assert "grows without end" in wfm("erlang", "--contacts", 100, "--agents", 10).out
    assert "nobody is answered" in wfm("erlang", "--contacts", 100, "--agents", 0).out
    assert "No agents are needed" in wfm("erlang", "--contacts", 0).out
