"""Rows of a file → intervals of the plan: order, duplicates, gaps, sums."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wfm import schema
from wfm.errors import Problem
from wfm.telephony.findings import Case, Findings, local_words
from wfm.telephony.grid import (
    LocalDays,
    grain_s,
    missing_intervals,
    open_mask,
    times_before_unread_rows,
)
from wfm.telephony.options import ImportOptions
from wfm.telephony.typed_rows import FIGURES

__all__ = ["fold"]


def fold(
    rows: pd.DataFrame, options: ImportOptions, timezone: str, findings: Findings
) -> pd.DataFrame:
    """Interval history of typed rows; what is wrong with their order and grid goes to findings.

    Parameters
    ----------
    rows
        From :func:`wfm.telephony.typed_rows.typed_rows`; rows without a time are left out.

    Notes
    -----
    A figure of an interval is the sum of its parts and unknown when one of them is. An interval
    of which a part is missing would be too low, so it is left out, with its contacts in the issues.
    """
    nothing = pd.DataFrame(columns=schema.INTERVAL_HISTORY.names)
    if "ambiguous" not in rows:
        rows = rows.assign(ambiguous=False)
    _judge_order(rows, timezone, findings)
    timed = _without_duplicates(rows[rows["start"].notna()], timezone, findings)
    if timed.empty or (findings.problems and timed["ambiguous"].all()):
        # which of two autumn hours is meant has been asked; the grid would only guess at it
        return nothing
    unsure = times_before_unread_rows(rows)
    grain = grain_s(timed, timezone, options.interval_s, unsure)
    _refuse_off_grid(timed, timezone, grain, options.interval_s, findings)
    missing = missing_intervals(timed, grain, options, timezone)
    _judge_gaps(missing, unsure, timezone, findings)
    if findings.problems:
        return nothing
    _note_missing_days(timed, options, timezone, findings)
    if "gaps-as-zero" in findings.accept:
        timed, grain = _with_zeros(timed, grain, missing)
    return _sum_up(timed, grain, options, timezone, findings)


def _judge_order(rows: pd.DataFrame, timezone: str, findings: Findings) -> None:
    """Each queue's rows must run forward; the doubled autumn hour has no order of its own."""
    known = rows[rows["start"].notna() & ~rows["ambiguous"]]
    before = known.groupby("queue")["start"].shift()
    back = known[known["start"] < before]
    cases = _cases(back, timezone)
    if cases and "unsorted" in findings.accept:
        cases = [Case(cases[0].row, f"{len(cases)} rows earlier than the row before them")]
    findings.judge(
        "unsorted",
        "is earlier than the row of the queue before it",
        "start",
        cases,
        fix="sort the rows by time",
        action="rows put in order",
    )


def _without_duplicates(timed: pd.DataFrame, timezone: str, findings: Findings) -> pd.DataFrame:
    """Each queue and time once; copies are noted, copies that differ refused."""
    again = timed.duplicated(["queue", "start"])
    if not again.any():
        return timed
    first_row = timed.index.to_series().groupby([timed["queue"], timed["start"]]).transform("min")
    same = timed.drop(columns="ambiguous").duplicated()
    copies = timed[again & same]
    findings.note("duplicate", "one of the equal rows kept", _cases(copies, timezone))
    differing = timed.loc[again & ~same, "start"]
    cases = [
        Case(int(row), f"{local_words(start, timezone)}, also in line {first_row[row]}")
        for row, start in differing.items()
    ]
    what = "the same queue and interval twice, with different values"
    findings.refuse(what, "start", cases, "keep the row that is right")
    return timed[~again]


def _fits(grain: pd.Series, interval_s: int) -> pd.Series:
    return (grain > 0) & (interval_s % grain.where(grain > 0, 1) == 0)


def _refuse_off_grid(
    timed: pd.DataFrame, timezone: str, grain: pd.Series, interval_s: int, findings: Findings
) -> None:
    """The file's grain must divide the interval, and every row must lie on it."""
    for step_s in sorted(grain[~_fits(grain, interval_s)].unique()):
        row = int(grain.index[grain == step_s][0])
        what = f"intervals of {step_s / 60:g} min cannot make intervals of {interval_s / 60:g} min"
        fix = "import with a longer --interval that is a multiple"
        findings.problems.append(Problem(what, findings.file, row, "start", fix=fix))
    since_midnight_s = (
        timed["start"] - LocalDays.of(timed["start"], timezone).midnight
    ).dt.total_seconds()
    off = timed[since_midnight_s % grain != 0]
    minutes = ", ".join(f"{step_s / 60:g}" for step_s in sorted(grain.unique()))
    cases = _cases(off, timezone)
    findings.refuse(f"is not on the file's grid of {minutes} min", "start", cases, "correct it")


def _judge_gaps(
    missing: pd.DataFrame, unsure: pd.MultiIndex, timezone: str, findings: Findings
) -> None:
    """One case per run of missing intervals, unless a row that was refused explains it."""
    before = pd.MultiIndex.from_frame(missing[["queue", "start_before"]])
    gaps = missing[~before.isin(unsure)]
    runs = gaps.groupby(["queue", "run"], sort=False).agg(
        start=("start", "first"), row=("row_after", "first"), many=("start", "size")
    )
    cases = [
        Case(int(row), f"{many} from {local_words(start, timezone)}", queue, start, None)
        for (queue, _), start, row, many in zip(
            runs.index, runs["start"], runs["row"], runs["many"], strict=True
        )
    ]
    as_zero = "gaps-as-zero" in findings.accept
    findings.judge(
        "gaps-as-zero" if as_zero else "gaps",
        "intervals missing before this row",
        "start",
        cases,
        fix="add the rows",
        action="counted as no contacts" if as_zero else "left out",
    )


def _note_missing_days(
    timed: pd.DataFrame, options: ImportOptions, timezone: str, findings: Findings
) -> None:
    """Days without any row though the queue should be open; often a holiday nobody told of."""
    cases = []
    for queue, part in timed.groupby("queue", sort=False):
        opening = (options.opening or {}).get(str(queue))
        if opening is not None:
            dates = set(LocalDays.of(part["start"], timezone).date)
            between = pd.date_range(min(dates), max(dates)).difference(pd.DatetimeIndex(dates))
            cases += [
                Case(0, day.date().isoformat(), str(queue), None, None)
                for day in between
                if opening.spans(day.date(), holiday=day.date() in options.holidays)
            ]
    findings.note("missing-day", "left out", cases)


def _with_zeros(
    timed: pd.DataFrame, grain: pd.Series, missing: pd.DataFrame
) -> tuple[pd.DataFrame, pd.Series]:
    """Rows of no contacts added for the intervals that are missing."""
    figures = [column.name for column in FIGURES if column.name in timed]
    zeros = missing[["queue", "start"]].reindex(columns=timed.columns)
    zeros[figures] = 0.0
    filled = pd.concat([timed, zeros.astype(timed.dtypes)], ignore_index=True)
    steps = [grain, missing["step_s"].astype("float64")]
    return filled, pd.concat(steps, ignore_index=True)


def _sum_up(
    timed: pd.DataFrame,
    grain: pd.Series,
    options: ImportOptions,
    timezone: str,
    findings: Findings,
) -> pd.DataFrame:
    figures = [column.name for column in FIGURES if column.name in timed]
    midnight = LocalDays.of(timed["start"], timezone).midnight
    step = pd.Timedelta(seconds=options.interval_s)
    keyed = timed[["queue", *figures]].assign(
        interval_start=midnight + (timed["start"] - midnight) // step * step,
        grain_s=grain,
        row=timed.index,
    )
    groups = keyed.groupby(["queue", "interval_start"], sort=True)
    sums = groups[figures].sum()
    sums = sums.where(groups[figures].count().eq(groups.size(), axis=0)).reset_index()
    sums["interval_s"] = options.interval_s
    parts = groups.agg(parts=("row", "size"), row=("row", "min"), grain_s=("grain_s", "first"))
    parts = parts.reset_index().assign(offered=sums["offered"])
    partial = parts[parts["parts"] * parts["grain_s"] != options.interval_s]
    left_out = partial[~_complete_while_open(partial, options, timezone)]
    cases = [
        Case(
            int(each.row),
            f"{each.parts * each.grain_s / 60:g} of {options.interval_s / 60:g} min",
            each.queue,
            each.interval_start,
            -float(each.offered),
        )
        for each in left_out.itertuples()
    ]
    findings.note("incomplete-interval", "left out, a part of it is missing", cases)
    return sums.drop(index=left_out.index)


def _complete_while_open(
    partial: pd.DataFrame, options: ImportOptions, timezone: str
) -> np.ndarray:
    """Whether the parts that fall into opening hours are all there."""
    complete = np.zeros(len(partial), dtype=bool)
    for place, each in enumerate(partial.itertuples()):
        opening = (options.opening or {}).get(each.queue)
        if opening is not None:
            grain = pd.Timedelta(seconds=each.grain_s)
            count = int(options.interval_s // each.grain_s)
            starts = pd.date_range(each.interval_start, periods=count, freq=grain)
            is_open = open_mask(starts, int(each.grain_s), timezone, opening, options.holidays)
            complete[place] = 0 < is_open.sum() <= each.parts
    return complete


def _cases(rows: pd.DataFrame, timezone: str) -> list[Case]:
    return [
        Case(int(row), local_words(start, timezone), queue, start)
        for row, start, queue in zip(rows.index, rows["start"], rows["queue"], strict=True)
    ]
