"""Synthetic rosters, and LibreOffice to recalculate them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wfm.domain import Agent, Contract, DayWish, Leave, WishKind
from wfm.intervals import days, zone
from wfm.reports.book import RosterBook

H = 3600
FIRST_NAMES = [
    "Ann",
    "Ben",
    "Carla",
    "Dmitri",
    "Eve",
    "Farid",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kira",
    "Liam",
    "Mona",
    "Nils",
    "Olga",
]
LAST_NAMES = (
    *("Smith", "Müller", "Ozols", "García", "O'Neill"),
    *("Kowalczyk", "Papadopoulos", "Featherstonehaugh", "Li"),
)
CONTRACTS = {
    "full-time": Contract("full-time", ("flexible",), (7 * H, 9 * H), (37 * H, 40 * H), (5, 5)),
    "part-time": Contract("part-time", ("flexible",), (4 * H, 6 * H), (16 * H, 25 * H), (4, 5)),
    "four-day": Contract("four-day", ("flexible",), (8 * H, 10 * H), (32 * H, 40 * H), (4, 4)),
}
LENGTHS_H = {"full-time": 8.5, "part-time": 5.0, "four-day": 9.5}


@pytest.fixture(scope="session")
def make_book() -> Callable[..., RosterBook]:
    """Maker of a Monday-to-Sunday roster of any size, always the same for the same arguments."""
    return build_book


def build_book(
    people: int = 12,
    *,
    first_day: dt.date = dt.date(2003, 3, 3),
    count: int = 7,
    timezone: str = "America/New_York",
    interval_s: int = 1800,
    starts_h: tuple[float, ...] = (7, 7.5, 8, 8.5, 9, 9.5, 10, 11, 12, 12.5),
    work_days: int = 5,
    queues: tuple[str, ...] = ("bank",),
    grid_s: int = 900,
    steady: bool = False,
) -> RosterBook:
    """Roster whose coverage is counted minute by minute from the shifts."""
    rng = np.random.default_rng(people)
    agents = _agents(people, queues)
    across = days(first_day, count)
    leave = [
        Leave(agents[k].agent, across[k % count], code)
        for k, code in zip(
            range(0, people, 9), ("AL", "SL", "TR", "AL", "ML") * people, strict=False
        )
    ]
    away = {(entry.agent, entry.day) for entry in leave}
    shifts, activities = [], []
    for place, agent in enumerate(agents):
        off = set(rng.choice(count, size=max(0, count - work_days), replace=False).tolist())
        if work_days == 5 and count == 7 and rng.random() < 0.85:
            off = {5, 6}
        for k, day in enumerate(across):
            if k in off or (agent.agent, day) in away:
                continue
            start_h = starts_h[place % len(starts_h)] if steady else float(rng.choice(starts_h))
            _shift(shifts, activities, agent, day, start_h, timezone, rng, grid_s)
    shift_frame = _frame(
        shifts, ["agent", "start", "end", "template", "contract", "skill", "paid_s"]
    )
    activity_frame = _frame(activities, ["agent", "start", "end", "activity", "paid"])
    coverage = _coverage(shift_frame, activity_frame, across, timezone, interval_s, queues, rng)
    wishes = [
        DayWish(agent.agent, across[k % count], list(WishKind)[k % 3], clock_s=(8 + k % 9) * H)
        for k, agent in enumerate(agents[::4])
    ]
    return RosterBook(
        centre="Retail bank",
        timezone=timezone,
        interval_s=interval_s,
        currency="USD",
        run="plan-20030303-7f3a",
        agents=agents,
        contracts=CONTRACTS,
        shifts=shift_frame,
        activities=activity_frame,
        coverage=coverage,
        leave=leave,
        wishes=wishes,
        holidays={first_day + dt.timedelta(days=2): "Founders' Day"},
        facts=[
            ("Requirement run", "staff-20030303-11aa"),
            ("Inputs hash (SHA-256)", "9f" * 32),
            ("Service target", "80 % of offered answered in 20 s"),
            ("Cost", 123456.78),
            ("As of", dt.datetime(2003, 2, 28, 21, 0)),
            ("Gap", 0.0013),
        ],
        first_day=first_day,
        days=count,
    )


def _agents(people: int, queues: tuple[str, ...]) -> list[Agent]:
    kinds = ("full-time", "full-time", "part-time", "four-day", "full-time")
    return [
        Agent(
            f"A{k:04d}",
            f"{FIRST_NAMES[k % 15]} {LAST_NAMES[(k * 7 + k // 15) % 9]}",
            kinds[k % 5],
            (queues[k % len(queues)],),
            team=f"Team {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[k // 14 % 26]}",
        )
        for k in range(people)
    ]


def _shift(
    shifts: list,
    activities: list,
    agent: Agent,
    day: dt.date,
    start_h: float,
    timezone: str,
    rng: np.random.Generator,
    grid_s: int,
) -> None:
    here = zone(timezone)
    naive = dt.datetime.combine(day, dt.time()) + dt.timedelta(hours=start_h)
    start = pd.Timestamp(naive.replace(tzinfo=here)).tz_convert("UTC")
    length_h = LENGTHS_H[agent.contract]
    end = start + pd.Timedelta(hours=length_h)
    plan = [("break", 900, True, 2 * H)]
    if length_h > 6:
        plan += [("lunch", 1800, False, 4 * H), ("break", 900, True, int(length_h * H) - 2 * H)]
    at = start
    for name, length_s, paid, after_s in plan:
        begin = start + pd.Timedelta(seconds=after_s + int(rng.integers(-3, 3)) * grid_s)
        activities.append((agent.agent, at, begin, "work", True))
        at = begin + pd.Timedelta(seconds=length_s)
        activities.append((agent.agent, begin, at, name, paid))
    activities.append((agent.agent, at, end, "work", True))
    paid_s = int(length_h * H) - (1800 if length_h > 6 else 0)
    shifts.append((agent.agent, start, end, "flexible", agent.contract, agent.skills[0], paid_s))


def _frame(rows: list, columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("start", "end"):
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    return frame


def _coverage(
    shifts: pd.DataFrame,
    activities: pd.DataFrame,
    across: list[dt.date],
    timezone: str,
    interval_s: int,
    queues: tuple[str, ...],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Coverage counted in five-minute steps, an oracle apart from the code under test."""
    first = pd.Timestamp(across[0], tz=timezone).tz_convert("UTC")
    last = pd.Timestamp(across[-1] + dt.timedelta(days=1), tz=timezone).tz_convert("UTC")
    steps = pd.date_range(first, last, freq="300s", inclusive="left")
    skill = dict(zip(shifts["agent"], shifts["skill"], strict=True))
    rows = []
    for queue in queues:
        count = pd.Series(0.0, index=steps)
        for row in activities.itertuples():
            if row.activity == "work" and skill[row.agent] == queue:
                count.loc[row.start : row.end - pd.Timedelta(seconds=1)] += 1
        mean = count.groupby((count.index - first) // pd.Timedelta(seconds=interval_s)).mean()
        for k, scheduled in enumerate(mean):
            if scheduled > 0:
                need = float(max(1, round(scheduled * rng.uniform(0.85, 1.1))))
                start = first + k * pd.Timedelta(seconds=interval_s)
                rows.append(
                    (
                        queue,
                        start,
                        interval_s,
                        need,
                        scheduled,
                        max(0, scheduled - need),
                        max(0, need - scheduled),
                        min(0.99, 0.8 + 0.02 * (scheduled - need)),
                    )
                )
    columns = [
        "queue",
        "interval_start",
        "interval_s",
        "required",
        "scheduled",
        "over",
        "under",
        "service_level",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame["interval_start"] = pd.to_datetime(frame["interval_start"], utc=True)
    return frame


@pytest.fixture(scope="session")
def recalculate(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Path]]:
    """LibreOffice as a second opinion: opens workbooks, recalculates, saves them again."""
    soffice = shutil.which("soffice")
    if soffice is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs LibreOffice (soffice) to recalculate workbooks")
        pytest.skip("LibreOffice is not installed")
    home = tmp_path_factory.mktemp("office")

    def run(paths: list[Path]) -> list[Path]:
        out = home / f"out{len(list(home.iterdir()))}"
        command = [soffice, f"-env:UserInstallation=file://{home}/profile", "--headless"]
        command += ["--convert-to", "xlsx", "--outdir", str(out), *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return [out / path.name for path in paths]

    return run
