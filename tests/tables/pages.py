"""Writes page readings by hand: grids of texts and lines of print on pages of A4 at 100 dpi."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from gouji.config import load_settings
from gouji.geometry import Box
from gouji.records import Grid, GridCell, Line, Page, PageReading, Table
from gouji.tables.join import Joined, join_pages

WIDTH, HEIGHT = 827, 1169
SIZE = 16  # height of a line of print
Span = tuple[int, int, int, int]
TABLES = load_settings().tables


def grid_of(
    rows: Sequence[Sequence[str]],
    top: int = 150,
    widths: Sequence[int] | None = None,
    row_height: int = 24,
    left: int = 60,
    merged: Mapping[Span, str] | None = None,
) -> Grid:
    """A grid of texts; `merged` gives the larger cells with their texts, in place of those in `rows`."""
    widths = widths or [700 // len(rows[0])] * len(rows[0])
    xs, ys = tuple(accumulate(widths, initial=left)), tuple(accumulate([row_height] * len(rows), initial=top))
    spans = dict(merged or {})
    taken = {(r + i, c + j) for r, c, high, wide in spans for i in range(high) for j in range(wide)}
    for r, row in enumerate(rows):
        spans |= {(r, c, 1, 1): text for c, text in enumerate(row) if (r, c) not in taken}
    cells = [
        GridCell(row=r, col=c, row_span=high, col_span=wide, text=text, box=(xs[c], ys[r], xs[c + wide], ys[r + high]))
        for (r, c, high, wide), text in sorted(spans.items())
    ]
    return Grid(box=(xs[0], ys[0], xs[-1], ys[-1]), xs=xs, ys=ys, cells=tuple(cells))


def line(text: str, x: int, y: int, size: int = SIZE) -> Line:
    """A line of print with its upper left corner at (x, y)."""
    return Line(text=text, box=(x, y, x + size * len(text), y + size), confidence=0.99)


def centred(text: str, y: int, size: int = SIZE, middle: float = WIDTH / 2) -> Line:
    """A line of print in the middle of the page."""
    return line(text, round(middle - size * len(text) / 2), y, size)


def page_of(number: int, *grids: Grid, lines: Sequence[Line] = (), height: int = HEIGHT) -> PageReading:
    """The reading of one page."""
    page = Page(page=number, width=WIDTH, height=height, dpi=100, origin="scan")
    return PageReading(page=page, lines=tuple(lines), grids=grids)


def joined(*readings: PageReading) -> Joined:
    """What becomes of the pages with the shipped settings."""
    return join_pages(readings, TABLES)


def texts(table: Table) -> list[list[str]]:
    """The table's texts row by row."""
    rows = [[""] * table.n_cols for _ in range(table.n_rows)]
    for cell in table.cells:
        rows[cell.row][cell.col] = cell.text
    return rows


def spans(table: Table) -> list[Span]:
    """Where the table's cells are."""
    return [(cell.row, cell.col, cell.row_span, cell.col_span) for cell in table.cells]


def box_of(grid: Grid, row: int, col: int) -> Box:
    """The borders of the cell that begins at this row and column."""
    return next(cell.box for cell in grid.cells if (cell.row, cell.col) == (row, col))
