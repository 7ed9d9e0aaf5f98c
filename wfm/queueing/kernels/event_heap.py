"""Heap of coming events and lines of waiting calls, as arrays that grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .mode import inlined, kernel

if TYPE_CHECKING:
    from wfm.queueing.arguments import Floats

__all__ = ["Heap", "Lines", "grown_heap", "grown_lines", "pop", "push"]


class Heap(NamedTuple):
    """Events by time: what happens, where (group or queue), to whom (queue or place in line)."""

    time: Floats
    what: NDArray[np.int64]


class Lines(NamedTuple):
    """Waiting calls, one row a queue, used as rings: a place p is kept in column p modulo size."""

    arrived: Floats
    deadline: Floats
    gone: NDArray[np.bool_]


@kernel
def grown_heap(heap: Heap, size: int) -> Heap:
    """Give a heap twice as large with the same events."""
    time = np.empty(2 * heap.time.size)
    what = np.empty((2 * heap.time.size, 3), dtype=np.int64)
    time[:size] = heap.time[:size]
    what[:size] = heap.what[:size]
    return Heap(time, what)


@inlined
def push(heap: Heap, size: int, time: float, kind: int, where: int, whom: int) -> int:
    """Add an event; gives the new number of events."""
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if heap.time[parent] <= time:
            break
        heap.time[i] = heap.time[parent]
        for j in range(3):
            heap.what[i, j] = heap.what[parent, j]
        i = parent
    heap.time[i] = time
    heap.what[i, 0], heap.what[i, 1], heap.what[i, 2] = kind, where, whom
    return size + 1


@inlined
def pop(heap: Heap, size: int) -> int:
    """Drop the first event; gives the new number of events."""
    size -= 1
    time = heap.time[size]
    i, child = 0, 1
    while child < size:
        if child + 1 < size and heap.time[child + 1] < heap.time[child]:
            child += 1
        if heap.time[child] >= time:
            break
        heap.time[i] = heap.time[child]
        for j in range(3):
            heap.what[i, j] = heap.what[child, j]
        i = child
        child = 2 * i + 1
    heap.time[i] = time
    for j in range(3):
        heap.what[i, j] = heap.what[size, j]
    return size


@kernel
def grown_lines(lines: Lines, head: NDArray[np.int64], tail: NDArray[np.int64]) -> Lines:
    """Give lines twice as long, every call at its place."""
    queues, room = lines.arrived.shape
    arrived = np.empty((queues, 2 * room))
    deadline = np.empty((queues, 2 * room))
    gone = np.zeros((queues, 2 * room), dtype=np.bool_)
    for q in range(queues):
        for place in range(head[q], tail[q]):
            arrived[q, place % (2 * room)] = lines.arrived[q, place % room]
            deadline[q, place % (2 * room)] = lines.deadline[q, place % room]
            gone[q, place % (2 * room)] = lines.gone[q, place % room]
    return Lines(arrived, deadline, gone)
