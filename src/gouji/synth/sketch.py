"""A table sketched as text, one line a row: what tests say of tables, readable at a glance."""

from __future__ import annotations

from gouji.records import Cell, Table
from gouji.zh import UNITS, parse_number

LEFT, ABOVE = "<", "^"


def sketch_table(
    text: str, title: str | None = None, unit: str | None = "万元", name: str = "t1", page: int = 1
) -> Table:
    """The table of the lines of `text`, cells parted by "|"; "<" joins a cell to its left neighbour, "^" to its upper.

    Each cell is a box of 100 × 40 pixels, read without doubt.
    """
    grid = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    width = max(len(row) for row in grid)
    grid = [row + [""] * (width - len(row)) for row in grid]
    cells = [
        _cell(grid, row, col, page)
        for row in range(len(grid))
        for col in range(width)
        if grid[row][col] not in (LEFT, ABOVE)
    ]
    return Table.model_validate(
        {
            "id": name, "title": title, "unit": unit, "unit_factor": UNITS.get(unit or ""), "pages": (page,),
            "n_rows": len(grid), "n_cols": width, "cells": tuple(cells),
        }
    )  # fmt: skip


def _cell(grid: list[list[str]], row: int, col: int, page: int) -> Cell:
    col_span = row_span = 1
    while col + col_span < len(grid[row]) and grid[row][col + col_span] == LEFT:
        col_span += 1
    while row + row_span < len(grid) and grid[row + row_span][col] == ABOVE:
        row_span += 1
    text = grid[row][col]
    box = (100 * col, 40 * row, 100 * (col + col_span), 40 * (row + row_span))
    return Cell(
        row=row, col=col, row_span=row_span, col_span=col_span, text=text, value=parse_number(text), page=page, box=box
    )
