"""Service when the rate itself is uncertain: a forecast is a distribution, not a number."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from wfm.queueing.arguments import Floats, below_one, not_negative, positive
from wfm.queueing.fewest import fewest_agents
from wfm.queueing.performance import performance

__all__ = ["Average", "UncertainService", "required_under_uncertainty", "uncertain_service"]

NODES = 24
REACH = 42.0


@dataclass(frozen=True, slots=True)
class Average:
    """One measure, seen by the planner's three eyes.

    Parameters
    ----------
    at_mean_rate
        As if the mean were certain.
    per_interval
        E[f(R)]: the mean over intervals, each counting the same.
    per_call
        E[R f(R)] / E[R]: the mean over calls, busy intervals counting for more.
    """

    at_mean_rate: float
    per_interval: float
    per_call: float


@dataclass(frozen=True, slots=True)
class UncertainService:
    """Service under an uncertain rate, each measure in three averages."""

    sl_offered: Average
    p_abandon: Average
    p_wait: Average
    mean_wait_all_s: Average
    occupancy: Average


def uncertain_service(
    arrivals_per_hour: float,
    aht_s: float,
    agents: float,
    *,
    rate_cv: float,
    patience_s: float,
    threshold_s: float = 20.0,
) -> UncertainService:
    """Erlang A with a random rate R ~ Gamma(mean, cv), constant within the interval.

    Parameters
    ----------
    arrivals_per_hour
        Mean of the rate [1/h], above 0.
    rate_cv
        Standard deviation of the rate over its mean, at least 0; that of the forecast error.

    Notes
    -----
    Poisson mixtures [1]_, by Gauss-Legendre panels in ln R, narrow enough for the steepest stretch
    of the service level.

    Examples
    --------
    100 Erlang, 105 agents, the rate known to 10 %:

    >>> level = uncertain_service(1200, 300, 105, rate_cv=0.1, patience_s=300).sl_offered
    >>> [round(value, 3) for value in (level.at_mean_rate, level.per_interval, level.per_call)]
    [0.865, 0.791, 0.77]

    .. [1] Jongbloed & Koole (2001), Managing uncertainty in call centers using Poisson mixtures.
    """
    positive(arrivals_per_hour=arrivals_per_hour, aht_s=aht_s, agents=agents, patience_s=patience_s)
    not_negative(rate_cv=rate_cv)
    factor, mass = _gamma_nodes(rate_cv, arrivals_per_hour * aht_s / 3600.0)
    rates = arrivals_per_hour * np.concatenate([[1.0], factor])
    service = performance(
        "erlang_a", rates, aht_s, agents, patience_s=patience_s, threshold_s=threshold_s
    )

    def averaged(values: Floats) -> Average:
        at_mean, rest = float(values[0]), values[1:]
        per_call = float(mass * factor @ rest) / float(mass @ factor)
        return Average(at_mean, float(mass @ rest), per_call)

    return UncertainService(
        sl_offered=averaged(service.sl_offered),
        p_abandon=averaged(service.p_abandon),
        p_wait=averaged(service.p_wait),
        mean_wait_all_s=averaged(service.mean_wait_all_s),
        occupancy=averaged(service.occupancy),
    )


def _gamma_nodes(cv: float, load: float) -> tuple[Floats, Floats]:
    """Factors on the mean rate and their probabilities.

    With s = ln(factor) and shape k = 1/cv² the density is proportional to exp(-k (e^s - 1 - s)).
    """
    if cv == 0.0:
        return np.ones(1), np.ones(1)
    shape = 1.0 / (cv * cv)
    reach = REACH / shape
    low = -(0.5 * reach + math.sqrt(reach * (0.25 * reach + 2.0)))
    low = max(low, -700.0)
    high = math.log1p(reach + math.log1p(reach + math.sqrt(2.0 * reach)))
    panels = 4 + math.ceil((min(high - low, 4.0)) * math.sqrt(load) / 6.0)
    # the far left, where next to no calls come, needs no fine panels
    knee = max(low, -2.0)
    edges = np.linspace(knee, high, panels + 1)
    if low < knee:
        edges = np.concatenate([np.linspace(low, knee, 5)[:-1], edges])
    x, w = np.polynomial.legendre.leggauss(NODES)
    half = 0.5 * np.diff(edges)
    s = ((edges[:-1] + half)[:, None] + half[:, None] * x).ravel()
    density = (half[:, None] * w).ravel() * np.exp(-shape * (np.expm1(s) - s))
    return np.exp(s), density / density.sum()


def required_under_uncertainty(
    arrivals_per_hour: float,
    aht_s: float,
    *,
    rate_cv: float,
    patience_s: float,
    service_level: float,
    threshold_s: float = 20.0,
    per_call: bool = True,
) -> int:
    """Fewest agents whose expected service level (answered in T / offered) keeps the target.

    Parameters
    ----------
    per_call
        Whether a busy interval counts for more (True) or every interval the same.

    Examples
    --------
    >>> required_under_uncertainty(1200, 300, rate_cv=0.1, patience_s=300, service_level=0.8)
    107
    """
    below_one(service_level=service_level)

    def good(agents: int) -> bool:
        level = uncertain_service(
            arrivals_per_hour,
            aht_s,
            agents,
            rate_cv=rate_cv,
            patience_s=patience_s,
            threshold_s=threshold_s,
        ).sl_offered
        return (level.per_call if per_call else level.per_interval) >= service_level

    return fewest_agents(good, start=max(1, math.ceil(arrivals_per_hour * aht_s / 3600.0)))
