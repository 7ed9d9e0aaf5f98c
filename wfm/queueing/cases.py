"""Tables of cases in, the same tables with results out: what ``wfm erlang batch`` promises.

Columns and their order are a file contract; cells may be text as read from a CSV. Every bad cell of
a table is told at once, with its line as an editor counts it (the header is line 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pandas as pd

from wfm.errors import InputError, Problem
from wfm.queueing.arguments import Floats
from wfm.queueing.extended_cases import extended
from wfm.queueing.performance import MODELS, Performance, performance
from wfm.queueing.required import DEFINITIONS, MOST_ERLANG, required_agents

__all__ = ["MEASURES", "batch", "extended", "required"]

MEASURES = tuple(field.name for field in fields(Performance))
"""Columns that :func:`batch` adds."""

CONTINUED = {"erlang_b_cont": "erlang_b", "erlang_c_cont": "erlang_c"}
"""Other names of the models when the agents are real numbers."""

WRITTEN_OUT = {
    "answered_within_t/offered": "offered",
    "answered_within_t/answered": "answered",
    "answered_within_t/(offered-abandoned_within_t)": "excl_short_abandon",
    "(answered_within_t+abandoned_within_t)/offered": "abandon_within_t_ok",
    "p(v<=t)": "virtual",
}
"""Service-level definitions spelled as fractions."""

Check = Callable[[Floats], np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]
NOT_NEGATIVE: tuple[str, Check] = ("at least 0", lambda values: values >= 0)
POSITIVE: tuple[str, Check] = ("above 0", lambda values: values > 0)
BELOW_ONE: tuple[str, Check] = ("from 0 to below 1", lambda values: (values >= 0) & (values < 1))


def batch(cases: pd.DataFrame) -> pd.DataFrame:
    """Service of each case: the table with the columns of :data:`MEASURES` added.

    Parameters
    ----------
    cases
        ``model, arrivals_per_hour, aht_s, patience_s, agents, threshold_s``; patience is needed for
        Erlang A, the threshold for Erlang C and A.

    Raises
    ------
    InputError
        With every missing column and bad cell.

    Examples
    --------
    >>> table = pd.DataFrame({"model": ["erlang_c"], "arrivals_per_hour": [200], "aht_s": [180],
    ...                       "patience_s": [None], "agents": [14], "threshold_s": [20]})
    >>> batch(table)["sl_offered"].round(3).tolist()
    [0.888]
    """
    columns = ("model", "arrivals_per_hour", "aht_s", "patience_s", "agents", "threshold_s")
    reader = _Reader(cases, columns)
    model = reader.models()
    waits = np.isin(model, ("erlang_c", "erlang_a"))
    rate = reader.numbers("arrivals_per_hour", NOT_NEGATIVE)
    aht_s = reader.numbers("aht_s", POSITIVE)
    patience_s = reader.numbers("patience_s", POSITIVE, where=model == "erlang_a")
    agents = reader.numbers("agents", NOT_NEGATIVE)
    threshold_s = reader.numbers("threshold_s", NOT_NEGATIVE, where=waits)
    reader.refuse()
    table = np.full((len(MEASURES), len(cases)), np.nan)
    for name in MODELS:
        rows = model == name
        if rows.any():
            service = performance(
                name, rate[rows], aht_s[rows], agents[rows],
                patience_s=patience_s[rows] if name == "erlang_a" else None,
                threshold_s=threshold_s[rows] if name != "erlang_b" else 0.0,
            )  # fmt: skip
            table[:, rows] = [getattr(service, measure) for measure in MEASURES]
    added = pd.DataFrame(dict(zip(MEASURES, table, strict=True)), index=cases.index)
    return pd.concat([cases.drop(columns=list(MEASURES), errors="ignore"), added], axis=1)


def required(cases: pd.DataFrame) -> pd.DataFrame:
    """Smallest agents of each case: the table with the column ``agents_required`` added.

    Parameters
    ----------
    cases
        ``model, arrivals_per_hour, aht_s, patience_s, sl_definition, sl_target, threshold_s``;
        a definition is one of ``offered, answered, excl_short_abandon, abandon_within_t_ok,
        virtual`` or written as a fraction, such as ``answered_within_T/offered``.

    Raises
    ------
    InputError
        With every missing column and bad cell.

    Examples
    --------
    >>> table = pd.DataFrame({"model": ["erlang_a"], "arrivals_per_hour": [6000], "aht_s": [300],
    ...     "patience_s": [120], "sl_definition": ["offered"], "sl_target": [0.8],
    ...     "threshold_s": [20]})
    >>> required(table)["agents_required"].tolist()
    [459]
    """
    promise = ("sl_definition", "sl_target", "threshold_s")
    reader = _Reader(cases, ("model", "arrivals_per_hour", "aht_s", "patience_s", *promise))
    model = reader.models()
    definition = reader.definitions()
    rate = reader.numbers("arrivals_per_hour", NOT_NEGATIVE)
    aht_s = reader.numbers("aht_s", POSITIVE)
    patience_s = reader.numbers("patience_s", POSITIVE, where=model == "erlang_a")
    target = reader.numbers("sl_target", BELOW_ONE)
    waits = np.isin(model, ("erlang_c", "erlang_a"))
    threshold_s = reader.numbers("threshold_s", NOT_NEGATIVE, where=waits)
    reader.check_loads(rate, aht_s)
    reader.refuse()
    agents = np.zeros(len(cases), dtype=np.int64)
    for name in MODELS:
        for kind in DEFINITIONS:
            rows = (model == name) & (definition == kind)
            if rows.any():
                agents[rows] = required_agents(
                    name, rate[rows], aht_s[rows],
                    patience_s=patience_s[rows] if name == "erlang_a" else None,
                    threshold_s=threshold_s[rows] if name != "erlang_b" else 0.0,
                    service_level=target[rows], definition=kind,
                ).agents  # fmt: skip
    return cases.assign(agents_required=agents)


class _Reader:
    """Columns of a table as arrays, collecting every problem on the way."""

    def __init__(self, cases: pd.DataFrame, columns: tuple[str, ...]) -> None:
        self.cases = cases
        missing = [name for name in columns if name not in cases]
        self.problems = [
            Problem(
                "missing column", row=1, column=name, fix=f"the columns are {', '.join(columns)}"
            )
            for name in missing
        ]
        self.refuse()

    def refuse(self) -> None:
        """Raise what was found, if anything."""
        if self.problems:
            raise InputError(self.problems)

    def check_loads(self, per_hour: Floats, aht_s: Floats) -> None:
        """Remember the rows whose load is too large to tell numbers of agents apart."""
        for row in np.flatnonzero(per_hour * (aht_s / 3600.0) >= MOST_ERLANG).tolist():
            found = f"{per_hour[row]:g}"
            what = f"makes a load of {MOST_ERLANG:g} erlang or more"
            fix = "correct it or aht_s"
            self.problems.append(Problem(what, "", row + 2, "arrivals_per_hour", found, fix))

    def models(self) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
        """Names of the models."""
        known = {**{name: name for name in MODELS}, **CONTINUED}
        return self._names("model", known, MODELS)

    def definitions(self) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
        """Names of the service-level definitions."""
        known = {name: name for name in DEFINITIONS}
        known |= {f"sl_{name}": name for name in DEFINITIONS} | WRITTEN_OUT
        return self._names("sl_definition", known, DEFINITIONS)

    def _names(
        self, column: str, known: dict[str, str], offered: tuple[str, ...]
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
        found = self.cases[column].astype(str).str.strip()
        names = found.str.lower().str.replace(" ", "", regex=False).map(known)
        for row in np.flatnonzero(names.isna().to_numpy()).tolist():
            fix = f"write one of {', '.join(offered)}"
            self.problems.append(Problem("unknown name", "", row + 2, column, found.iloc[row], fix))
        return np.asarray(names.to_numpy(dtype=object))

    def numbers(
        self,
        column: str,
        rule: tuple[str, Check],
        where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None = None,
    ) -> Floats:
        """Values of a column; cells outside ``where`` may be anything."""
        values: Floats = pd.to_numeric(self.cases[column], errors="coerce").to_numpy(np.float64)
        wrong = ~(np.isfinite(values) & rule[1](values))
        if where is not None:
            wrong &= where
        for row in np.flatnonzero(wrong).tolist():
            cell = self.cases[column].iloc[row]
            found = "" if pd.isna(cell) else str(cell)
            self.problems.append(
                Problem(
                    f"must be a number {rule[0]}", "", row + 2, column, found, "correct the cell"
                )
            )
        return values
