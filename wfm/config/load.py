"""Read wfm.toml into frozen objects, all problems at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from wfm.config.capacity import CapacitySettings, read_capacity
from wfm.config.duty_rules import read_preset
from wfm.config.forecasting import ForecastSettings, read_forecast
from wfm.config.lines import Lines
from wfm.config.nightly import NightlySettings, read_nightly
from wfm.config.presence import read_presence
from wfm.config.queues import read_queue, read_shrinkage
from wfm.config.section import Section
from wfm.config.telephony import TelephonySettings, read_telephony
from wfm.config.values import planning_interval
from wfm.config.work_rules import read_contract, read_rules, read_template
from wfm.domain import (
    Contract,
    Queue,
    SchedulingRules,
    ShiftTemplate,
    Shrinkage,
)
from wfm.errors import InputError, Problem
from wfm.intervals import holiday_names, zone

__all__ = ["CONFIG_NAME", "Config", "ForecastSettings", "load", "parse"]

CONFIG_NAME = "wfm.toml"


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
    nightly: NightlySettings
    text: str
    capacity: CapacitySettings = field(default_factory=CapacitySettings)
    telephony: tuple[TelephonySettings, ...] = ()

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
    interval_s = centre.read("interval", 1800, planning_interval, required=True)
    name = centre.text("name", required=True)
    country, subdivision = _place(centre)
    currency = centre.text("currency", "USD")
    centre.finish()
    queues = [queue for section in root.children("queue") if (queue := read_queue(section))]
    shrinkage = read_shrinkage(root.child("shrinkage"))
    templates = [shift for section in root.children("shift") if (shift := read_template(section))]
    scheduling = root.child("scheduling")
    preset = read_preset(scheduling)
    contracts = [c for s in root.children("contract") if (c := read_contract(s, preset))]
    by_service = scheduling.table.get("under") == "service"
    rules = read_rules(scheduling, by_service=by_service)
    presence = [r for s in root.children("presence") if (r := read_presence(s, queues))]
    settings = read_forecast(root.child("forecast"))
    nightly = read_nightly(root)
    capacity = read_capacity(root.child("capacity"), currency)
    telephony = [
        each for section in root.children("telephony") if (each := read_telephony(section))
    ]
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
        scheduling=replace(rules, presence=tuple(presence)),
        price_by_service=by_service,
        forecast=settings,
        nightly=nightly,
        text=text,
        capacity=capacity,
        telephony=tuple(telephony),
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


def _cross_check(root: Section) -> None:
    """Names used twice, shifts that nobody defined, no queue at all."""
    keys = ("queue", "shift", "contract", "presence", "telephony")
    sections = {key: root.children(key) for key in keys}
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
    _check_siblings(sections["queue"])
    _check_groups(root.child("forecast").child("groups"), sections["queue"])
    _check_presence(sections["presence"], sections["contract"])
    known = [str(section.table.get("name")) for section in sections["shift"]]
    for section in sections["contract"]:
        shifts = section.table.get("shifts")
        for name in shifts if isinstance(shifts, list) else []:
            if isinstance(name, str) and name not in known:
                fix = f"known are {', '.join(known) or 'none'}"
                section.complain("shifts", "no such shift", found=name, fix=fix)


def _check_siblings(queues: Sequence[Section]) -> None:
    """A new queue is like another one that there is."""
    names = [section.table.get("name") for section in queues]
    for section in queues:
        new = section.table.get("new")
        like = new.get("like") if isinstance(new, dict) else None
        if like is not None and (like not in names or like == section.table.get("name")):
            fix = "name another [[queue]]"
            section.complain("new", "is like no other queue", found=str(like), fix=fix)


def _check_presence(rules: Sequence[Section], contracts: Sequence[Section]) -> None:
    """Rules of presence count people of contracts that are there."""
    known = [section.table.get("name") for section in contracts]
    for section in rules:
        contract = section.table.get("contract", "")
        if contract and contract not in known:
            fix = f"known are {', '.join(map(str, known)) or 'none'}"
            section.complain("contract", "no such contract", found=str(contract), fix=fix)


def _check_groups(groups: Section, queues: list[Section]) -> None:
    """Groups of queues that are there."""
    known = [section.table.get("name") for section in queues]
    for name, members in groups.table.items():
        for queue in members if isinstance(members, list) else ():
            if queue not in known:
                fix = f"known are {', '.join(map(str, known))}"
                groups.complain(name, "no such queue", found=str(queue), fix=fix)
