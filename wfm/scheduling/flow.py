"""Skill groups to queues: who of those at work serves what, step by step.

An agent who can serve several queues counts once. In each step the agents of a skill group flow to
its queues so that the price of over and under of all queues together is least; shares may be
fractions, as a person who takes calls of both queues in turn is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.line import Demand
from wfm.scheduling.presence import broken_cost, with_limits
from wfm.scheduling.problem import CoverProblem
from wfm.scheduling.solver import Model, Term, solve

__all__ = [
    "Staff",
    "cover_cost",
    "flow_rows",
    "lane_demand",
    "served",
    "share_out",
    "short_and_over",
]

Staff = dict[tuple[int, int], tuple[list[Term], float]]
"""Agents of a queue at work in a step, as terms of a model and as a number."""

_PIECES = 8
_TRACE = 1e-6
"""How finely, and by what part of a price, equally cheap flows are made even."""

_MANY = 10
"""Most queues of a pool whose sets are listed."""


def short_and_over(
    model: Model, demand: Demand, step: int, *, carry: float = 0.0, whole: bool = False
) -> tuple[list[Term], float]:
    """Terms of short and over of one step, priced, and the right side they must balance with.

    ``agents + terms == right``. Where staff is ``whole`` and the need is not, the price runs
    straight between the two whole neighbours of the need: exact there, and a higher bound than
    over and under alone.
    """
    under, over = float(demand.under[step]), float(demand.over[step])
    left = float(demand.need[step]) - carry
    floor = float(np.floor(left + 1e-9)) if whole else left
    part = max(left - floor, 0.0)
    out: list[Term] = []
    price, top = under, floor
    for knot, rise in zip(demand.knots, demand.rises, strict=True):
        below = float(knot[step]) - carry
        if rise[step] > 0 and 0 < below < top:
            out.append((model.variable(high=top - below, price=price, whole=False), 1.0))
            top = below
        price += float(rise[step]) if below > 0 else 0.0
    out.append((model.variable(price=price, whole=False), 1.0))
    out.append((model.variable(price=over, whole=False), -1.0))
    if part > 1e-9:
        model.constant += under * part
        between = model.variable(high=1.0, price=over * (1 - part) - under * part, whole=False)
        out.append((between, -1.0))
    return out, floor


def flow_rows(
    model: Model,
    demands: tuple[Demand, ...],
    lanes: tuple[tuple[int, ...], ...],
    step: int,
    terms: list[list[Term]],
    base: list[float],
    staff: Staff | None = None,
) -> list[list[Term]]:
    """Rows of one step of queues that share people; gives the flows of each lane by queue.

    Parameters
    ----------
    terms, base
        Agents at work in each lane: as terms of the model and as a number.
    staff
        Where the agents of each queue in this step are noted.
    """
    sums: list[list[Term]] = [[] for _ in demands]
    right = [0.0] * len(demands)
    flows: list[list[Term]] = []
    for lane, queues in enumerate(lanes):
        if len(queues) == 1:
            sums[queues[0]] += terms[lane]
            right[queues[0]] -= base[lane]
            flows.append([])
            continue
        out = [(model.variable(whole=False), 1.0) for _ in queues]
        model.row([*out, *((v, -f) for v, f in terms[lane])], "==", base[lane])
        for queue, term in zip(queues, out, strict=True):
            sums[queue].append(term)
        flows.append(out)
    mixed = {queue for queues in lanes if len(queues) > 1 for queue in queues}
    for queue, demand in enumerate(demands):
        made, need = short_and_over(model, demand, step, whole=queue not in mixed)
        model.row([*sums[queue], *made], "==", need + right[queue])
        if staff is not None:
            staff[queue, step] = ([(v, -f) for v, f in made], need)
    return flows


def share_out(
    demands: tuple[Demand, ...],
    lanes: tuple[tuple[int, ...], ...],
    staff: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Agents that each lane gives each queue in each step, shape (lanes, queues, steps).

    Parameters
    ----------
    staff
        Agents at work, shape (lanes, steps).

    Examples
    --------
    Two specialists, and two who can do both: one and a half of them are needed for the second.

    >>> one = np.ones(1)
    >>> ask = tuple(Demand(q, n * one, 4 * one, one, one > 0) for q, n in (("a", 2.5), ("b", 1.5)))
    >>> shares = share_out(ask, ((0,), (0, 1)), np.array([[2.0], [2.0]]))
    >>> shares[:, :, 0].round(3).tolist()
    [[2.0, 0.0], [0.5, 1.5]]
    """
    if all(len(queues) == 1 for queues in lanes):
        out = np.zeros((len(lanes), len(demands), staff.shape[1]))
        for lane, queues in enumerate(lanes):
            out[lane, queues[0]] = staff[lane]
        return out
    if len(demands) > _MANY:
        return _by_model(demands, lanes, staff)
    sets = _Sets.of(lanes, len(demands))
    return _handed_out(sets, lanes, staff, _granted(sets, demands, staff))


@dataclass(frozen=True, slots=True)
class _Sets:
    """Every set of queues: which queues are in it, which lanes can serve some of them."""

    queues: NDArray[np.bool_]
    lanes: NDArray[np.bool_]

    @classmethod
    def of(cls, lanes: tuple[tuple[int, ...], ...], queues: int) -> _Sets:
        """Sets of a pool, shapes (sets, queues) and (sets, lanes)."""
        inside = np.array([[bool(n >> q & 1) for q in range(queues)] for n in range(1, 2**queues)])
        serves = np.array([[q in lane for q in range(queues)] for lane in lanes])
        return cls(inside, (inside[:, None, :] & serves[None, :, :]).any(axis=2))


def _granted(
    sets: _Sets, demands: tuple[Demand, ...], staff: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Agents of each queue, shape (queues, steps).

    What agents gain is granted piece by piece, dearest first, as far as the lanes of every set of
    queues reach. Such limits form a polymatroid, where that greedy way is the best [1]_.

    .. [1] Edmonds (1970), Submodular functions, matroids and certain polyhedra.
    """
    pieces = [_pieces(demand) for demand in demands]
    gain, width = (np.vstack([piece[n] for piece in pieces]) for n in (0, 1))
    of = np.repeat(np.arange(len(demands)), [len(piece[0]) for piece in pieces])
    order = np.argsort(-gain, axis=0, kind="stable")
    slack = sets.lanes.astype(float) @ staff
    out = np.zeros((len(demands), staff.shape[1]))
    at = np.arange(staff.shape[1])
    for rank in order:
        queue = of[rank]
        holds = sets.queues[:, queue]
        grant = np.minimum(width[rank, at], np.where(holds, slack, np.inf).min(axis=0))
        grant = np.maximum(grant, 0.0)
        out[queue, at] += grant
        slack -= holds * grant
    return out


def _pieces(demand: Demand) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What agents of a queue gain and how many at that gain, shape (pieces, steps).

    The shares of one price differ by a trace, so that equal queues are short and over alike.
    """
    trace = 1 + _TRACE * np.arange(_PIECES, 0, -1)[:, None]
    if len(demand.knots):
        tops = np.vstack([demand.need[None], demand.knots])
        width = tops - np.vstack([tops[1:], np.zeros_like(tops[:1])])
        gain = np.vstack([demand.under[None], demand.rises]).cumsum(axis=0)
    else:
        gain = demand.under * trace
        width = np.repeat(demand.need[None] / _PIECES, _PIECES, axis=0)
    over = np.repeat(np.maximum(demand.need, 1.0)[None] / _PIECES, _PIECES, axis=0)
    gain = np.vstack(
        [gain, -demand.over * trace[::-1], -demand.over[None] * (1 + 2 * _TRACE * _PIECES)]
    )
    return gain, np.vstack([width, over, np.full((1, len(demand.need)), np.inf)])


def _handed_out(
    sets: _Sets,
    lanes: tuple[tuple[int, ...], ...],
    staff: NDArray[np.float64],
    agents: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Who of the granted agents comes from which lane: lane by lane, so that the rest still can."""
    out = np.zeros((len(lanes), *agents.shape))
    left = agents.copy()
    for lane, queues in enumerate(lanes):
        later = sets.lanes[:, lane + 1 :].astype(float) @ staff[lane + 1 :]
        free = staff[lane].copy()
        for n, queue in enumerate(queues):
            rest = np.isin(np.arange(len(left)), queues[n + 1 :])
            among, holds = (sets.queues & rest).any(axis=1), sets.queues[:, queue]
            lack = sets.queues.astype(float) @ left - later
            least = np.where((holds & ~among)[:, None], lack, 0.0).max(axis=0)
            most = np.where((~holds & among)[:, None], free - lack, free).min(axis=0)
            part = left[queue] / np.maximum(left[[queue, *queues[n + 1 :]]].sum(axis=0), 1e-12)
            give = free if not rest.any() else np.clip(free * part, least, np.maximum(most, least))
            out[lane, queue] = give
            left[queue] -= give
            free = free - give
    return out


def _by_model(
    demands: tuple[Demand, ...],
    lanes: tuple[tuple[int, ...], ...],
    staff: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The same by an LP, for pools of so many queues that their sets cannot be listed."""
    out = np.zeros((len(lanes), len(demands), staff.shape[1]))
    for lane, queues in enumerate(lanes):
        out[lane, queues[0]] = staff[lane]
    model = Model("flow")
    none: list[list[Term]] = [[] for _ in lanes]
    asked = [
        (step, flow_rows(model, demands, lanes, step, none, staff[:, step].tolist()))
        for step in np.flatnonzero((staff > 0).any(axis=0)).tolist()
    ]
    found = solve(model, relaxed=True)
    for step, flows in asked:
        for lane, terms in enumerate(flows):
            if terms:
                share = np.maximum(found.of([v for v, _ in terms]), 0.0).round(6)
                total = max(float(share.sum()), 1e-9)
                out[lane, list(lanes[lane]), step] = share * (staff[lane, step] / total)
    return out


def served(problem: CoverProblem, staff: NDArray[np.float64]) -> NDArray[np.float64]:
    """Agents that each lane gives each queue, from staff over all lanes."""
    by_lane = staff.reshape(len(problem.lanes), -1)
    return share_out(problem.demands, problem.lanes, by_lane)


def cover_cost(problem: CoverProblem, staff: NDArray[np.float64]) -> float:
    """Price of over, under and broken numbers of people, with so many at work in each step."""
    agents = served(problem, staff).sum(axis=0) if problem.shared else staff[None]
    total = broken_cost(problem, staff)
    for demand, row in zip(problem.demands, agents, strict=True):
        total += float(demand.cost(row).sum())
        total += demand.promise.cost(row) if demand.promise else 0.0
    return total


def lane_demand(problem: CoverProblem, staff: NDArray[np.float64], lane: int) -> Demand:
    """What one skill group is asked for, when everyone else does what they do now.

    What its queues still lack, dearest first, as one convex price of the group's own agents, and
    what the rules of presence ask.
    """
    if not problem.shared:
        return with_limits(problem, problem.demands[0], staff, lane)
    shares = served(problem, staff)
    others = shares.sum(axis=0) - shares[lane]
    prices, widths = [], []
    queues = problem.lanes[lane]
    for queue in queues:
        demand = problem.demands[queue]
        tops = np.vstack([demand.need[None], *(k[None] for k in demand.knots)]) - others[queue]
        tops = np.maximum(tops, 0.0)
        rate = np.vstack([demand.under[None], *(r[None] for r in demand.rises)]).cumsum(axis=0)
        widths.append(tops - np.vstack([tops[1:], np.zeros_like(tops[:1])]))
        prices.append(rate)
    price, width = np.vstack(prices), np.vstack(widths)
    order = np.argsort(-price, axis=0, kind="stable")
    price = np.take_along_axis(price, order, axis=0)
    tops = np.take_along_axis(width, order, axis=0).cumsum(axis=0)
    mine = [problem.demands[queue] for queue in queues]
    asked = Demand(
        " + ".join(demand.queue for demand in mine),
        tops[-1],
        price[-1],
        np.min([demand.over for demand in mine], axis=0),
        np.any([demand.open for demand in mine], axis=0),
        tops[:-1][::-1],
        (price[:-1] - price[1:])[::-1],
    )
    return with_limits(problem, asked, staff, lane)
