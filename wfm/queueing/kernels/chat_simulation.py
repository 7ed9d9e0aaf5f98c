"""A day of chats, event by event: agents with several at a time, each slower the more there are.

All chance is drawn beforehand, so that an event only looks for who is next.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .mode import kernel, leaf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wfm.queueing.arguments import Floats

__all__ = ["Chats", "serve_chats"]


class Chats(NamedTuple):
    """A day that is drawn: chats in order of arrival, and who is there by interval."""

    arrived: Floats
    deadline: Floats
    """When the patience of each ends."""
    work: Floats
    """Handle time over the mean one."""
    staff: NDArray[np.int64]
    aht: Floats
    """Handle time of a chat whose agent holds 1, 2, ... of them."""
    span: float
    """Length of an interval."""
    warm_up: float


class _Agents(NamedTuple):
    """What the agents do; ``finish``: the work at which each slot ends, infinite where free."""

    held: NDArray[np.int64]
    done: Floats
    """Work done on every chat held since the agent began, up to ``since``."""
    since: Floats
    finish: Floats
    ends: Floats
    """When the first of the chats held ends."""


@leaf
def _catch_up(chats: Chats, agents: _Agents, a: int, now: float) -> None:
    """Book the work that an agent has done up to now."""
    if agents.held[a] > 0:
        agents.done[a] += (now - agents.since[a]) / chats.aht[agents.held[a] - 1]
    agents.since[a] = now


@leaf
def _first(agents: _Agents, a: int) -> int:
    """Slot of the chat that ends first."""
    first = 0
    for slot in range(agents.finish.shape[1]):
        if agents.finish[a, slot] < agents.finish[a, first]:
            first = slot
    return first


@leaf
def _look_ahead(chats: Chats, agents: _Agents, a: int) -> None:
    """Find the end of the first of an agent's chats at the pace of now."""
    agents.ends[a] = math.inf
    if agents.held[a] > 0:
        left = agents.finish[a, _first(agents, a)] - agents.done[a]
        agents.ends[a] = agents.since[a] + left * chats.aht[agents.held[a] - 1]


@leaf
def _least_busy(chats: Chats, agents: _Agents, on_duty: int) -> int:
    """Agent on duty with the fewest chats; -1 where all are full."""
    best, fewest = -1, chats.aht.size
    for a in range(on_duty):
        if agents.held[a] < fewest:
            best, fewest = a, agents.held[a]
    return best


@leaf
def _begin(chats: Chats, agents: _Agents, a: int, chat: int, now: float) -> None:
    """An agent takes a chat."""
    _catch_up(chats, agents, a, now)
    slot = 0
    while agents.finish[a, slot] < math.inf:
        slot += 1
    agents.finish[a, slot] = agents.done[a] + chats.work[chat]
    agents.held[a] += 1
    _look_ahead(chats, agents, a)


@leaf
def _end(chats: Chats, agents: _Agents, a: int, now: float) -> None:
    """The first of an agent's chats ends."""
    _catch_up(chats, agents, a, now)
    agents.finish[a, _first(agents, a)] = math.inf
    agents.held[a] -= 1
    _look_ahead(chats, agents, a)


@leaf
def _fill(
    chats: Chats, agents: _Agents, begun: Floats, head: int, come: int, now: float, on_duty: int
) -> int:
    """Give waiting chats to agents with room; gives the first that waits on."""
    while head < come:
        if chats.deadline[head] >= now:
            a = _least_busy(chats, agents, on_duty)
            if a < 0:
                return head
            begun[head] = now
            _begin(chats, agents, a, head, now)
        head += 1
    return head


@kernel
def serve_chats(chats: Chats, begun: Floats) -> float:
    """Moment at which each chat is answered into ``begun``, which is left where nobody does.

    Gives the time that agents had at least one chat before the end of the last interval [s].
    """
    most, intervals = chats.staff.max(), chats.staff.size
    agents = _Agents(
        np.zeros(most, dtype=np.int64), np.zeros(most), np.zeros(most),
        np.full((most, chats.aht.size), math.inf), np.full(most, math.inf),
    )  # fmt: skip
    head, come, i, busy_s, now = 0, 0, 0, 0.0, -chats.warm_up
    while True:
        a = int(agents.ends.argmin()) if most > 0 else -1
        ends = agents.ends[a] if a >= 0 else math.inf
        comes = chats.arrived[come] if come < chats.arrived.size else math.inf
        turns = (i + 1) * chats.span if i + 1 < intervals else math.inf
        following = min(ends, comes, turns)
        begin, end = max(now, 0.0), min(following, intervals * chats.span)
        if end > begin:
            busy_s += (agents.held > 0).sum() * (end - begin)
        if following == math.inf:
            return busy_s
        now = following
        if turns == now:
            i += 1
        elif ends == now:
            _end(chats, agents, a, now)
        else:
            come += 1
        head = _fill(chats, agents, begun, head, come, now, chats.staff[i])
