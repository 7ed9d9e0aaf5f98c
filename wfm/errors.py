"""Errors that wfm raises on purpose, each with the exit code of the command line.

::

    WfmError              1  a bug, if it is ever raised bare
    ├── UsageError        2  the command line asks for something that does not exist
    ├── InputError        3  configuration, table or file refused; carries all its problems
    ├── StoreError        4  the database cannot be read or written
    ├── PlanError         5  no plan: history too short, target out of reach, no roster
    ├── LockedError       6  another run holds the lock
    ├── GateError         7  a quality gate failed, the last good plan stays
    └── PartialError      8  some queues done, some not

Pure functions raise :class:`ValueError` on misuse; only the border raises these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "GateError",
    "InputError",
    "LockedError",
    "PartialError",
    "PlanError",
    "Problem",
    "StoreError",
    "UsageError",
    "WfmError",
]


class WfmError(Exception):
    """Anything wfm refuses, with the exit code that tells so."""

    exit_code: ClassVar[int] = 1


class UsageError(WfmError):
    """The command line asks for something that does not exist."""

    exit_code: ClassVar[int] = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one input: what, where, what was found, what to do.

    Parameters
    ----------
    what
        The rule that is broken, in plain words.
    file
        File name as the user gave it; empty when there is no file.
    row
        Line of a text file or row of a sheet, counted from 1 as editors do; 0 when none.
    column
        Column or configuration key; empty when the whole row is meant.
    found
        The offending value as it stood in the input.
    fix
        What the user can do about it.

    Examples
    --------
    >>> print(Problem("is not a number", "calls.csv", 12, "offered", "x7", "write a whole number"))
    calls.csv:12: offered: is not a number, found 'x7'; write a whole number
    """

    what: str
    file: str = ""
    row: int = 0
    column: str = ""
    found: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """Give the problem as one line."""
        place = self.file + (f":{self.row}" if self.row else "")
        head = "".join(f"{part}: " for part in (place, self.column) if part)
        found = f", found {self.found!r}" if self.found else ""
        fix = f"; {self.fix}" if self.fix else ""
        return f"{head}{self.what}{found}{fix}"


class InputError(WfmError):
    """Configuration, table or file refused; all problems of one input at once.

    Examples
    --------
    >>> error = InputError([Problem("missing column", "calls.csv", 1, "offered")])
    >>> error.exit_code, str(error)
    (3, 'calls.csv:1: offered: missing column')
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        given = [Problem(problems)] if isinstance(problems, str) else list(problems)
        self.problems: tuple[Problem, ...] = tuple(given)
        super().__init__("\n".join(str(problem) for problem in given))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Survive the way back from a worker process with all problems."""
        return (type(self), (self.problems,))


class StoreError(WfmError):
    """The database cannot be read or written."""

    exit_code: ClassVar[int] = 4


class PlanError(WfmError):
    """No plan can be made: history too short, target out of reach, no roster."""

    exit_code: ClassVar[int] = 5


class LockedError(WfmError):
    """Another run holds the lock."""

    exit_code: ClassVar[int] = 6


class GateError(WfmError):
    """A quality gate failed; the last good plan stays."""

    exit_code: ClassVar[int] = 7


class PartialError(WfmError):
    """Some queues were done, some were not; the message lists them."""

    exit_code: ClassVar[int] = 8
