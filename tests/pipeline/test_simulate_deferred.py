"""Deferred work of a roster: drawn days against contacts that are worked off one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wfm.config.load import parse
from wfm.pipeline.simulate_deferred import deferred_days
from wfm.pipeline.simulated_day import Simulation
from wfm.staffing.deferred import deferred_service

TOML = """
[centre]
name = "x"
timezone = "Europe/Berlin"
interval = "30m"

[[queue]]
name = "mail"
channel = "deferred"
open = "always"
aht = "240s"
backlog = 30
target = { threshold = "8h" }
"""
QUEUE = parse(TOML).queues[0]


def a_roster(agents: float, contacts: float = 6.0, days: int = 4) -> pd.DataFrame:
    """Mail around the clock, people from eight to four; over the spring night."""
    start = pd.date_range("2026-03-27T23:00Z", periods=48 * days, freq="30min")
    local = start.tz_convert("Europe/Berlin").tz_localize(None)
    there = (local.hour >= 8) & (local.hour < 16)
    rows = {"queue": "mail", "interval_start": start, "interval_s": 1800, "offered": contacts}
    rows |= {"aht_s": 240.0, "scheduled": np.where(there, agents, 0.0), "service_level": 0.5}
    return pd.DataFrame({**rows, "local": local})


def told(rows: pd.DataFrame, present: float = 0.9, **how) -> object:
    """All days of a roster."""
    days = set(rows["local"].dt.date)
    usual = Simulation(**{"replications": 40, **how})
    return deferred_days(np.random.default_rng(3), QUEUE, rows, usual, present, asked=days)


def one_by_one(rows: pd.DataFrame, agents: float, rng: np.random.Generator) -> float:
    """Share in time when each contact is worked off by itself, first come, first served.

    As if by one very quick agent; work can begin in the interval after the one of arrival.
    """
    capacity = np.append(0.0, np.cumsum(rows["scheduled"].to_numpy() * agents * 1800.0))
    ends = 1800.0 * np.arange(len(capacity))
    came = np.repeat(np.arange(len(rows)), rng.poisson(rows["offered"]))
    came = np.concatenate([np.full(round(QUEUE.backlog), -1), came])
    done, in_time, counted = 0.0, 0, 0
    for interval, work_s in zip(came, rng.exponential(240.0, len(came)), strict=True):
        # begins when all before are done, and not before its own interval is over
        done = max(done, float(np.interp(1800.0 * (interval + 1), ends, capacity))) + work_s
        finished = np.interp(done, capacity + 1e-9 * ends, ends) if done < capacity[-1] else np.inf
        if interval >= 0:
            deadline = 1800.0 * interval + QUEUE.target.threshold_s
            in_time += bool(finished <= deadline or deadline > ends[-1])
            counted += 1
    return in_time / counted


@pytest.mark.parametrize("agents", [2.0, 2.7, 4.0])
def test_it_agrees_with_contacts_worked_off_one_by_one(agents):
    """Short of people, about enough, plenty: within the error bars and half a point."""
    rows, rng = a_roster(agents), np.random.default_rng(8)
    exact = np.array([one_by_one(rows, 0.9, rng) for _ in range(60)])
    found = told(rows).total.iloc[0]
    bar = found["sl_half_width"] + 2 * exact.std() / np.sqrt(len(exact)) + 0.005
    assert abs(found["sl_simulated"] - exact.mean()) < bar
    assert 0.1 < exact.mean() < 0.9


def test_many_contacts_of_equal_length_are_the_formula():
    """Where chance has no say, the fluid of the plan."""
    rows = a_roster(2700.0, contacts=6000.0)
    found = told(rows, handle_time_cv=0.0).total.iloc[0]
    queue = replace(QUEUE)
    exact = deferred_service(rows, rows["scheduled"] * 0.9, queue).within_promise
    assert found["sl_simulated"] == pytest.approx(exact.mean(), abs=0.005)
    assert found["sl_half_width"] < 0.005


def test_what_comes_is_worked_or_left():
    """Backlog at the end = backlog before + what came - what was worked, on the mean."""
    rows = a_roster(2.2)
    days = told(rows, replications=200).days
    worked_h = days["occupancy"] * rows.groupby(rows["local"].dt.date)["scheduled"].sum().to_numpy()
    worked = worked_h.fillna(0.0) * 0.9 * 1800 / 240  # nobody on the last day
    left = np.append(QUEUE.backlog, days["backlog"])
    came = days["offered"].to_numpy()
    np.testing.assert_allclose(left[:-1] + came - worked, left[1:], atol=6)
    assert list(days["day"]) == sorted(set(rows["local"].dt.date))


def test_more_people_never_keep_fewer_promises():
    """Of the same contacts."""
    levels = [told(a_roster(agents)).total.at[0, "sl_simulated"] for agents in (0, 1, 2, 3, 5)]
    assert levels == sorted(levels)
    assert levels[-1] > levels[0]
