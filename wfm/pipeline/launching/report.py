"""The launch as a workbook and as a page to print."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from wfm.pipeline.launching.book import launch_chapters
from wfm.pipeline.launching.launch import Launched
from wfm.reports.chapter_page import write_chapter_page
from wfm.reports.excel_chapters import write_chapter_book

__all__ = ["write_launch"]


def write_launch(launched: Launched, folder: Path, *, today: dt.date) -> list[Path]:
    """Write launch.xlsx and launch.html into a folder."""
    chapters = launch_chapters(launched, today=today)
    book, page = folder / "launch.xlsx", folder / "launch.html"
    write_chapter_book(book, launched.answers.name, chapters)
    write_chapter_page(page, launched.answers.name, chapters)
    return [book, page]
