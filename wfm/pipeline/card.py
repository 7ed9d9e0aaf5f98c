"""The quality card of a roster: figures from its tables, from the simulator and beside the old."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from wfm.pipeline.crews import crews_of
from wfm.pipeline.project import Project
from wfm.pipeline.simulate import Simulation, simulate_rows
from wfm.reports import QualityLine
from wfm.scheduling import Card, Schedule, quality_card

__all__ = ["card_facts", "card_lines", "card_of"]

_REPLICATIONS = 10


def card_of(
    project: Project,
    made: Schedule,
    requirement: pd.DataFrame,
    coverage: pd.DataFrame,
    predicted_service: float,
    *,
    former: pd.DataFrame | None = None,
) -> Card:
    """Card of a roster; its service is simulated where the requirement came with a forecast.

    Parameters
    ----------
    coverage
        Coverage of the roster with its service levels.
    former
        Shifts that were out before for the same days.
    """
    level, half = _simulated(project, made, requirement, coverage)
    return quality_card(
        made,
        project.config.timezone,
        predicted_service=predicted_service,
        simulated_service=level,
        simulated_half_width=half,
        former=former,
    )


def _simulated(
    project: Project, made: Schedule, requirement: pd.DataFrame, coverage: pd.DataFrame
) -> tuple[float, float]:
    """Service of all contacts by simulation and its half-width; NaN without a forecast."""
    needed = ["offered", "aht_s", "patience_s"]
    if not set(needed) <= set(requirement.columns) or requirement["offered"].isna().any():
        return math.nan, math.nan
    keys = ["queue", "interval_start"]
    rows = coverage.merge(requirement[[*keys, *needed]], on=keys, how="left")
    crews = crews_of(made.shifts, made.activities, rows)
    totals = simulate_rows(project, rows, Simulation(_REPLICATIONS), crews=crews).totals
    share = totals["offered"] / max(float(totals["offered"].sum()), 1e-12)
    level = float((share * totals["sl_simulated"]).sum())
    return level, float(np.sqrt(((share * totals["sl_half_width"]) ** 2).sum()))


def card_facts(card: Card) -> dict[str, float | None]:
    """The card for machines; None where a figure is not known."""
    values = {name: getattr(card, name) for name in card.__slots__}
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def card_lines(card: Card, currency: str) -> list[QualityLine]:
    """The card for people; what is not known is left out."""
    return [line for line in _lines(card, currency) if line.value]


def _lines(card: Card, currency: str) -> Iterator[QualityLine]:
    yield QualityLine("over", _percent(card.over_share), "of the agent-intervals required")
    yield QualityLine("under", _percent(card.under_share), "of the agent-intervals required")
    yield QualityLine("intervals short", _percent(card.intervals_short), "half an agent or more")
    yield QualityLine("service predicted", _percent(card.predicted_service), "by formula")
    half = _percent(card.simulated_half_width)
    yield QualityLine("service simulated", _percent(card.simulated_service), f"± {half}")
    yield QualityLine("cost", f"{card.cost:,.0f} {currency}", "paid hours at the contracts' rates")
    yield QualityLine("rules broken", str(card.violations), "hard rules, each time counted")
    spreads = (card.spread_lates, card.spread_nights, card.spread_weekends)
    told = " / ".join(f"{value:.1f}" for value in spreads)
    yield QualityLine("fairness", f"± {told}", "lates / nights / weekends between people")
    yield QualityLine("start times", f"{card.start_spread_h:.1f} h", "latest less earliest, mean")
    yield QualityLine("wishes met", _percent(card.wishes), "of those made")
    changed = "" if math.isnan(card.changed) else f"{card.changed:.0f} of {card.former:.0f}"
    yield QualityLine("shifts changed", changed, "of the roster before")
    promised = f"price {card.promise_price:,.1f}, days or weeks whose service is promised"
    missed = str(card.promises_missed) if card.promises_missed else ""
    yield QualityLine("promises missed", missed, promised)
    gap = "" if math.isnan(card.gap) else f"{card.gap:.2%}".replace("%", " %")
    yield QualityLine("gap to the bound", gap, "of the agent-intervals required")
    cut = "yes" if card.cut_short else ""
    yield QualityLine("cut short by time", cut, "more time may do better, another run may differ")


def _percent(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.1%}".replace("%", " %")
