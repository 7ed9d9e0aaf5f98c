"""Shift templates compiled to what can be placed on the line.

A *length class* is a template at one length: it decides the breaks and the paid time. An *option*
is a class placed at one start of one day. Break patterns are never enumerated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.domain import Contract, ShiftTemplate
from wfm.scheduling.duty import Kinds
from wfm.scheduling.line import Line
from wfm.work_rules import is_night

__all__ = ["BreakWindow", "Catalogue", "LengthClass", "compile_catalogue", "on_lanes"]


@dataclass(frozen=True, slots=True)
class BreakWindow:
    """A break of a length class [steps after the shift's start]."""

    name: str
    paid: bool
    earliest: int
    latest: int
    length: int

    @property
    def starts(self) -> range:
        """Every allowed start."""
        return range(self.earliest, self.latest + 1)


@dataclass(frozen=True, slots=True)
class LengthClass:
    """A template at one length; breaks in the order they are taken.

    Parameters
    ----------
    gap
        Least and most steps from the end of a break to the next one.
    """

    template: str
    length: int
    paid_s: int
    breaks: tuple[BreakWindow, ...]
    gap: tuple[int, int]

    @property
    def presence(self) -> NDArray[np.float64]:
        """At work in each step of the shift, each break spread evenly over its window."""
        out = np.ones(self.length)
        for window in self.breaks:
            width = window.latest - window.earliest + window.length
            out[window.earliest :][:width] -= window.length / width
        return out


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All options of a horizon as columns of one length.

    Parameters
    ----------
    classes
        The length classes.
    kind
        Class of each option.
    day
        Day of the horizon on which it starts.
    start, end
        First step and step after the last.
    clock_s
        Start on the wall clock [s after local midnight].
    paid_s
        Paid time [s].
    night
        Whether it is night work.
    """

    classes: tuple[LengthClass, ...]
    kind: NDArray[np.int64]
    day: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    clock_s: NDArray[np.int64]
    paid_s: NDArray[np.int64]
    night: NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of options."""
        return len(self.kind)

    @property
    def columns(self) -> Kinds:
        """Columns that the rules of a person's week read."""
        return Kinds(self.start, self.end, self.paid_s, self.clock_s, self.night, self.templates)

    @property
    def templates(self) -> NDArray[np.str_]:
        """Template of each option, by name."""
        names = np.array([made.template for made in self.classes], dtype=np.str_)
        return names[self.kind] if len(self) else names[:0]

    def allowed(self, contract: Contract) -> NDArray[np.bool_]:
        """Options that a contract may work: its templates, its paid time of a day."""
        fits = [
            c.template in contract.shifts and contract.day_s[0] <= c.paid_s <= contract.day_s[1]
            for c in self.classes
        ]
        return np.array(fits, dtype=bool)[self.kind]

    def inside(self, open_: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Options that lie in open steps from first to last."""
        shut = np.concatenate([[0], np.cumsum(~open_)])
        return np.asarray(shut[self.end] == shut[self.start])

    def touching(self, open_: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Options of which some step is open."""
        busy = np.concatenate([[0], np.cumsum(open_)])
        return np.asarray(busy[self.end] > busy[self.start])


def on_lanes(catalogue: Catalogue, lanes: int, length: int) -> Catalogue:
    """The same options once for each lane, one line of ``length`` steps behind the other."""
    shift = np.repeat(np.arange(lanes), len(catalogue))
    return Catalogue(
        catalogue.classes * lanes,
        np.tile(catalogue.kind, lanes) + shift * len(catalogue.classes),
        np.tile(catalogue.day, lanes),
        np.tile(catalogue.start, lanes) + shift * length,
        np.tile(catalogue.end, lanes) + shift * length,
        np.tile(catalogue.clock_s, lanes),
        np.tile(catalogue.paid_s, lanes),
        np.tile(catalogue.night, lanes),
    )


def _length_class(template: ShiftTemplate, length_s: int, step_s: int) -> LengthClass:
    windows = []
    for rule, early, late in template.break_windows(length_s):
        windows.append(
            BreakWindow(
                rule.name, rule.paid, early // step_s, late // step_s, rule.length_s // step_s
            )
        )
    low_s, high_s = template.unbroken_s or (0, length_s)
    return LengthClass(
        template.name,
        length_s // step_s,
        template.paid_s(length_s),
        tuple(windows),
        (low_s // step_s, high_s // step_s),
    )


def compile_catalogue(line: Line, templates: Iterable[ShiftTemplate]) -> Catalogue:
    """Place every template at every start and length of every day of the line.

    A start that the spring clock skips gives no option that day; of an hour that autumn shows
    twice the first one counts.
    """
    classes: list[LengthClass] = []
    columns: list[tuple[int, int, int, int, int, int]] = []
    for template in templates:
        clocks = template.starts()
        steps = line.clock_steps(clocks)
        for length_s in template.lengths_s():
            made = _length_class(template, length_s, line.step_s)
            columns += [
                (len(classes), day, int(start), clock, made.paid_s, is_night(clock, length_s))
                for day, row in enumerate(steps)
                for start, clock in zip(row, clocks, strict=True)
                if start >= 0 and start + made.length <= line.length
            ]
            classes.append(made)
    table = np.array(columns, dtype=np.int64).reshape(-1, 6)
    kind, day, start, clock, paid, night = table.T
    lengths = np.array([c.length for c in classes], dtype=np.int64)
    order = np.lexsort((kind, start, day))
    end = start + (lengths[kind] if len(kind) else 0)
    return Catalogue(
        tuple(classes),
        kind[order],
        day[order],
        start[order],
        end[order],
        clock[order],
        paid[order],
        night[order].astype(bool),
    )
