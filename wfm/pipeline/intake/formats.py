"""What can be imported: own tables, call records of switches, interval exports by profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wfm.errors import UsageError
from wfm.telephony import (
    AsteriskState,
    ImportOptions,
    IntervalImport,
    Profile,
    Proposal,
    RunningSums,
    VisitImport,
    load_profile,
    profile_names,
    profile_text,
    propose_profile,
    read_asterisk,
    read_connect,
    read_connect_metrics,
    read_csv,
    read_excel,
    read_freeswitch,
    read_freeswitch_cdr,
    read_genesys,
    read_profile,
)

__all__ = [
    "TABLE_FORMAT",
    "VISIT_FORMATS",
    "Format",
    "IntervalReader",
    "Log",
    "guess",
    "guess_text",
    "interval_reader",
    "is_call_records",
    "known_formats",
]

IntervalReader = Callable[[Path, ImportOptions], IntervalImport]

_INTERVAL_FORMATS: dict[str, tuple[str, IntervalReader]] = {
    "csv": ("own CSV: queue, start, offered and more", read_csv),
    "excel": ("own workbook with the same columns", read_excel),
    "genesys": (
        "Genesys Cloud conversation aggregates, JSON",
        lambda path, options: read_genesys([path], options),
    ),
    "connect-metrics": (
        "Amazon Connect GetMetricDataV2 answers, JSON",
        lambda path, options: read_connect_metrics([path], options),
    ),
}
"""Readers of intervals that the source has summed, file by file."""

_VISIT_TITLES = {
    "asterisk": "Asterisk queue_log and its rotated files (FreePBX, Issabel, Wazo, VitalPBX)",
    "asterisk-table": "Asterisk queue_log kept in an SQL table, SQLite or PostgreSQL",
    "freeswitch": "FreeSWITCH mod_callcenter events (FusionPBX)",
    "freeswitch-cdr": "FreeSWITCH call detail records with queue variables",
    "connect": "Amazon Connect contact records, JSON lines",
}


TABLE_FORMAT = "asterisk-table"
"""The queue log in a database: read from the switch's table, not from files."""


@dataclass(frozen=True, slots=True)
class Log:
    """What a reader of call records is given.

    Parameters
    ----------
    files
        Files of one log.
    state
        Where its reading stopped; empty at first.
    caller_key
        Key to hash callers' numbers with; without it they are dropped.
    sums
        Where a reader may count visits of earlier days that it need not keep.
    """

    files: Sequence[Path]
    state: str = ""
    caller_key: bytes | None = None
    sums: RunningSums | None = None


def _asterisk(log: Log) -> VisitImport:
    earlier = AsteriskState.load(log.state) if log.state else None
    return read_asterisk(log.files, earlier, caller_key=log.caller_key, sums=log.sums)


VISIT_FORMATS: dict[str, Callable[[Log], VisitImport]] = {
    "asterisk": _asterisk,
    "freeswitch": lambda log: read_freeswitch(log.files, log.state, caller_key=log.caller_key),
    "freeswitch-cdr": lambda log: read_freeswitch_cdr(log.files, caller_key=log.caller_key),
    "connect": lambda log: read_connect(log.files, caller_key=log.caller_key),
}
"""Readers of call records."""


def is_call_records(name: str) -> bool:
    """Whether a format is a switch's own records, rather than intervals that it has summed."""
    return name in VISIT_FORMATS or name == TABLE_FORMAT


@dataclass(frozen=True, slots=True)
class Format:
    """A word that ``wfm import`` knows.

    Parameters
    ----------
    verified
        Whether the layout was held against the vendor's own description or a real recording.
    """

    name: str
    title: str
    verified: bool = True


def known_formats() -> list[Format]:
    """Own tables, call records and shipped profiles, in this order."""
    own = [Format(name, title) for name, (title, _) in _INTERVAL_FORMATS.items()]
    records = [Format(name, title) for name, title in _VISIT_TITLES.items()]
    profiles = [load_profile(name) for name in profile_names()]
    return own + records + [Format(each.name, each.title, each.verified) for each in profiles]


def interval_reader(name: str) -> IntervalReader:
    """Reader of a format by name, or of a mapping profile by the path of its TOML file.

    Raises
    ------
    UsageError
        When there is no such format.
    InputError
        When the file is no profile.
    """
    if name in _INTERVAL_FORMATS:
        return _INTERVAL_FORMATS[name][1]
    if name not in profile_names() and not name.endswith(".toml"):
        known = ", ".join(each.name for each in known_formats())
        raise UsageError(
            f"no such format: {name!r}; known are {known}; for another layout try "
            "`wfm import --guess FILE`"
        )
    return partial(_by_profile, load_profile(name))


def _by_profile(profile: Profile, path: Path, options: ImportOptions) -> IntervalImport:
    return read_profile(path, profile, options)


def guess(path: Path, options: ImportOptions) -> Proposal:
    """Profile that a file may be read with, and the first rows it would make.

    Raises
    ------
    InputError
        When nothing in the file tells its times or its contacts.
    """
    return propose_profile(path, options)


def guess_text(proposal: Proposal) -> str:
    """TOML of a proposed profile, what to look at on top."""
    return profile_text(proposal.guess.profile, proposal.doubts)
