"""What stands behind a roster: its card, what it breaks, who is short when, the cheapest hours."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from wfm.errors import PlanError
from wfm.pipeline.card import card_facts, card_lines, card_of
from wfm.pipeline.earlier import earlier_rosters, roster_span, shifts_before
from wfm.pipeline.paid_holidays import with_paid_holidays
from wfm.pipeline.people import People
from wfm.pipeline.presence import presence_on
from wfm.pipeline.project import Project
from wfm.pipeline.schedule import Scheduled
from wfm.pipeline.staff import priced
from wfm.reports import QualityBlock, QualityLine
from wfm.scheduling import (
    Card,
    Relaxation,
    Schedule,
    Shortage,
    fairness,
    judge,
    relaxations,
    rule_costs,
    shortages,
)
from wfm.store import open_store

__all__ = ["RosterStory", "blocks_of", "explain_roster", "quality_blocks", "story_facts"]

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class RosterStory:
    """A roster explained.

    Parameters
    ----------
    costs
        rule, count, amount, price: what each rule costs or breaks.
    broken
        rule, agent, day, amount, message, hard: each rule broken, and what was left undone.
    shortages
        Who is short when, the largest first.
    hours
        The cheapest extra hours.
    fairness
        What each agent carries of this roster.
    """

    run: str
    card: Card
    costs: pd.DataFrame
    broken: pd.DataFrame
    shortages: list[Shortage]
    hours: list[Relaxation]
    fairness: pd.DataFrame


def story_of(
    project: Project,
    people: People,
    requirement: pd.DataFrame,
    made: Schedule,
    card: Card,
    *,
    run: str = "",
) -> RosterStory:
    """Explain a roster.

    Parameters
    ----------
    requirement
        What it had to cover, without prices.
    """
    config = project.config
    contracts = {contract.name: contract for contract in config.contracts}
    local = made.coverage["interval_start"].dt.tz_convert(config.timezone).dt.date
    wishes = people.wishes_between(local.min(), local.max())
    prices = priced(project, requirement)
    costs = rule_costs(made, prices, config.scheduling, wishes, config.timezone)
    return RosterStory(
        run,
        card,
        costs,
        made.violations,
        shortages(made.coverage),
        relaxations(made, prices, people.agents, contracts, config.scheduling),
        fairness(made.shifts, config.timezone),
    )


def explain_roster(project: Project, people: People, *, run: str | None = None) -> RosterStory:
    """Explain a stored roster by the rules and people as they are now.

    Raises
    ------
    PlanError
        When there is no such roster, or its requirement is not in the store.
    """
    names = ("roster_shift", "roster_activity", "coverage", "requirement")
    with open_store(project.store) as store:
        found = run or getattr(store.latest("roster_shift"), "run", None)
        if found is None:
            raise PlanError("no run has a roster yet; make one with `wfm plan` or `wfm schedule`")
        frames = {name: store.read(name, found) for name in names}
        runs = store.runs().set_index("run")
        if frames["coverage"].empty:
            raise PlanError(f"run {found} has no roster; `wfm runs list` shows what there is")
        record = runs.loc[found]
        if frames["requirement"].empty and isinstance(record["parent"], str):
            frames["requirement"] = store.read("requirement", record["parent"])
    if frames["requirement"].empty:
        raise PlanError(f"the requirement behind run {found} is not in the store")
    tables = {name: frame.drop(columns="run") for name, frame in frames.items()}
    return _judged(project, people, found, json.loads(record["summary"]), tables)


def _judged(
    project: Project,
    people: People,
    run: str,
    told: Mapping[str, object],
    tables: Mapping[str, pd.DataFrame],
) -> RosterStory:
    """Check and measure the tables of a run; how far it was solved is what the run says."""
    config, coverage = project.config, tables["coverage"]
    keys = ["queue", "interval_start"]
    requirement = tables["requirement"].merge(coverage[keys], on=keys)
    first, days = roster_span(told, tables["roster_shift"], config.timezone)
    last = first + dt.timedelta(days=days - 1)
    there = people.serving(set(requirement["queue"]), first, last)
    there = with_paid_holidays(there, project, requirement, (first, last))
    made = judge(
        priced(project, requirement),
        tables["roster_shift"],
        tables["roster_activity"],
        coverage,
        there.agents,
        {contract.name: contract for contract in config.contracts},
        {template.name: template for template in config.templates},
        timezone=config.timezone,
        first_day=first,
        leave=there.leave,
        wishes=there.wishes,
        arranged=there.arranged,
        past=shifts_before(earlier_rosters(project, first), first, config.timezone),
        presence=presence_on(project, first, last),
        over=config.scheduling.over,
        objective=_figure(told, "objective"),
        bound=_figure(told, "bound"),
    )
    card = card_of(project, made, requirement, coverage, _figure(told, "service_level"))
    card = replace(
        card,
        changed=_figure(told, "changed"),
        former=_figure(told, "former"),
        cut_short=bool(told.get("cut_short")),
    )
    return story_of(project, there, requirement, made, card, run=run)


def _figure(told: Mapping[str, object], name: str) -> float:
    """Figure that a run remembers; NaN when it does not."""
    value = told.get(name)
    return float(value) if isinstance(value, int | float) else math.nan


def story_facts(story: RosterStory) -> dict[str, object]:
    """A roster's story for machines."""
    return {
        "run": story.run,
        "card": card_facts(story.card),
        "costs": story.costs.to_dict("records"),
        "broken_rules": story.broken.to_dict("records"),
        "shortages": [asdict(short) for short in story.shortages],
        "extra_hours": [asdict(hour) for hour in story.hours],
        "fairness": story.fairness.to_dict("records"),
    }


def quality_blocks(project: Project, people: People, made: Scheduled) -> list[QualityBlock]:
    """The Quality sheet of a fresh roster."""
    story = story_of(project, people, made.requirement, made.schedule, made.card)
    return blocks_of(story, project)


def blocks_of(story: RosterStory, project: Project) -> list[QualityBlock]:
    """A roster's story under headings, for the screen and the workbook."""
    config = project.config
    none = [QualityLine("none", "")]
    is_hard = story.broken["hard"].astype(bool)
    hard, soft = story.broken[is_hard], story.broken[~is_hard]
    short = [QualityLine(s.when(config.timezone), s.told) for s in story.shortages]
    hours = [_hour(hour, config.timezone, config.currency) for hour in story.hours]
    blocks = [
        QualityBlock("Quality card", card_lines(story.card, config.currency)),
        QualityBlock("Rules broken", _cut([_broken(r) for r in hard.itertuples()]) or none),
        QualityBlock("Left undone", _cut([_broken(r) for r in soft.itertuples()])),
        QualityBlock("Who is short when", _cut(short) or none),
        QualityBlock("Cheapest extra hours", hours),
        QualityBlock("What each rule costs", [_cost(row) for row in story.costs.itertuples()]),
    ]
    return [block for block in blocks if block.lines]


def _cut(lines: list[QualityLine]) -> list[QualityLine]:
    """The first lines, and how many more there are."""
    more = len(lines) - _SHOWN
    return lines if more <= 0 else [*lines[:_SHOWN], QualityLine(f"and {more} more", "")]


def _broken(row: Any) -> QualityLine:
    when = f" {row.day:%a %d %b}" if row.day is not None else ""
    return QualityLine(f"{row.agent}{when}".strip(), row.message, row.rule.replace("_", " "))


def _hour(hour: Relaxation, timezone: str, currency: str) -> QualityLine:
    price = f"takes {hour.saves:.1f} off the price of short, costs {hour.cost:,.2f} {currency}"
    return QualityLine(f"{hour.start.tz_convert(timezone):%a %d %b %H:%M}", hour.what, price)


def _cost(row: Any) -> QualityLine:
    price = "hard" if math.isnan(row.price) else f"price {row.price:,.1f}"
    return QualityLine(row.rule.replace("_", " "), f"{row.count} times, {row.amount:,.1f}", price)
