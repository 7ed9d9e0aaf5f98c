"""Chapters as one web page to read and to print."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from wfm.reports.atomic import replacing
from wfm.reports.chapters import Chapter, ChapterTable, shown

__all__ = ["write_chapter_page"]


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    left: bool
    shade: float


def write_chapter_page(path: Path, title: str, chapters: Sequence[Chapter]) -> None:
    """Write one self-contained HTML page; it runs no script and asks nothing of the network."""
    environment = Environment(
        loader=PackageLoader("wfm.reports", "templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.globals["rows_of"] = _rows
    text = environment.get_template("chapters.html").render(title=title, chapters=chapters)
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")


def _rows(table: ChapterTable) -> Iterator[list[_Cell]]:
    """Lines of a table as they are printed."""
    most = {
        name: float(pd.to_numeric(table.frame[name], errors="coerce").max() or 0)
        for name in table.shaded
    }
    names = [str(name) for name in table.frame.columns]
    for values in table.frame.itertuples(index=False, name=None):
        yield [
            _Cell(
                shown(value, table.form(name)),
                table.form(name) in ("text", "date"),
                _shade(value, most.get(name, 0.0)),
            )
            for name, value in zip(names, values, strict=True)
        ]


def _shade(value: object, most: float) -> float:
    """How dark a cell is, from 0 to 0.6."""
    if not isinstance(value, int | float) or math.isnan(value) or most <= 0:
        return 0.0
    return round(0.6 * value / most, 3)
