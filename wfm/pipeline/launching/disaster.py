"""Disaster variants: what a lost site, missing people and double volume do to the first weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from wfm.domain import Queue
from wfm.staffing import stressed

__all__ = ["Variant", "disaster_table", "variants_of"]


@dataclass(frozen=True, slots=True)
class Variant:
    """Something that goes wrong.

    Parameters
    ----------
    staff
        Share of the planned agents that work [fraction].
    volume
        Contacts over the planned ones.
    """

    name: str
    staff: float
    volume: float


def variants_of(home_share: float) -> tuple[Variant, ...]:
    """The ordinary week, and four bad ones; ``home_share`` can work from elsewhere."""
    return (
        Variant("as planned", 1.0, 1.0),
        Variant(f"site lost, {home_share:.0%} work from elsewhere", home_share, 1.0),
        Variant("three in ten away", 0.7, 1.0),
        Variant("half the staff", 0.5, 1.0),
        Variant("double volume", 1.0, 2.0),
    )


def disaster_table(
    requirement: pd.DataFrame,
    queues: Mapping[str, Queue],
    variants: Sequence[Variant],
) -> pd.DataFrame:
    """Service of each queue in each variant: variant, queue, offered, service_level, p_abandon,
    worst_service, backlog [contacts], days_to_clear.

    Parameters
    ----------
    requirement
        Rows of ``schema.REQUIREMENT`` of a span, a week for instance.
    """
    rows = []
    for variant in variants:
        for name, part in requirement.groupby("queue", sort=False):
            found = stressed(
                part.reset_index(drop=True),
                queues[str(name)],
                staff=variant.staff,
                volume=variant.volume,
            )
            rows.append(
                {
                    "variant": variant.name,
                    "queue": name,
                    "offered": found.offered,
                    "service_level": found.service_level,
                    "p_abandon": found.p_abandon,
                    "worst_service": found.worst_service,
                    "backlog": found.backlog,
                    "days_to_clear": found.days_to_clear,
                }
            )
    return pd.DataFrame(rows)
