"""Plans and their scenarios: made, kept as runs, compared, bridged, put at risk."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from wfm.capacity import CapacityInputs, CapacityPlan, capacity_plan, totals
from wfm.capacity.bridge import Bridge, bridge, bridge_rows
from wfm.capacity.hire_program import HiringPlan, solve_hires
from wfm.capacity.hiring import with_classes
from wfm.capacity.inputs import HiringClass
from wfm.capacity.overrides import Override, overridden, parse_override
from wfm.capacity.risk import simulate_risk
from wfm.capacity.timeline import month_start
from wfm.errors import InputError, PlanError, Problem, UsageError
from wfm.pipeline.budget.capacity import Centre, capacity_inputs, need_of, texts_of
from wfm.pipeline.hand_kept import CellError, Row, amount, filled, read_rows
from wfm.pipeline.project import Project
from wfm.pipeline.run_record import digest, new_run
from wfm.store import Run, open_store

__all__ = [
    "BASE",
    "Planned",
    "bridge_between",
    "changed_inputs",
    "compare_scenarios",
    "plan_again",
    "plan_capacity",
    "read_actuals",
    "risk_of",
    "save_plan",
    "stored_months",
]

BASE = "base"
"""Scenario of a plan without a name."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and how it came about.

    Parameters
    ----------
    solved
        Classes that were solved for the scenario, now or when it was kept before.
    """

    plan: CapacityPlan
    centre: Centre
    scenario: str
    changes: tuple[Override, ...]
    hiring: HiringPlan | None = None
    solved: tuple[HiringClass, ...] = ()


def changed_inputs(
    project: Project, changes: Sequence[str]
) -> tuple[CapacityInputs, Centre, tuple[Override, ...]]:
    """Inputs of a project with what-ifs like ``queue.retail.aht_s*=1.05``.

    Raises
    ------
    UsageError
        When a change is not one, or leads to impossible inputs.
    """
    inputs, centre = capacity_inputs(project)
    try:
        parsed = tuple(parse_override(text) for text in changes)
        return overridden(inputs, parsed), centre, parsed
    except ValueError as error:
        raise UsageError(f"--set {error}") from error


def plan_capacity(
    project: Project,
    *,
    changes: Sequence[str] = (),
    scenario: str = BASE,
    hire_from: dt.date | None = None,
    time_limit_s: float = 60.0,
) -> Planned:
    """Headcount and budget of a project.

    Parameters
    ----------
    changes
        What-ifs, in their order.
    hire_from
        Day from which people can be asked for; classes are then solved and added. None plans
        with the classes that there are.
    """
    inputs, centre, parsed = changed_inputs(project, changes)
    need = need_of(inputs, centre)
    try:
        plan = capacity_plan(inputs, need)
        if hire_from is None:
            return Planned(plan, centre, scenario, parsed)
        hiring = solve_hires(
            inputs,
            need,
            not_before=hire_from,
            seats={site.name: site.seats for site in project.config.capacity.sites if site.seats},
            time_limit_s=time_limit_s,
        )
    except ValueError as error:
        raise InputError(str(error)) from error
    solved = tuple(one.held for one in hiring.classes)
    return Planned(hiring.plan, centre, scenario, parsed, hiring, solved)


def plan_again(project: Project, scenario: str | None) -> Planned:
    """Plan of a kept scenario with the files as they are: its what-ifs, and the classes it solved.

    Parameters
    ----------
    scenario
        None is the base, which need not be kept.

    Raises
    ------
    PlanError
        When no such scenario is kept.
    """
    try:
        summary = json.loads(_kept_run(project, scenario or BASE).summary)
    except PlanError:
        if scenario is not None:
            raise
        summary = {"changes": [], "classes": []}
    inputs, centre, changes = changed_inputs(project, summary["changes"])
    classes = tuple(
        HiringClass(**(one | {"start": dt.date.fromisoformat(one["start"])}))
        for one in summary.get("classes", [])
    )
    try:
        inputs = with_classes(inputs, classes)
        plan = capacity_plan(inputs, need_of(inputs, centre))
    except ValueError as error:
        raise InputError(str(error)) from error
    return Planned(plan, centre, scenario or BASE, changes, solved=classes)


def save_plan(project: Project, planned: Planned, *, now: dt.datetime) -> Run:
    """Keep a plan as a run of its scenario."""
    hiring = planned.hiring
    classes = [asdict(one) | {"start": one.start.isoformat()} for one in planned.solved]
    summary: dict[str, object] = {
        "scenario": planned.scenario,
        "changes": [str(change) for change in planned.changes],
        "total_cost": round(planned.plan.total_cost, 2),
        "required_fte": round(float(planned.plan.months["required_fte"].mean()), 2),
        "classes": classes,
    }
    if hiring:
        summary |= {"cost": hiring.cost, "bound": hiring.bound}
    made_from = digest(*texts_of(project), [str(c) for c in planned.changes], classes)
    with open_store(project.store) as store:
        run = new_run(
            "capacity",
            made_from,
            now=now,
            taken=list(store.runs()["run"]),
            status="ok" if hiring is None else hiring.status.value,
            summary=summary,
        )
        store.save_run(run, {"capacity_month": planned.plan.months})
    return run


def stored_months(project: Project, name: str) -> tuple[str, pd.DataFrame]:
    """Months of a kept plan, by scenario (the latest run of it) or by run.

    Raises
    ------
    PlanError
        When there is no such scenario or run.
    """
    run = _kept_run(project, name).run
    with open_store(project.store) as store:
        return run, store.read("capacity_month", run).drop(columns="run")


def _kept_run(project: Project, name: str) -> Run:
    """Latest run of a scenario, or the run of that name."""
    with open_store(project.store) as store:
        runs = store.runs()
    mine = runs[runs["kind"] == "capacity"].sort_values("created_at", kind="stable")
    scenario = [json.loads(text).get("scenario") for text in mine["summary"]]
    hit = mine[(mine["run"] == name) | (pd.Series(scenario, mine.index, dtype=object) == name)]
    if hit.empty:
        known = ", ".join(dict.fromkeys(str(one) for one in scenario)) or "none"
        raise PlanError(
            f"no capacity plan {name!r} is kept; scenarios are {known}; make one with "
            "`wfm capacity --scenario NAME`"
        )
    last = hit.iloc[-1]
    return Run(
        str(last["run"]),
        "capacity",
        last["created_at"],
        last["inputs_hash"],
        last["code_version"],
        summary=last["summary"],
    )


_COMPARED = (
    "contacts",
    "base_h",
    "required_fte",
    "supply_fte",
    "over_fte",
    "under_fte",
    "new_hires",
    "leavers",
    "overtime_h",
    "bought_h",
    "missed_h",
    "total_cost",
)
_MEANS = {"required_fte", "supply_fte", "over_fte", "under_fte"}


def compare_scenarios(project: Project, names: Sequence[str]) -> pd.DataFrame:
    """Kept scenarios side by side: a line per figure, differences to the first behind each."""
    out = pd.DataFrame({"line": [*_COMPARED, "service_level", "cost_per_contact"]})
    first: pd.Series | None = None
    for name in names:
        figures = _figures(stored_months(project, name)[1])
        out[name] = figures.to_numpy()
        if first is None:
            first = figures
        else:
            out[f"{name} - {names[0]}"] = (figures - first).to_numpy()
    return out


def _figures(months: pd.DataFrame) -> pd.Series:
    """Sums over the plan, means of what counts heads."""
    every = totals(months)
    found = {
        name: float(every[name].mean() if name in _MEANS else every[name].sum())
        for name in _COMPARED
    }
    own = float(every["own_contacts"].sum())
    served = float((every["service_level"] * every["own_contacts"]).sum())
    found["service_level"] = served / own if own else 1.0
    contacts = found["contacts"]
    found["cost_per_contact"] = found["total_cost"] / contacts if contacts else 0.0
    return pd.Series(found)


def bridge_between(project: Project, before: str, after: str) -> Bridge:
    """Bridge between two kept plans, or a plan and the actual figures of a CSV.

    Months that one side has and the other has not are left out where one of them is actual.
    """
    sides = [_side(project, name) for name in (before, after)]
    if any(name.endswith(".csv") for name in (before, after)):
        keys = [set(zip(side["group"], side["month"], strict=True)) for side in sides]
        both = keys[0] & keys[1]
        if not both:
            raise PlanError(f"{before} and {after} have no group and month in common")
        sides = [
            side[[key in both for key in zip(side["group"], side["month"], strict=True)]]
            for side in sides
        ]
    return bridge(*sides)


def _side(project: Project, name: str) -> pd.DataFrame:
    if name.endswith(".csv"):
        return read_actuals(Path(name), project.config.currency)
    return bridge_rows(stored_months(project, name)[1])


def read_actuals(path: Path, currency: str) -> pd.DataFrame:
    """What came: rows of a CSV for the bridge.

    Parameters
    ----------
    path
        Columns group, month, contacts, aht_s, base_h (hours ready or handling), shrinkage, paid_h
        and cost; currency is optional and must be the centre's.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    columns = ("group", "month", "contacts", "aht_s", "base_h", "shrinkage", "paid_h", "cost")
    problems: list[Problem] = []

    def convert(row: Row) -> dict[str, object]:
        code = row["currency"]
        if code and code.upper() != currency.upper():
            fix = f"convert it to {currency}"
            raise CellError("is another currency than the centre's", "currency", code, fix)
        number = {name: amount(row, name) for name in columns[2:]}
        if number["shrinkage"] >= 1:
            fix = "write a fraction like 0.30"
            raise CellError("leaves nobody", "shrinkage", row["shrinkage"], fix)
        try:
            month_start(filled(row, "month"))
        except ValueError as error:
            fix = "write it like 2026-03"
            raise CellError("is not a month", "month", row["month"], fix) from error
        return {
            "group": filled(row, "group"),
            "month": row["month"],
            "contacts": number["contacts"],
            "handle_h": number["contacts"] * number["aht_s"] / 3600,
            "base_h": number["base_h"],
            "required_h": number["base_h"] / (1 - number["shrinkage"]),
            "own_h": number["paid_h"],
            "cost": number["cost"],
        }

    rows = [one for _, one in read_rows(path, columns, ("currency",), convert, problems)]
    if problems:
        raise InputError(problems)
    return pd.DataFrame(rows)


def risk_of(planned: Planned, *, seed: int, draws: int) -> pd.DataFrame:
    """Need and supply of a plan as distributions; the same seed gives the same rows."""
    return simulate_risk(planned.plan, np.random.default_rng(seed), draws=draws)
