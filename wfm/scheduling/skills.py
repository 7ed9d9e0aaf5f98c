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
    places
        Rules of presence that count each group and not others of its skills; empty is none.
    """

    queues: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    places: tuple[tuple[int, ...], ...] = ()

    @property
    def keys(self) -> tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]:
        """Queues and rules of each group."""
        return tuple(zip(self.groups, self.places or ((),) * len(self.groups), strict=True))

    def lane(self, serves: tuple[str, ...], places: tuple[int, ...] = ()) -> int:
        """Lane of the people who serve some queues and are counted by some rules."""
        return self.keys.index((serves, places))

    @property
    def lanes(self) -> tuple[tuple[int, ...], ...]:
        """Queues of each group as indices."""
        return tuple(tuple(self.queues.index(q) for q in group) for group in self.groups)


def pools_of(
    queues: Iterable[str],
    skills: Iterable[Iterable[str]],
    *,
    places: Iterable[tuple[int, ...]] | None = None,
    joined: Iterable[set[str]] = (),
) -> tuple[Pool, ...]:
    """Cut queues into pools by what people can serve.

    Parameters
    ----------
    skills
        Skills of each person; those that are none of the queues do not count.
    places
        Rules of presence by person, for groups to be told apart.
    joined
        Queues that are planned together, whoever serves them.

    Examples
    --------
    >>> pools = pools_of("abc", ["a", "ab", "c", "b"])
    >>> [(pool.queues, pool.groups) for pool in pools]
    [(('a', 'b'), (('a',), ('a', 'b'), ('b',))), (('c',), (('c',),))]
    """
    every = sorted(set(queues))
    served = [tuple(sorted(set(own) & set(every))) for own in skills]
    none: tuple[int, ...] = ()
    counted = [none] * len(served) if places is None else list(places)
    groups = sorted({key for key in zip(served, counted, strict=True) if key[0]})
    parts: list[set[str]] = [{queue} for queue in every]
    for group in [*(set(serves) for serves, _ in groups), *joined]:
        whole = set().union(*(part for part in parts if part & group))
        parts = [part for part in parts if not part & group] + ([whole] if whole else [])
    pools = []
    for part in sorted(map(sorted, parts)):
        mine = [key for key in groups if set(key[0]) <= set(part)] or [((part[0],), none)]
        rules = tuple(own for _, own in mine)
        lanes = tuple(serves for serves, _ in mine)
        pools.append(Pool(tuple(part), lanes, rules if any(rules) else ()))
    return tuple(pools)
