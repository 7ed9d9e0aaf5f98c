"""How long and how closely to solve: gap, deadline, engine, and a way to stop early."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from enum import StrEnum

from wfm.scheduling.solver import Engine, Model, Solution, solve

__all__ = ["BreakForm", "Cut", "SolveLimits"]

_LONGEST_S = 600.0
_NOTHING_S = 0.2
"""With less time than this no model is begun [s]."""


class BreakForm(StrEnum):
    """How breaks are tied to shifts."""

    AYKIN = "aykin"
    BECHTOLD_JACOBS = "bechtold-jacobs"


@dataclass(slots=True)
class Cut:
    """Whether time, or a stop, has cut work short: what comes out then depends on the machine."""

    seen: bool = False


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
    cut
        Remembers whether any work under these limits, or a part of them, was cut short.
    """

    gap: float = 0.005
    until: float = float("inf")
    engine: Engine = Engine.HIGHS
    form: BreakForm = BreakForm.AYKIN
    seed: int = 0
    stop: threading.Event | None = None
    cut: Cut = field(default_factory=Cut, compare=False)

    def left_s(self, share: float = 1.0) -> float:
        """Share of the time left [s], from 0 to ten minutes."""
        if self.stop is not None and self.stop.is_set():
            return 0.0
        return float(min(max(share * (self.until - time.monotonic()), 0.0), _LONGEST_S))

    @property
    def over(self) -> bool:
        """Whether time is up: what is left is then done by rule of thumb, and remembered as cut."""
        late = self.left_s() < _NOTHING_S
        self.cut.seen |= late
        return late

    def heeded(self, solution: Solution) -> Solution:
        """The same solution, remembered where time cut it short."""
        self.cut.seen |= solution.cut
        return solution

    def relaxed(self, model: Model, share: float = 1.0, *, vertex: bool = False) -> Solution:
        """Solve the linear relaxation of a model in a share of the time left."""
        solution = solve(
            model,
            relaxed=True,
            vertex=vertex,
            time_limit_s=self.left_s(share),
            engine=self.engine,
            stop=self.stop,
        )
        return self.heeded(solution)

    def part(self, share: float) -> SolveLimits:
        """The same for a part of the time left."""
        now = time.monotonic()
        return replace(self, until=now + share * max(self.until - now, 0.0))
