"""The columns of a table's parts: which borders are the same, and the parts renumbered so that they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from gouji.records import Grid, GridCell
from gouji.tables.placing import Placed
from gouji.zh import parse_number, squeeze

SAME_BORDER = 0.012  # of the table's width
NEAR_BORDER = 0.025  # of the table's width, where both parts have as many columns
SAME_FRAME = 0.04  # of the table's width
SAME_TEXT = 0.8  # similarity of head cells that OCR read twice
SAME_WORD = 0.6  # and of one word in a row that is the same as a whole
MOST_HEAD_ROWS = 6
FEWEST_ALIKE = 4  # columns in the same proportions that make tables of unlike width one

Columns = tuple[list[int], list[int], int]


@dataclass(frozen=True)
class Part:
    """The cells of one page's part of a table, in the columns of the whole; rows still count within the part."""

    page: int
    n_rows: int
    cells: tuple[GridCell, ...]


def common_columns(a: Placed, b: Placed) -> Columns | None:
    """The columns of two parts of a table (see `union_borders`); None when they are parts of different tables.

    Parts of unlike width must repeat the head cell for cell, or agree in all borders' proportions where a landscape
    page and a portrait one meet.
    """
    if abs(a.inches / max(b.inches, 0.01) - 1) <= SAME_FRAME:
        return union_borders(a.grid, b.grid)
    if a.grid.n_cols != b.grid.n_cols:
        return None
    same = list(range(a.grid.n_cols + 1))
    alike = a.landscape != b.landscape and _alike(a.grid, b.grid, SAME_BORDER)
    if (alike and a.grid.n_cols >= FEWEST_ALIKE) or head_again(b.grid, a.grid):
        return same, same, a.grid.n_cols
    return None


def union_borders(a: Grid, b: Grid) -> Columns | None:
    """For each column border of a and of b its place among the borders of both, and their number less one (columns).

    None when too few borders stand in the same place: then they are different tables.
    """
    if _alike(a, b, NEAR_BORDER):
        return list(range(len(a.xs))), list(range(len(b.xs))), a.n_cols
    places = sorted([(x, 0, i) for i, x in enumerate(_relative(a))] + [(x, 1, i) for i, x in enumerate(_relative(b))])
    index: tuple[dict[int, int], dict[int, int]] = ({}, {})
    count, last = -1, -1.0
    for x, which, i in places:
        if count < 0 or x - last > SAME_BORDER or count in index[which].values():
            count, last = count + 1, x
        index[which][i] = count
    shared = len(set(index[0].values()) & set(index[1].values()))
    if shared < max(3 if min(a.n_cols, b.n_cols) > 1 else 2, 0.7 * min(len(a.xs), len(b.xs))):
        return None
    return [index[0][i] for i in range(len(a.xs))], [index[1][i] for i in range(len(b.xs))], count


def _alike(a: Grid, b: Grid, near: float) -> bool:
    """Whether both have as many borders, each in nearly the same place: nearer than a third of the narrowest column."""
    if a.n_cols != b.n_cols:
        return False
    ours, theirs = _relative(a), _relative(b)
    narrowest = min(y - x for xs in (ours, theirs) for x, y in pairwise(xs))
    return all(abs(x - y) <= min(near, narrowest / 3) for x, y in zip(ours, theirs, strict=True))


def _relative(grid: Grid) -> list[float]:
    return [(x - grid.xs[0]) / (grid.xs[-1] - grid.xs[0]) for x in grid.xs]


def in_common_columns(chain: Sequence[Placed]) -> tuple[list[Part], int]:
    """The parts, their columns renumbered so that borders in the same place are the same; the number of columns."""
    parts = [Part(chain[0].page, chain[0].grid.n_rows, chain[0].grid.cells)]
    borders, n_cols = chain[0], chain[0].grid.n_cols
    for placed in chain[1:]:
        common = common_columns(borders, placed)
        if common is None:  # wider than its neighbour, but not than the whole: keep it in its own columns
            common = list(range(n_cols + 1)), list(range(placed.grid.n_cols + 1)), max(n_cols, placed.grid.n_cols)
        old, new, n_cols = common
        parts = [replace(part, cells=tuple(_recolumn(cell, old) for cell in part.cells)) for part in parts]
        parts.append(Part(placed.page, placed.grid.n_rows, tuple(_recolumn(cell, new) for cell in placed.grid.cells)))
        borders = replace(borders, grid=_common_grid(borders.grid, placed.grid, old, new, n_cols))
    return parts, n_cols


def _common_grid(a: Grid, b: Grid, old: Sequence[int], new: Sequence[int], n_cols: int) -> Grid:
    """A grid with the borders of both, in the frame of `a`."""
    scale = (a.xs[-1] - a.xs[0]) / (b.xs[-1] - b.xs[0])
    xs = {place: round(a.xs[0] + (b.xs[i] - b.xs[0]) * scale) for i, place in enumerate(new)}
    xs |= {place: a.xs[i] for i, place in enumerate(old)}
    return a.model_copy(update={"xs": tuple(xs[i] for i in range(n_cols + 1))})


def _recolumn(cell: GridCell, places: Sequence[int]) -> GridCell:
    start, stop = places[cell.col], places[cell.col + cell.col_span]
    if (start, stop - start) == (cell.col, cell.col_span):
        return cell
    return cell.model_copy(update={"col": start, "col_span": stop - start})


# --- heads that are printed again ---------------------------------------------------------------------------------


def head_again(grid: Grid, first: Grid) -> bool:
    """Whether the first row of a grid repeats that of the first part, with two texts at least."""
    ours, theirs = _row(grid.cells, 0), _row(first.cells, 0)
    return sum(1 for cell in ours if cell.text) > 1 and same_row(ours, theirs)


def without_head(part: Part, first: Part) -> Part:
    """The part without the rows at its top that repeat the first part's head."""
    rows = repeated_rows(part, first)
    cells = tuple(cell.model_copy(update={"row": cell.row - rows}) for cell in part.cells if cell.row >= rows)
    return Part(part.page, part.n_rows - rows, cells)


def repeated_rows(part: Part, first: Part) -> int:
    """How many rows at the top of `part` say the same as rows of the head of `first`: its top, or its last rows only.

    Merged cells are kept whole.
    """
    whole = _repeated_from(part, first, 0)
    if whole:
        return whole
    return max((_repeated_from(part, first, start) for start in range(1, _head_rows(first))), default=0)


def _repeated_from(part: Part, first: Part, start: int) -> int:
    count = 0
    for row in range(min(part.n_rows - 1, first.n_rows - start)):
        ours, theirs = _row(part.cells, row), _row(first.cells, start + row)
        if not same_row(ours, theirs) or not any(cell.text for cell in ours):
            break
        count = row + 1
    while count and any(cell.row < count < cell.row + cell.row_span for cell in part.cells):
        count -= 1
    return count


def _head_rows(part: Part) -> int:
    """How many rows at the top hold no amounts: words only, or the numbers of the columns."""
    for row in range(min(part.n_rows, MOST_HEAD_ROWS)):
        values = [parse_number(cell.text) for cell in _row(part.cells, row)]
        numbers = [value for value in values if value is not None]
        if any(value != place for place, value in enumerate(numbers, 1)):
            return row
    return 0


def _row(cells: Sequence[GridCell], row: int) -> list[GridCell]:
    return [cell for cell in cells if cell.row == row]


def same_row(a: Sequence[GridCell], b: Sequence[GridCell]) -> bool:
    """Whether two rows have the same cells and say the same; of many column numbers OCR may have misread a few."""
    if [(cell.col, cell.col_span) for cell in a] != [(cell.col, cell.col_span) for cell in b]:
        return False
    pairs = [(squeeze(x.text), squeeze(y.text)) for x, y in zip(a, b, strict=True)]
    numbers = [x == y for x, y in pairs if x.isdigit() or y.isdigit()]
    words = _same_words([pair for pair in pairs if not (pair[0].isdigit() or pair[1].isdigit())])
    forgiven = max(1 if len(numbers) > 2 else 0, round((1 - SAME_TEXT) * len(numbers)))
    return words and numbers.count(False) <= forgiven


def _same_words(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether the words of two rows are the same all together; one sign of a short word may be misread."""
    together = ["\n".join(side) for side in zip(*pairs, strict=True)]
    return not together or (similar(*together) and all(_ratio(x, y) >= SAME_WORD for x, y in pairs))


def similar(a: str, b: str) -> bool:
    """Whether two texts are one, read twice."""
    return _ratio(a, b) >= SAME_TEXT


def _ratio(a: str, b: str) -> float:
    return 1.0 if a == b else SequenceMatcher(None, a, b, autojunk=False).ratio()
