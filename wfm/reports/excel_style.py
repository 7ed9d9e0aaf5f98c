"""Colours, fonts and page set-up of the workbooks; one place, so that the sheets look alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from openpyxl.cell import Cell
from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles import Alignment, Border, Color, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

if TYPE_CHECKING:
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
    "heat",
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
    """How a cell looks; ``edge`` names the sides with a line (l, r, t, b), T is thick on top."""

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
    """Looks of one workbook, each turned into a style once and shared by all its cells.

    openpyxl looks six parts up for each cell that is styled by hand; sharing the finished index
    makes a sheet of fifty thousand cells several times faster.
    """

    def __init__(self, sheet: Worksheet) -> None:
        self._scratch = sheet
        self._known: dict[Look, Any] = {}

    def dress(self, cell: Cell, look: Look) -> None:
        """Give a cell its look."""
        if look not in self._known:
            self._known[look] = self._style(look)
        setattr(cell, _STYLE, self._known[look])

    def _style(self, look: Look) -> Any:
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
        return getattr(cell, _STYLE)


_STYLE = "_style"
"""Index of a cell's style; openpyxl copies it the same way, its type stubs do not know it."""


def _border(edge: str) -> Border:
    thin, thick = Side("thin", color=RULE), Side("medium", color=HEAD)
    return Border(
        left=thin if "l" in edge else None,
        right=thin if "r" in edge else None,
        top=thick if "T" in edge else thin if "t" in edge else None,
        bottom=thin if "b" in edge else None,
    )


def paint(colour: str = "", ink: str = "", *, bold: bool = False) -> DifferentialStyle:
    """Change of look that a conditional format makes."""
    return DifferentialStyle(
        font=Font(color=ink or INK, bold=bold) if ink or bold else None,
        # The fill of a conditional format is its background, of a cell its foreground: set both.
        fill=PatternFill("solid", start_color=colour, end_color=colour) if colour else None,
    )


def print_on(sheet: Worksheet, *, paper: str, rows: str, columns: str = "", area: str = "") -> None:
    """Set a sheet up for landscape paper, one page wide, with repeated titles and page numbers."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = {"A3": 8, "A4": 9}[paper]
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = rows
    if columns:
        sheet.print_title_cols = columns
    if area:
        sheet.print_area = area
    sheet.page_margins = PageMargins(left=0.35, right=0.35, top=0.4, bottom=0.5)
    sheet.print_options.horizontalCentered = True
    footer = HeaderFooterItem()
    footer.left.text, footer.right.text = "&A", "&P / &N"
    sheet.oddFooter = footer


def heat(*points: tuple[Literal["num", "max"], float | None, str]) -> Rule:
    """Conditional format: a colour scale through two or three points (kind, value, colour)."""
    scale = ColorScale(
        cfvo=[FormatObject(type=kind, val=value) for kind, value, _ in points],
        color=[Color(colour) for _, _, colour in points],
    )
    return Rule(type="colorScale", colorScale=scale)
