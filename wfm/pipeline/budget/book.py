"""The budget workbook of a plan: sheets put together, written, read back as what-ifs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from wfm.capacity import CapacityPlan, capacity_plan
from wfm.capacity.bridge import BRIDGE_COLUMNS, EFFECTS, bridge_rows
from wfm.capacity.overrides import Override, addresses, overridden, same_need
from wfm.errors import InputError, PlanError, Problem, UsageError
from wfm.pipeline.budget.capacity import need_of
from wfm.pipeline.budget.inputs import hiring_rows, input_sections
from wfm.pipeline.budget.money import money_rows
from wfm.pipeline.budget.rows import ALL, need_rows, supply_rows
from wfm.pipeline.budget.scenario import (
    BASE,
    Planned,
    compare_scenarios,
    plan_again,
    risk_of,
    save_plan,
    stored_months,
)
from wfm.pipeline.project import Project
from wfm.reports.budget_book import BudgetBook, Chart, MonthRow, MonthTable
from wfm.store import open_store

__all__ = ["budget_book", "export_budget", "import_budget", "workbook_changes"]

_NOTES = {
    "Need": "Contacts, base hours by load and service curves come from the queueing model; the "
    "rest is worked out here.",
    "Supply": "opening - leavers ± transfers ± leave - promotions + graduates = closing = next "
    "opening.",
    "Money": "Every line is a formula of Inputs, Need and Supply.",
    "Bridge": "From the budget handed out to the figures of this book now: logarithmic mean, adds "
    "up without a remainder.",
}


def budget_book(
    plan: CapacityPlan,
    *,
    centre: str,
    currency: str,
    scenarios: pd.DataFrame | None = None,
    risk: pd.DataFrame | None = None,
    budget: pd.DataFrame | None = None,
    facts: list[tuple[str, object]] | None = None,
) -> BudgetBook:
    """Book of a plan.

    Parameters
    ----------
    scenarios
        Kept scenarios as :func:`wfm.pipeline.budget.scenario.compare_scenarios` gives them.
    risk
        As :func:`wfm.capacity.risk.simulate_risk` gives it.
    budget
        Months that the bridge starts from; those of the plan unless given.
    """
    need = [*need_rows(plan), *_risk_rows(risk)]
    tables = (
        MonthTable("Need", _NOTES["Need"], tuple(need)),
        MonthTable("Supply", _NOTES["Supply"], supply_rows(plan)),
        MonthTable("Money", _NOTES["Money"], money_rows(plan)),
        MonthTable("Bridge", _NOTES["Bridge"], _bridge(plan, budget)),
    )
    return BudgetBook(
        centre=centre,
        currency=currency,
        months=[period.name for period in plan.inputs.periods],
        inputs=tuple(one for one in input_sections(plan.inputs) if one.cells or one.series),
        hiring=hiring_rows(plan.inputs),
        tables=tables,
        scenarios=_plain(scenarios),
        charts=_charts(plan, with_risk=risk is not None),
        facts=facts or [],
    )


def _plain(scenarios: pd.DataFrame | None) -> pd.DataFrame:
    """Scenarios without the differences, which the sheet makes anew."""
    if scenarios is None:
        return pd.DataFrame({"line": []})
    return scenarios[[name for name in scenarios.columns if " - " not in str(name)]]


def _risk_rows(risk: pd.DataFrame | None) -> list[MonthRow]:
    if risk is None:
        return []
    rows = []
    words = {"need_p50": "P50", "need_p80": "P80", "need_p95": "P95"}
    chances = {"p_short": "Chance to be short of hours", "p_missed": "Chance to miss service"}
    for group, mine in risk.groupby("group", sort=False):
        rows.append(MonthRow(str(group), "", "Risk, by simulation", "", np.empty(0)))
        for key, label in words.items():
            values, said = mine[key].to_numpy(float), f"Required FTE, {label}"
            rows.append(MonthRow(str(group), key, said, "FTE", values))
        for key, label in chances.items():
            values = mine[key].to_numpy(float)
            rows.append(MonthRow(str(group), key, label, "fraction", values, number="0.0%"))
    return rows


_LIVE = {
    "contacts": "{contacts}",
    "handle_h": "{workload_h}*{aht_mix}",
    "base_h": "{base_h}",
    "required_h": "{required_h}",
    "own_h": "{supply_fte}*{hours_per_fte@}",
    "cost": "{total_cost}",
}
_WORDS = dict(
    zip(
        BRIDGE_COLUMNS,
        ("contacts", "handle h", "base h", "required h", "own h", "cost"),
        strict=True,
    )
)


def _bridge(plan: CapacityPlan, budget: pd.DataFrame | None) -> tuple[MonthRow, ...]:
    """Bridge rows of every group, and their sums on top."""
    now = bridge_rows(plan.months)
    was = bridge_rows(plan.months if budget is None else budget)
    groups = [group.name for group in plan.inputs.group]
    parts = {g: _effects(was[was["group"] == g], now[now["group"] == g]) for g in groups}
    rows = [MonthRow(ALL, "", "From the budget handed out to now", "", np.empty(0))]
    start, end = (side.groupby("month", sort=False)["cost"].sum().to_numpy() for side in (was, now))
    rows.append(_money("t_b_cost", "Budget handed out", start, "{+b_cost@}"))
    for k, effect in enumerate(EFFECTS):
        values = np.sum([parts[g][1][k] for g in groups], axis=0)
        rows.append(_money(f"t_e_{effect}", effect, values, f"{{+e_{effect}@}}"))
    rows.append(_money("t_n_cost", "Now", end, "{+n_cost@}"))
    steps = "".join(f"-{{t_e_{effect}}}" for effect in EFFECTS)
    left = f"ROUND({{t_n_cost}}-{{t_b_cost}}{steps},6)"
    rows.append(_money("t_left", "Remainder", np.zeros(len(start)), left))
    for group in groups:
        rows += _group_bridge(group, was[was["group"] == group], now[now["group"] == group], parts)
    return tuple(rows)


def _money(key: str, label: str, values: np.ndarray, formula: str) -> MonthRow:
    data = np.asarray(values, float)
    return MonthRow(ALL, key, label, "money", data, formula, "", "#,##0.00", "sum")


def _effects(was: pd.DataFrame, now: pd.DataFrame) -> tuple[np.ndarray, list[np.ndarray]]:
    """Logarithmic means and effects of a group, month by month."""
    old, new = (side[list(BRIDGE_COLUMNS)].to_numpy(float) for side in (was, now))
    good = (np.minimum(old, new) > 0).all(axis=1)
    safe_old, safe_new = (np.where(good[:, None], side, 1.0) for side in (old, new))
    change = np.log(safe_new / safe_old)
    ratio = change[:, -1]
    flat = np.abs(ratio) <= 1e-12
    mean = np.where(flat, new[:, -1], (new[:, -1] - old[:, -1]) / np.where(flat, 1.0, ratio))
    steps = np.diff(change, axis=1, prepend=0.0)
    effects = [np.where(good, mean * steps[:, k], 0.0) for k in range(len(EFFECTS))]
    effects[0] = np.where(good, effects[0], new[:, -1] - old[:, -1])
    return np.where(good, mean, 0.0), effects


def _group_bridge(
    group: str,
    was: pd.DataFrame,
    now: pd.DataFrame,
    parts: dict[str, tuple[np.ndarray, list[np.ndarray]]],
) -> list[MonthRow]:
    mean, effects = parts[group]
    rows = [MonthRow(group, "", "Quantities and effects", "", np.empty(0))]
    for name in BRIDGE_COLUMNS:
        values, label = was[name].to_numpy(float), f"Budget: {_WORDS[name]}"
        rows.append(MonthRow(group, f"b_{name}", label, "", values))
    for name in BRIDGE_COLUMNS:
        values, label = now[name].to_numpy(float), f"Now: {_WORDS[name]}"
        rows.append(MonthRow(group, f"n_{name}", label, "", values, _LIVE[name]))
    names = [f"{side}_{name}" for side in "bn" for name in BRIDGE_COLUMNS]
    good = f"MIN({','.join(f'{{{name}}}' for name in names)})>0"
    log = "LN({n_cost}/{b_cost})"
    formula = f"IF({good},IF(ABS({log})>1E-12,({{n_cost}}-{{b_cost}})/{log},{{n_cost}}),0)"
    rows.append(MonthRow(group, "mean", "Logarithmic mean of cost", "money", mean, formula))
    for k, effect in enumerate(EFFECTS):
        name = BRIDGE_COLUMNS[k]
        change = f"LN({{n_{name}}}/{{b_{name}}})"
        if k:
            change += f"-LN({{n_{BRIDGE_COLUMNS[k - 1]}}}/{{b_{BRIDGE_COLUMNS[k - 1]}}})"
        otherwise = "{n_cost}-{b_cost}" if k == 0 else "0"
        formula = f"IF({good},{{mean}}*({change}),{otherwise})"
        label = f"Effect of {effect}"
        made = MonthRow(group, f"e_{effect}", label, "money", effects[k], formula)
        rows.append(replace(made, number="#,##0.00", total="sum"))
    return rows


def _charts(plan: CapacityPlan, *, with_risk: bool) -> tuple[Chart, ...]:
    staff = ((ALL, "t_required_fte"), (ALL, "t_supply_fte"), (ALL, "t_productive_fte"))
    cost = ("pay", "support", "premium", "on", "recruiting", "training", "seat", "licence")
    lines = tuple((ALL, f"t_{name}_cost") for name in (*cost, "telephony", "outsourcing"))
    found = [
        Chart("Need and supply", staff, unit="FTE"),
        Chart("Cost by month", lines, stacked=True, unit="money"),
    ]
    if with_risk:
        for group in plan.inputs.group:
            rows = tuple((group.name, key) for key in ("need_p50", "need_p80", "need_p95"))
            title = f"Need of {group.name} with its risk, and supply"
            found.append(Chart(title, (*rows, (group.name, "supply_fte")), unit="FTE"))
    return tuple(found)


def export_budget(
    project: Project, path: Path, *, now: dt.datetime, scenario: str | None = None
) -> str:
    """Write the workbook of a scenario, planned anew and kept as a run; gives the run.

    What-ifs and solved classes of the scenario are taken over, the files are read as they are. The
    bridge begins at the base plan kept last.

    Raises
    ------
    UsageError
        When the file does not end in .xlsx.
    """
    from wfm.reports.excel_budget import write_budget_workbook

    if path.suffix != ".xlsx":
        raise UsageError(f"{path}: a budget is a workbook and ends in .xlsx")
    planned = plan_again(project, scenario)
    budget = _base_months(project, planned)
    run = save_plan(project, planned, now=now)
    book = budget_book(
        planned.plan,
        centre=project.config.name,
        currency=project.config.currency,
        scenarios=_kept(project),
        risk=risk_of(planned, seed=0, draws=1000),
        budget=budget,
        facts=_facts(project, planned, run.run, now),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_budget_workbook(path, book)
    return run.run


def _base_months(project: Project, planned: Planned) -> pd.DataFrame | None:
    """Months of the kept base plan to bridge from; None where it has others than the plan."""
    keys, months = ["group", "month"], planned.plan.months
    try:
        kept = stored_months(project, BASE)[1]
    except PlanError:
        return None
    ordered = months[keys].merge(kept, on=keys, how="left")
    return None if len(kept) != len(months) or ordered["contacts"].isna().any() else ordered


def _kept(project: Project) -> pd.DataFrame | None:
    """Kept scenarios side by side, the base first."""
    with open_store(project.store) as store:
        runs = store.runs()
    summaries = runs.loc[runs["kind"] == "capacity", "summary"]
    names = list(dict.fromkeys(json.loads(text).get("scenario", BASE) for text in summaries))
    names.sort(key=lambda name: name != BASE)
    return compare_scenarios(project, names) if names else None


def _facts(
    project: Project, planned: Planned, run: str, now: dt.datetime
) -> list[tuple[str, object]]:
    inputs = planned.plan.inputs
    facts: list[tuple[str, object]] = [
        ("Run", run),
        ("Made at", now),
        ("Scenario", planned.scenario),
        ("Months", f"{inputs.periods[0].name} to {inputs.periods[-1].name}"),
        ("Currency", project.config.currency),
        ("Attrition", f"a yearly rate becomes a monthly one by {inputs.attrition_basis}"),
        ("Shrinkage", f"shares of {inputs.shrinkage_base} time"),
        ("Required FTE", "base hours / (1 - shrinkage) / hours per FTE, not rounded"),
        ("Hours per FTE", "full-time hours / 5 × working days; public holidays are paid"),
        ("New agents", "slower by their ramp: handle time is longer, heads stay whole"),
        ("Over, under", "FTE above and below the requirement, never netted"),
        ("Risk", "1000 plans drawn, seed 0"),
    ]
    return facts + [("Note", note) for note in planned.centre.notes]


def workbook_changes(path: Path, plan_inputs: Mapping[str, object]) -> tuple[Override, ...]:
    """What differs between the inputs of a workbook and those of the project.

    Raises
    ------
    InputError
        With every cell that is wrong, by sheet and cell.
    """
    from wfm.reports.excel_budget_inputs import read_budget_inputs

    found = []
    problems = []
    for cell in read_budget_inputs(path):
        if cell.address not in plan_inputs:
            fix = "export the workbook anew; the project has other inputs by now"
            what = "the project has no such input"
            problems.append(Problem(what, str(path), 0, cell.place, cell.address, fix))
        elif not _same(plan_inputs[cell.address], cell.value):
            found.append(Override(cell.address, "=", _written(cell.value)))
    if problems:
        raise InputError(problems)
    return tuple(found)


def _same(have: object, given: float | dt.date) -> bool:
    if isinstance(have, int | float) and isinstance(given, int | float):
        return abs(have - given) <= 1e-9 * max(1.0, abs(have))
    return have == given


def _written(value: float | dt.date) -> str:
    return value.isoformat() if isinstance(value, dt.date) else repr(float(value))


def import_budget(
    project: Project, path: Path, *, now: dt.datetime, scenario: str
) -> tuple[str, tuple[Override, ...]]:
    """Plan with the inputs of a workbook, kept as a scenario; gives the run and what was changed.

    Compared with the plan that the workbook was written from, where that is still kept, or else
    with the project as it is.

    Raises
    ------
    InputError
        With every cell that is wrong, by sheet and cell.
    """
    from wfm.reports.excel_budget_inputs import read_budget_run

    run = read_budget_run(path)
    try:
        again = plan_again(project, run or None)
    except PlanError:
        again = plan_again(project, None)
    changes = workbook_changes(path, addresses(again.plan.inputs))
    planned = _typed(again, changes, scenario)
    return save_plan(project, planned, now=now).run, changes


def _typed(again: Planned, changes: tuple[Override, ...], scenario: str) -> Planned:
    """The plan with changes; those of solved classes go into the classes themselves."""
    before = again.plan.inputs
    try:
        inputs = overridden(before, changes)
        same = same_need(inputs, before)
        need = again.plan.need if same else need_of(inputs, again.centre)
        plan = capacity_plan(inputs, need)
    except ValueError as error:
        raise InputError(str(error)) from error
    names = {one.name for one in again.solved}
    solved = tuple(one for one in inputs.classes if one.name in names)
    heads = tuple(f"classes.{name}." for name in names)
    others = tuple(one for one in changes if not one.address.startswith(heads))
    return Planned(plan, again.centre, scenario, (*again.changes, *others), solved=solved)
