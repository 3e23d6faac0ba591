"""Tables wholly without lines: labels and amounts aligned in columns, recognised by what the print says.

A table that is missed stays prose; prose that is taken for a table is lost. So rows count only where labels stand
beside amounts, in columns that nothing crosses. Contents, signatures, lists of words and text in two columns have none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gouji.geometry import Box, center, height, overlap_y, union
from gouji.records import Grid, GridCell, Line
from gouji.tables.fill import join_lines
from gouji.zh import parse_number, squeeze

FEWEST_ROWS = 3  # rows with amounts
MOST_HEAD_ROWS = 3
ROW_PITCH = 2.6  # heights of print from row to row at most
COLUMN_GAP = 0.5  # heights of print that a column's border needs at least
LABELLED = 0.6  # share of rows that begin with words
FIGURES = 0.6  # share of a column of amounts that are numbers
_AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+\.\d{1,4}")
_BLANK = re.compile(r"[-—－–]{1,2}|0")
_LEADERS = re.compile(r"[.·…。]{3,}|…")
_NOT_HEAD = re.compile(r"[:：]|[。；，]$")

Row = tuple[Line, ...]


@dataclass(frozen=True)
class _Region:
    """Rows that stand below each other: `heads` of them above the first amount."""

    rows: tuple[Row, ...]
    heads: int


def lines_to_grids(lines: Sequence[Line]) -> tuple[list[Grid], list[Line]]:
    """The tables without lines among lines of text, every cell inferred; the second part is all other lines."""
    grids, used = [], set()
    for region in _regions(_rows(lines)):
        grid = _region_to_grid(region)
        if grid is not None:
            grids.append(grid)
            used |= {id(line) for row in region.rows for line in row}
    return grids, [line for line in lines if id(line) not in used]


def _rows(lines: Sequence[Line]) -> list[Row]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: center(line.box)[1]):
        if rows and overlap_y(line.box, union(other.box for other in rows[-1])) > 0.5:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [tuple(sorted(row, key=lambda line: line.box[0])) for row in rows]


def _regions(rows: Sequence[Row]) -> list[_Region]:
    """Runs of rows of amounts, with the rows of heads right above them."""
    regions = []
    start = 0
    while start < len(rows):
        stop = start
        while stop < len(rows) and _goes_on(rows, start, stop):
            stop += 1
        if stop - start >= FEWEST_ROWS:
            top = start
            while top and start - top < MOST_HEAD_ROWS and _is_head(rows[top - 1]) and _near(rows[top - 1], rows[top]):
                top -= 1
            regions.append(_Region(tuple(rows[top:stop]), start - top))
        start = max(stop, start + 1)
    return regions


def _goes_on(rows: Sequence[Row], start: int, at: int) -> bool:
    """Whether the row is one of amounts, or stands close between two of them: an item without an amount."""
    if at > start and not _near(rows[at - 1], rows[at]):
        return False
    if _is_figured(rows[at]):
        return True
    if at == start or at + 1 == len(rows) or any(_NOT_HEAD.search(squeeze(line.text)) for line in rows[at]):
        return False
    return _is_figured(rows[at - 1]) and _is_figured(rows[at + 1]) and _near(rows[at], rows[at + 1])


def _is_figured(row: Row) -> bool:
    """Whether the row has at least two pieces and an amount behind the first of them."""
    texts = [squeeze(line.text) for line in row]
    return len(row) > 1 and any(_AMOUNT.fullmatch(text) for text in texts[1:]) and not any(map(_LEADERS.search, texts))


def _is_head(row: Row) -> bool:
    texts = [squeeze(line.text) for line in row]
    return len(row) > 1 and all(parse_number(text) is None and not _NOT_HEAD.search(text) for text in texts)


def _near(above: Row, below: Row) -> bool:
    upper, lower = (union(line.box for line in row) for row in (above, below))
    return center(lower)[1] - center(upper)[1] <= ROW_PITCH * min(height(upper), height(lower))


def _region_to_grid(region: _Region) -> Grid | None:
    body = region.rows[region.heads :]
    boxes = [line.box for row in body if _is_figured(row) for line in row]
    frame = union(line.box for row in region.rows for line in row)
    xs = _borders(boxes, frame)
    if len(xs) < 3 or not _is_table(body, xs):
        return None
    ys = [frame[1], *(_between(a, b) for a, b in pairwise(region.rows)), frame[3]]
    prints = [(min(box[0] for box in each), max(box[2] for box in each)) for each in _by_column(boxes, xs)]
    cells = []
    for number, row in enumerate(region.rows):
        found = _cells(number, row, xs, ys, prints if number < region.heads else ())
        if found is None:
            return None
        cells += found
    return Grid(box=(xs[0], ys[0], xs[-1], ys[-1]), xs=tuple(xs), ys=tuple(ys), cells=tuple(cells))


def _borders(boxes: Sequence[Box], frame: Box) -> list[int]:
    """The frame's sides and the middles of the gaps that no piece of the body crosses."""
    least = COLUMN_GAP * sorted(height(box) for box in boxes)[len(boxes) // 2]
    spans: list[list[int]] = []
    for x0, _, x1, _ in sorted(boxes):
        if spans and x0 - spans[-1][1] < least:
            spans[-1][1] = max(spans[-1][1], x1)
        else:
            spans.append([x0, x1])
    return [frame[0], *((a[1] + b[0]) // 2 for a, b in pairwise(spans)), frame[2]]


def _by_column(boxes: Sequence[Box], xs: Sequence[int]) -> list[list[Box]]:
    return [[box for box in boxes if xs[i] <= center(box)[0] < xs[i + 1]] for i in range(len(xs) - 1)]


def _between(above: Row, below: Row) -> int:
    return (max(line.box[3] for line in above) + min(line.box[1] for line in below)) // 2


def _is_table(body: Sequence[Row], xs: Sequence[int]) -> bool:
    """Whether rows begin with words or codes and some column holds amounts, and hardly anything else."""
    columns: dict[int, list[str]] = {}
    for row in body:
        for line in row:
            columns.setdefault(_column(line, xs), []).append(squeeze(line.text))
    amounts = [texts for col, texts in columns.items() if col and _is_amounts(texts)]
    worded = sum(any(any("一" <= char <= "龥" for char in line.text) for line in row[:2]) for row in body)
    return bool(amounts) and worded >= LABELLED * len(body)


def _is_amounts(texts: Sequence[str]) -> bool:
    told = sum(bool(_AMOUNT.fullmatch(text)) for text in texts)
    numbers = sum(parse_number(text) is not None or bool(_BLANK.fullmatch(text)) for text in texts)
    return told >= FEWEST_ROWS and numbers >= FIGURES * len(texts)


def _column(line: Line, xs: Sequence[int]) -> int:
    middle = center(line.box)[0]
    return max(0, min(len(xs) - 2, sum(1 for x in xs[1:-1] if x <= middle)))


def _cells(
    row: int, lines: Row, xs: Sequence[int], ys: Sequence[int], prints: Sequence[tuple[int, int]]
) -> list[GridCell] | None:
    """One row's cells. None where pieces collide.

    `prints`, for heads: from where to where the body's print stands in each column. A head over several is one cell.
    """
    spans: dict[int, tuple[int, list[Line]]] = {}
    for line in lines:
        first = last = _column(line, xs)
        if not prints and (line.box[0] < xs[first] or line.box[2] > xs[first + 1]):
            return None
        if prints:
            inside = [i for i, (start, stop) in enumerate(prints) if line.box[0] < stop and start < line.box[2]]
            first, last = (inside[0], inside[-1]) if inside else (first, last)
        if any(first <= col + wide - 1 and last >= col for col, (wide, _) in spans.items() if col != first):
            return None
        spans.setdefault(first, (last - first + 1, []))[1].append(line)
    cells, col = [], 0
    while col < len(xs) - 1:
        wide, found = spans.get(col, (1, []))
        cells.append(
            GridCell(
                row=row, col=col, col_span=wide, box=(xs[col], ys[row], xs[col + wide], ys[row + 1]),
                text=join_lines([line.text for line in found]),
                confidence=min((line.confidence for line in found), default=1.0), inferred_line=True,
            )
        )  # fmt: skip
        col += wide
    return cells
