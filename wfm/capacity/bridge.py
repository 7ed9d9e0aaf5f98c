"""Bridge: why a budget moved, from plan to plan to actual, to the cent.

Cost is a product: contacts × handle time × 1 / occupancy × 1 / (1 - shrinkage) × hours there are
over hours required × cost of an hour. The logarithmic mean splits a difference of products among
their factors without a remainder and without an order [1]_; months and groups are split one by one
and added.

.. [1] Ang (2005), The LMDI approach to decomposition analysis, Energy Policy 33(7).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.capacity.timeline import Floats

__all__ = ["BRIDGE_COLUMNS", "EFFECTS", "Bridge", "bridge", "bridge_rows"]

EFFECTS = ("volume", "aht", "occupancy", "shrinkage", "attrition", "rate")
"""What moves a budget; attrition stands for all that changes who is there, hiring too."""

BRIDGE_COLUMNS = ("contacts", "handle_h", "base_h", "required_h", "own_h", "cost")
"""Each factor is one of these over the one before it."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """From one total to another.

    Parameters
    ----------
    start, end
        Totals [money], in whole cents.
    effects
        Part of the difference by :data:`EFFECTS` [money], in whole cents; they add up exactly.
    """

    start: float
    effects: tuple[tuple[str, float], ...]
    end: float


def bridge_rows(months: pd.DataFrame) -> pd.DataFrame:
    """The quantities of the product by group and month, from the lines of a plan."""
    return pd.DataFrame(
        {
            "group": months["group"],
            "month": months["month"],
            "contacts": months["contacts"],
            "handle_h": months["workload_h"] * months["aht_mix"],
            "base_h": months["base_h"],
            "required_h": months["required_h"],
            "own_h": months["supply_fte"] * months["hours_per_fte"],
            "cost": months["total_cost"],
        }
    )


def bridge(before: pd.DataFrame, after: pd.DataFrame) -> Bridge:
    """Split the difference of two plans, or of a plan and what came.

    Parameters
    ----------
    before, after
        Columns group, month and :data:`BRIDGE_COLUMNS`; months that only one of them has count
        as volume, as do months in which a quantity is 0.

    Examples
    --------
    >>> plan = pd.DataFrame({"group": ["a"], "month": ["2026-01"], "contacts": [100.0],
    ...     "handle_h": [10.0], "base_h": [12.0], "required_h": [15.0], "own_h": [15.0],
    ...     "cost": [300.0]})
    >>> actual = plan.assign(own_h=16.0, cost=320.0)
    >>> bridge(plan, actual).effects[4]
    ('attrition', 20.0)
    """
    keys = ["group", "month"]
    both = before.merge(after, on=keys, how="outer", suffixes=("_0", "_1")).fillna(0.0)
    parts = np.zeros(len(EFFECTS))
    columns = [[f"{name}_{k}" for name in BRIDGE_COLUMNS] for k in (0, 1)]
    old, new = (both[names].to_numpy(float) for names in columns)
    for was, now in zip(old, new, strict=True):
        parts += _split(was, now)
    start, end = _cents(old[:, -1].sum()), _cents(new[:, -1].sum())
    cents = _shared(parts * 100, end - start)
    effects = tuple((name, float(value) / 100) for name, value in zip(EFFECTS, cents, strict=True))
    return Bridge(start / 100, effects, end / 100)


def _split(was: Floats, now: Floats) -> Floats:
    """Effects of one group and month."""
    out = np.zeros(len(EFFECTS))
    if (was <= 0).any() or (now <= 0).any():
        out[0] = now[-1] - was[-1]
        return out
    # contacts, then each quantity over the one before it; their product is the cost
    factors = [np.concatenate([row[:1], row[1:] / row[:-1]]) for row in (was, now)]
    change = np.log(factors[1] / factors[0])
    ratio = math.log(now[-1] / was[-1])
    mean = (now[-1] - was[-1]) / ratio if abs(ratio) > 1e-12 else float(now[-1])
    return np.asarray(mean * change, float)


def _cents(amount: float) -> int:
    return round(amount * 100)


def _shared(parts: Floats, total: int) -> list[int]:
    """Whole numbers that add up to a total, each as near its part as can be."""
    whole = [math.floor(part) for part in parts]
    left = total - sum(whole)
    order = sorted(range(len(parts)), key=lambda k: whole[k] - parts[k])
    for k in range(abs(left)):
        whole[order[k % len(order)]] += 1 if left > 0 else -1
    return whole
