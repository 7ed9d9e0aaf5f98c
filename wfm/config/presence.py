"""``[[presence]]``: how many people may and must be there at once, and the hours of a place."""

from __future__ import annotations

from collections.abc import Sequence

from wfm.config.opening import read_opening
from wfm.config.section import Section
from wfm.config.values import count
from wfm.domain import Queue
from wfm.intervals import OpeningHours, Span
from wfm.presence import PresenceRule

__all__ = ["read_presence"]


def read_presence(section: Section, queues: Sequence[Queue]) -> PresenceRule | None:
    """Rule of one ``[[presence]]``; None where a problem was noted.

    A floor without hours holds while the queue is open, or any queue where none is named.
    """
    name = section.text("name", required=True)
    site, team, contract = (section.text(key) for key in ("site", "team", "contract"))
    queue = section.text("queue")
    least = section.whole("min_at_work", 0)
    seats = section.read("max_at_work", None, count)
    rest = section.read("max_on_break", None, count)
    at = read_opening(section, "at") if section.has("at") else None
    doors = read_opening(section, "open") if section.has("open") else None
    section.finish()
    known = [each.name for each in queues]
    if queue and queue not in known:
        fix = f"known are {', '.join(known) or 'none'}"
        section.complain("queue", "no such queue", found=queue, fix=fix)
    if least and not section.has("at"):
        at = _any_of([each.worked or each.opening for each in queues if queue in ("", each.name)])
    return section.build(
        lambda: PresenceRule(name, site, team, contract, queue, least, seats, rest, at, doors)
    )


def _any_of(hours: Sequence[OpeningHours]) -> OpeningHours:
    """Hours in which at least one of some places is open."""
    dates = sorted({day for each in hours for day, _ in each.dates})
    closing = [each.holidays for each in hours if each.holidays is not None]
    every = len(closing) == len(hours)
    return OpeningHours(
        tuple(_joined([span for each in hours for span in each.week[day]]) for day in range(7)),
        _joined([span for spans in closing for span in spans]) if every else None,
        tuple(
            (day, _joined([span for each in hours for span in each.spans(day, holiday=False)]))
            for day in dates
        ),
    )


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans that touch or overlap as one.

    Examples
    --------
    >>> _joined([(10, 20), (0, 12), (30, 40)])
    ((0, 20), (30, 40))
    """
    out: list[Span] = []
    for first, last in sorted(spans):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return tuple(out)
