"""A tiny centre, and a way to call the command line as a user does."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from wfm.cli.app import main

TOML = """\
[centre]
name = "Corner shop"
timezone = "America/New_York"
country = "US"
interval = "30m"

[[queue]]
name = "shop"
open = { mon-fri = "09:00-17:00", holidays = "closed" }
aht = "240s"
patience = "90s"
target = { service_level = 0.80, threshold = "20s", max_occupancy = 0.85, min_agents = 1 }

[shrinkage]
unplanned = { sick = 0.05 }

[[shift]]
name = "day"
start = "09:00-10:00"
length = "6.5h-8h"
breaks = [
  { name = "break", length = "15m", paid = true, when = "1h-2.5h from start" },
  { name = "lunch", length = "30m", paid = false, when = "3h-4h from start" },
  { name = "break", length = "15m", paid = true, when = "1h-2h from end" },
]

[[shift]]
name = "half"
start = "09:00-13:00"
length = "4h"

[[contract]]
name = "full"
shifts = ["day"]
hours_per_day = "6h-7.5h"
hours_per_week = "30h-37.5h"
days_per_week = 5
cost_per_hour = 20.0

[[contract]]
name = "half"
shifts = ["half"]
hours_per_day = "4h"
hours_per_week = "16h-20h"
days_per_week = "4-5"
cost_per_hour = 18.0

[scheduling]
under = "service"
time_limit = "20s"
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Wfm = Callable[..., Answer]


@pytest.fixture
def wfm(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Wfm:
    """Call ``wfm`` with arguments; gives exit code and both streams."""

    def call(*words: object) -> Answer:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["wfm", *map(str, words)])
        monkeypatch.setenv("WFM_DEBUG", "")  # --debug sets it for the rest of the process
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        streams = capsys.readouterr()
        return Answer(code, streams.out, streams.err)

    return call


def history_rows(weeks: int = 9) -> list[str]:
    """Calls of working days by half hour: a weekday curve with some noise."""
    rows = ["queue,start,offered"]
    for day in range(7 * weeks):
        date = dt.date(2026, 3, 2) + dt.timedelta(days=day)
        if date.weekday() < 5:
            for slot in range(16):
                clock = f"{9 + slot // 2:02d}:{slot % 2 * 30:02d}"
                calls = 8 + 3 * (slot in (3, 4, 5)) + (slot * 5 + day * 3) % 4
                rows.append(f"shop,{date}T{clock},{calls}")
    return rows


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a tiny centre with nine weeks of history in history.csv; the working folder."""
    (tmp_path / "wfm.toml").write_text(TOML, encoding="utf-8")
    people = ["agent,name,team,contract,skills"]
    people += [f"F{k},=Full {k},Blue,full,shop" for k in range(4)]
    people += [f"H{k},Half {k},Red,half,shop" for k in range(2)]
    (tmp_path / "agents.csv").write_text("\n".join(people) + "\n", encoding="utf-8")
    (tmp_path / "wishes.csv").write_text(
        "agent,date,wish\nF1,2026-05-06,day_off\n", encoding="utf-8"
    )
    (tmp_path / "history.csv").write_text("\n".join(history_rows()) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WFM_DATABASE_URL", raising=False)
    monkeypatch.delenv("WFM_DEBUG", raising=False)
    return tmp_path


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where centres are kept that took long to bring to some state."""
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def brought(centre: Path, shelf: Path) -> Callable[[str, Callable[[], object]], Path]:
    """Bring the centre to a state that has a name: by the work once, as a copy from then on."""

    def bring(state: str, work: Callable[[], object]) -> Path:
        kept = shelf / state
        if kept.exists():
            shutil.copytree(kept, centre, dirs_exist_ok=True)
        else:
            work()
            shutil.copytree(centre, kept)
        return centre

    return bring


@pytest.fixture
def staffed(wfm: Wfm, brought: Callable[..., Path]) -> Path:
    """The tiny centre with history, three weeks of forecast and their requirement stored."""

    def work() -> None:
        wfm("import", "csv", "history.csv")
        assert wfm("forecast", "--horizon", "3w").code == 0
        assert wfm("staff").code == 0

    return brought("staffed", work)


@pytest.fixture
def rostered(wfm: Wfm, staffed: Path, brought: Callable[..., Path]) -> Path:
    """The same with a roster of its first week."""

    def work() -> None:
        assert wfm("schedule").code == 0

    return brought("rostered", work)


@pytest.fixture
def planned(wfm: Wfm, brought: Callable[..., Path]) -> Path:
    """The tiny centre with a stored plan."""

    def work() -> None:
        wfm("import", "csv", "history.csv")
        assert wfm("plan").code == 0

    return brought("planned", work)
