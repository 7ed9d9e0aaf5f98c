"""Public holidays that shut a centre: paid and not worked, they count as days of the week."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd

from wfm.domain import PUBLIC_HOLIDAY, Agent, Leave
from wfm.pipeline.people import People
from wfm.pipeline.project import Project

__all__ = ["with_paid_holidays"]


def with_paid_holidays(
    people: People, project: Project, requirement: pd.DataFrame, span: tuple[dt.date, dt.date]
) -> People:
    """The same people, with leave on each holiday that shuts all their queues.

    Parameters
    ----------
    requirement
        queue, interval_start (UTC), agents_required: a date with need is not shut, whatever
        wfm.toml says.
    span
        First and last date of the roster.
    """
    needed = requirement[requirement["agents_required"] > 0]
    dates = needed["interval_start"].dt.tz_convert(project.config.timezone).dt.date
    asked = set(zip(needed["queue"], dates, strict=True))
    settled = {(item.agent, item.day) for item in people.arranged.fixed}
    free = tuple(
        Leave(agent.agent, day, PUBLIC_HOLIDAY)
        for day in sorted(project.holidays(*span))
        for agent in people.agents
        if (agent.agent, day) not in settled
        and not any((queue, day) in asked for queue in agent.skills)
        and _is_shut(project, agent, day)
    )
    return replace(people, leave=(*people.leave, *free))


def _is_shut(project: Project, agent: Agent, day: dt.date) -> bool:
    """Whether a holiday shuts all queues of an agent, one of which is open on such weekdays."""
    queues = [project.queues[name] for name in agent.skills if name in project.queues]
    hours = [queue.worked or queue.opening for queue in queues]
    usual = any(own.week[day.weekday()] for own in hours)
    return usual and not any(own.spans(day, holiday=True) for own in hours)
