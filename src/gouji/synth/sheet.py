"""A sheet of paper in the printer: where the free place begins, lines of text, and how its tables look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from gouji.synth.fonts import FAMILY

MM_PER_PT = 25.4 / 72
Rules = Literal["all", "three", "none", "open"]


@dataclass(frozen=True)
class TableLook:
    """How tables look on paper. `rules`: all lines, a three-line table, none, or no outer frame at the sides.

    `stroke`: how lines are drawn (double: a second frame around the table). `pad_share`: air at a cell's sides as a
    share of the type size in mm per pt. `over_pages`: what a later page begins with: the heading again, the heading
    under 续表, or nothing.
    """

    size_pt: float = 9.0
    least_pt: float = 5.5
    row_mm: float = 6.2
    line_mm: float = 0.2
    rules: Rules = "all"
    stroke: Literal["solid", "dotted", "dashed", "double"] = "solid"
    pad_share: float = 0.1
    over_pages: Literal["repeat", "continued", "none"] = "repeat"
    meta: Literal["two", "one"] = "two"
    shaded: bool = False


def measurer(pdf: Any, size_pt: float) -> Callable[[str], float]:
    """The width in mm of a text at `size_pt`."""
    pdf.set_font(FAMILY, size=size_pt)
    return lambda text: float(pdf.get_string_width(text))


@dataclass
class Sheet:
    """Where the printer stands: page size and margins in mm, and the height `y` that is free below."""

    pdf: Any
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    y: float = 0.0

    @property
    def room(self) -> float:
        """Width between the margins."""
        return self.width - self.left - self.right

    @property
    def floor(self) -> float:
        """The lowest y that may be printed on."""
        return self.height - self.bottom


def put(sheet: Sheet, text: str, size_pt: float, align: str = "left", bold: bool = False, gap: float = 1.25) -> None:
    """One line of text over the whole width; moves `y` below it."""
    pdf = sheet.pdf
    width = measurer(pdf, size_pt)(text)
    x = {"left": 0.0, "center": (sheet.room - width) / 2, "right": sheet.room - width}[align] + sheet.left
    base = sheet.y + size_pt * MM_PER_PT * 1.0
    if bold:
        with pdf.local_context(text_mode="FILL_STROKE", line_width=size_pt * 0.009):
            pdf.text(x, base, text)
    else:
        pdf.text(x, base, text)
    sheet.y += size_pt * MM_PER_PT * gap
