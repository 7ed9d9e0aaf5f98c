"""The decorator of the formulas, plain edition: leave them as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["kernel"]

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Give the function back unchanged; the compiled edition of this module compiles it."""
    return function
