"""Risk: how much could be needed, who could be left, and how likely service is missed.

Contacts vary about their forecast, leavers are drawn person by person at a rate that varies,
exams are passed or not, shrinkage varies. Every draw is a whole plan.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wfm.capacity.inputs import CapacityInputs
from wfm.capacity.need import FACTORS, RATIOS, GroupNeed
from wfm.capacity.plan import CapacityPlan
from wfm.capacity.supply import CohortHeads, GroupSupply
from wfm.capacity.timeline import Floats

__all__ = ["simulate_risk"]

_PERSISTENCE = 0.7
"""Share of the forecast's variance that all months have in common: growth, not single months."""


def simulate_risk(
    plan: CapacityPlan, rng: np.random.Generator, *, draws: int = 2000
) -> pd.DataFrame:
    """Need and supply as distributions, by group and period.

    Parameters
    ----------
    draws
        Plans to draw.

    Returns
    -------
    pandas.DataFrame
        Columns group, month, need_p50, need_p80, need_p95 (required FTE), supply_p5, supply_p50
        (FTE on the contacts), p_short (fewer hours than required, overtime and hours bought in
        counted) and p_missed (service level below the promise) [fraction].
    """
    inputs = plan.inputs
    frames = [
        _group_risk(inputs, plan, plan.need.of(supply.group), supply, rng, draws)
        for supply in plan.supply
    ]
    return pd.concat(frames, ignore_index=True)


def _group_risk(
    inputs: CapacityInputs,
    plan: CapacityPlan,
    need: GroupNeed,
    supply: GroupSupply,
    rng: np.random.Generator,
    draws: int,
) -> pd.DataFrame:
    count = len(inputs.periods)
    volume = _volume(inputs, need, rng, draws)
    heads, output = _heads(inputs, supply, rng, draws)
    mix = np.divide(heads, output, out=np.ones_like(heads), where=output > 0)
    usual = inputs.shrinkage_of(need.group)
    shift = rng.standard_normal((draws, 1)) * inputs.shrinkage_spread
    shrinkage = np.clip(usual * (1 + shift), 0.0, 0.95)
    base = _columns(mix * volume, FACTORS, need.hours)
    required = base / (1 - shrinkage)
    per_fte = inputs.hours_per_fte
    coverage = _coverage(inputs, heads * per_fte, required)
    service = _columns(coverage, RATIOS, need.service)
    promise = _promise(inputs, need.group)
    short = coverage < 1 - 1e-9
    missed = short if promise is None else service < promise - 1e-9
    fte = np.divide(required, per_fte, out=np.zeros_like(required), where=per_fte > 0)
    p50, p80, p95 = np.quantile(fte, [0.5, 0.8, 0.95], axis=0)
    low, middle = np.quantile(heads, [0.05, 0.5], axis=0)
    return pd.DataFrame(
        {
            "group": need.group,
            "month": [period.name for period in inputs.periods[:count]],
            "need_p50": p50,
            "need_p80": p80,
            "need_p95": p95,
            "supply_p5": low,
            "supply_p50": middle,
            "p_short": short.mean(axis=0),
            "p_missed": missed.mean(axis=0),
        }
    )


def _volume(
    inputs: CapacityInputs, need: GroupNeed, rng: np.random.Generator, draws: int
) -> Floats:
    """Contacts over their forecast, lognormal with mean 1, shape (draws, periods)."""
    queues = inputs.queues_of(need.group)
    contacts = np.array([queue.contacts for queue in queues], float)
    spread = np.array([queue.spread for queue in queues], float)
    total = contacts.sum(axis=0)
    # queues of one group rise and fall together
    share = np.divide(contacts, total, out=np.zeros_like(contacts), where=total > 0)
    sd = np.sqrt(np.log1p((share * spread).sum(axis=0) ** 2))
    common = rng.standard_normal((draws, 1))
    single = rng.standard_normal((draws, len(inputs.periods)))
    noise = np.sqrt(_PERSISTENCE) * common + np.sqrt(1 - _PERSISTENCE) * single
    return np.asarray(np.exp(sd * noise - sd**2 / 2), float)


def _heads(
    inputs: CapacityInputs, supply: GroupSupply, rng: np.random.Generator, draws: int
) -> tuple[Floats, Floats]:
    """FTE on the contacts, and by output, shape (draws, periods)."""
    spread = np.sqrt(np.log1p(inputs.attrition_spread**2))
    rate = np.exp(spread * rng.standard_normal(draws) - spread**2 / 2)
    count = len(inputs.periods)
    support = supply.agent_fte - sum(
        (one.average * inputs.fte_of(one.cohort.contract) for one in supply.cohorts),
        np.zeros(count),
    )
    heads = np.tile(support, (draws, 1))
    output = heads.copy()
    for one in supply.cohorts:
        mean = _cohort(inputs, one, rate, rng) * inputs.fte_of(one.cohort.contract)
        heads += mean
        output += mean * one.calendar.productivity
    return heads, output


def _cohort(
    inputs: CapacityInputs, one: CohortHeads, rate: Floats, rng: np.random.Generator
) -> Floats:
    """Mean heads of a cohort on the contacts, each person staying or leaving."""
    draws, count = len(rate), len(inputs.periods)
    out = np.zeros((draws, count))
    cohort = one.cohort
    there = _whole(cohort.heads, draws, rng) if one.calendar.joining < 0 else np.zeros(draws)
    for k in range(count):
        if one.calendar.joining == k:
            passing = 1 - inputs.training.washout
            there = rng.binomial(round(cohort.trainees), passing, draws).astype(float)
        stay = np.ones(draws)
        for band, spent in zip(inputs.attrition, one.calendar.in_band[:, k], strict=False):
            stay = stay * (1 - np.clip(inputs.hazard(band) * rate, 0, 1)) ** spent
        left = rng.binomial(np.maximum(there, 0).astype(np.int64), stay) + one.moved[k]
        out[:, k] = one.calendar.present[k] * (there + left) / 2
        there = _whole(left, draws, rng)
    return out


def _whole(heads: float | Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Whole persons whose mean is the given number."""
    given = np.broadcast_to(np.asarray(heads, float), (draws,))
    return np.asarray(np.floor(given + rng.random(draws)), float)


def _columns(at: Floats, grid: tuple[float, ...], values: Floats) -> Floats:
    """Interpolation of each period's own curve, shape (draws, periods)."""
    columns = [np.interp(at[:, k], grid, values[k]) for k in range(at.shape[1])]
    return np.stack(columns, axis=1)


def _coverage(inputs: CapacityInputs, own: Floats, required: Floats) -> Floats:
    """Available over required hours, after overtime and hours bought in."""
    under = np.maximum(required - own, 0.0)
    overtime = np.minimum(under, inputs.flex.overtime * own)
    bought = np.minimum(under - overtime, inputs.flex.outsourced * required)
    ones = np.ones_like(own)
    part = np.divide(own + overtime + bought, required, out=ones, where=required > 0)
    return np.asarray(part, float)


def _promise(inputs: CapacityInputs, group: str) -> float | None:
    """Service level that a group promised: that of its queues by contacts; None without any."""
    queues = [q for q in inputs.queues_of(group) if q.service_level is not None]
    weight = sum(sum(queue.contacts) for queue in queues)
    if not weight:
        return None
    promised = sum((q.service_level or 0.0) * sum(q.contacts) for q in queues)
    return float(promised / weight)
