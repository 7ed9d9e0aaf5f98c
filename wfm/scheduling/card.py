"""The quality card: what a planner asks of every roster before it is handed out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wfm.scheduling.fairness import fairness
from wfm.scheduling.result import Schedule

__all__ = ["Card", "quality_card", "shifts_changed"]

_NONE = float("nan")


@dataclass(frozen=True, slots=True)
class Card:
    """The quality card of a roster; NaN where a figure is not known.

    Parameters
    ----------
    over_share, under_share
        Agent-intervals above and below requirement, of the agent-intervals required [fraction].
    intervals_short
        Share of intervals at least half an agent short [fraction].
    predicted_service
        Service level of the whole horizon by formula [fraction].
    simulated_service, simulated_half_width
        The same by simulation, with the half-width of its 95 % interval [fraction].
    cost
        Paid hours times cost per hour.
    gap
        (objective - bound) / demand [fraction].
    violations
        Hard rules broken.
    wishes
        Share of wishes met [fraction].
    spread_lates, spread_nights, spread_weekends
        Standard deviation between agents of late, night and weekend shifts.
    start_spread_h
        Mean over agents of the difference between latest and earliest start [h].
    changed, former
        Shifts of the former roster that their owner does not have again, and how many there were.
    promises_missed, promise_price
        Days or weeks whose service level is promised and not reached, and the price of the contacts
        short in them.
    cut_short
        Whether time, or Ctrl-C, ended the work: only then may the same inputs give another roster.
    """

    over_share: float
    under_share: float
    intervals_short: float
    predicted_service: float
    simulated_service: float
    simulated_half_width: float
    cost: float
    gap: float
    violations: int
    wishes: float
    spread_lates: float
    spread_nights: float
    spread_weekends: float
    start_spread_h: float
    changed: float
    former: float
    promises_missed: int = 0
    promise_price: float = 0.0
    cut_short: bool = False


def quality_card(
    schedule: Schedule,
    timezone: str,
    *,
    predicted_service: float = _NONE,
    simulated_service: float = _NONE,
    simulated_half_width: float = _NONE,
    former: pd.DataFrame | None = None,
) -> Card:
    """The card of a roster, from its tables and summary.

    Parameters
    ----------
    former
        Shifts that were out before for the same days; None when there were none.
    """
    summary, coverage = schedule.summary, schedule.coverage
    carried = fairness(schedule.shifts, timezone)
    demand = summary.demand if summary.demand > 0 else _NONE
    needed = coverage[coverage["required"] > 0]
    asked = summary.wishes_asked
    spreads = {
        name: float(carried[name].std(ddof=0)) if len(carried) else 0.0
        for name in ("lates", "nights", "weekends")
    }
    return Card(
        over_share=summary.over / demand,
        under_share=summary.under / demand,
        intervals_short=float((needed["under"] >= 0.5).mean()) if len(needed) else 0.0,
        predicted_service=predicted_service,
        simulated_service=simulated_service,
        simulated_half_width=simulated_half_width,
        cost=summary.cost,
        gap=summary.gap,
        violations=summary.violations,
        wishes=summary.wishes_granted / asked if asked else _NONE,
        spread_lates=spreads["lates"],
        spread_nights=spreads["nights"],
        spread_weekends=spreads["weekends"],
        start_spread_h=float(carried["start_spread_h"].mean()) if len(carried) else 0.0,
        changed=_NONE if former is None else float(shifts_changed(former, schedule.shifts)),
        former=_NONE if former is None else float(len(former)),
        promises_missed=len(schedule.missed),
        promise_price=sum(each.price for each in schedule.missed),
        cut_short=summary.cut_short,
    )


def shifts_changed(former: pd.DataFrame, shifts: pd.DataFrame) -> int:
    """Former shifts that their owner does not have again with the same start and end.

    Examples
    --------
    >>> day = pd.to_datetime(["2024-05-06 08:00"], utc=True)
    >>> out = pd.DataFrame({"agent": ["a"], "start": day, "end": day + pd.Timedelta(hours=8)})
    >>> shifts_changed(out, out), shifts_changed(out, out.assign(agent="b"))
    (0, 1)
    """
    keys = ["agent", "start", "end"]
    return len(former) - len(former[keys].merge(shifts[keys], on=keys))
