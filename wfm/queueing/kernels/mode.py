"""Decorator and tables of the formulas, plain edition: leave them as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

__all__ = ["inlined", "kernel", "leaf", "table"]

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Give the function back unchanged; the compiled edition of this module compiles it."""
    return function


def leaf(function: F) -> F:
    """Give the function back unchanged; compiled, it must not create arrays."""
    return function


def inlined(function: F) -> F:
    """Give the function back unchanged; compiled, a leaf that is copied to where it is called."""
    return function


def table(rows: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    """Rows of constants, filled up with zeros; tuples, which plain Python reads fastest."""
    width = max(len(row) for row in rows)
    return tuple((*map(float, row), *(0.0,) * (width - len(row))) for row in rows)
