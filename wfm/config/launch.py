"""Answers of ``wfm launch``: why, who, where, what, when and how of a centre that is to open.

The six questions are sections. ``[[queue]]`` has the keys that it has in wfm.toml and those of its
volume beside them; ``[shrinkage]``, ``[[shift]]``, ``[[contract]]``, ``[scheduling]`` and
``[capacity]`` say *how* in the words of wfm.toml and are handed on to it; what is left out gets a
default.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wfm.config.lines import Lines
from wfm.config.queues import read_queue
from wfm.config.section import Section
from wfm.config.values import planning_interval
from wfm.domain import NewQueue, Queue
from wfm.errors import InputError, Problem
from wfm.intervals import holiday_names, zone

__all__ = ["HOW", "LaunchAnswers", "LaunchQueue", "LaunchSite", "load_answers", "parse_answers"]

HOW = ("shrinkage", "shift", "contract", "scheduling", "capacity")
"""Sections that are handed on to wfm.toml as they are."""

_VOLUME_KEYS = (
    "history",
    "like",
    "share",
    "per_day",
    "customers",
    "contacts_per_customer",
    "profile",
    "contained",
    "vip_of",
)


@dataclass(frozen=True, slots=True)
class LaunchQueue:
    """One queue, and how its volume is estimated.

    Parameters
    ----------
    queue
        As wfm.toml will have it, ``new`` included.
    table
        Its keys as they were written, those of the volume left out.
    history
        CSV with contacts of an earlier centre; empty where there is none.
    contained
        Share that a menu or an automatic answer takes off the agents [fraction].
    vip_of
        Queue whose most important customers these are; empty for an ordinary queue.
    """

    queue: Queue
    table: Mapping[str, Any]
    history: str
    contained: float
    vip_of: str


@dataclass(frozen=True, slots=True)
class LaunchSite:
    """The room.

    Parameters
    ----------
    room_m2, ceiling_m
        Floor area and height; 0 where it is not known yet.
    seats, training_seats
        Seats on the floor and in the training room; 0 where they are not known yet.
    home_share
        Share of the agents who can work from elsewhere when the site is lost [fraction].
    """

    name: str
    room_m2: float
    ceiling_m: float
    seats: int
    training_seats: int
    home_share: float


@dataclass(frozen=True, slots=True)
class LaunchAnswers:
    """All answers.

    Parameters
    ----------
    contact_value
        What a contact that hangs up would have been worth [money].
    opening_day
        First day of business.
    months
        Months to plan, from the month of the opening day on.
    how
        Sections that wfm.toml takes as they are.
    """

    goal: str
    contact_value: float
    name: str
    timezone: str
    country: str
    subdivision: str
    currency: str
    interval_s: int
    site: LaunchSite
    opening_day: dt.date
    months: int
    queues: tuple[LaunchQueue, ...]
    how: Mapping[str, Any]
    text: str


def load_answers(path: Path) -> LaunchAnswers:
    """Answers from a file.

    Raises
    ------
    InputError
        When the file cannot be read, and with all its problems otherwise.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        fix = "write one with `wfm launch --template`"
        raise InputError([Problem("no such file", str(path), fix=fix)]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Problem(f"cannot be read: {error}", str(path))]) from error
    return parse_answers(text, file=str(path))


def parse_answers(text: str, *, file: str = "answers.toml") -> LaunchAnswers:
    """Answers from their text.

    Raises
    ------
    InputError
        With every problem and its line.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(f"is not TOML: {error}", file)]) from error
    problems: list[Problem] = []
    root = Section(table, (), file=file, lines=Lines(text), problems=problems)
    answers = _answers(root, text)
    if problems or answers is None:
        raise InputError(sorted(problems, key=lambda problem: problem.row))
    return answers


def _answers(root: Section, text: str) -> LaunchAnswers | None:
    why, who, where, when = (root.child(key) for key in ("why", "who", "where", "when"))
    goal, contact_value = why.text("goal"), why.number("contact_value", 0.0)
    customers = who.number("customers", 0.0)
    opening = when.read("opening_day", dt.date.max, _day, required=True)
    months = when.read("months", 18, _months)
    site = _site(where)
    name = where.text("name", required=True)
    timezone = where.read("timezone", "UTC", lambda v: zone(str(v)).key, required=True)
    country, subdivision = where.text("country"), where.text("subdivision")
    currency = where.text("currency", "EUR")
    interval_s = when.read("interval", 1800, planning_interval)
    _check_country(where, country, subdivision)
    queues = [_queue(child, opening, customers) for child in root.children("queue")]
    how = {key: root.table[key] for key in HOW if root.has(key)}
    for key in how:
        root.read(key, None, lambda value: value)
    for section in (why, who, where, when, root):
        section.finish()
    _cross_check(root)
    return LaunchAnswers(
        goal,
        contact_value,
        name,
        timezone,
        country,
        subdivision,
        currency,
        interval_s,
        site,
        opening,
        months,
        _resolved([queue for queue in queues if queue is not None]),
        how,
        text,
    )


def _day(value: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError('is not a date; write it like "2027-03-01"') from error


def _months(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 3 <= value <= 60:
        raise ValueError("is not a number of months from 3 to 60")
    return value


def _site(where: Section) -> LaunchSite:
    return LaunchSite(
        where.text("site", "Main"),
        where.number("room_m2", 0.0),
        where.number("ceiling_m", 0.0),
        where.whole("seats", 0),
        where.whole("training_seats", 0),
        where.fraction("home_share", 0.0) or 0.0,
    )


def _check_country(where: Section, country: str, subdivision: str) -> None:
    try:
        holiday_names(country, subdivision, [2026])
    except ValueError as error:
        where.complain("country", str(error))


def _queue(section: Section, opening: dt.date, customers: float) -> LaunchQueue | None:
    history = section.text("history")
    contained = section.fraction("contained", 0.0) or 0.0
    vip_of = section.text("vip_of")
    new = _new_queue(section, opening, customers, 1.0 - contained)
    queue = read_queue(section)
    if queue is None:
        return None
    made = section.build(lambda: _with(queue, new))
    table = {key: value for key, value in section.table.items() if key not in _VOLUME_KEYS}
    return LaunchQueue(made, table, history, contained, vip_of) if made else None


def _with(queue: Queue, new: NewQueue | None) -> Queue:
    return replace(queue, new=new)


def _new_queue(
    section: Section, opening: dt.date, customers: float, reaching: float
) -> NewQueue | None:
    """Expectations of the volume that reaches the agents; None where a problem was noted."""
    like, share = section.text("like"), section.number("share", 1.0)
    per_day = section.number("per_day", 0.0) * reaching
    served = section.number("customers", customers)
    rate = section.number("contacts_per_customer", 0.0) * reaching
    profile = section.text("profile", "office")
    if not like and not per_day and not (served and rate):
        fix = "give per_day, or contacts_per_customer (and customers), or like and share"
        section.complain("", "nothing says how many contacts come", fix=fix)
        return None
    both = served > 0 and rate > 0
    return section.build(
        lambda: NewQueue(
            opening,
            like,
            share,
            per_day or None,
            served if both else None,
            rate if both else None,
            profile,
        )
    )


def _resolved(queues: list[LaunchQueue]) -> tuple[LaunchQueue, ...]:
    """Queues like another one with its expectations in place of its name.

    The other opens on the same day, so that there is no history to be like.
    """
    found: dict[str, LaunchQueue] = {}
    for each in sorted(queues, key=lambda one: bool(one.queue.new and one.queue.new.like)):
        new = each.queue.new
        other = found.get(new.like) if new else None
        if new is not None and other is not None and other.queue.new is not None:
            new = _as_part(new, other.queue.new, _days(other.queue) / max(1, _days(each.queue)))
        found[each.queue.name] = replace(each, queue=replace(each.queue, new=new))
    return tuple(found[each.queue.name] for each in queues)


def _as_part(new: NewQueue, of: NewQueue, days: float) -> NewQueue:
    """A share of another queue's expectations, its week worked in fewer or more days."""
    rate = of.contacts_per_customer
    return replace(
        new,
        like="",
        share=1.0,
        per_day=new.per_day or (of.per_day * new.share * days if of.per_day else None),
        customers=new.customers or of.customers,
        contacts_per_customer=new.contacts_per_customer or (rate * new.share if rate else None),
    )


def _days(queue: Queue) -> int:
    return sum(bool(spans) for spans in queue.opening.week)


def _cross_check(root: Section) -> None:
    """At least one queue, names once, and those that a queue refers to."""
    sections = root.children("queue")
    names = [section.table.get("name") for section in sections]
    if not sections:
        root.complain("queue", "no queue is described", fix="add a [[queue]]")
    likes = {names[k]: section.table.get("like") for k, section in enumerate(sections)}
    for place, section in enumerate(sections):
        if likes.get(likes[names[place]]):
            fix = "name the queue at the end of the chain"
            section.complain("like", "is like a queue that is like another", fix=fix)
        if names[place] in names[:place]:
            section.complain("name", "an earlier queue has the same name", found=str(names[place]))
        for key in ("like", "vip_of"):
            other = section.table.get(key)
            if other is not None and (other not in names or other == names[place]):
                section.complain(key, "no such other queue", found=str(other))
        vip_of = section.table.get("vip_of")
        pair = [section, *(one for one in sections if one.table.get("name") == vip_of)]
        if vip_of and any(one.table.get("channel", "voice") != "voice" for one in pair):
            section.complain("vip_of", "both queues must be voice", fix="leave it out")
