"""How far a long job is: a bar on a terminal, log lines elsewhere."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

__all__ = ["StageProgress", "stage_progress"]

_LOG = logging.getLogger(__name__)
_LINE_EVERY_S = 10.0


class StageProgress:
    """Takes the reports of a job; give it as the job's ``progress``.

    A report is any object with a ``stage`` (text) and, where known, ``done`` and ``total`` (pieces
    of work) and ``gap`` [fraction].
    """

    def __init__(self, title: str, bar: Progress | None, clock: Callable[[], float]) -> None:
        self._title = title
        self._bar = bar
        self._clock = clock
        self._stage = ""
        self._last_line = -math.inf
        self._task = None if bar is None else bar.add_task(title, total=None, gap="")

    def stage(self, name: str) -> None:
        """Say that a stage begins."""
        self._tell(name, None, None)

    def __call__(self, report: object) -> None:
        """Take a report."""
        name = str(getattr(report, "stage", self._stage))
        done, total = getattr(report, "done", None), getattr(report, "total", None)
        part = None if done is None or not total else done / total
        self._tell(name, part, getattr(report, "gap", None))

    def _tell(self, stage: str, done: float | None, gap: float | None) -> None:
        known = gap is not None and math.isfinite(gap)
        told_gap = f"gap {gap:.2%}" if known else ""
        if self._bar is not None and self._task is not None:
            total = None if done is None else 1.0
            self._bar.update(
                self._task, description=stage, total=total, completed=done or 0.0, gap=told_gap
            )
        else:
            self._log(stage, done, told_gap)
        self._stage = stage

    def _log(self, stage: str, done: float | None, told_gap: str) -> None:
        """One line when a stage begins, then one every ten seconds."""
        now = self._clock()
        if stage == self._stage and now - self._last_line < _LINE_EVERY_S:
            return
        self._last_line = now
        parts = [stage, "" if done is None else f"{done:.0%}", told_gap]
        _LOG.info("%s: %s", self._title, ", ".join(part for part in parts if part))


@contextmanager
def stage_progress(
    title: str, *, console: Console | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[StageProgress]:
    """Show how far a job is while the block runs.

    Parameters
    ----------
    console
        Where the bar goes; standard error unless given, so that results stay alone on stdout.
    clock
        Seconds that only rise; spaces the log lines.
    """
    out = console or Console(stderr=True)
    if not out.is_terminal:
        yield StageProgress(title, None, clock)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[gap]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=out, transient=True) as bar:
        yield StageProgress(title, bar, clock)
