"""The Erlang calculator over CSV files: `wfm erlang batch`, `required` and `extended`.

Rows come back as they were, with columns added; a cell is empty where the model does not define
the measure. Numbers are written with full double precision.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, Problem
from wfm.queueing import cases as questions

__all__ = ["batch", "extended", "required"]


def batch(path: Path) -> pd.DataFrame:
    """Service of every case, see :func:`wfm.queueing.cases.batch`."""
    return _answered(path, questions.batch)


def required(path: Path) -> pd.DataFrame:
    """Smallest agents of every case, see :func:`wfm.queueing.cases.required`."""
    return _answered(path, questions.required)


def extended(path: Path) -> pd.DataFrame:
    """Value of every case of the extended models, see :func:`wfm.queueing.cases.extended`."""
    return _answered(path, questions.extended)


def _answered(path: Path, answer: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """Answers to the cases of a file; problems name the file."""
    try:
        cases = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError([Problem(f"cannot be read ({reason})", str(path))]) from error
    except (
        UnicodeDecodeError,
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
        EOFError,
        zlib.error,
    ) as error:
        raise InputError([Problem(f"is not a CSV file in UTF-8: {error}", str(path))]) from error
    try:
        return answer(cases)
    except InputError as error:
        named = [replace(problem, file=path.name) for problem in error.problems]
        raise InputError(named) from error
