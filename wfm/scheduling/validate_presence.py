"""Rules of presence refused with a reason: those that count nobody or that nobody can keep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from wfm.domain import Agent, Contract, ShiftTemplate
from wfm.errors import Problem
from wfm.presence import PresenceRule
from wfm.scheduling.presence import counts, hours_on

__all__ = ["presence_problems"]


def presence_problems(
    rules: Sequence[PresenceRule],
    agents: Sequence[Agent],
    contracts: Mapping[str, Contract],
    templates: Mapping[str, ShiftTemplate],
) -> Iterator[Problem]:
    """What is wrong with each rule, given the people and the shifts they may work."""
    for rule in rules:
        mine = [agent for agent in agents if counts(rule, agent)]
        if not mine:
            yield from _nobody(rule, agents)
            continue
        if rule.min_at_work > len(mine):
            yield Problem(
                f"presence {rule.name!r} asks for more people than it counts",
                column="min_at_work",
                found=f"{rule.min_at_work} of {len(mine)} people",
                fix="lower min_at_work, or count others too",
            )
        used = {agent.contract for agent in mine} & contracts.keys()
        for contract in sorted(used):
            yield from _never_open(rule, contracts[contract], templates)


def _nobody(rule: PresenceRule, agents: Sequence[Agent]) -> Iterator[Problem]:
    """A rule without people: the part of it that nobody has, and what there is."""
    asked = {
        "site": (rule.site, {agent.site for agent in agents}),
        "team": (rule.team, {agent.team for agent in agents}),
        "contract": (rule.contract, {agent.contract for agent in agents}),
        "queue": (rule.queue, {skill for agent in agents for skill in agent.skills}),
    }
    what = f"presence {rule.name!r} counts nobody"
    strange = [key for key, (want, have) in asked.items() if want and want not in have]
    for key in strange:
        want, have = asked[key]
        known = ", ".join(sorted(have - {""})) or "none"
        fix = f"use one of those in agents.csv: {known}"
        yield Problem(f"{what}: no agent has this {key}", column=key, found=want, fix=fix)
    if not strange:
        fix = "name fewer of site, team, contract and queue"
        yield Problem(f"{what}: no agent has all of it", column="presence", fix=fix)


def _never_open(
    rule: PresenceRule, contract: Contract, templates: Mapping[str, ShiftTemplate]
) -> Iterator[Problem]:
    """Opening hours into which no shift of a contract fits."""
    if rule.open is None or any(name not in templates for name in contract.shifts):
        return
    spans = {span for k in range(7) for span in hours_on(rule.open, _day(k))}
    shifts = [
        (start, start + length)
        for name in contract.shifts
        for start in templates[name].starts()
        for length in templates[name].lengths_s()
    ]
    if not any(a <= start and end <= b for a, b in spans for start, end in shifts):
        yield Problem(
            f"presence {rule.name!r}: no shift of contract {contract.name!r} lies in its hours",
            column="open",
            fix="widen the hours, or allow shorter shifts",
        )


def _day(weekday: int) -> dt.date:
    """A date of a weekday, Monday 0, that no exception names."""
    return dt.date(1900, 1, 1) + dt.timedelta(days=weekday)
