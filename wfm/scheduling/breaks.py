"""Breaks to persons: counts of breaks begun, matched first come first served.

Within a length class of a day, the k-th shift by start takes the k-th break of every window. The
sums in :mod:`wfm.scheduling.cover` are exactly the conditions under which that keeps every window
and the order of breaks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.catalogue import Catalogue

__all__ = ["Placed", "hand_out_breaks"]


@dataclass(frozen=True, slots=True)
class Placed:
    """One shift of one person with its breaks.

    Parameters
    ----------
    person
        Index of the person.
    option
        Index of the option.
    breaks
        Start of each break of the option's class [step].
    """

    person: int
    option: int
    breaks: tuple[int, ...]


def hand_out_breaks(
    catalogue: Catalogue,
    worked: list[tuple[int, int]],
    begun: dict[tuple[int, int, int], NDArray[np.int64]],
) -> list[Placed]:
    """Give every (person, option) its breaks; the counts must be those of these very shifts."""
    groups: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for person, option in worked:
        key = (int(catalogue.kind[option]), int(catalogue.day[option]))
        groups.setdefault(key, []).append((int(catalogue.start[option]), person, option))
    placed = []
    for (kind, day), members in groups.items():
        columns = []
        for window in range(len(catalogue.classes[kind].breaks)):
            counts = begun[kind, day, window]
            columns.append(np.repeat(np.arange(len(counts)), counts).tolist())
        for rank, (_, person, option) in enumerate(sorted(members)):
            placed.append(Placed(person, option, tuple(column[rank] for column in columns)))
    return sorted(placed, key=lambda p: (int(catalogue.start[p.option]), p.person))
