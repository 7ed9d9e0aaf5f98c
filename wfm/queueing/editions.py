"""Which edition of the formulas answers: plain for a few cases, compiled for many.

Loading the compiler takes longer than answering a few hundred cases without it; loading machine
code from the disk cache still costs about a second, compiling it afresh about half a minute.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["COMPILED_FROM_ROWS", "formulas"]

COMPILED_FROM_ROWS = 400
"""Arrays of at least this many cases are evaluated by compiled formulas."""


def formulas(module: str, rows: int) -> Any:
    """Give a module of the formulas, compiled where the number of rows is worth it."""
    edition = "compiled" if rows >= COMPILED_FROM_ROWS else "kernels"
    return importlib.import_module(f"wfm.queueing.{edition}.{module}")
