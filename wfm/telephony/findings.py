"""What a reader finds wrong: refused as problems, or let through by name and kept as issues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from wfm import schema
from wfm.errors import InputError, Problem

__all__ = ["TOLERANCES", "Case", "Findings", "local_words"]

TOLERANCES: dict[str, str] = {
    "gaps": "intervals missing inside a day are left out",
    "gaps-as-zero": "intervals missing inside a day had no contacts",
    "unsorted": "rows are put in order",
    "serial-dates": "Excel serial dates are read as dates",
    "repeated-hour": "of the hour that autumn shows twice, the first copy is the earlier one",
    "skipped-hour": "rows in the hour that spring skips are dropped",
}
"""Names for ``--accept``, each with what then happens."""

_SHOWN = 10
"""Problems of one kind told one by one; the rest is counted."""


def local_words(time: pd.Timestamp, timezone: str) -> str:
    """Moment by the wall clock of the centre, as its files show it, with the offset.

    Examples
    --------
    >>> local_words(pd.Timestamp("2024-11-03T06:30Z"), "America/New_York")
    '2024-11-03T01:30-05:00'
    """
    local: str = time.tz_convert(timezone).isoformat(timespec="minutes")
    return local


@dataclass(frozen=True, slots=True)
class Case:
    """One thing found in one place.

    Parameters
    ----------
    row
        Line in the file.
    effect_contacts
        Contacts added or, below 0, taken away; None when not known.
    """

    row: int
    found: str = ""
    queue: str | None = None
    interval_start: pd.Timestamp | None = None
    effect_contacts: float | None = 0.0


@dataclass(slots=True)
class Findings:
    """Collects what is wrong with one file until all of it is known.

    Parameters
    ----------
    accept
        Names of :data:`TOLERANCES` that the user lets through.
    """

    file: str
    accept: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    issues: list[dict[str, object]] = field(default_factory=list)

    def refuse(self, what: str, column: str, cases: Iterable[Case], fix: str) -> None:
        """One problem per case; after ten of a kind their number only."""
        every = list(cases)
        self.problems += [
            Problem(what, self.file, case.row, column, case.found, fix) for case in every[:_SHOWN]
        ]
        if len(every) > _SHOWN:
            more = f"{what}: {len(every) - _SHOWN} more like this"
            self.problems.append(Problem(more, self.file, 0, column))

    def note(self, kind: str, action: str, cases: Iterable[Case]) -> None:
        """One row of the issues table per case."""
        for case in cases:
            self.issues.append(
                {
                    "kind": kind,
                    "queue": case.queue,
                    "interval_start": case.interval_start,
                    "file": self.file,
                    "row": case.row,
                    "found": case.found,
                    "action": action,
                    "effect_contacts": case.effect_contacts,
                }
            )

    def judge(
        self,
        tolerance: str,
        what: str,
        column: str,
        cases: Sequence[Case],
        *,
        fix: str,
        action: str,
    ) -> None:
        """Note the cases when their tolerance is accepted, otherwise refuse them."""
        if tolerance in self.accept:
            self.note(tolerance, action, cases)
        else:
            self.refuse(what, column, cases, f"{fix} or import with --accept {tolerance}")

    def raise_problems(self) -> None:
        """Raise everything that was refused, in the order of the file.

        Raises
        ------
        InputError
            When anything was.
        """
        if self.problems:
            last = max(problem.row for problem in self.problems) + 1
            raise InputError(sorted(self.problems, key=lambda problem: problem.row or last))

    def issue_frame(self) -> pd.DataFrame:
        """What was let through, as rows of :data:`wfm.schema.ISSUE`."""
        frame = pd.DataFrame(self.issues, columns=schema.ISSUE.names)
        return schema.check(frame, schema.ISSUE)
