"""A roster's quality in the terminal: a heading, then label, value and meaning line by line."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wfm.reports.book import QualityBlock

__all__ = ["print_quality"]


def print_quality(blocks: Sequence[QualityBlock], *, console: Console | None = None) -> None:
    """Print blocks one below the other; long texts are folded to the terminal's width.

    Parameters
    ----------
    console
        Where to; standard output unless given.
    """
    out = console or Console()
    for k, block in enumerate(blocks):
        if k:
            out.print()
        out.print(Text(block.heading, style="bold"))
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="dim", max_width=32, overflow="fold")
        grid.add_column(overflow="fold")
        grid.add_column(style="dim", overflow="fold")
        for line in block.lines:
            grid.add_row(Text(line.label), Text(line.value), Text(line.meaning))
        out.print(grid)
