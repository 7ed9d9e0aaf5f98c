"""The self-check: levels from facts in the data, and the next step."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from wfm.pipeline.forecast import ForecastChoices, forecast_stored
from wfm.pipeline.init import create_project
from wfm.pipeline.maturity import maturity_of
from wfm.pipeline.project import Project, open_project
from wfm.schema import INTERVAL_HISTORY
from wfm.store import open_store

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def bring(project: Project, first: str, days: int, talk_s: float) -> None:
    """Half hours of about six calls each into the store."""
    start = pd.date_range(first, periods=48 * days, freq="30min", tz="UTC").as_unit("us")
    calls = np.random.default_rng(5).poisson(6.0, len(start))
    rows = {"queue": "calls", "interval_start": start, "interval_s": 1800, "offered": calls}
    frame = pd.DataFrame({**rows, "answered": calls, "talk_s": talk_s})
    with open_store(project.store) as store:
        store.import_intervals(
            frame.reindex(columns=INTERVAL_HISTORY.names),
            source=first,
            file_hash=first,
            imported_at=NOW,
        )


def test_a_centre_grows_step_by_step(tmp_path: Path) -> None:
    """Nothing, then history with handle times, then forecasts that actuals have followed."""
    create_project(tmp_path)
    project = open_project(tmp_path / "wfm.toml", store=str(tmp_path / "wfm.db"))
    new = maturity_of(project)
    assert (new.level, new.name) == (1, "ad hoc")
    assert "wfm import" in new.next_step
    bring(project, "2026-01-05", 70, talk_s=900.0)
    measured = maturity_of(project)
    assert measured.level == 2
    assert "wfm forecast" in measured.next_step
    forecast_stored(project, ForecastChoices(horizon_days=7, model="mean4"), now=NOW)
    later = NOW + dt.timedelta(hours=1)
    forecast_stored(project, ForecastChoices(horizon_days=8, model="mean4"), now=later)
    assert maturity_of(project).level == 2, "nothing has come after the forecasts yet"
    bring(project, "2026-03-16", 7, talk_s=900.0)
    followed = maturity_of(project)
    assert followed.level == 3
    assert {fact.topic for fact in followed.facts if not fact.seen} == {
        "events",
        "rosters",
        "scenarios",
        "nightly",
    }
