"""A mapping profile for an export that nobody has described: by the names and looks of its columns.

A guess, to be read before it is used: whatever could be meant otherwise is said beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, Problem
from wfm.telephony.csv_table import read_raw_csv, read_text
from wfm.telephony.excel_table import read_raw_excel
from wfm.telephony.findings import TOLERANCES
from wfm.telephony.options import ImportOptions
from wfm.telephony.profile import FieldSource, Profile
from wfm.telephony.profile_import import Guess, guess_profiles, rows_of
from wfm.telephony.raw_table import RawTable
from wfm.telephony.time_format import TimeColumns, find_time

__all__ = ["Proposal", "propose_profile"]

_ROWS_SEEN = 500
_MISSING = ("", "-", "--", "N/A", "n/a", "NULL", "null", "NaN")
_CLOCK = r"(?:\d+:)?\d{1,2}:\d{2}(?:\.\d+)?"
_NUMBER = r"-?\d+(?:[.,]\d+)?"
_LONG_AHT_S, _SHORT_AHT_S = 20_000, 15

_MEAN = r"(?:avg|average|mean|ø|asa|aht|acht)"
_WORDS: tuple[tuple[str, str], ...] = (
    ("answered_in_threshold", r"accept|(?:answ|handl).*(?:within|in|<).*(?:sl|thresh|target|\d)"),
    ("answered_in_threshold", r"servicelevel_?cnt|within (?:sl|service level|threshold)"),
    ("short_abandoned", r"short.*(?:aband|lost)|(?:aband|lost).*short"),
    ("aht_s", rf"{_MEAN}.*(?:handl|talk|call) ?(?:time|dur)|^aht|^acht|handl.*{_MEAN}"),
    ("wait_abandoned_s", r"(?:aband|lost).*(?:time|dur|wait|delay)|abntime"),
    ("wait_answered_s", r"(?:answ|wait|queue|delay|anstime).*(?:time|dur|delay|sum)|anstime"),
    ("talk_s", r"handl\w* ?(?:time|dur)|talk\w* ?(?:time|dur)|acdtime|conversation ?time|gespr"),
    ("abandoned", r"aband|abnd|^abn|^lost|hang ?up|missed|aufgelegt|verloren"),
    ("answered", r"answ|handled|acd ?calls|connected|served|angenommen"),
    ("timeout", r"time ?out|overflow"),
    ("offered", r"offer|presented|received|incoming|inbound|entered|arriv|volume|angeboten"),
    (
        "offered",
        r"^(?:total|all|n(?:umber|o|r)?\.?(?: of)?)? ?(?:calls|contacts|interactions|chats)$",
    ),
    ("offered", r"^(?:calls|contacts|interactions)"),
)
"""Field by the words of a column's name; the first rule that fits a column has it."""

_QUEUE = (
    r"queue ?name",
    r"queue|skill|split|csq|hunt|warteschlange",
    r"group|gruppe|department|campaign|service|line",
)
_UTC = r"\b(?:utc|gmt)\b"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A profile for a file, and what it would make of the first rows.

    Parameters
    ----------
    shipped
        Whether it is one of the shipped profiles, rather than made for this file.
    doubts
        What a reader should look at before using it.
    """

    guess: Guess
    shipped: bool
    doubts: tuple[str, ...]


def propose_profile(path: str | Path, options: ImportOptions) -> Proposal:
    """Profile that a file may be read with: a shipped one that fits, or one made for the file.

    Raises
    ------
    InputError
        When the file cannot be read, or has no time or no contacts that can be told.
    """
    shipped = guess_profiles(path, options)
    if shipped and shipped[0].found > 0.8 and not shipped[0].problems:
        best = shipped[0].profile
        look = "the layout is not verified: hold it against your file"
        return Proposal(shipped[0], shipped=True, doubts=() if best.verified else (look,))
    raw = _raw(path, options.sheet)
    profile, doubts = _made(raw, Path(path).stem)
    lenient = replace(options, accept=frozenset(TOLERANCES), queue=options.queue or "queue")
    return Proposal(rows_of(raw, profile, lenient), shipped=False, doubts=tuple(doubts))


def _raw(path: str | Path, sheet: str | None) -> RawTable:
    """Table of the file; columns 1, 2, 3 where it has no header."""
    if str(path).lower().endswith((".xlsx", ".xlsm")):
        return read_raw_excel(path, sheet)
    first = next((line for line in read_text(path).splitlines() if line.strip()), "")
    delimiter = max(",;\t|", key=first.count)
    fields = [field.strip().strip('"') for field in first.split(delimiter)]
    if any(re.fullmatch(rf"{_NUMBER}|{_CLOCK}|\d{{4}}-.*", field) for field in fields):
        header = [f"column {place}" for place in range(1, len(fields) + 1)]
        return read_raw_csv(path, header=header, delimiter=delimiter)
    return read_raw_csv(path, delimiter=delimiter)


def _made(raw: RawTable, name: str) -> tuple[Profile, list[str]]:
    """Profile by the looks of a table."""
    cells = raw.cells.head(_ROWS_SEEN).mask(raw.cells.isin(_MISSING), "")
    full = cells.loc[:, (cells != "").all()]
    time = find_time(full)
    left = [str(column) for column in cells if time is None or column not in time.columns]
    headless = raw.header_row == 0
    fields, doubts = _by_place(cells[left]) if headless else _by_name(cells[left])
    problems = []
    if time is None:
        fix = "write a profile by hand: `wfm import --guess` shows one of another file"
        problems.append(Problem("no column of times was found", raw.file, raw.header_row, fix=fix))
    if "offered" not in fields:
        what, fix = "no column of contacts offered was found", "name it offered, or write a profile"
        problems.append(Problem(what, raw.file, raw.header_row, found=", ".join(cells), fix=fix))
    if problems or time is None:
        raise InputError(problems)
    fields, more = _with_units(fields, cells)
    doubts += [*more, *_time_doubts(time)]
    profile = Profile(
        name=name,
        title=f"made for {Path(raw.file).name} by wfm import --guess",
        verified=False,
        time_columns=time.columns,
        time_format=time.time_format,
        fields=fields,
        utc=any(re.search(_UTC, _spoken(column)) for column in time.columns),
        header=tuple(map(str, cells)) if headless else (),
        missing=frozenset({"", *(word for word in _MISSING if raw.cells.eq(word).any(axis=None))}),
    )
    return profile, doubts


def _time_doubts(time: TimeColumns) -> list[str]:
    if not time.unsure:
        return []
    return [f"day and month may be the other way round: {time.time_format}"]


def _by_name(cells: pd.DataFrame) -> tuple[dict[str, FieldSource], list[str]]:
    """Fields by the words in the header."""
    fields: dict[str, FieldSource] = {}
    doubts = []
    for column in cells:
        name = _spoken(str(column))
        is_figure = (cells[column].str.fullmatch(rf"{_NUMBER}|{_CLOCK}|")).all()
        field = next((f for f, words in _WORDS if is_figure and re.search(words, name)), None)
        if field is None:
            continue
        if field in fields:
            doubts.append(f"{column!r} may be {field} too; {fields[field].columns[0]!r} was taken")
        elif "%" not in str(column) and not (field != "aht_s" and re.search(_MEAN, name)):
            fields[field] = FieldSource((str(column),))
    if "talk_s" in fields and "aht_s" in fields:
        del fields["aht_s"]
    queue = _queue(cells, {source.columns[0] for source in fields.values()})
    if queue is None:
        return fields, [*doubts, "no column of queues: import with --queue NAME"]
    return {"queue": FieldSource((queue,)), **fields}, doubts


def _queue(cells: pd.DataFrame, taken: set[str]) -> str | None:
    free = [str(column) for column in cells if column not in taken]
    for words in _QUEUE:
        found = next((column for column in free if re.search(words, _spoken(column))), None)
        if found is not None:
            return found
    texts = [
        name for name in free if not cells[name].str.fullmatch(rf"{_NUMBER}%?|{_CLOCK}|").any()
    ]
    return texts[0] if texts else None


def _spoken(column: str) -> str:
    """Name of a column with blanks for its punctuation."""
    return re.sub(r"[_\-./()\[\]]+", " ", column).strip()


def _by_place(cells: pd.DataFrame) -> tuple[dict[str, FieldSource], list[str]]:
    """Fields of a file without a header: the first text is the queue, the first count offered."""
    whole = [str(name) for name in cells if cells[name].str.fullmatch(r"\d+").all()]
    texts = [str(name) for name in cells if not cells[name].str.fullmatch(_NUMBER).any()]
    fields = {"queue": FieldSource((texts[0],))} if texts else {}
    if whole:
        fields["offered"] = FieldSource((whole[0],))
    return fields, ["the file has no header: offered is a guess by place, name the others yourself"]


def _with_units(
    fields: Mapping[str, FieldSource], cells: pd.DataFrame
) -> tuple[dict[str, FieldSource], list[str]]:
    """Units of the times, by their looks and size."""
    made, doubts = dict(fields), []
    for name, source in fields.items():
        if not name.endswith("_s"):
            continue
        column = cells[source.columns[0]]
        unit = "hms" if column.str.fullmatch(rf"{_CLOCK}|").all() and (column != "").any() else ""
        if not unit and name in {"talk_s", "aht_s"}:
            unit, told = _unit_of_size(name, fields, cells)
            doubts += told
        made[name] = replace(source, unit=unit)
    return made, doubts


def _unit_of_size(
    name: str, fields: Mapping[str, FieldSource], cells: pd.DataFrame
) -> tuple[str, list[str]]:
    """Unit in which a mean handle time is some minutes."""
    value = _number(cells[fields[name].columns[0]])
    many = "answered" if "answered" in fields else "offered"
    count = (
        _number(cells[fields[many].columns[0]]) if many in fields else pd.Series(1.0, value.index)
    )
    mean = (value if name == "aht_s" else value / count.where(count > 0)).median()
    column = fields[name].columns[0]
    if mean > _LONG_AHT_S:
        return "ms", [f"{column!r} is taken as milliseconds"]
    if 0 < mean < _SHORT_AHT_S:
        return "min", [f"{column!r} is taken as minutes"]
    return "s", []


def _number(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column.str.replace(",", "."), errors="coerce")
