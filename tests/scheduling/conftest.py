"""Cases for the scheduler: the measured call-centre set, a bank's week, and tiny weeks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wfm.domain import (
    Agent,
    Anchor,
    BreakRule,
    Contract,
    DayWish,
    Leave,
    ShiftTemplate,
    WishKind,
)
from wfm.intervals import day_intervals, days
from wfm.scheduling.assign import RosterPrices, RosterProblem
from wfm.scheduling.catalogue import compile_catalogue
from wfm.scheduling.line import build_line, demand_on, grid_step_s, local_dates
from wfm.scheduling.problem import Block, CoverProblem

H = 3600
CALLCENTRE = Path(__file__).resolve().parents[2] / ".." / "shared/data/scheduling/callcentre"


@pytest.fixture(scope="session")
def callcentre() -> Path:
    """Folder of the call-centre set."""
    if not CALLCENTRE.is_dir():
        pytest.skip("the call-centre set is not beside the checkout")
    return CALLCENTRE


def _template(minutes: int) -> ShiftTemplate:
    """One length of rules.json: windows hang on half the length, so each length is a template."""
    half = minutes // 2 // 15 * 15
    if minutes < 360:
        windows = [("short", 15, True, 60, minutes - 75)]
    else:
        windows = [
            ("first", 15, True, 60, half - 120),
            ("lunch", 30, False, half - 60, half + 30),
            ("second", 15, True, half + 105, minutes - 75),
        ]
    rules = tuple(
        BreakRule(name, length * 60, paid, Anchor.START, (early * 60, late * 60))
        for name, length, paid, early, late in windows
    )
    length_s = minutes * 60
    starts = (7 * H, 22 * H - length_s)
    return ShiftTemplate(f"L{minutes}", starts, 1800, (length_s, length_s), 1800, rules)


@dataclass(frozen=True)
class CallCentre:
    """The shift and contract rules of the set, and problems made from its files."""

    folder: Path

    @property
    def templates(self) -> dict[str, ShiftTemplate]:
        """One template per length."""
        return {f"L{m}": _template(m) for m in range(240, 601, 30)}

    def requirement(self, name: str) -> pd.DataFrame:
        """Rows of a week; its local time is taken for UTC."""
        rows = pd.read_csv(self.folder / f"{name}.csv")
        clock = pd.to_timedelta(rows["interval_start"] + ":00")
        start = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(rows["day"], unit="D")
        return pd.DataFrame(
            {
                "queue": "calls",
                "interval_start": (start + clock).dt.as_unit("us"),
                "interval_s": 900,
                "agents_required": rows["required"].astype(float),
            }
        )

    def problem(self, requirement: pd.DataFrame, blocks: Callable, **prices: float) -> CoverProblem:
        """Covering problem of some rows; ``blocks(catalogue, demand)`` gives its blocks."""
        dates = local_dates(requirement["interval_start"], "UTC")
        line = build_line(dates, grid_step_s([900], self.templates.values()), "UTC")
        catalogue = compile_catalogue(line, self.templates.values())
        over = prices.get("over", 1.0)
        demand = demand_on(line, requirement, "calls", 4.0, over)
        carry = np.zeros(line.length)
        price = prices.get("paid_h", 0.0)
        return CoverProblem(line, catalogue, (demand,), blocks(catalogue, demand), carry, price)

    def day(self, name: str) -> CoverProblem:
        """Day 0: paid quarter hours + 4 x under, heads unlimited, over free."""
        rows = self.requirement(name).iloc[:60]
        every = lambda catalogue, _: (Block("all", np.arange(len(catalogue))),)  # noqa: E731
        return self.problem(rows, every, over=0.0, paid_h=4.0)

    def week(self, name: str) -> CoverProblem:
        """Week: 4 x under + over, heads, days and hours by contract in total."""
        rules = json.loads((self.folder / "rules.json").read_text())["week_problem"]["contracts"]
        people = int(name[2:])
        heads = {"PT": int(people * 0.25), "C4": round(people * 0.15)}
        heads["FT"] = people - sum(heads.values())

        def blocks(catalogue, demand):
            length_min = (catalogue.end - catalogue.start) * 15
            made = []
            for contract, rule in rules.items():
                low, high = rule["length_minutes"]
                fits = (length_min >= low) & (length_min <= high) & catalogue.inside(demand.open)
                n, hours = heads[contract], rule["weekly_paid_hours"]
                total = (round(hours[0] * H * n), round(hours[1] * H * n))
                shifts = (rule["days"] * n, rule["days"] * n)
                options = np.flatnonzero(fits)
                made.append(Block(contract, options, np.full(7, n), shifts, total))
            return tuple(made)

        return self.problem(self.requirement(name), blocks)

    def centre(self, name: str, *, rise: float = 1.0, weeks: int = 1) -> Centre:
        """Named people of the week's contracts, each within the contract's own days and hours.

        Parameters
        ----------
        rise
            Factor on the requirement.
        weeks
            How often the week comes.
        """
        rules = json.loads((self.folder / "rules.json").read_text())["week_problem"]["contracts"]
        people = int(name[2:])
        heads = {"PT": int(people * 0.25), "C4": round(people * 0.15)}
        heads = {"FT": people - sum(heads.values()), **heads}
        contracts = {}
        for key, rule in rules.items():
            low, high = rule["length_minutes"]
            shifts = tuple(t for t in self.templates if low <= int(t[1:]) <= high)
            hours = tuple(round(h * H) for h in rule["weekly_paid_hours"])
            contracts[key] = Contract(key, shifts, (0, 10 * H), hours, (rule["days"],) * 2)
        names = [key for key, count in heads.items() for _ in range(count)]
        agents = [Agent(f"A{n:04d}", f"A{n}", key, ("calls",)) for n, key in enumerate(names)]
        week = self.requirement(name)
        week["agents_required"] *= rise
        every = [
            week.assign(interval_start=week["interval_start"] + pd.Timedelta(weeks=n))
            for n in range(weeks)
        ]
        need = pd.concat(every, ignore_index=True)
        return Centre(need, agents, contracts, self.templates, "UTC")

    def two_skills(self, name: str) -> Centre:
        """The calls in two queues, one busy early, one late; half of the people can do both."""
        centre = self.centre(name)
        hour = centre.requirement["interval_start"].dt.hour
        early = ((21 - hour) / 14).clip(0.25, 0.75)
        parts = [
            centre.requirement.assign(
                queue=queue, agents_required=centre.requirement["agents_required"] * share
            )
            for queue, share in (("sales", early), ("service", 1 - early))
        ]
        skills = [("sales",), ("service",), ("sales", "service"), ("service", "sales")]
        agents = [replace(a, skills=skills[n % 4]) for n, a in enumerate(centre.agents)]
        need = pd.concat(parts, ignore_index=True)
        return replace(centre, requirement=need, agents=agents)

    def roster(self, name: str) -> tuple[RosterProblem, list[np.ndarray]]:
        """A roster file: its problem, and the people of each contract."""
        file = json.loads((self.folder / f"{name}.json").read_text())
        shifts, agents, contracts = file["shifts"], file["agents"], file["contracts"]
        of = {key: np.array([s[key] for s in shifts]) for key in ("day", "start", "length")}
        mine = np.array([[s["contract"] == a["contract"] for s in shifts] for a in agents])
        away = np.array([np.isin(of["day"], a["must_be_off"]) for a in agents])
        wish = np.array([np.isin(of["day"], a["wants_off"]) for a in agents])
        apart = np.abs(of["start"][None, :] - np.array([[a["preferred_start"]] for a in agents]))
        price = np.where(apart <= 4, -6.0, np.where(apart <= 8, -3.0, 0.0)) + 8.0 * wish
        rules = [contracts[a["contract"]] for a in agents]
        start = of["day"] * 96 + of["start"]
        people = len(agents)
        problem = RosterProblem(
            days_on_line=7,
            day=of["day"],
            start=start,
            end=start + of["length"],
            paid_s=np.array([s["paid"] * 900 for s in shifts]),
            count=np.array([s["count"] for s in shifts]),
            days=np.array([[r["days_exactly"]] * 2 for r in rules]),
            paid_range_s=np.array([r["weekly_paid_quarters"] for r in rules]) * 900,
            rest=np.full(people, file["rules"]["rest_quarters_min"]),
            in_row=np.full(people, 7),
            allowed=mine & ~away,
            price=price,
            last_end=np.full(people, -(10**6)),
            run=np.zeros(people, dtype=np.int64),
            prices=RosterPrices(uncovered=50, day=60, paid_h=12),
        )
        names = np.array([a["contract"] for a in agents])
        return problem, [np.flatnonzero(names == c) for c in contracts]


@pytest.fixture(scope="session")
def centre_set(callcentre: Path) -> CallCentre:
    """The call-centre set as problems."""
    return CallCentre(callcentre)


@dataclass(frozen=True)
class Centre:
    """Everything :func:`wfm.scheduling.schedule` is given."""

    requirement: pd.DataFrame
    agents: list[Agent]
    contracts: dict[str, Contract]
    templates: dict[str, ShiftTemplate]
    timezone: str
    leave: tuple[Leave, ...] = ()
    wishes: tuple[DayWish, ...] = ()

    def inputs(self) -> tuple:
        """The first four arguments."""
        return self.requirement, self.agents, self.contracts, self.templates


BREAKS = (
    BreakRule("break", 900, True, Anchor.START, (H, 3 * H)),
    BreakRule("lunch", 1800, False, Anchor.START, (3 * H, 5 * H), 6 * H),
    BreakRule("break", 900, True, Anchor.END, (H, 3 * H), 6 * H),
)
_HALF_HOURS = (
    *(35, 55, 75, 92, 100, 102, 100, 97, 93, 90, 92, 95, 95, 93),
    *(90, 86, 80, 70, 60, 52, 45, 40, 36, 33, 30, 27, 24, 20),
)
"""Agents by half hour of a bank's day from seven on, the peak at 102."""
_CONTRACTS = ("full-time", "part-time", "full-time", "four-day", "full-time") * 2


def bank_requirement(
    first: dt.date, count: int, peak: float, timezone: str = "America/New_York"
) -> pd.DataFrame:
    """Half hours 07:00-21:00 from Monday to Friday."""
    rows = []
    for day in days(first, count):
        weight = peak * (1.1, 1.0, 0.97, 0.98, 1.05, 0, 0)[day.weekday()] / 100
        for start in day_intervals(day, timezone, 1800) if weight else ():
            local = start.tz_convert(timezone)
            slot = (local.hour - 7) * 2 + local.minute // 30
            if 0 <= slot < len(_HALF_HOURS):
                rows.append(("bank", start, 1800, weight * _HALF_HOURS[slot] + 0.37))
    return pd.DataFrame(rows, columns=["queue", "interval_start", "interval_s", "agents_required"])


@pytest.fixture(scope="session")
def bank() -> Callable[..., Centre]:
    """A bank's centre of so many agents on three contracts, some on leave, some with wishes."""

    def make(
        people: int,
        peak: float,
        first: dt.date = dt.date(2003, 7, 7),
        count: int = 5,
        step_s: int = H,
    ) -> Centre:
        template = ShiftTemplate(
            "flexible", (7 * H, 17 * H), step_s, (4 * H, 10 * H), step_s, BREAKS
        )
        full = Contract(
            "full-time", ("flexible",), (7 * H, 9 * H), (37 * H + 1800, 40 * H), (5, 5),
            cost_per_hour=24.0,
        )  # fmt: skip
        part = Contract("part-time", ("flexible",), (4 * H, 6 * H), (20 * H, 30 * H), (5, 5))
        four = Contract("four-day", ("flexible",), (9 * H, 10 * H), (36 * H, 40 * H), (4, 4))
        agents = [
            Agent(f"A{n:04d}", f"Agent {n}", _CONTRACTS[n % 10], ("bank",), f"T{n // 15}")
            for n in range(people)
        ]
        rng = np.random.default_rng(7)
        away = rng.choice(people, people // 12, replace=False)
        asks = rng.choice(people, people // 5, replace=False)
        day = lambda: first + dt.timedelta(days=int(rng.integers(0, 5)))  # noqa: E731
        leave = tuple(Leave(f"A{n:04d}", day()) for n in sorted(away))
        kinds = (WishKind.DAY_OFF, WishKind.LATEST_END)
        wishes = tuple(DayWish(f"A{n:04d}", day(), kinds[n % 2], 17 * H) for n in sorted(asks))
        return Centre(
            bank_requirement(first, count, peak),
            agents,
            {c.name: c for c in (full, part, four)},
            {"flexible": template},
            "America/New_York",
            leave,
            wishes,
        )

    return make


def night_centre(first: dt.date, count: int = 7, people: int = 24, need: float = 4.0) -> Centre:
    """A queue that never closes, three eight-hour shifts and one long night."""
    timezone = "Europe/Berlin"
    rest = (BreakRule("meal", 1800, False, Anchor.START, (3 * H, 5 * H)),)
    templates = {
        "eight": ShiftTemplate("eight", (6 * H, 22 * H), 8 * H, (8 * H, 8 * H), H, rest),
        "night": ShiftTemplate("night", (20 * H, 20 * H), H, (10 * H, 10 * H), H, rest),
    }
    contract = Contract(
        "shift",
        ("eight", "night"),
        (7 * H, 10 * H),
        (30 * H, 40 * H),
        (4, 5),
        max_days_in_row=5,
    )
    rows = [
        ("night", start, 3600, need)
        for day in days(first, count)
        for start in day_intervals(day, timezone, 3600)
    ]
    names = ["queue", "interval_start", "interval_s", "agents_required"]
    agents = [Agent(f"N{n:02d}", f"Night {n}", "shift", ("night",)) for n in range(people)]
    requirement = pd.DataFrame(rows, columns=names)
    return Centre(requirement, agents, {"shift": contract}, templates, timezone)


@pytest.fixture(scope="session")
def around_the_clock() -> Callable[..., Centre]:
    """Centres that never close."""
    return night_centre
