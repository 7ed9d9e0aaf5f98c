"""Colours, fonts and page set-up of the workbooks; one place, so that the sheets look alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.page import PageMargins

if TYPE_CHECKING:
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = [
    "CODE_FILLS",
    "FAMILY_FILLS",
    "HEAD",
    "HEADING",
    "INK",
    "INPUT",
    "MUTED",
    "NOTE",
    "OTHER_ABSENCE",
    "PAUSE_FILLS",
    "PLAIN",
    "SUBHEADING",
    "TITLE",
    "TOTAL",
    "WEEKEND",
    "Look",
    "StyleBook",
    "fill",
    "font",
    "paint",
    "print_on",
]

FACE = "Arial"
"""Metric twin of Liberation Sans, so widths hold in Excel and LibreOffice alike."""

INK, MUTED, HEAD, HEAD_INK, WEEKEND, RULE = (
    "1F2933",
    "7B8794",
    "334E68",
    "FFFFFF",
    "E4E7EB",
    "BCC5CE",
)

FAMILY_FILLS = {"E": "FFE9A8", "D": "CFE8CF", "L": "F9CFB0", "N": "B7C9E8"}
CODE_FILLS = {"AL": "DCD0F0", "SL": "F6BFCB", "TR": "BFE6E8", "PH": "F3E3C3", "NA": "D5D9DE"}
OTHER_ABSENCE = "E9D7E3"
PAUSE_FILLS = ("F2B35D", "D9822B", "9AA5B1", "C77DBA", "8D6E63")
"""Fills of breaks by the order of their names' first appearance."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks; ``edge`` names the sides that carry a thin line (l, r, t, b) or T, thick."""

    bold: bool = False
    italic: bool = False
    size: float = 9
    ink: str = INK
    fill: str = ""
    align: str = "left"
    wrap: bool = False
    rotate: int = 0
    edge: str = ""
    number: str = "General"

    def but(self, **changes: Any) -> Look:
        """Give the same look with some parts changed."""
        return replace(self, **changes)


PLAIN = Look()
TITLE = Look(bold=True, size=14, ink=HEAD)
NOTE = Look(ink=MUTED)
HEADING = Look(bold=True, ink=HEAD_INK, fill=HEAD, wrap=True)
SUBHEADING = Look(bold=True, ink=HEAD, size=10)
INPUT = Look(fill="FFF9DB", edge="lrtb", align="right")
TOTAL = Look(bold=True, edge="t", align="right", fill="F0F3F6")


class StyleBook:
    """Looks of one workbook, each turned into a style once and shared by all its cells."""

    def __init__(self, sheet: Worksheet) -> None:
        self._scratch = sheet
        self._known: dict[Look, StyleArray] = {}

    def style(self, look: Look) -> StyleArray:
        """Style of a look."""
        if look not in self._known:
            cell = Cell(self._scratch, row=1, column=1)
            cell.font = Font(
                name=FACE, size=look.size, bold=look.bold, italic=look.italic, color=look.ink
            )
            if look.fill:
                cell.fill = PatternFill("solid", start_color=look.fill)
            cell.alignment = Alignment(
                horizontal=look.align,
                vertical="center",
                wrap_text=look.wrap,
                text_rotation=look.rotate,
            )
            cell.border = _border(look.edge)
            cell.number_format = look.number
            self._known[look] = cell._style
        return self._known[look]


def _border(edge: str) -> Border:
    thin, thick = Side("thin", color=RULE), Side("medium", color=HEAD)
    return Border(
        left=thin if "l" in edge else None,
        right=thin if "r" in edge else None,
        top=thick if "T" in edge else thin if "t" in edge else None,
        bottom=thin if "b" in edge else None,
    )


def fill(colour: str) -> PatternFill:
    """Fill of a conditional format, which wants the colour as background."""
    return PatternFill("solid", start_color=colour, end_color=colour, fill_type="solid")


def font(colour: str, *, bold: bool = False) -> Font:
    """Font of a conditional format."""
    return Font(color=colour, bold=bold)


def paint(colour: str = "", ink: str = "", *, bold: bool = False) -> DifferentialStyle:
    """Change of look that a conditional format makes."""
    return DifferentialStyle(
        font=font(ink, bold=bold) if ink or bold else None, fill=fill(colour) if colour else None
    )


def print_on(sheet: Worksheet, *, paper: str, rows: str, columns: str = "", area: str = "") -> None:
    """Set a sheet up for landscape paper, one page wide, with repeated titles and page numbers."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = {"A3": 8, "A4": 9}[paper]
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = rows
    if columns:
        sheet.print_title_cols = columns
    if area:
        sheet.print_area = area
    sheet.page_margins = PageMargins(left=0.35, right=0.35, top=0.4, bottom=0.5)
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = "&P / &N"
