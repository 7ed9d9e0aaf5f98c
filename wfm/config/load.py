"""Read wfm.toml into frozen objects, all problems at once."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from wfm.config.lines import Lines
from wfm.config.section import Section
from wfm.config.units import break_window, clock_range, duration_s, spans, weekdays
from wfm.domain import (
    Anchor,
    BreakRule,
    Channel,
    Contract,
    MovingLoad,
    Queue,
    SchedulingRules,
    ServiceLevelDefinition,
    ServiceTarget,
    ShiftTemplate,
    Shrinkage,
    StaffingModel,
)
from wfm.errors import InputError, Problem
from wfm.intervals import DAY_S, INTERVALS_S, OpeningHours, Span, holiday_names, zone

__all__ = ["CONFIG_NAME", "Config", "ForecastSettings", "load", "parse"]

CONFIG_NAME = "wfm.toml"


@dataclass(frozen=True, slots=True)
class ForecastSettings:
    """How far ahead and by which model.

    Parameters
    ----------
    horizon_days
        Days to forecast.
    model
        ``auto`` or the name of a model.
    """

    horizon_days: int = 42
    model: str = "auto"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything wfm.toml says.

    Parameters
    ----------
    interval_s
        Planning interval [s].
    price_by_service
        Whether a missing agent is priced by the service it costs instead of ``scheduling.under``.
    """

    name: str
    timezone: str
    country: str
    subdivision: str
    interval_s: int
    currency: str
    queues: tuple[Queue, ...]
    shrinkage: Shrinkage
    templates: tuple[ShiftTemplate, ...]
    contracts: tuple[Contract, ...]
    scheduling: SchedulingRules
    price_by_service: bool
    forecast: ForecastSettings
    text: str

    def queue(self, name: str) -> Queue:
        """Queue by name.

        Raises
        ------
        InputError
            When wfm.toml has no such queue.
        """
        for queue in self.queues:
            if queue.name == name:
                return queue
        known = ", ".join(queue.name for queue in self.queues)
        raise InputError(
            [Problem("no such queue", CONFIG_NAME, 0, "queue", name, f"add [[queue]]; has {known}")]
        )


def load(path: Path) -> Config:
    """Configuration of a centre.

    Raises
    ------
    InputError
        When the file is missing or unreadable, and with all its problems otherwise.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        fix = "make one with `wfm init DIR`, or name it with --config"
        raise InputError([Problem("no such file", str(path), fix=fix)]) from error
    except UnicodeDecodeError as error:
        row = error.object.count(b"\n", 0, error.start) + 1
        found = f"byte {error.object[error.start]:#04x}"
        problem = Problem("is not UTF-8", str(path), row, found=found, fix="save it as UTF-8")
        raise InputError([problem]) from error
    except OSError as error:
        raise InputError([Problem(f"cannot be read: {error.strerror}", str(path))]) from error
    return parse(text, file=str(path))


def parse(text: str, *, file: str = CONFIG_NAME) -> Config:
    """Configuration from the text of wfm.toml.

    Raises
    ------
    InputError
        With every problem of the file and its line.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        last = len(text.splitlines())
        problem = Problem(f"is not TOML: {error}", file, int(line[1]) if line else last)
        raise InputError([problem]) from error
    problems: list[Problem] = []
    root = Section(table, (), file=file, lines=Lines(text), problems=problems)
    config = _config(root, text)
    if problems or config is None:
        raise InputError(sorted(problems, key=lambda problem: problem.row))
    return config


def _config(root: Section, text: str) -> Config | None:
    centre = root.child("centre")
    timezone = centre.read("timezone", "UTC", lambda v: zone(str(v)).key, required=True)
    interval_s = centre.read("interval", 1800, _interval, required=True)
    name = centre.text("name", required=True)
    country, subdivision = _place(centre)
    currency = centre.text("currency", "USD")
    centre.finish()
    queues = [queue for section in root.children("queue") if (queue := _queue(section))]
    shrinkage = _shrinkage(root.child("shrinkage"))
    templates = [shift for section in root.children("shift") if (shift := _template(section))]
    contracts = [c for section in root.children("contract") if (c := _contract(section))]
    scheduling = root.child("scheduling")
    by_service = scheduling.table.get("under") == "service"
    rules = _rules(scheduling, by_service=by_service)
    settings = _forecast(root.child("forecast"))
    root.finish()
    _cross_check(root)
    return Config(
        name=name,
        timezone=timezone,
        country=country,
        subdivision=subdivision,
        interval_s=interval_s,
        currency=currency,
        queues=tuple(queues),
        shrinkage=shrinkage,
        templates=tuple(templates),
        contracts=tuple(contracts),
        scheduling=rules,
        price_by_service=by_service,
        forecast=settings,
        text=text,
    )


def _place(centre: Section) -> tuple[str, str]:
    """Country and subdivision that public holidays are known for."""
    country, subdivision = centre.text("country"), centre.text("subdivision")
    for key, part in (("country", ""), ("subdivision", subdivision)):
        try:
            holiday_names(country, part, [2026])
        except ValueError as error:
            centre.complain(key, str(error))
            break
    return country, subdivision


def _interval(value: Any) -> int:
    seconds = duration_s(str(value))
    if seconds not in INTERVALS_S:
        known = ", ".join(f'"{s // 60}m"' for s in INTERVALS_S)
        raise ValueError(f"no such planning interval; choose one of {known}")
    return seconds


def _queue(section: Section) -> Queue | None:
    name = section.text("name", required=True)
    opening = _opening(section)
    channel = section.read("channel", Channel.VOICE, _one_of(Channel))
    model = section.read("model", StaffingModel.ERLANG_A, _one_of(StaffingModel))
    aht_s = section.duration("aht", 180)
    patience_s = section.duration("patience", 120)
    target = _target(section.child("target"))
    load = section.read("load", MovingLoad.INTERVAL, _one_of(MovingLoad))
    section.finish()
    if opening is None or target is None:
        return None
    return section.build(
        lambda: Queue(name, opening, channel, model, float(aht_s), float(patience_s), target, load)
    )


def _one_of(enum: type) -> Any:
    def convert(value: Any) -> Any:
        try:
            return enum(value)
        except ValueError:
            known = ", ".join(str(item) for item in enum)  # type: ignore[attr-defined]
            raise ValueError(f"is not one of {known}") from None

    return convert


def _opening(section: Section) -> OpeningHours | None:
    if section.table.get("open") == "always":
        section.text("open")
        return OpeningHours.always()
    if not isinstance(section.table.get("open"), dict):
        what = "is not the hours by day" if section.has("open") else "is missing"
        fix = 'write open = { mon-fri = "07:00-21:00" } or open = "always"'
        section.complain("open", what, found=str(section.table.get("open", "")), fix=fix)
        return None
    week: list[tuple[Span, ...]] = [()] * 7
    holidays: tuple[Span, ...] | None = None
    dates: list[tuple[dt.date, tuple[Span, ...]]] = []
    hours = section.child("open")
    for key in hours.table:
        closed: tuple[Span, ...] = ()
        found = hours.read(key, closed, partial(_day_spans, key))
        if key == "holidays":
            holidays = None if hours.table[key] == "hours" else found
        elif _DATE.fullmatch(key):
            dates += [(day, found) for day in _dates(key)]
        else:
            for day in _weekdays(key):
                week[day] = found
    return section.build(lambda: OpeningHours(tuple(week), holidays, tuple(dates)))


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day_spans(key: str, value: Any) -> tuple[Span, ...]:
    """Spans of one entry of ``open``, once its key has been seen to be a day."""
    if key == "holidays" and value == "hours":
        return ()
    if _DATE.fullmatch(key):
        dt.date.fromisoformat(key)
    elif key != "holidays":
        weekdays(key)
    return spans(value)


def _dates(key: str) -> list[dt.date]:
    try:
        return [dt.date.fromisoformat(key)]
    except ValueError:  # told by _day_spans already
        return []


def _weekdays(key: str) -> list[int]:
    try:
        return weekdays(key)
    except ValueError:  # told by _day_spans already
        return []


def _target(section: Section) -> ServiceTarget | None:
    default = ServiceTarget()
    service_level = section.fraction("service_level", default.service_level)
    threshold_s = section.read("threshold", 20, _seconds)
    definition = section.read("definition", default.definition, _one_of(ServiceLevelDefinition))
    max_asa_s = section.read("max_asa", None, lambda v: float(_seconds(v)))
    max_abandonment = section.fraction("max_abandonment", None)
    max_occupancy = section.fraction("max_occupancy", None)
    min_agents = section.whole("min_agents", 0)
    section.finish()
    return section.build(
        lambda: ServiceTarget(
            service_level,
            float(threshold_s),
            definition,
            max_asa_s,
            max_abandonment,
            max_occupancy,
            min_agents,
        )
    )


def _seconds(value: Any) -> int:
    return duration_s(str(value))


def _shrinkage(section: Section) -> Shrinkage:
    parts = []
    for kind in ("planned", "unplanned"):
        shares = section.child(kind)
        parts.append(tuple((key, shares.fraction(key, 0.0) or 0.0) for key in shares.table))
    section.finish()
    return section.build(lambda: Shrinkage(parts[0], parts[1])) or Shrinkage()


def _template(section: Section) -> ShiftTemplate | None:
    name = section.text("name", required=True)
    start_s = section.read("start", (0, 0), lambda v: clock_range(str(v)), required=True)
    start_step_s = section.duration("start_step", 1800)
    length_s = section.duration_range("length", (1, 1))
    length_step_s = section.duration("length_step", 1800)
    breaks = [rule for child in section.children("breaks") if (rule := _break(child))]
    section.finish()
    return section.build(
        lambda: ShiftTemplate(name, start_s, start_step_s, length_s, length_step_s, tuple(breaks))
    )


def _break(section: Section) -> BreakRule | None:
    name = section.text("name", "break")
    length_s = section.duration("length", 900, required=True)
    paid = section.read("paid", True, _flag, required=True)
    anchor, window_s = section.read(
        "when", ("start", (0, 0)), lambda v: break_window(str(v)), required=True
    )
    longer_s = section.read("if_longer_than", 0, _seconds)
    section.finish()
    return section.build(
        lambda: BreakRule(name, length_s, paid, Anchor(anchor), window_s, longer_s)
    )


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("is neither true nor false")
    return value


def _contract(section: Section) -> Contract | None:
    name = section.text("name", required=True)
    shifts = section.texts("shifts", required=True)
    day_s = section.duration_range("hours_per_day", (0, 0))
    week_s = section.duration_range("hours_per_week", (0, 0))
    days_per_week = section.read("days_per_week", (5, 5), _day_range, required=True)
    rest_s = section.duration("rest", 11 * 3600)
    max_days_in_row = section.whole("max_days_in_row", 6)
    cost = section.number("cost_per_hour", 0.0)
    section.finish()
    return section.build(
        lambda: Contract(name, shifts, day_s, week_s, days_per_week, rest_s, max_days_in_row, cost)
    )


def _day_range(value: Any) -> tuple[int, int]:
    low, dash, high = str(value).partition("-")
    if not low.strip().isdigit() or (dash and not high.strip().isdigit()):
        raise ValueError('write days per week as 5 or "4-5"')
    first, last = int(low), int(high if dash else low)
    if not 1 <= first <= last <= 7:
        raise ValueError("days per week run from small to large, from 1 to 7")
    return first, last


def _rules(section: Section, *, by_service: bool) -> SchedulingRules:
    default = SchedulingRules()
    under = section.read(
        "under", default.under, lambda v: default.under if by_service else _price(v)
    )
    over = section.number("over", default.over)
    rest_slack_s = section.read("rest_slack", default.rest_slack_s, _seconds)
    gap = section.fraction("gap", default.gap) or 0.0
    time_limit_s = section.duration("time_limit", int(default.time_limit_s))
    section.finish()
    return SchedulingRules(under, over, rest_slack_s, gap, float(time_limit_s))


def _price(value: Any) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not 0 < value < math.inf:
        raise ValueError('is neither "service" nor a number above 0')
    return float(value)


def _forecast(section: Section) -> ForecastSettings:
    horizon_days = section.read("horizon", 42, _whole_days)
    model = section.text("model", "auto")
    section.finish()
    return ForecastSettings(horizon_days, model)


def _whole_days(value: Any) -> int:
    seconds = duration_s(str(value))
    if seconds < DAY_S or seconds % DAY_S:
        raise ValueError('write whole days or weeks, like "42d" or "6w"')
    return seconds // DAY_S


def _cross_check(root: Section) -> None:
    """Names used twice, shifts that nobody defined, no queue at all."""
    sections = {key: root.children(key) for key in ("queue", "shift", "contract")}
    for key, tables in sections.items():
        seen: set[object] = set()
        for section in tables:
            name = section.table.get("name")
            if isinstance(name, str) and name in seen:
                what = f"an earlier {key} has the same name"
                section.complain("name", what, found=name, fix="rename one of them")
            seen.add(name if isinstance(name, str) else None)
    if not sections["queue"] and "queue" not in root.table:
        root.complain("queue", "no queue is defined", fix="add a [[queue]]")
    known = [str(section.table.get("name")) for section in sections["shift"]]
    for section in sections["contract"]:
        shifts = section.table.get("shifts")
        for name in shifts if isinstance(shifts, list) else []:
            if isinstance(name, str) and name not in known:
                fix = f"known are {', '.join(known) or 'none'}"
                section.complain("shifts", "no such shift", found=name, fix=fix)
