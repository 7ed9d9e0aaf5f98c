"""Skill groups: people who can serve the same queues, and the queues that share people.

Queues between which somebody can move are one *pool* and planned together; a queue whose people
serve nothing else is a pool of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Pool", "group_name", "pools_of"]


def group_name(serves: Iterable[str]) -> str:
    """Name of a skill group on the roster: the queues it serves.

    Examples
    --------
    >>> group_name(["service", "sales"])
    'sales+service'
    """
    return "+".join(sorted(serves))


@dataclass(frozen=True, slots=True)
class Pool:
    """Queues that share people, and the skill groups that serve them.

    Parameters
    ----------
    queues
        By name.
    groups
        Queues that each skill group serves.
    """

    queues: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]

    @property
    def lanes(self) -> tuple[tuple[int, ...], ...]:
        """Queues of each group as indices."""
        return tuple(tuple(self.queues.index(q) for q in group) for group in self.groups)


def pools_of(queues: Iterable[str], skills: Iterable[Iterable[str]]) -> tuple[Pool, ...]:
    """Cut queues into pools by what people can serve.

    Parameters
    ----------
    skills
        Skills of each person; those that are none of the queues do not count.

    Examples
    --------
    >>> pools = pools_of("abc", ["a", "ab", "c", "b"])
    >>> [(pool.queues, pool.groups) for pool in pools]
    [(('a', 'b'), (('a',), ('a', 'b'), ('b',))), (('c',), (('c',),))]
    """
    every = sorted(set(queues))
    groups = sorted({tuple(sorted(set(own) & set(every))) for own in skills} - {()})
    parts: list[set[str]] = [{queue} for queue in every]
    for group in groups:
        joined = set().union(*(part for part in parts if part & set(group)))
        parts = [part for part in parts if not part & set(group)] + [joined]
    pools = []
    for part in sorted(map(sorted, parts)):
        mine = tuple(group for group in groups if set(group) <= set(part))
        pools.append(Pool(tuple(part), mine or ((part[0],),)))
    return tuple(pools)
