"""The Erlang calculator over CSV files: `wfm erlang batch`, `required` and `extended`.

Rows come back as they were, with columns added; a cell is empty where the model does not define
the measure. Numbers are written with full double precision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from wfm.errors import InputError, Problem
from wfm.queueing import MODELS, Performance, extended_value, performance, required_agents

__all__ = ["batch", "extended", "read_cases", "required"]

_MEASURES = [field.name for field in fields(Performance)]
_DEFINITIONS = {
    "answered_within_T/offered": "offered",
    "answered_within_T/answered": "answered",
    "answered_within_T/(offered-abandoned_within_T)": "excl_short_abandon",
    "(answered_within_T+abandoned_within_T)/offered": "abandon_within_t_ok",
    "P(V<=T)": "virtual",
}
"""Service levels written as formulas, beside their names."""

_NAMES = ("offered", "answered", "excl_short_abandon", "abandon_within_t_ok", "virtual")
_SHOWN = 50
_ABOVE_ZERO = ("aht_s", "patience_s")

T = TypeVar("T")


def read_cases(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Cases of a CSV file as text.

    Raises
    ------
    InputError
        When the file is missing, not CSV, or lacks a column.
    """
    try:
        cases = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError([Problem("no such file", str(path))]) from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError([Problem(f"is not a CSV file in UTF-8: {error}", str(path))]) from error
    missing = [name for name in columns if name not in cases.columns]
    if missing:
        found = ", ".join(map(str, cases.columns))
        raise InputError([Problem("missing column", path.name, 1, name, found) for name in missing])
    return cases


def batch(path: Path) -> pd.DataFrame:
    """Measures of every case: model, arrivals_per_hour, aht_s, patience_s, agents, threshold_s."""
    columns = ("model", "arrivals_per_hour", "aht_s", "patience_s", "agents", "threshold_s")
    cases = read_cases(path, columns)
    numbers = _numbers(cases, path.name, columns[1:], optional=("patience_s", "threshold_s"))
    out = cases.copy()
    for name in _MEASURES:
        out[name] = np.nan
    for model, rows in _by_model(cases, path.name):
        part = numbers.loc[rows]
        served = _told(
            path.name,
            partial(
                performance,
                model,
                part["arrivals_per_hour"],
                part["aht_s"],
                part["agents"],
                patience_s=part["patience_s"] if model == "erlang_a" else None,
                threshold_s=part["threshold_s"].fillna(0.0),
            ),
        )
        for name in _MEASURES:
            out.loc[rows, name] = getattr(served, name)
    return out


def required(path: Path) -> pd.DataFrame:
    """Smallest agents of every case: beside the load, sl_definition, sl_target, threshold_s."""
    columns = (
        "model",
        "arrivals_per_hour",
        "aht_s",
        "patience_s",
        "sl_definition",
        "sl_target",
        "threshold_s",
    )
    cases = read_cases(path, columns)
    wanted = tuple(name for name in columns if name not in ("model", "sl_definition"))
    numbers = _numbers(cases, path.name, wanted, optional=("patience_s",))
    definitions = _definitions(cases, path.name)
    out = cases.copy()
    out["agents_required"] = 0
    for model, rows in _by_model(cases, path.name):
        for definition in definitions.loc[rows].unique():
            some = rows[definitions.loc[rows] == definition]
            part = numbers.loc[some]
            needed = _told(
                path.name,
                partial(
                    required_agents,
                    model,
                    part["arrivals_per_hour"],
                    part["aht_s"],
                    patience_s=part["patience_s"] if model == "erlang_a" else None,
                    threshold_s=part["threshold_s"],
                    service_level=part["sl_target"],
                    definition=definition,
                ),
            )
            out.loc[some, "agents_required"] = needed.agents
    return out


def extended(path: Path) -> pd.DataFrame:
    """Value of every case of the extended models: model, params (``k=v;k=v``), metric."""
    cases = read_cases(path, ("model", "params", "metric"))
    values, problems = [], []
    for row, case in enumerate(cases.itertuples(index=False), 2):
        try:
            values.append(extended_value(case.model, case.params, case.metric))
        except ValueError as error:
            problems.append(Problem(str(error), path.name, row))
            values.append(np.nan)
    if problems:
        raise InputError(problems)
    out = cases.copy()
    out["value"] = values
    return out


def _by_model(cases: pd.DataFrame, file: str) -> list[tuple[str, pd.Index]]:
    """Rows of each model; `_cont` names the real-agent continuation, which is the default."""
    models = cases["model"].str.removesuffix("_cont")
    known = ", ".join(MODELS)
    problems = [
        Problem("no such model", file, int(row) + 2, "model", cases.at[row, "model"], known)
        for row in cases.index[~models.isin(MODELS)]
    ]
    if problems:
        raise InputError(problems)
    return [(str(model), rows) for model, rows in cases.groupby(models, sort=False).groups.items()]


def _definitions(cases: pd.DataFrame, file: str) -> pd.Series:
    named = cases["sl_definition"].str.strip().replace(_DEFINITIONS)
    problems = [
        Problem(
            "no such service level",
            file,
            int(row) + 2,
            "sl_definition",
            cases.at[row, "sl_definition"],
            f"known are {', '.join(_NAMES)}",
        )
        for row in cases.index[~named.isin(_NAMES)]
    ]
    if problems:
        raise InputError(problems)
    return named


def _numbers(
    cases: pd.DataFrame, file: str, columns: tuple[str, ...], *, optional: tuple[str, ...]
) -> pd.DataFrame:
    problems: list[Problem] = []
    out = pd.DataFrame(index=cases.index)
    for name in columns:
        cells = cases[name].str.strip()
        out[name] = pd.to_numeric(cells, errors="coerce").astype(float)
        low = out[name] <= 0 if name in _ABOVE_ZERO else out[name] < 0
        bad = ~np.isfinite(out[name]) | low
        floor = "above 0" if name in _ABOVE_ZERO else "of at least 0"
        if name in optional:
            bad &= cells != ""
        problems += [
            Problem(f"is not a number {floor}", file, int(row) + 2, name, cells[row])
            for row in cases.index[bad][:_SHOWN]
        ]
    if {"model", "patience_s"} <= set(cases.columns):
        lacking = (cases["model"] == "erlang_a") & out["patience_s"].isna()
        problems += [
            Problem("Erlang A needs a patience", file, int(row) + 2, "patience_s")
            for row in cases.index[lacking][:_SHOWN]
        ]
    if problems:
        raise InputError(problems)
    return out


def _told(file: str, compute: Callable[[], T]) -> T:
    """Result of a computation whose refusal names the file."""
    try:
        return compute()
    except ValueError as error:
        raise InputError([Problem(str(error), file)]) from error
