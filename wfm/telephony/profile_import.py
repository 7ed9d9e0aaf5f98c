"""Interval exports of any switch, read by a mapping profile; and which profile a file may need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, Problem
from wfm.telephony.csv_table import read_bytes, read_raw_csv, read_text
from wfm.telephony.excel_table import read_raw_excel
from wfm.telephony.findings import TOLERANCES
from wfm.telephony.interval_import import IntervalImport, intervals_of
from wfm.telephony.options import ImportOptions
from wfm.telephony.profile import UNITS_S, FieldSource, Profile, load_profile, profile_names
from wfm.telephony.raw_table import RawTable

__all__ = ["Guess", "guess_profiles", "read_profile", "rows_of"]

_ROWS_TRIED = 200


@dataclass(frozen=True, slots=True)
class Guess:
    """A profile that a file may need.

    Parameters
    ----------
    found
        Share of the profile's columns that the file has [fraction].
    first_rows
        What the profile would make of the first lines; empty when they are refused.
    problems
        Why they are refused.
    """

    profile: Profile
    found: float
    first_rows: pd.DataFrame
    problems: tuple[Problem, ...]


def read_profile(path: str | Path, profile: Profile, options: ImportOptions) -> IntervalImport:
    """Interval history of an export, CSV or Excel, by a profile.

    Raises
    ------
    InputError
        With every problem of the file; columns are told in wfm's names.
    """
    return intervals_of(_mapped(_raw(path, profile, options.sheet), profile), options)


def guess_profiles(path: str | Path, options: ImportOptions) -> list[Guess]:
    """Shipped profiles that fit a file, the best first.

    Only profiles of which the file has every time column, contacts offered and most others.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    lenient = replace(options, accept=frozenset(TOLERANCES), queue=options.queue or "queue")
    read_bytes(path)
    guesses = []
    for name in profile_names():
        profile = load_profile(name)
        try:
            raw = _raw(path, profile, options.sheet)
        except InputError:
            # a file without a header is no table for a profile that wants one
            continue
        if _share_found(raw, profile) >= 0.5:
            guesses.append(rows_of(raw, profile, lenient))
    return sorted(guesses, key=lambda guess: (len(guess.problems) > 0, -guess.found))


def rows_of(raw: RawTable, profile: Profile, options: ImportOptions) -> Guess:
    """What a profile would make of the first rows of a table."""
    head = replace(raw, cells=raw.cells.head(_ROWS_TRIED), problems=())
    problems: Sequence[Problem] = ()
    rows = pd.DataFrame()
    try:
        rows = intervals_of(_mapped(head, profile), options).frame
    except InputError as error:
        problems = error.problems
    return Guess(profile, _share_found(raw, profile), rows, tuple(problems))


def _raw(path: str | Path, profile: Profile, sheet: str | None) -> RawTable:
    if str(path).lower().endswith((".xlsx", ".xlsm")):
        return read_raw_excel(path, sheet)
    delimiter = profile.delimiter
    if delimiter and delimiter not in next(iter(read_text(path).splitlines()), ""):
        delimiter = None
    return read_raw_csv(path, header=profile.header, delimiter=delimiter)


def _share_found(raw: RawTable, profile: Profile) -> float:
    """Share of the profile's columns that are there; 0 when one that it needs is not."""
    if profile.header and raw.problems:
        return 0.0
    needed = [*profile.time_columns, *profile.fields["offered"].columns]
    if not all(name.lower() in raw.cells for name in needed):
        return 0.0
    columns = profile.file_columns
    return sum(name in raw.cells for name in columns) / len(columns)


def _mapped(raw: RawTable, profile: Profile) -> RawTable:
    """Table in wfm's column names, still as text, so that one set of checks serves all."""
    cells = raw.cells.mask(raw.cells.isin(profile.missing), "")
    out = pd.DataFrame(index=cells.index)
    start = _times(cells, profile)
    if start is not None:
        out["interval_start" if profile.utc else "start"] = start
    for name, source in profile.fields.items():
        # names stay as they are: queue 0012 is not queue 12
        comma = raw.decimal_comma and name != "queue"
        made = _field(cells, source, decimal_comma=comma)
        if made is not None:
            out[name] = made
    return replace(raw, cells=out, decimal_comma=False)


def _times(cells: pd.DataFrame, profile: Profile) -> pd.Series | None:
    """Starts as ISO 8601; cells that are none stay as they are and are refused later."""
    names = [name.lower() for name in profile.time_columns]
    if not all(name in cells for name in names):
        return None
    parts = [cells[name] for name in names]
    time_format = profile.time_format
    for mark, width, written in (("HHMM", 4, "%H%M"), ("HOUR", 2, "%H")):
        if mark in time_format:
            # 30 is half past midnight, 800 is eight o'clock
            parts[-1] = parts[-1].str.zfill(width)
            time_format = time_format.replace(mark, written)
    text = parts[0]
    for part in parts[1:]:
        text = text.str.cat(part, sep=" ")
    if time_format == "ISO8601":
        return text
    times = pd.to_datetime(text, format=time_format, errors="coerce")
    return times.dt.strftime("%Y-%m-%dT%H:%M:%S").where(times.notna(), text)


def _field(cells: pd.DataFrame, source: FieldSource, *, decimal_comma: bool) -> pd.Series | None:
    """Cells of one of wfm's columns; None when the file has none of its sources."""
    parts = [cells[name.lower()] for name in source.columns if name.lower() in cells]
    if len(parts) < len(source.columns):
        return None
    if len(parts) == 1 and source.unit == "" and not decimal_comma:
        return parts[0]
    total = pd.Series(0.0, cells.index)
    bad = pd.Series("", cells.index, dtype="object")
    for part in parts:
        number = _numbers(part, source.unit, decimal_comma=decimal_comma)
        bad = bad.mask(number.isna() & (part != "") & (bad == ""), part)
        total += number
    made = total.map(lambda value: f"{value:.15g}" if pd.notna(value) else "")
    # a cell that is no number is handed on as it stands; so is a name
    return made.astype("object").mask(bad != "", bad)


def _numbers(part: pd.Series, unit: str, *, decimal_comma: bool) -> pd.Series:
    """Cells in seconds or contacts, NaN where they are no number."""
    if unit == "hms":
        clock = part.str.fullmatch(r"(?:\d+:)?\d{1,2}:\d{2}(?:\.\d+)?").astype(bool)
        pieces = part.where(clock).str.split(":")
        return pieces.map(_clock_s, na_action="ignore").astype("float64")
    plain = part.str.replace(",", ".") if decimal_comma else part
    return (
        pd.to_numeric(plain.where(plain != ""), errors="coerce").astype("float64") * UNITS_S[unit]
    )


def _clock_s(pieces: list[str]) -> float:
    seconds = 0.0
    for piece in pieces:
        seconds = seconds * 60 + float(piece)
    return seconds
