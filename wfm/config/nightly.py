"""``[nightly]``, ``[[source]]`` and ``[[hook]]``: what the machine does at night."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from wfm.config.section import Section
from wfm.config.values import one_of, planning_interval, seconds, whole_days

__all__ = [
    "Action",
    "Gate",
    "Hook",
    "Keep",
    "NightlySettings",
    "Source",
    "read_hook",
    "read_nightly",
    "read_source",
]


class Action(StrEnum):
    """What a gate does with what it saw."""

    WARN = "warn"
    HOLD = "hold"
    FALLBACK = "fallback"


class Gate(StrEnum):
    """What is looked at before a queue is forecast.

    ``jump`` is about the last week, ``day_jump`` about the newest day, ``source`` about files.
    """

    COVERAGE = "coverage"
    ZEROS = "zeros"
    JUMP = "jump"
    DAY_JUMP = "day_jump"
    LATE = "late"
    SOURCE = "source"


_ACTIONS = {
    Gate.COVERAGE: Action.WARN,
    Gate.ZEROS: Action.WARN,
    Gate.JUMP: Action.HOLD,
    Gate.DAY_JUMP: Action.WARN,
    Gate.LATE: Action.WARN,
    Gate.SOURCE: Action.HOLD,
}


@dataclass(frozen=True, slots=True)
class Source:
    """Files that a night brings in.

    Parameters
    ----------
    format
        As ``wfm import`` names it.
    files
        Pattern, from the folder of wfm.toml on; of ``asterisk-table`` the database: a path, a URL
        without a password, or ``env:NAME`` of a variable that holds one.
    interval_s
        Planning interval [s]; the centre's unless given.
    """

    format: str
    files: str
    timezone: str | None = None
    queue: str | None = None
    sheet: str | None = None
    interval_s: int | None = None
    accept: tuple[str, ...] = ()
    threshold_s: int = 20
    short_s: int = 5
    attribution: str = "arrival"


@dataclass(frozen=True, slots=True)
class Hook:
    """What is called after a night.

    Parameters
    ----------
    on
        Exit codes that call it; empty for all.
    command
        Program and arguments, run in the folder of wfm.toml.
    webhook
        Address that gets the status as JSON.
    mail_to, mail_from, smtp
        Mail with the summary, by the server ``host:port``.
    """

    on: tuple[int, ...] = ()
    command: tuple[str, ...] = ()
    webhook: str = ""
    mail_to: tuple[str, ...] = ()
    mail_from: str = ""
    smtp: str = "localhost:25"
    timeout_s: int = 30


@dataclass(frozen=True, slots=True)
class Keep:
    """How many nights are kept: all of the last days, then one a week.

    Parameters
    ----------
    daily_days, weekly_days
        Days in which each night, and each week's last night, is kept.
    """

    daily_days: int = 30
    weekly_days: int = 364


@dataclass(frozen=True, slots=True)
class NightlySettings:
    """What the machine does at night.

    Parameters
    ----------
    reopen_days
        Days in which late corrections are taken; older figures are closed.
    max_lag_s
        Age of the newest interval above which the ``late`` gate speaks [s].
    freeze_days
        Days from the night on whose roster stays.
    plan_weeks
        Weeks after those that have a roster made or mended; 0 leaves rosters to people.
    noise
        Least relative change of a week's agent hours that is worth a new roster [fraction].
    workers
        Processes.
    choose_days
        How often a queue's choice of models is made anew [days], each on a night of its own; 1
        every night.
    alarm_days
        Days in a row of bias outside the Poisson band that raise an alarm.
    max_age_s
        Age of the forecast in force above which ``wfm status --check`` complains [s].
    roster
        Workbook of the rosters that a night made or mended, from the folder of wfm.toml on.
    out
        Folder of reports, status file and metrics, from that of wfm.toml on.
    """

    reopen_days: int = 7
    max_lag_s: int = 36 * 3600
    freeze_days: int = 14
    plan_weeks: int = 0
    noise: float = 0.03
    workers: int = 1
    choose_days: int = 7
    alarm_days: int = 5
    max_age_s: int = 36 * 3600
    roster: str = "out/roster.xlsx"
    out: str = "out/nightly"
    gates: dict[Gate, Action] = field(default_factory=lambda: dict(_ACTIONS))
    keep: Keep = Keep()
    sources: tuple[Source, ...] = ()
    hooks: tuple[Hook, ...] = ()


def read_nightly(root: Section) -> NightlySettings:
    """Settings of ``[nightly]`` with ``[[source]]`` and ``[[hook]]``."""
    section = root.child("nightly")
    default = NightlySettings()
    settings = NightlySettings(
        reopen_days=section.read("reopen", default.reopen_days, whole_days),
        max_lag_s=section.duration("max_lag", default.max_lag_s),
        freeze_days=section.read("freeze", default.freeze_days, _days),
        plan_weeks=section.whole("plan_weeks", default.plan_weeks),
        noise=section.fraction("noise", default.noise) or 0.0,
        workers=section.read("workers", default.workers, _one_or_more),
        choose_days=section.read("choose_models", default.choose_days, whole_days),
        alarm_days=section.read("alarm_days", default.alarm_days, _one_or_more),
        max_age_s=section.duration("max_age", default.max_age_s),
        roster=section.text("roster", default.roster),
        out=section.text("out", default.out),
        gates=_gates(section.child("gates")),
        keep=_keep(section.child("keep")),
        sources=tuple(read_source(part) for part in root.children("source")),
        hooks=tuple(read_hook(part) for part in root.children("hook")),
    )
    section.finish()
    return settings


def _gates(section: Section) -> dict[Gate, Action]:
    gates = {
        gate: section.read(str(gate), action, one_of(Action)) for gate, action in _ACTIONS.items()
    }
    if gates[Gate.SOURCE] is Action.FALLBACK:
        section.complain("source", "is about files, not queues", fix="choose warn or hold")
    section.finish()
    return gates


def _keep(section: Section) -> Keep:
    default = Keep()
    keep = Keep(
        section.read("daily", default.daily_days, whole_days),
        section.read("weekly", default.weekly_days, whole_days),
    )
    section.finish()
    return keep


def read_source(section: Section) -> Source:
    """One ``[[source]]``."""
    source = Source(
        format=section.text("format", required=True),
        files=section.text("files", required=True),
        timezone=section.text("timezone") or None,
        queue=section.text("queue") or None,
        sheet=section.text("sheet") or None,
        interval_s=section.read("interval", None, planning_interval),
        accept=section.texts("accept"),
        threshold_s=section.read("threshold", 20, seconds),
        short_s=section.read("short", 5, seconds),
        attribution=section.text("attribution", "arrival"),
    )
    section.finish()
    return source


def read_hook(section: Section) -> Hook:
    """One ``[[hook]]``: a command, a webhook or a mail."""
    hook = Hook(
        on=section.read("on", (), _codes),
        command=section.texts("command"),
        webhook=section.text("webhook"),
        mail_to=section.texts("mail_to"),
        mail_from=section.text("mail_from", "wfm@localhost"),
        smtp=section.read("smtp", "localhost:25", _server),
        timeout_s=section.duration("timeout", 30),
    )
    if sum(map(bool, (hook.command, hook.webhook, hook.mail_to))) != 1:
        fix = "give it one of command, webhook, mail_to"
        section.complain("", "a hook does one thing", fix=fix)
    section.finish()
    return hook


_WORDS = {"success": (0,), "failure": tuple(range(1, 9))}


def _codes(value: Any) -> tuple[int, ...]:
    """Exit codes from numbers and words."""
    items = value if isinstance(value, list) else [value]
    codes: list[int] = []
    for item in items:
        if item in _WORDS:
            codes += _WORDS[item]
        elif isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= 8:
            codes.append(item)
        else:
            raise ValueError('is not an exit code from 0 to 8, "success" or "failure"')
    return tuple(codes)


def _server(value: Any) -> str:
    host, _, port = str(value).rpartition(":")
    if not host or not port.isdigit():
        raise ValueError('is not a mail server like "mail.example.org:587"')
    return str(value)


def _days(value: Any) -> int:
    return 0 if value in ("0", "0d") else whole_days(value)


def _one_or_more(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise TypeError("is not a whole number of at least 1")
    return value
