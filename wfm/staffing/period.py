"""Service promised over a day or a week: what each further agent of an interval gives.

Where a promise is one of the day, it matters little which interval keeps it. What counts is how
many contacts the next agent answers in time in each interval; the scheduler then needs the fewest
agents for the whole.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import Queue
from wfm.staffing.service import expected_service

__all__ = ["PIECES", "service_pieces"]

PIECES = 10
"""Pieces of the curve of an interval."""

_TRIED = 48
_FULL = 0.995
"""Agents beyond this part of what can be answered give nothing worth counting."""


def service_pieces(requirement: pd.DataFrame, queue: Queue, *, present: float) -> pd.DataFrame:
    """Contacts answered in time by agents scheduled, as a concave line in pieces.

    Parameters
    ----------
    requirement
        Rows of one queue: offered, interval_s, aht_s, agents_required.
    present
        Share of the agents scheduled who are on the contacts: 1 - shrinkage.

    Returns
    -------
    DataFrame
        ``service_agents_1`` … [agents], ``service_gain_1`` … [contacts in time an agent] and
        ``service_less`` [contacts], rows as given: filled pieces times gains, less the last, are
        the contacts answered in time. The first piece is the least staff: where the next agent
        gives most. Below it the queue falls apart, so a plan keeps it in each interval.

    Notes
    -----
    The line joins points of the queueing curve at whole agents. At the whole agents between them,
    and below the least staff, where the curve bends the other way, it runs below the curve.

    Examples
    --------
    >>> from wfm.intervals import OpeningHours
    >>> need = pd.DataFrame(
    ...     {"offered": [60.0], "interval_s": [1800], "aht_s": [180.0], "agents_required": [8.0]}
    ... )
    >>> made = service_pieces(need, Queue("q", OpeningHours.always()), present=1.0)
    >>> bool((made.filter(like="gain").iloc[0].diff().dropna() <= 1e-9).all())
    True
    """
    required = requirement["agents_required"].to_numpy(float)
    heads = _heads(required)
    level = [expected_service(requirement, column * present, queue) for column in heads.T]
    offered = requirement["offered"].to_numpy(float)
    served = np.nan_to_num(np.array(level).T) * offered[:, None]
    least = queue.target.min_agents / present
    rows = [_pieces(n, s, least) for n, s in zip(heads, served, strict=True)]
    names = [f"service_{part}_{k}" for part in ("agents", "gain") for k in range(1, PIECES + 1)]
    table = np.array(rows).reshape(-1, len(names) + 1)
    return pd.DataFrame(table, requirement.index, [*names, "service_less"])


def _heads(required: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers of agents that are tried in each interval, from nobody to well above the need."""
    far = np.linspace(0.0, 1.0, _TRIED) * (1.5 * required + 4)[:, None]
    near = np.linspace(0.75, 1.15, _TRIED) * required[:, None]
    return np.asarray(np.sort(np.rint(np.hstack([far, near])), axis=1))


def _pieces(
    heads: NDArray[np.float64], served: NDArray[np.float64], least: float
) -> NDArray[np.float64]:
    """Widths and gains of the concave line under the curve of one interval, and what to take off.

    Parameters
    ----------
    least
        Fewest agents there may be.
    """
    heads, at = np.unique(heads, return_index=True)
    x, y = heads[1:], np.maximum.accumulate(served[at])[1:]
    if y[-1] <= 0:
        return np.append(np.zeros(2 * PIECES), 0.0)
    steepest = int(np.argmax(np.diff(y) / np.diff(x)))
    steepest += int(x[steepest + 1] - x[steepest] > 1)  # it may begin inside a longer step
    first = min(max(steepest, int(np.searchsorted(x, least))), len(x) - 2)
    x, y = x[first:], y[first:]
    last = int(np.searchsorted(y, _FULL * y[-1])) + 1
    top = _upper(x[: max(last, 2)], y[: max(last, 2)])
    x, y = x[top], y[top]
    if len(x) > PIECES:  # even steps of what is won
        marks = np.linspace(y[0], y[-1], PIECES)
        keep = np.unique(np.abs(y[:, None] - marks[None]).argmin(axis=0))
        x, y = x[keep], y[keep]
    gain = np.diff(y) / np.diff(x)
    out = np.zeros((2, PIECES))
    out[0, : len(x)] = x[0], *np.diff(x)
    out[1, : len(x)] = gain[0], *gain
    return np.append(out.ravel(), gain[0] * x[0] - y[0])


def _upper(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[int]:
    """Corners of the smallest concave line on or above some points."""
    out: list[int] = []
    for k in range(len(x)):
        while len(out) > 1:
            a, b = out[-2], out[-1]
            if (y[b] - y[a]) * (x[k] - x[b]) > (y[k] - y[b]) * (x[b] - x[a]):
                break
            out.pop()
        out.append(k)
    return out
