"""Which edition of the formulas answers: plain for a few cases, compiled for many.

Uncompiled, a case of Erlang A takes 0.4 ms (agents) to 1.2 ms (all measures), of Erlang B or C some
30 us. Loading compiler and cached machine code takes two seconds or more, compiling afresh ten for
Erlang and half a minute for the simulator. Only the size of the question decides, so that the same
question gets the same digits whatever was asked before.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["COMPILED_FROM_ROWS", "ROWS_OF_ERLANG_C", "formulas"]

COMPILED_FROM_ROWS = 2000
"""From so many cases of Erlang A, or as much work, formulas are compiled."""
ROWS_OF_ERLANG_C = 20
"""Cases of Erlang B or C that cost as much as one of Erlang A."""


def formulas(module: str, rows: int) -> Any:
    """Give a module of the formulas, compiled where the work (in cases of Erlang A) is worth it."""
    edition = "compiled" if rows >= COMPILED_FROM_ROWS else "kernels"
    return importlib.import_module(f"wfm.queueing.{edition}.{module}")
