"""A table continued sideways: its other columns stand on the next page, beside the same rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gouji.records import Cell, Grid, Table
from gouji.tables.captions import Caption
from gouji.tables.columns import head_again, similar
from gouji.tables.placing import Placed
from gouji.zh import parse_number, squeeze

SAME_ROW_BORDER = 0.015  # of the table's height
FEWEST_ROWS = 3
FIGURES = 0.6  # share of the cells beside the labels that are figures; forms full of words are forms of their own
CONTINUED = re.compile(r"续表|续[上前][表页]|接上[表页]|[（(]续[表一二三四五六七八九十\d]*[）)]")


def goes_on_sideways(chain: Sequence[Placed], after: Sequence[Placed]) -> bool:
    """Whether the parts of the second chain hold more columns of the rows of the first, page for page.

    Its caption is none, that of the first again or one that says 续; its rows stand in the same places.
    """
    if len(chain) != len(after) or after[0].leaf != chain[-1].leaf + 1:
        return False
    clear = all(part.last for part in chain) and all(part.first for part in after)
    beside = all(same_rows(a.grid, b.grid) for a, b in zip(chain, after, strict=True))
    return clear and beside and _same_caption(chain[0].caption, after[0].caption)


def _same_caption(first: Caption, again: Caption) -> bool:
    title = again.title or ""
    said = any(CONTINUED.search(squeeze(line.text)) for line in again.lines)
    bare = CONTINUED.sub("", title)
    if bare:
        return similar(bare, first.title or "")
    return said or not (again.number or again.unit or again.organization)


def same_rows(a: Grid, b: Grid) -> bool:
    """Whether the rows of both stand in the same places, as parts of one wide table do."""
    if a.n_rows != b.n_rows or a.n_rows < FEWEST_ROWS:
        return False
    return all(abs(x - y) <= SAME_ROW_BORDER for x, y in zip(_relative(a), _relative(b), strict=True))


def stands_beside(a: Grid, b: Grid) -> bool:
    """Whether `b` has the rows of `a` under a head of its own: then it is no more rows of `a`."""
    heads = [[cell.text for cell in grid.cells if cell.row == 0] for grid in (a, b)]
    words = all(any(head) and not any(parse_number(text) is not None for text in head) for head in heads)
    return words and same_rows(a, b) and not head_again(b, a)


def _relative(grid: Grid) -> list[float]:
    return [(y - grid.ys[0]) / (grid.ys[-1] - grid.ys[0]) for y in grid.ys]


def add_columns(left: Table, right: Table) -> Table | None:
    """The table with the columns of `right` after its own, repeated labels of the rows left out.

    None when the columns of `right` are no more columns of the same rows: it has labels of its own, or is no table of
    figures.
    """
    if left.n_rows != right.n_rows:
        return None
    labels = repeated_labels(left, right)
    fresh = [cell for cell in right.cells if cell.col >= labels]
    if not fresh or not _are_figures(fresh):
        return None
    moved = [cell.model_copy(update={"col": cell.col - labels + left.n_cols}) for cell in fresh]
    cells = sorted((*left.cells, *moved), key=lambda cell: (cell.row, cell.col))
    pages = tuple(sorted({*left.pages, *right.pages}))
    update = {"pages": pages, "n_cols": left.n_cols + right.n_cols - labels, "cells": tuple(cells)}
    return left.model_copy(update={**update, "notes": (*left.notes, *right.notes)})


def repeated_labels(left: Table, right: Table) -> int:
    """How many columns at the left of both tables say the same, row by row; a merged cell is not cut."""
    count = 0
    for col in range(min(left.n_cols, right.n_cols)):
        ours, theirs = (_column(table.cells, col) for table in (left, right))
        said = [cell for cell in ours if cell.text]
        if [_place(cell) for cell in ours] != [_place(cell) for cell in theirs] or len(said) < FEWEST_ROWS:
            break
        same = sum(similar(squeeze(a.text), squeeze(b.text)) for a, b in zip(ours, theirs, strict=True))
        if same < 0.9 * len(ours):
            break
        count = col + 1
    while count and any(cell.col < count < cell.col + cell.col_span for cell in right.cells):
        count -= 1
    return count


def _column(cells: Sequence[Cell], col: int) -> list[Cell]:
    return [cell for cell in cells if cell.col == col]


def _place(cell: Cell) -> tuple[int, int, int]:
    return cell.row, cell.row_span, cell.col_span


def _are_figures(cells: Sequence[Cell]) -> bool:
    """Whether below their heads the cells hold figures mostly, those of the first column no labels at all."""
    figured = [cell.row for cell in cells if cell.value is not None]
    body = [cell for cell in cells if cell.text and figured and cell.row >= min(figured)]
    first = min(cell.col for cell in cells)
    labels = sum(cell.col == first and any(char.isalpha() for char in cell.text) for cell in body)
    few = labels <= 1 and sum(cell.value is not None for cell in body) >= FIGURES * len(body)
    return bool(figured) and min(figured) > 0 and few
