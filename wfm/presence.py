"""How many people of a part of the centre are there at once: floors, seats, rest rooms, hours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from wfm.intervals import OpeningHours

__all__ = ["PresenceRule"]


@dataclass(frozen=True, slots=True)
class PresenceRule:
    """How many people may and must be there at once; all of the centre unless a part is named.

    Parameters
    ----------
    name
        What it is called when it is broken.
    site, team, contract, queue
        Whom it counts: people of the site, team and contract who can serve the queue; "" is any.
    min_at_work
        Fewest at work, breaks not counted.
    max_at_work
        Most at work, as there are seats; None is any.
    max_on_break
        Most on break, as the rest room holds; None is any.
    at
        When these numbers hold; None is always.
    open
        Hours outside of which none of them works; None is any hour.
    """

    name: str
    site: str = ""
    team: str = ""
    contract: str = ""
    queue: str = ""
    min_at_work: int = 0
    max_at_work: int | None = None
    max_on_break: int | None = None
    at: OpeningHours | None = None
    open: OpeningHours | None = None

    def __post_init__(self) -> None:
        """Refuse a rule that says nothing, and one that nobody can keep."""
        caps = (self.max_at_work, self.max_on_break)
        if any(heads is not None and heads < 0 for heads in (self.min_at_work, *caps)):
            raise ValueError(f"presence {self.name!r}: numbers of people must be at least 0")
        if self.max_at_work is not None and self.max_at_work < self.min_at_work:
            raise ValueError(f"presence {self.name!r}: max_at_work is below min_at_work")
        if not self.min_at_work and caps == (None, None) and self.open is None:
            raise ValueError(
                f"presence {self.name!r}: give min_at_work, max_at_work, max_on_break or open"
            )

    @property
    def counts_heads(self) -> bool:
        """Whether it says something of how many are there at once."""
        return bool(self.min_at_work or (self.max_at_work, self.max_on_break) != (None, None))

    @property
    def picks(self) -> bool:
        """Whether it counts some of those who serve a queue and not others."""
        return bool(self.site or self.team or self.contract)

    def counts(self, *, site: str, team: str, contract: str, skills: Collection[str]) -> bool:
        """Whether it counts a person.

        Examples
        --------
        >>> rule = PresenceRule("leads", team="leads", min_at_work=1)
        >>> rule.counts(site="Main", team="leads", contract="full-time", skills=("calls",))
        True
        """
        asked = ((self.site, site), (self.team, team), (self.contract, contract))
        same = all(want in ("", have) for want, have in asked)
        return same and (not self.queue or self.queue in skills)
