"""A small centre of two queues, and its nights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wfm.pipeline.nights.nightly import NightChoices
from wfm.pipeline.nights.watch import Watched, watched_night
from wfm.pipeline.project import Project, open_project

TOML = """\
[centre]
name = "Two lines"
timezone = "America/New_York"
country = "US"
interval = "60m"
[[queue]]
name = "sales"
open = { mon-sun = "09:00-17:00" }
aht = "240s"
target = { service_level = 0.80, threshold = "20s", min_agents = 1 }
[[queue]]
name = "help"
open = { mon-sun = "09:00-17:00" }
aht = "300s"
target = { service_level = 0.80, threshold = "20s", min_agents = 1 }
[shrinkage]
[forecast]
horizon = "21d"
model = "mean4"
[[source]]
format = "csv"
files = "incoming/*.csv"
"""

FIRST = dt.date(2026, 3, 2)
NIGHT = dt.datetime(2026, 4, 27)

Calls = Callable[..., str]
Nightly = Callable[..., Watched]


def calls(first: dt.date, days: int, *, change: float = 1.0, queues=("sales", "help")) -> str:
    """CSV of hourly calls from a date on; the same date gives the same calls."""
    lines = ["queue,start,offered"]
    for k in range(days):
        day = first + dt.timedelta(days=k)
        rng = np.random.default_rng(day.toordinal())
        for queue, level in zip(("sales", "help"), (40, 15), strict=True):
            for hour in range(9, 17):
                count = int(rng.poisson(level * (0.6 if day.weekday() > 4 else 1.0)) * change)
                if queue in queues:
                    lines.append(f"{queue},{day}T{hour:02d}:00,{count}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def deliver(tmp_path: Path) -> Calls:
    """Put a file of calls where the night looks for it."""

    def put(name: str, *args, **options) -> Path:
        path = tmp_path / "incoming" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(calls(*args, **options), encoding="utf-8")
        return path

    return put


@pytest.fixture
def two_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Project]:
    """The centre in a folder of its own; further lines of wfm.toml as given."""
    monkeypatch.delenv("WFM_DATABASE_URL", raising=False)

    def make(extra: str = "", store: object = None) -> Project:
        (tmp_path / "wfm.toml").write_text(TOML + extra, encoding="utf-8")
        return open_project(tmp_path / "wfm.toml", store=str(store) if store else None)

    return make


@pytest.fixture
def night() -> Nightly:
    """Run the night of a local date; three o'clock in the morning of its own clock."""

    def run(
        project: Project,
        day: dt.datetime = NIGHT,
        tell: Callable[[str], None] = lambda _: None,
        **choices,
    ) -> Watched:
        def clock() -> dt.datetime:
            return pd.Timestamp(day, tz="America/New_York").tz_convert("UTC").to_pydatetime() + (
                dt.timedelta(hours=3)
            )

        return watched_night(project, NightChoices(as_of=day, **choices), clock=clock, tell=tell)

    return run
