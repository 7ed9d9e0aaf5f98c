"""Mapping profiles: how the interval export of some switch becomes wfm's own columns.

A profile is a small TOML file; those of known layouts are shipped, and a centre can write its own.

::

    title = "what it is"
    verified = true                     # held against the vendor's own description
    columns = ["date", "time", ...]     # only for files without a header
    delimiter = ";"                     # told from the file where absent
    missing = ["", "N/A"]               # cells that mean: not known

    [time]
    columns = ["date", "time"]          # put together with a blank between
    format = "%Y%m%d %H:%M"             # strptime; HHMM and HOUR for plain integers; ISO8601
    utc = false                         # otherwise the wall clock of the centre

    [fields]                            # wfm's column = the file's
    offered = ["direct", "overflow_in"] # several are added up
    talk_s = { column = "handle time", unit = "hms" }   # s, ms, min, h, hms
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from wfm import schema
from wfm.errors import InputError, Problem

__all__ = ["FieldSource", "Profile", "Unit", "load_profile", "profile_names"]

_OWN_COLUMNS = {*schema.INTERVAL_HISTORY.names, "aht_s"} - {"interval_start"}
UNITS_S = {"": 1.0, "s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0}
"""Length of a unit [s]; hms is a clock, not a factor."""

Unit = str


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Where a column comes from: columns of the file to be added up, and their unit."""

    columns: tuple[str, ...]
    unit: Unit = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """How an interval export is read.

    Parameters
    ----------
    header
        Column names of files without a header, in order; empty when the file has one.
    time_columns, time_format
        Cells that make up the start, joined by a blank, and their format.
    utc
        Whether the start is UTC rather than the wall clock of the centre.
    fields
        Source of each of wfm's columns.
    missing
        Cells that mean: not known.
    """

    name: str
    title: str
    verified: bool
    time_columns: tuple[str, ...]
    time_format: str
    fields: Mapping[str, FieldSource]
    utc: bool = False
    header: tuple[str, ...] = ()
    delimiter: str | None = None
    missing: frozenset[str] = frozenset({""})

    @property
    def file_columns(self) -> list[str]:
        """Every column of the file that the profile reads, in lower case."""
        sources = [name for source in self.fields.values() for name in source.columns]
        return list(dict.fromkeys(name.lower() for name in (*self.time_columns, *sources)))


def profile_names() -> list[str]:
    """Names of the profiles that are shipped.

    Examples
    --------
    >>> "teleopti" in profile_names()
    True
    """
    folder = resources.files("wfm.telephony") / "profiles"
    return sorted(
        each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml")
    )


def load_profile(name_or_path: str | Path) -> Profile:
    """A shipped profile by name, or a centre's own by path.

    Raises
    ------
    InputError
        When there is none, or it is not a profile; all its problems at once.
    """
    name = str(name_or_path)
    if name in profile_names():
        text = (resources.files("wfm.telephony") / "profiles" / f"{name}.toml").read_text("utf-8")
        return _parse(name, text)
    try:
        text = Path(name_or_path).read_text("utf-8")
    except (OSError, ValueError) as error:
        fix = f"name a file or one of {', '.join(profile_names())}"
        raise InputError([Problem("no such profile", found=name, fix=fix)]) from error
    return _parse(name, text)


def _parse(file: str, text: str) -> Profile:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(f"is no TOML ({error})", file, fix="correct it")]) from error
    problems = _problems(raw, file)
    if problems:
        raise InputError(problems)
    time = raw["time"]
    return Profile(
        name=Path(file).stem,
        title=raw["title"],
        verified=raw["verified"],
        time_columns=tuple(time["columns"]),
        time_format=time["format"],
        fields={name: _source(value) for name, value in raw["fields"].items()},
        utc=time.get("utc", False),
        header=tuple(raw.get("columns", ())),
        delimiter=raw.get("delimiter"),
        missing=frozenset(raw.get("missing", [""])),
    )


def _source(value: Any) -> FieldSource:
    if isinstance(value, str):
        return FieldSource((value,))
    if isinstance(value, list):
        return FieldSource(tuple(value))
    column = value["column"]
    columns = (column,) if isinstance(column, str) else tuple(column)
    return FieldSource(columns, value.get("unit", ""))


_KINDS: dict[str, type | tuple[type, ...]] = {
    "title": str,
    "verified": bool,
    "source": str,
    "delimiter": str,
    "columns": list,
    "missing": list,
    "time": dict,
    "fields": dict,
}


def _problems(raw: dict[str, Any], file: str) -> list[Problem]:
    """Everything that keeps a TOML file from being a profile."""
    problems = [
        Problem("unknown key", file, column=key, fix=f"a profile has {', '.join(_KINDS)}")
        for key in raw
        if key not in _KINDS
    ]
    problems += [
        Problem(f"must be a {kind.__name__}", file, column=key, found=str(raw[key]))
        for key, kind in _KINDS.items()
        if isinstance(kind, type) and key in raw and not isinstance(raw[key], kind)
    ]
    problems += [
        Problem("is missing", file, column=key, fix="see the shipped profiles")
        for key in ("title", "verified", "time", "fields")
        if key not in raw
    ]
    if problems:
        return problems
    problems += _time_problems(raw["time"], file)
    for name, value in raw["fields"].items():
        problems += _field_problems(name, value, file)
    if "offered" not in raw["fields"]:
        problems.append(Problem("is missing", file, column="fields.offered", fix="name its column"))
    return problems


def _time_problems(time: dict[str, Any], file: str) -> list[Problem]:
    problems = [
        Problem("unknown key", file, column=f"time.{key}", fix="columns, format or utc")
        for key in time
        if key not in {"columns", "format", "utc"}
    ]
    if not _texts(time.get("columns")):
        fix = 'write columns = ["..."]'
        problems.append(Problem("must be a list of columns", file, column="time.columns", fix=fix))
    if not isinstance(time.get("format"), str):
        fix = "write a strptime format or ISO8601"
        problems.append(Problem("must be a text", file, column="time.format", fix=fix))
    if not isinstance(time.get("utc", False), bool):
        problems.append(Problem("must be true or false", file, column="time.utc"))
    return problems


def _field_problems(name: str, value: Any, file: str) -> list[Problem]:
    key = f"fields.{name}"
    if name not in _OWN_COLUMNS:
        fix = f"wfm has {', '.join(sorted(_OWN_COLUMNS))}"
        return [Problem("is no column of wfm", file, column=key, fix=fix)]
    if isinstance(value, dict):
        unit = value.get("unit", "")
        unknown = sorted(set(value) - {"column", "unit"})
        if unknown or unit not in {*UNITS_S, "hms"}:
            fix = 'write { column = "...", unit = "s, ms, min, h or hms" }'
            return [Problem("unknown key or unit", file, column=key, found=str(value), fix=fix)]
        value = value.get("column")
    if isinstance(value, str) or _texts(value):
        return []
    fix = "name one column or a list of them"
    return [Problem("must name columns", file, column=key, found=str(value), fix=fix)]


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
