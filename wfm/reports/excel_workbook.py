"""The roster workbook as one file."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from wfm.reports.book import RosterBook
from wfm.reports.coverage_streams import coverage_streams
from wfm.reports.day_grid import day_grids, slots
from wfm.reports.excel_coverage import write_coverage
from wfm.reports.excel_day import DayLayout, write_day
from wfm.reports.excel_hours import write_hours, write_wishes
from wfm.reports.excel_layout import Contents, CoverageLayout, RosterLayout, SettingsLayout
from wfm.reports.excel_quality import write_quality
from wfm.reports.excel_roster import write_roster
from wfm.reports.excel_run import write_run
from wfm.reports.excel_settings import write_settings
from wfm.reports.excel_sheet import Sheet, save
from wfm.reports.excel_style import StyleBook
from wfm.reports.roster_cells import roster_cells

__all__ = ["write_roster_workbook"]


def write_roster_workbook(path: Path, book: RosterBook) -> None:
    """Write the workbook a planner hands out: Roster, Coverage, days, Hours, Quality, Run …

    Parameters
    ----------
    path
        File to write; one that is there is replaced in one move.

    Notes
    -----
    Figures are formulas that follow edits of the Roster and carry their values of hand-out. The
    same book gives the same bytes.
    """
    contents = _contents(book)
    workbook = Workbook()
    styles = StyleBook(workbook.worksheets[0])
    days = {day: DayLayout.of(contents, day) for day in contents.grids}
    titles = ["Roster", "Coverage", *(layout.title for layout in days.values())]
    titles += ["Hours", "Wishes", *(["Quality"] if book.quality else []), "Settings", "Run"]
    workbook.worksheets[0].title = titles[0]
    for title in titles[1:]:
        workbook.create_sheet(title)
    sheets = {title: Sheet(workbook[title], styles) for title in titles}
    roster, settings = RosterLayout.of(contents), SettingsLayout.of(contents.cells)
    coverage = CoverageLayout.of(contents)
    write_roster(sheets["Roster"], contents, roster, settings)
    write_coverage(sheets["Coverage"], contents, coverage, days)
    for layout in days.values():
        write_day(sheets[layout.title], contents, layout, roster, coverage)
    write_hours(sheets["Hours"], contents, roster)
    write_wishes(sheets["Wishes"], contents, roster)
    if book.quality:
        write_quality(sheets["Quality"], contents)
    write_settings(sheets["Settings"], contents, settings, roster)
    write_run(sheets["Run"], contents)
    workbook.defined_names["shift_texts"] = DefinedName("shift_texts", attr_text=settings.texts)
    for sheet in sheets.values():
        sheet.raw.sheet_view.showGridLines = False
        sheet.raw.sheet_view.zoomScale = 90
    save(workbook, path, {title: sheet.cached for title, sheet in sheets.items()})


def _contents(book: RosterBook) -> Contents:
    cells = roster_cells(book)
    grids = day_grids(book, cells)
    streams = coverage_streams(book, cells, grids)
    places = {person.agent: k for k, person in enumerate(cells.people)}
    return Contents(book, cells, grids, tuple(slots(grids)), streams, places)
