"""The models past Erlang, one metric a row: what ``wfm erlang extended`` answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from wfm.errors import InputError, Problem
from wfm.queueing.blending import blend_service
from wfm.queueing.chat import chat_service
from wfm.queueing.finite_lines import finite_lines_service
from wfm.queueing.priority import priority_service
from wfm.queueing.redials import redial_service
from wfm.queueing.uncertain_rate import uncertain_service

__all__ = ["EXTENDED_MODELS", "extended", "extended_value"]

Given = Mapping[str, str]
Metrics = dict[str, float]


def _number(given: Given, name: str, default: float | None = None) -> float:
    if name not in given and default is not None:
        return default
    try:
        return float(given[name])
    except KeyError:
        raise ValueError(f"params lack {name}") from None
    except ValueError:
        raise ValueError(f"{name} must be a number, got {given[name]!r}") from None


def _whole(given: Given, name: str) -> int:
    value = _number(given, name)
    if value != round(value):
        raise ValueError(f"{name} must be a whole number, got {given[name]!r}")
    return int(value)


def _per_hour(given: Given, name: str) -> float:
    return _number(given, name) * 3600.0 / _number(given, "aht_s")


def _shared(given: Given) -> dict[str, float]:
    return {"patience_s": _number(given, "patience_s"), "threshold_s": _number(given, "T_s", 20.0)}


def _plain(service: Any) -> Metrics:
    return {field.name: getattr(service, field.name) for field in fields(service)}


def _priority2(given: Given) -> Metrics:
    loads = [_number(given, "a_high"), _number(given, "a_low")]
    service = priority_service(_number(given, "n"), loads, _number(given, "aht_s"))
    high, low = service.mean_wait_s
    total = sum(loads)
    return {
        "p_wait": service.p_wait,
        "mean_wait_high_s": high,
        "mean_wait_low_s": low,
        "mean_wait_all_s": (loads[0] * high + loads[1] * low) / total if total > 0 else 0.0,
    }


def _retrial(given: Given) -> Metrics:
    service = redial_service(
        _per_hour(given, "a"),
        _number(given, "aht_s"),
        _whole(given, "n"),
        redial_probability=_number(given, "retrial_prob"),
        **_shared(given),
    )
    return _plain(service)


def _finite(given: Given) -> Metrics:
    service = finite_lines_service(
        _per_hour(given, "a"),
        _number(given, "aht_s"),
        _whole(given, "n"),
        _whole(given, "lines"),
        **_shared(given),
    )
    return _plain(service)


def _gamma_rate(given: Given) -> Metrics:
    service = uncertain_service(
        _per_hour(given, "a"),
        _number(given, "aht_s"),
        _number(given, "n"),
        rate_cv=_number(given, "cv"),
        **_shared(given),
    )
    short = {"sl_offered": "sl"}
    return {
        f"{short.get(measure.name, measure.name)}_{average.name}": getattr(
            getattr(service, measure.name), average.name
        )
        for measure in fields(service)
        for average in fields(getattr(service, measure.name))
    }


def _chat(given: Given) -> Metrics:
    levels = given.get("aht_s", "").split("|")
    service = chat_service(
        _number(given, "arrivals_per_hour"),
        [_number({"aht_s": level}, "aht_s") for level in levels],
        _whole(given, "n"),
        **_shared(given),
    )
    return _plain(service)


def _blend(given: Given) -> Metrics:
    service = blend_service(
        _per_hour(given, "a_inbound"),
        _number(given, "aht_s"),
        _whole(given, "n"),
        _whole(given, "idle_reserved"),
        **_shared(given),
    )
    return _plain(service)


MODELS: dict[str, Callable[[Given], Metrics]] = {
    "priority2": _priority2,
    "retrial_fp": _retrial,
    "finite_lines": _finite,
    "gamma_rate": _gamma_rate,
    "chat_even": _chat,
    "blend": _blend,
}
EXTENDED_MODELS = tuple(MODELS)
"""Names of the models, as in the file contract."""


def extended_value(model: str, params: str, metric: str) -> float:
    """One metric of one extended model.

    Parameters
    ----------
    model
        One of :data:`EXTENDED_MODELS`.
    params
        ``name=value;name=value``; lists are written ``300|420``.
    metric
        Name of the measure.

    Raises
    ------
    ValueError
        When a name is unknown, a parameter is missing, not a number or out of range.

    Examples
    --------
    >>> params = "n=10;a_high=2.0;a_low=6.0;aht_s=180"
    >>> round(extended_value("priority2", params, "p_wait"), 6)
    0.40918
    """
    if model not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, got {model!r}")
    return _metric(_metrics(model, params), metric)


def _metrics(model: str, params: str) -> Metrics:
    given: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in params.split(";"))):
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"params must read name=value;name=value, got {part!r}")
        given[name.strip()] = value.strip()
    return MODELS[model](given)


def _metric(metrics: Metrics, metric: str) -> float:
    if metric not in metrics:
        raise ValueError(f"metric must be one of {', '.join(metrics)}, got {metric!r}")
    return metrics[metric]


def extended(cases: pd.DataFrame) -> pd.DataFrame:
    """Value of each case: the table with the column ``value`` added.

    Parameters
    ----------
    cases
        ``model, params, metric``.

    Raises
    ------
    InputError
        With every missing column and bad row.

    Examples
    --------
    >>> table = pd.DataFrame({"model": ["blend"], "metric": ["occupancy"], "params":
    ...     ["a_inbound=10;aht_s=300;patience_s=120;n=20;idle_reserved=0;T_s=20"]})
    >>> extended(table)["value"].tolist()
    [1.0]
    """
    lacking = [name for name in ("model", "params", "metric") if name not in cases]
    if lacking:
        fix = "the columns are model, params, metric"
        raise InputError([Problem("missing column", row=1, column=n, fix=fix) for n in lacking])
    known: dict[tuple[str, str], Metrics] = {}
    values, problems = np.full(len(cases), np.nan), []
    columns = (cases[name].astype(str).str.strip() for name in ("model", "params", "metric"))
    for row, (model, params, metric) in enumerate(zip(*columns, strict=True)):
        try:
            if model not in MODELS:
                raise ValueError(f"model must be one of {', '.join(MODELS)}, got {model!r}")
            if (model, params) not in known:
                known[model, params] = _metrics(model, params)
            values[row] = _metric(known[model, params], metric)
        except ValueError as error:
            problems.append(Problem(f"{model}: {error}", row=row + 2))
    if problems:
        raise InputError(problems)
    return cases.assign(value=values)
