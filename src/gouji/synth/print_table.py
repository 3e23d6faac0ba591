"""Prints one form: title, the line above the table, the grid over as many pages as it needs, notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gouji.synth.draw_grid import Placed, draw_cells
from gouji.synth.fitting import Fitted, column_widths, row_heights, wrap
from gouji.synth.grid import Form, FormCell
from gouji.synth.sheet import MM_PER_PT, Sheet, TableLook, measurer, put


def fit(pdf: Any, form: Form, room: float, look: TableLook, like: Form | None = None) -> Fitted:
    """`form` fitted to `room` mm, in the largest type (down to `least_pt`) that tears no figure.

    `like` is the form whose columns it shares: that of which it is a piece.
    """
    size = look.size_pt
    while True:
        pad = size * look.pad_share
        measure = measurer(pdf, size)
        widths = column_widths(like or form, room, pad, measure)
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


def print_form(
    sheet: Sheet, form: Form, look: TableLook, new_page: Callable[[], None], like: Form | None = None
) -> list[int]:
    """Prints `form` from the sheet's `y` on; the page numbers (from 1) it stands on.

    `new_page` starts the next page and sets the sheet's `y` to its top.
    """
    fitted = fit(sheet.pdf, form, sheet.room, look, like)
    _print_caption(sheet, form, look)
    repeated = list(range(form.header_rows)) if look.over_pages != "none" else []
    pages, first = [], 0
    while first < form.n_rows:
        if first:
            new_page()
            if look.over_pages == "continued":
                put(sheet, "续表", 9, "right", gap=1.6)
        shown = repeated if first else []
        last = _page_end(fitted, first, sheet.floor - sheet.y - sum(fitted.heights[r] for r in shown))
        pages.append(int(sheet.pdf.page_no()))
        _print_part(sheet, fitted, [*shown, *range(first, last)], look, first=first == 0)
        first = last
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


def _page_end(fitted: Fitted, first: int, room: float) -> int:
    """The row before which a page ends that begins with row `first` and has `room` mm: never within the heading."""
    used = 0.0
    for row in range(first, fitted.form.n_rows):
        used += fitted.heights[row]
        if used > room and row > max(first, fitted.form.header_rows):
            return row
    return fitted.form.n_rows


def _print_part(sheet: Sheet, fitted: Fitted, rows: list[int], look: TableLook, *, first: bool) -> None:
    """The listed rows from `y` down; a cell cut by the part's end is drawn to there."""
    tops: dict[int, float] = {}
    y = sheet.y
    for row in rows:
        tops[row] = y
        y += fitted.heights[row]
    shown = set(rows)
    placed = []
    for cell, lines in zip(fitted.form.cells, fitted.lines, strict=True):
        mine = [r for r in range(cell.row, cell.row + cell.row_span) if r in shown]
        if mine and cell.row < fitted.form.header_rows <= mine[-1] and mine[-1] >= fitted.form.header_rows:
            mine = [r for r in mine if r < fitted.form.header_rows or first]
        if not mine:
            continue
        x = sheet.left + sum(fitted.widths[: cell.col])
        width = sum(fitted.widths[cell.col : cell.col + cell.col_span])
        box = (x, tops[mine[0]], x + width, tops[mine[-1]] + fitted.heights[mine[-1]])
        placed.append(Placed(cell, box, lines if _here(fitted, cell, mine) else ()))
    draw_cells(sheet, fitted, placed, look)
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


def _print_notes(sheet: Sheet, form: Form, new_page: Callable[[], None]) -> None:
    sheet.y += 1.5
    measure = measurer(sheet.pdf, 9)
    for note in form.notes:
        for line in wrap(note, sheet.room, measure):
            if sheet.y + 5 > sheet.floor:
                new_page()
            put(sheet, line, 9, gap=1.45)
    sheet.y += 5
