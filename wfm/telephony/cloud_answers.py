"""Answers of a cloud, one after another, as one interval history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from wfm import schema
from wfm.errors import InputError, Problem
from wfm.telephony.findings import Findings
from wfm.telephony.fold import fold
from wfm.telephony.interval_import import IntervalImport
from wfm.telephony.options import ImportOptions
from wfm.telephony.quiet_rows import Asked, with_quiet_rows

__all__ = ["history_of_answers", "records_of_results"]


def history_of_answers(
    answers: Mapping[str, Any],
    records_of: Callable[[Any, Findings], list[dict[str, Any]]],
    options: ImportOptions,
    *,
    nothing: Problem,
    queue_names: Mapping[str, str] | None = None,
    asked: Asked | None = None,
) -> IntervalImport:
    """Interval history of answers; of an interval in several of them the last counts.

    Parameters
    ----------
    answers
        By the file or request that gave them, oldest first.
    records_of
        Rows of one answer: queue, start, length and figures; what is wrong goes to the findings.
    nothing
        What is told when no answer has contacts.
    queue_names
        Names by queue id; the id itself where there is none.
    asked
        Time that was asked for, in which what is missing was nothing; between the first and the
        last interval of the answers when None.

    Raises
    ------
    InputError
        When an answer is wrong, none has contacts, or an interval does not fit.
    """
    findings = Findings(", ".join(answers), options.accept)
    records: dict[tuple[str, pd.Timestamp], dict[str, Any]] = {}
    for name, answer in answers.items():
        here = Findings(name)
        for record in records_of(answer, here):
            records[record["queue"], record["start"]] = record
        findings.problems += here.problems
        findings.issues += here.issues
    findings.raise_problems()
    if not records:
        raise InputError([nothing])
    rows = pd.DataFrame(list(records.values()))
    rows["queue"] = rows["queue"].map(lambda queue: (queue_names or {}).get(queue, queue))
    frame = fold(with_quiet_rows(rows, asked), options, "UTC", findings)
    findings.raise_problems()
    history = schema.check(frame, schema.INTERVAL_HISTORY, source=findings.file)
    return IntervalImport(history, len(records), findings.issue_frame())


def records_of_results(
    results: Any,
    no_answer: str,
    read: Callable[[dict[str, Any]], list[dict[str, Any]]],
    findings: Findings,
) -> list[dict[str, Any]]:
    """Records of the list of results in an answer; those that are malformed are problems.

    Parameters
    ----------
    results
        The list, or whatever stands in its place.
    no_answer
        What is told when it is no list.
    read
        Records of one result.
    """
    if not isinstance(results, list):
        findings.problems.append(Problem(no_answer, findings.file, fix="save the answer whole"))
        return []
    records = []
    for place, result in enumerate(results, start=1):
        try:
            records += read(result)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            what = f"result {place} is malformed ({type(error).__name__}: {error})"
            findings.problems.append(Problem(what, findings.file, fix="export it again"))
    return records
