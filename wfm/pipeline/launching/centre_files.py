"""The files of a launched centre: wfm.toml from the answers, and what stands beside it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from wfm.config import Config, parse
from wfm.config.launch import LaunchAnswers
from wfm.domain import Channel, NewQueue
from wfm.errors import InputError, Problem
from wfm.intervals import DAY_S, OpeningHours

__all__ = ["centre_toml", "make_folder", "months_before", "toml_value"]

_HOUR_S = 3600
_CEILING_M = 3.0
_LEAD_MONTHS = 6
"""Months before the opening day in which people are recruited and trained."""


def toml_value(value: Any) -> str:
    """A value as TOML writes it on one line.

    Examples
    --------
    >>> toml_value({"service_level": 0.9, "threshold": "10s", "open": [1, True]})
    '{ service_level = 0.9, threshold = "10s", open = [1, true] }'
    """
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {toml_value(one)}" for key, one in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(one) for one in value)}]"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    plain = key.replace("-", "").replace("_", "")
    return key if plain.isascii() and plain.isalnum() else json.dumps(key)


def months_before(day: dt.date, months: int) -> str:
    """The month so many months before a date, like ``2026-09``.

    Examples
    --------
    >>> months_before(dt.date(2027, 3, 1), 6)
    '2026-09'
    """
    place = day.year * 12 + day.month - 1 - months
    return f"{place // 12:04d}-{place % 12 + 1:02d}"


def centre_toml(answers: LaunchAnswers) -> str:
    """Text of wfm.toml.

    Raises
    ------
    InputError
        When a section that is handed on, like ``[capacity]``, is wrong.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("wfm.pipeline", "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )
    environment.filters["toml"] = toml_value
    text = environment.get_template("launched.toml").render(**_facts(answers))
    for name, given in answers.how.items():
        text = _without(text, name) + "\n" + _section(name, given)
    _checked(text)
    return text


def _checked(text: str) -> Config:
    """The configuration that the text makes; a mistake is one of the answers."""
    try:
        return parse(text, file="wfm.toml made from the answers")
    except InputError as error:
        fix = "correct the section of the same name in the answers"
        raise InputError(
            [Problem(p.what, p.file, 0, p.column, p.found, p.fix or fix) for p in error.problems]
        ) from error


def _facts(answers: LaunchAnswers) -> dict[str, Any]:
    first_s, last_s = _staffed(answers)
    span_s = last_s - first_s
    long_s, short_s = min(8 * _HOUR_S, span_s), min(4 * _HOUR_S, span_s)
    longest_s, shorter_s = min(9 * _HOUR_S, span_s), min(6 * _HOUR_S, span_s)
    around = span_s == DAY_S
    lunch_s = _HOUR_S // 2 if long_s > 6 * _HOUR_S else 0
    seats = answers.site.training_seats or 16
    return {
        "name": answers.name,
        "timezone": answers.timezone,
        "country": answers.country,
        "subdivision": answers.subdivision,
        "interval_s": answers.interval_s,
        "currency": answers.currency,
        "queues": [_queue_table(answers, place) for place in range(len(answers.queues))],
        "names": [each.queue.name for each in answers.queues],
        "first": _clock(first_s),
        "last_long": "23:30" if around else _clock(max(first_s, last_s - longest_s)),
        "last_short": "23:30" if around else _clock(max(first_s, last_s - shorter_s)),
        "long": f"{_hours(long_s)}-{_hours(longest_s)}",
        "short": f"{_hours(short_s)}-{_hours(shorter_s)}",
        "long_paid": f"{_hours(long_s - lunch_s)}-{_hours(longest_s - lunch_s)}",
        "site": answers.site.name,
        "start": months_before(answers.opening_day, _LEAD_MONTHS),
        "plan_months": min(60, answers.months + _LEAD_MONTHS),
        "months": answers.months,
        "largest": max(6, min(16, seats)),
        "class_seats": max(6, seats),
        "seats": answers.site.seats,
        "room_training_seats": answers.site.training_seats,
        "area_m2": float(answers.site.room_m2),
        "ceiling_m": float(answers.site.ceiling_m or _CEILING_M),
        "contact_value": float(answers.contact_value),
    }


def _queue_table(answers: LaunchAnswers, place: int) -> dict[str, Any]:
    """Keys of a ``[[queue]]`` with what is expected of it."""
    given = answers.queues[place]
    table = dict(given.table)
    if given.queue.new is not None:
        table["new"] = _new_table(given.queue.new)
    return table


def _new_table(new: NewQueue) -> dict[str, Any]:
    table: dict[str, Any] = {"from": str(new.first)} if new.first else {}
    if new.like:
        table |= {"like": new.like, "share": new.share}
    if new.per_day:
        table["per_day"] = new.per_day
    if new.customers and new.contacts_per_customer:
        table |= {"customers": new.customers, "contacts_per_customer": new.contacts_per_customer}
    return {**table, "profile": new.profile, "use": str(new.use)}


def _staffed(answers: LaunchAnswers) -> tuple[int, int]:
    """First and last second of a day at which anybody works."""
    hours = [
        (each.queue.worked or each.queue.opening)
        if each.queue.channel is Channel.DEFERRED
        else each.queue.opening
        for each in answers.queues
    ]
    spans = [span for one in hours for span in _spans(one)]
    if not spans:
        raise InputError([Problem("no queue is ever open", "answers.toml", column="open")])
    return min(start for start, _ in spans), max(end for _, end in spans)


def _spans(hours: OpeningHours) -> list[tuple[int, int]]:
    return [span for day in hours.week for span in day]


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def _hours(seconds: int) -> str:
    return f"{seconds / 3600:g}h"


def _without(text: str, name: str) -> str:
    """Text without the sections of a name and those below it."""
    kept, inside = [], False
    for line in text.splitlines():
        if line.startswith("["):
            head = line.strip("[").partition("]")[0]
            inside = head == name or head.startswith(f"{name}.")
        if not inside:
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def _section(name: str, given: Any) -> str:
    """A section, or an array of them, as TOML; what stands below them goes on one line."""
    tables = given if isinstance(given, list) else [given]
    head = f"[[{name}]]" if isinstance(given, list) else f"[{name}]"
    return "\n".join(
        head + "\n" + "".join(f"{_key(key)} = {toml_value(one)}\n" for key, one in table.items())
        for table in tables
    )


def make_folder(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files of a new project; nothing that exists is touched.

    Raises
    ------
    InputError
        When one of them is there already, or the folder cannot be written; then none is.
    """
    there = [name for name in files if (folder / name).exists()]
    if there:
        fix = "choose another folder, or move the file away"
        raise InputError(
            [Problem("is there already", str(folder / name), fix=fix) for name in there]
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError([Problem(f"cannot be written: {error.strerror}", str(folder))]) from error
    return [folder / name for name in files]
