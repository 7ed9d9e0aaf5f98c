"""How long and how closely to solve: gap, deadline, engine, and a way to stop early."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from enum import StrEnum

from wfm.scheduling.solver import Engine

__all__ = ["BreakForm", "SolveLimits"]

_LONGEST_S = 600.0
_NOTHING_S = 0.2
"""With less time than this no model is begun [s]."""


class BreakForm(StrEnum):
    """How breaks are tied to shifts."""

    AYKIN = "aykin"
    BECHTOLD_JACOBS = "bechtold-jacobs"


@dataclass(frozen=True, slots=True)
class SolveLimits:
    """How each model is solved.

    Parameters
    ----------
    gap
        Relative gap at which a model counts as solved [fraction].
    until
        Moment of :func:`time.monotonic` at which all must be done [s].
    form
        Break form; CBC is quick with Bechtold and Jacobs' only.
    stop
        Set from outside (Ctrl-C) to end with the best so far; None is never.
    """

    gap: float = 0.005
    until: float = float("inf")
    engine: Engine = Engine.HIGHS
    form: BreakForm = BreakForm.AYKIN
    seed: int = 0
    stop: threading.Event | None = None

    def left_s(self, share: float = 1.0) -> float:
        """Share of the time left [s], from 0 to ten minutes."""
        if self.stop is not None and self.stop.is_set():
            return 0.0
        return float(min(max(share * (self.until - time.monotonic()), 0.0), _LONGEST_S))

    @property
    def over(self) -> bool:
        """Whether time is up: what is left to do is then done by rule of thumb."""
        return self.left_s() < _NOTHING_S

    def part(self, share: float) -> SolveLimits:
        """The same for a part of the time left."""
        now = time.monotonic()
        return replace(self, until=now + share * max(self.until - now, 0.0))
