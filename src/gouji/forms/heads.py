"""The rows of heads at the top of a table, found from what the rows hold, and the path of heads above each column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from gouji.forms.definitions import Words
from gouji.forms.wording import head_of, nearest, plain_words
from gouji.records import Cell, Table
from gouji.zh import plain, squeeze

_BODY = re.compile(r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d{3}(?:\d\d){0,2}(?!\d))")
_HEAD_YEAR = re.compile(r"^(20\d\d)年度?")
_MOST_HEAD_ROWS = 8


class Grid:
    """A table by position: which cell covers a row and column, blank or merged."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._at: dict[tuple[int, int], Cell] = {}
        for cell in table.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for col in range(cell.col, cell.col + cell.col_span):
                    self._at[row, col] = cell

    def at(self, row: int, col: int) -> Cell | None:
        """The cell that covers the place; None in a hole of the grid."""
        return self._at.get((row, col))

    def starting(self, row: int) -> list[Cell]:
        """The cells whose first row this is, from the left."""
        cells = (self._at.get((row, col)) for col in range(self.table.n_cols))
        return list({id(cell): cell for cell in cells if cell is not None and cell.row == row}.values())

    def covering(self, row: int) -> list[Cell]:
        """Every cell that covers part of the row, from the left."""
        cells = (self._at.get((row, col)) for col in range(self.table.n_cols))
        return list({id(cell): cell for cell in cells if cell is not None}.values())


def count_header_rows(grid: Grid, words: Words) -> int:
    """How many rows at the top are heads: all above the body, the row of column numbers (栏次) included."""
    table = grid.table
    for row in range(min(table.n_rows, _MOST_HEAD_ROWS)):
        if row and numbers_columns(grid.starting(row), words):
            return row + 1
        if _is_body(grid.starting(row), row, words):
            return row
    tops = grid.starting(0)
    return min(table.n_rows, max((cell.row_span for cell in tops), default=0), 3)


def numbers_columns(cells: Sequence[Cell], words: Words) -> bool:
    """Whether the row is 栏次: 1, 2, 3 … under the heads, with nothing else but the word itself and blanks."""
    texts = [plain(cell.text) for cell in cells]
    said = any(text in words.column_numbers for text in texts)
    numbers = [cell.value for cell in cells if cell.value is not None]
    if said:
        return all(value == value.to_integral_value() for value in numbers)
    others = [text for cell, text in zip(cells, texts, strict=True) if text and cell.value is None]
    allowed = words.part + words.line
    if len(numbers) < 3 or any(text not in allowed for text in others):
        return False
    steps = [b - a for a, b in pairwise(numbers)]
    return numbers[0] <= 2 and sum(step == 1 for step in steps) >= 0.75 * len(steps)


def _is_body(cells: Sequence[Cell], row: int, words: Words) -> bool:
    texts = [squeeze(cell.text) for cell in cells]
    filled = [text for text in texts if text]
    if not filled:
        return row > 0 and len(cells) > 1
    if any(cell.value is not None and not _is_year(cell.value) for cell in cells):
        return True
    first = filled[0]
    return bool(_BODY.match(first)) or (row > 0 and plain(first) in words.totals and texts[-1] == "")


def _is_year(value: Decimal) -> bool:
    return value == value.to_integral_value() and 1990 <= value <= 2100


def column_heads(grid: Grid, header_rows: int, words: Words) -> tuple[tuple[str, ...], ...]:
    """For each column the heads above it from the top down, as compared, without blanks and the 栏次 row."""
    rows = [row for row in range(header_rows) if not numbers_columns(grid.starting(row), words)]
    years = {year for row in rows for cell in grid.starting(row) for year in _HEAD_YEAR.findall(squeeze(cell.text))}
    named = {min(years): "上年", max(years): "本年"} if len(years) == 2 else {}
    return tuple(_path(grid, rows, col, named) for col in range(grid.table.n_cols))


def _path(grid: Grid, rows: Sequence[int], col: int, named: dict[str, str]) -> tuple[str, ...]:
    """The heads above a column; of two years that a table names the earlier is said as 上年, the later as 本年."""
    cells = {id(cell): cell for row in rows if (cell := grid.at(row, col)) is not None}
    texts = [_HEAD_YEAR.sub(lambda year: named.get(year.group(1), ""), squeeze(cell.text)) for cell in cells.values()]
    return tuple(head for text in texts if (head := head_of(text)))


def says(head: str, words: tuple[str, ...]) -> bool:
    """Whether the head is one of the words, a slip forgiven."""
    return nearest(head, plain_words(words)) is not None
