"""What the trials of a queue taught, kept from one forecast to the next.

Trying the models at past origins takes most of the time of a forecast, and a day more of history
hardly changes what comes of it. What they taught is small: weights of the models, factors on the
bands, strengths and noise of the day level, effects of events. With it a queue is forecast from
its newest history by the same models without a trial; on the same history to the last bit alike.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from wfm.forecast.bands import Scale
from wfm.forecast.calendar import Event
from wfm.forecast.choice import Choice
from wfm.forecast.day_level import LevelState, refit_day_level
from wfm.forecast.day_trend import Trend
from wfm.forecast.drivers import Drivers
from wfm.forecast.events import EventEffect, EventLore
from wfm.forecast.grid import Grid
from wfm.forecast.models import Basis
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.queue_forecast import FittedQueue, knowing_models
from wfm.forecast.spread import learn_spread

__all__ = ["Learnt", "learnt_of", "refit_queue"]


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the trials of a queue taught.

    Parameters
    ----------
    choice
        Weights of the models.
    scale
        Factor on the dispersion by level (interval, day, week).
    level
        What the day level learned.
    effects
        Of the queue's events.
    """

    choice: Choice
    scale: Mapping[str, Scale]
    level: LevelState
    effects: tuple[EventEffect, ...]

    def to_text(self) -> str:
        """Give it as JSON; every number to its last bit."""
        return json.dumps(
            {
                "choice": asdict(self.choice),
                "scale": {name: one.factor.tolist() for name, one in self.scale.items()},
                "level": {
                    "strengths": self.level.strengths,
                    "habit": self.level.habit,
                    "steps": self.level.steps,
                    "dates": _packed(self.level.dates),
                    "poisson": _packed(self.level.poisson),
                    "extra": _packed(self.level.extra),
                    "trend": asdict(self.level.trend) if self.level.trend else None,
                },
                "effects": [asdict(effect) for effect in self.effects],
            }
        )

    @classmethod
    def from_text(cls, text: str) -> Learnt:
        """Read what :meth:`to_text` gave."""
        told: dict[str, Any] = json.loads(text)
        level = told["level"]
        trend = level.get("trend")  # what was kept before trends were known has none
        return cls(
            Choice(**told["choice"]),
            {name: Scale(np.array(factor)) for name, factor in told["scale"].items()},
            LevelState(
                level["strengths"],
                level["habit"],
                tuple(level["steps"]),
                _unpacked(level["dates"], "<i8"),
                _unpacked(level["poisson"], "<f8"),
                _unpacked(level["extra"], "<f8"),
                Trend(**trend) if trend else None,
            ),
            tuple(EventEffect(**effect) for effect in told["effects"]),
        )


def _packed(values: np.ndarray) -> str:
    wide = values.astype("<i8" if values.dtype.kind == "i" else "<f8")
    return base64.b64encode(wide.tobytes()).decode("ascii")


def _unpacked(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype=dtype).astype(dtype[1:])


def learnt_of(fitted: FittedQueue) -> Learnt:
    """What there is to keep of a queue that was fitted."""
    return Learnt(fitted.choice, fitted.scale, fitted.spread.level.state, fitted.effects)


def refit_queue(
    grid: Grid, learnt: Learnt, drivers: Drivers | None = None, events: Sequence[Event] = ()
) -> FittedQueue | None:
    """Queue with the models, weights and bands of an earlier fit, on its history of now.

    None where the level has shifted since: then the models want to be tried again.

    Parameters
    ----------
    grid
        History, events included.
    drivers, events
        The same as then; only the history may have gone on.
    """
    lore = EventLore(tuple(events), {len(grid.days): learnt.effects} if events else {})
    calm = lore.calm(grid)
    totals = full_day_totals(calm, weekday_profiles(calm))
    level = refit_day_level(calm.days, totals, learnt.level)
    if level is None:
        return None
    models = knowing_models(tuple(learnt.choice.weights), Basis(level, drivers), lore)
    spread = learn_spread(calm, level)
    return FittedQueue(grid, lore, models, learnt.choice, spread, dict(learnt.scale), ())
