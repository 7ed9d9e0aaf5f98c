"""Decorator and tables of the formulas, compiled edition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np

from wfm.queueing.arguments import Floats
from wfm.queueing.kernels import mode as plain

__all__ = ["kernel", "table"]


@cache
def _stamp() -> tuple[float, int]:
    """Newest change and total size of all formula files."""
    files = [
        *Path(__file__).parent.glob("*.py"),
        *(Path(__file__).parent.parent / "kernels").glob("*.py"),
    ]
    stats = [file.stat() for file in files]
    return max(stat.st_mtime for stat in stats), sum(stat.st_size for stat in stats)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a formula, keeping the machine code on disk where a folder can be written.

    numba recompiles a cached function when its own file changes, not when a formula it calls does;
    the stamp of all files is put in its place. Installed read-only and without a home directory
    there is no place for the code, and it is compiled for this process alone.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        compiled: Any = numba.njit(cache=True, **options)(function)
    except RuntimeError:
        return numba.njit(**options)(function)
    file = getattr(compiled._cache, "_cache_file", None)
    if file is not None:
        file._source_stamp = _stamp()
    return compiled


def table(rows: Sequence[Sequence[float]]) -> Floats:
    """Rows of constants, filled up with zeros, as an array."""
    return np.array(plain.table(rows))
