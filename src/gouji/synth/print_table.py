"""Prints one form: title, the line above the table, the ruled grid over as many pages as it needs, notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from gouji.synth.fitting import Fitted, column_widths, row_heights, wrap
from gouji.synth.fonts import FAMILY
from gouji.synth.grid import Form, FormCell

MM_PER_PT = 25.4 / 72
Rules = Literal["all", "three", "none", "open"]


@dataclass(frozen=True)
class TableLook:
    """How tables look on paper. `rules`: all lines, a three-line table, none, or no outer frame at the sides.

    `over_pages`: what a later page begins with: the heading again, the heading under 续表, or nothing.
    """

    size_pt: float = 9.0
    least_pt: float = 5.5
    row_mm: float = 6.2
    line_mm: float = 0.2
    rules: Rules = "all"
    over_pages: Literal["repeat", "continued", "none"] = "repeat"
    meta: Literal["two", "one"] = "two"
    shaded: bool = False


def measurer(pdf: Any, size_pt: float) -> Callable[[str], float]:
    """The width in mm of a text at `size_pt`."""
    pdf.set_font(FAMILY, size=size_pt)
    return lambda text: float(pdf.get_string_width(text))


def fit(pdf: Any, form: Form, room: float, look: TableLook) -> Fitted:
    """`form` fitted to `room` mm, in the largest type (down to `least_pt`) that tears no figure."""
    size = look.size_pt
    while True:
        pad = size * 0.1
        measure = measurer(pdf, size)
        widths = column_widths(form, room, pad, measure)
        if widths is not None or size <= look.least_pt:
            break
        size -= 0.5
    if widths is None:
        widths = [room / form.n_cols] * form.n_cols
    leading = size * MM_PER_PT * 1.22
    lines = [tuple(wrap(c.text, sum(widths[c.col : c.col + c.col_span]) - 2 * pad + 1e-6, measure)) for c in form.cells]
    least = max(leading + pad, look.row_mm * size / 9)
    heights = row_heights(form, lines, leading, pad, least)
    return Fitted(form, tuple(widths), tuple(heights), tuple(lines), size, leading, pad)


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


def print_form(sheet: Sheet, form: Form, look: TableLook, new_page: Callable[[], None]) -> list[int]:
    """Prints `form` from the sheet's `y` on; the page numbers (from 1) it stands on.

    `new_page` starts the next page and sets the sheet's `y` to its top.
    """
    fitted = fit(sheet.pdf, form, sheet.room, look)
    _print_caption(sheet, form, look)
    parts = _parts(fitted, sheet, look)
    pages = []
    for i, (first, last) in enumerate(parts):
        if i:
            new_page()
            if look.over_pages == "continued":
                put(sheet, "续表", 9, "right", gap=1.6)
        rows = list(range(first, last))
        if i and look.over_pages != "none":
            rows = [*range(form.header_rows), *rows]
        pages.append(int(sheet.pdf.page_no()))
        _print_part(sheet, fitted, rows, look, first=i == 0, last=i == len(parts) - 1)
    _print_notes(sheet, form, new_page)
    return pages


def _print_caption(sheet: Sheet, form: Form, look: TableLook) -> None:
    put(sheet, form.title, 14, "center", bold=True, gap=1.8)
    left, right = f"部门：{form.organisation}", f"单位：{form.unit}" if form.unit else ""
    if not form.number and not form.unit:
        return
    y = sheet.y
    if form.number and look.meta == "two":
        put(sheet, form.number, 9, "right", gap=1.5)
        y = sheet.y
    elif form.number:
        put(sheet, form.number, 9, "center", gap=1.5)
        sheet.y = y
    put(sheet, left, 9, gap=1.6)
    end, sheet.y = sheet.y, y
    put(sheet, f"金额{right}" if look.meta == "one" else right, 9, "right")
    sheet.y = end


def _parts(fitted: Fitted, sheet: Sheet, look: TableLook) -> list[tuple[int, int]]:
    """The rows of each page, as half-open ranges; the last row keeps one more row's company where it can."""
    heights, head = fitted.heights, sum(fitted.heights[: fitted.form.header_rows])
    parts, first, free = [], 0, sheet.floor - sheet.y
    used = 0.0
    for row, height in enumerate(heights):
        if used + height > free and row > first:
            parts.append((first, row))
            first, used = row, 0.0
            free = sheet.floor - sheet.top - (head if look.over_pages != "none" else 0) - 6
        used += height
    parts.append((first, len(heights)))
    return parts


def _print_part(sheet: Sheet, fitted: Fitted, rows: list[int], look: TableLook, *, first: bool, last: bool) -> None:
    """The listed rows from `y` down; a cell cut by the part's end is drawn to there."""
    tops: dict[int, float] = {}
    y = sheet.y
    for row in rows:
        tops[row] = y
        y += fitted.heights[row]
    shown = set(rows)
    for cell, lines in zip(fitted.form.cells, fitted.lines, strict=True):
        mine = [r for r in range(cell.row, cell.row + cell.row_span) if r in shown]
        if mine and cell.row < fitted.form.header_rows <= mine[-1] and mine[-1] >= fitted.form.header_rows:
            mine = [r for r in mine if r < fitted.form.header_rows or first]
        if not mine:
            continue
        box = (tops[mine[0]], tops[mine[-1]] + fitted.heights[mine[-1]])
        _print_cell(sheet, fitted, cell, lines if _here(fitted, cell, mine) else (), box, look)
    _frame(sheet, fitted, rows, y, look)
    sheet.y = y


def _here(fitted: Fitted, cell: FormCell, mine: list[int]) -> bool:
    """Whether this part holds the row at the cell's middle: a cut cell's text is printed once."""
    rows = range(cell.row, cell.row + cell.row_span)
    half = sum(fitted.heights[r] for r in rows) / 2
    below = 0.0
    for row in rows:
        below += fitted.heights[row]
        if below >= half - 1e-6:
            break
    return cell.row < fitted.form.header_rows or row in mine


def _print_cell(
    sheet: Sheet, fitted: Fitted, cell: FormCell, lines: tuple[str, ...], box: tuple[float, float], look: TableLook
) -> None:
    pdf = sheet.pdf
    x = sheet.left + sum(fitted.widths[: cell.col])
    width = sum(fitted.widths[cell.col : cell.col + cell.col_span])
    top, bottom = box
    if look.shaded and cell.header:
        pdf.set_fill_color(226, 230, 236)
        pdf.rect(x, top, width, bottom - top, style="F")
    if look.rules in ("all", "open"):
        pdf.set_line_width(look.line_mm)
        pdf.rect(x, top, width, bottom - top)
    if cell.slash:
        pdf.line(x, top, x + width, bottom)
    measure = measurer(pdf, fitted.size_pt)
    y = top + (bottom - top - len(lines) * fitted.leading) / 2
    for line in lines:
        gap = {"left": fitted.pad, "center": (width - measure(line)) / 2}.get(cell.align)
        gap = width - measure(line) - fitted.pad if gap is None else gap
        if line:
            pdf.text(x + gap, y + fitted.leading * 0.8, line)
        y += fitted.leading


def _frame(sheet: Sheet, fitted: Fitted, rows: list[int], bottom: float, look: TableLook) -> None:
    """The lines that a cell does not draw itself: a three-line table's, or white over an open table's sides."""
    pdf, x0 = sheet.pdf, sheet.left
    x1 = x0 + sum(fitted.widths)
    if look.rules == "three":
        pdf.set_line_width(look.line_mm * 2.2)
        pdf.line(x0, sheet.y, x1, sheet.y)
        pdf.line(x0, bottom, x1, bottom)
        pdf.set_line_width(look.line_mm)
        head = sheet.y + sum(fitted.heights[r] for r in rows if r < fitted.form.header_rows)
        if head > sheet.y:
            pdf.line(x0, head, x1, head)
    elif look.rules == "open":
        pdf.set_draw_color(255, 255, 255)
        pdf.set_line_width(look.line_mm * 1.6)
        for x in (x0, x1):
            pdf.line(x, sheet.y, x, bottom)
        pdf.set_draw_color(0, 0, 0)


def _print_notes(sheet: Sheet, form: Form, new_page: Callable[[], None]) -> None:
    sheet.y += 1.5
    measure = measurer(sheet.pdf, 9)
    for note in form.notes:
        for line in wrap(note, sheet.room, measure):
            if sheet.y + 5 > sheet.floor:
                new_page()
            put(sheet, line, 9, gap=1.45)
    sheet.y += 5
