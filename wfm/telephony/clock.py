"""Times of an interval file: ISO 8601 or serial dates, wall clock or UTC, both clock changes."""

from __future__ import annotations

import pandas as pd

from wfm.telephony.findings import Case, Findings

__all__ = ["read_times"]

_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:?\d{2}(?::?\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_OFFSET = r".{10}.*(?:Z|[+-]\d{2}:?\d{2})"
_SERIAL = r"\d{5}(?:[.,]\d+)?"
_SERIAL_DAY_0 = pd.Timestamp("1899-12-30")
_FIRST_YEAR, _LAST_YEAR = 1990, 2100

_FIX_ISO = "write ISO 8601, like 2003-03-03T07:00, or try `wfm import --guess FILE`"
_FIX_ZONED = "write the times with their offset, like 2024-11-03T01:30-05:00"


def read_times(
    text: pd.Series, rows: pd.DataFrame, timezone: str, *, utc: bool, findings: Findings
) -> pd.DataFrame:
    """UTC times of text cells.

    Parameters
    ----------
    text
        Cells, indexed by line number; a cell with an offset is taken as it is.
    rows
        ``queue`` and, where read, ``offered`` of the same lines.
    timezone
        Zone of the cells without an offset.
    utc
        Whether cells without an offset are UTC instead.

    Returns
    -------
    pandas.DataFrame
        ``start`` (NaT where there is none) and ``ambiguous``, whether the cell alone does not tell
        which of the two autumn hours it means.
    """
    column = str(text.name)
    iso = text.str.fullmatch(_ISO).astype(bool)
    serial = text.str.fullmatch(_SERIAL).astype(bool)
    zoned = iso & text.str.fullmatch(_OFFSET).astype(bool)
    local = _naive(text, iso & ~zoned, serial)
    fixed = pd.to_datetime(text.where(zoned), format="ISO8601", utc=True, errors="coerce")
    fixed = fixed.dt.as_unit("us")
    _refuse_unreadable(text, local, fixed, findings)
    _judge_serials(text, serial, findings)
    local = _plausible(local, text, findings)
    fixed = _plausible(fixed, text, findings)
    zone = "UTC" if utc else timezone
    start, ambiguous = _on_the_line(local, rows, zone, column, findings)
    return pd.DataFrame({"start": fixed.where(zoned, start), "ambiguous": ambiguous})


def _naive(text: pd.Series, iso: pd.Series, serial: pd.Series) -> pd.Series:
    """Wall clock of cells without an offset; serial dates to the minute, which is all they hold."""
    local = pd.to_datetime(text.where(iso), format="ISO8601", errors="coerce").dt.as_unit("us")
    if not serial.any():
        return local
    days = pd.to_numeric(text[serial].str.replace(",", "."))
    minutes = pd.to_timedelta((days * 1440).round(), unit="min")
    return local.where(~serial, (_SERIAL_DAY_0 + minutes).dt.as_unit("us").reindex(text.index))


def _refuse_unreadable(
    text: pd.Series, local: pd.Series, fixed: pd.Series, findings: Findings
) -> None:
    unread = local.isna() & fixed.isna()
    empty = text[unread & (text == "")]
    column = str(text.name)
    findings.refuse("is empty", column, [Case(int(row)) for row in empty.index], _FIX_ISO)
    bad = text[unread & (text != "")]
    findings.refuse("is not a time", column, _cases(bad), _FIX_ISO)


def _judge_serials(text: pd.Series, serial: pd.Series, findings: Findings) -> None:
    cases = _cases(text[serial])
    if cases and "serial-dates" in findings.accept:
        many = f"{len(cases)} serial dates, the first {cases[0].found}"
        cases = [Case(cases[0].row, many)]
    findings.judge(
        "serial-dates",
        "is an Excel serial date",
        str(text.name),
        cases,
        fix="give the column a date format, export again",
        action="read as dates, to the minute",
    )


def _plausible(times: pd.Series, text: pd.Series, findings: Findings) -> pd.Series:
    """Times within the years that a centre can have; the others are refused."""
    year = times.dt.year
    odd = times.notna() & ~year.between(_FIRST_YEAR, _LAST_YEAR - 1)
    what = f"is not between {_FIRST_YEAR} and {_LAST_YEAR}"
    findings.refuse(what, str(text.name), _cases(text[odd]), "correct the year")
    return times.where(~odd)


def _on_the_line(
    local: pd.Series, rows: pd.DataFrame, timezone: str, column: str, findings: Findings
) -> tuple[pd.Series, pd.Series]:
    """UTC of wall-clock times, and the mask of those that autumn shows twice."""
    earlier = _localize(local, timezone, first=True)
    later = _localize(local, timezone, first=False)
    skipped = local.notna() & earlier.isna()
    ambiguous = earlier.notna() & (earlier != later)
    if skipped.any():
        findings.judge(
            "skipped-hour",
            f"the clock of {timezone} skips this time",
            column,
            _cases_with_contacts(local[skipped], rows, dropped=True),
            fix="correct the time",
            action="row dropped",
        )
    if ambiguous.any():
        findings.judge(
            "repeated-hour",
            f"the clock of {timezone} shows this time twice",
            column,
            _cases_with_contacts(local[ambiguous], rows, dropped=False),
            fix=_FIX_ZONED,
            action="first copy read as the earlier hour, second copy as the later one",
        )
    copy = local[ambiguous].groupby([rows.loc[ambiguous, "queue"], local[ambiguous]]).cumcount()
    second = copy.reindex(local.index, fill_value=0) > 0
    return earlier.where(~second, later), ambiguous


def _localize(local: pd.Series, timezone: str, *, first: bool) -> pd.Series:
    placed = local.dt.tz_localize(timezone, ambiguous=[first] * len(local), nonexistent="NaT")
    return placed.dt.tz_convert("UTC")


def _cases(cells: pd.Series) -> list[Case]:
    return [Case(int(row), str(cell)) for row, cell in cells.items()]


def _cases_with_contacts(local: pd.Series, rows: pd.DataFrame, *, dropped: bool) -> list[Case]:
    offered = rows["offered"].reindex(local.index) if "offered" in rows else None
    return [
        Case(
            int(row),
            time.isoformat(timespec="minutes"),
            str(rows.at[row, "queue"]),
            effect_contacts=(None if offered is None else -float(offered[row])) if dropped else 0.0,
        )
        for row, time in local.items()
    ]
