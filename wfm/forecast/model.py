"""What a model of contacts is, and which there are."""

from __future__ import annotations

from typing import Protocol

from wfm.forecast.calendar import Days, FloatArray
from wfm.forecast.grid import Grid

__all__ = ["Model"]


class Model(Protocol):
    """Anything that tells contacts by day and slot from a history."""

    @property
    def name(self) -> str:
        """Name in tables and on the command line."""

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Expected contacts of the days after ``past``, shape (ahead, slots).

        At least 0 and finite; what it says of closed slots is not used.
        """
