"""Tables with rulings across only (三线表): rows and columns from how the print is aligned.

Three rulings or more of the same extent, one below the other, frame such a table: above the heads, below them, at the
foot. Rows are the lines of print between them; a column's border goes through what all rows leave blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from gouji.geometry import Box, center, contains, height, overlap_x, overlap_y, union
from gouji.tables.lattice import Lattice, LatticeCell
from gouji.tables.rulings import Ruling

MIN_RULINGS = 3
SAME_END_INCH = 0.08
MIN_WIDTH_INCH = 2.0
MIN_COLUMNS, MIN_ROWS = 2, 3
COLUMN_GAP = 0.6  # heights of print that a column's border needs at least


def find_open_frames(across: Sequence[Ruling], dpi: int) -> list[tuple[Ruling, ...]]:
    """Groups of rulings of one extent, each from top to bottom; those of lattices must be left out before."""
    groups: list[list[Ruling]] = []
    for ruling in sorted(across, key=lambda ruling: ruling.at):
        near = SAME_END_INCH * dpi
        home = next(
            (g for g in groups if abs(g[0].start - ruling.start) <= near and abs(g[0].stop - ruling.stop) <= near), None
        )
        if home is None:
            groups.append([ruling])
        else:
            home.append(ruling)
    return [tuple(g) for g in groups if len(g) >= MIN_RULINGS and g[0].length >= MIN_WIDTH_INCH * dpi]


def frame_to_lattice(frame: Sequence[Ruling], pieces: Sequence[Box], dpi: int) -> Lattice | None:
    """The lattice of a three-line table from its rulings and the boxes of its pieces of text.

    Words with wide gaps between them are pieces of their own; every cell is inferred. None when the print makes no two
    columns or no three rows: then it was no table.
    """
    box = (round(frame[0].start), round(frame[0].at), round(frame[0].stop) + 1, round(frame[-1].at) + 1)
    inside = [piece for piece in pieces if contains(box, center(piece))]
    rows = _rows(inside)
    if len(rows) < MIN_ROWS:
        return None
    heads = sum(1 for row in rows if center(union(row))[1] < frame[1].at)
    xs = _column_borders([piece for row in rows[heads:] or rows for piece in row], box)
    ys = _row_borders(rows, frame, box)
    if len(xs) - 1 < MIN_COLUMNS:
        return None
    cells = [cell for number, row in enumerate(rows) for cell in _cells(number, row, xs, number < heads)]
    return Lattice(tuple(xs), tuple(ys), tuple(cells))


def _rows(pieces: Sequence[Box]) -> list[list[Box]]:
    rows: list[list[Box]] = []
    for piece in sorted(pieces, key=lambda piece: center(piece)[1]):
        if rows and overlap_y(piece, union(rows[-1])) > 0.5:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row) for row in rows]


def _column_borders(pieces: Sequence[Box], frame: Box) -> list[int]:
    """The frame's sides and the middles of the gaps that no piece crosses."""
    spans: list[list[int]] = []
    least = COLUMN_GAP * sorted(height(piece) for piece in pieces)[len(pieces) // 2]
    for piece in sorted(pieces):
        if spans and piece[0] - spans[-1][1] < least:
            spans[-1][1] = max(spans[-1][1], piece[2])
        else:
            spans.append([piece[0], piece[2]])
    return [frame[0], *((a[1] + b[0]) // 2 for a, b in pairwise(spans)), frame[2]]


def _row_borders(rows: Sequence[Sequence[Box]], frame: Sequence[Ruling], box: Box) -> list[int]:
    """The frame's top and foot, and between two rows the ruling that parts them or else the middle of the gap."""
    borders = [box[1]]
    for above, below in pairwise(union(row) for row in rows):
        ruled = next((round(r.at) for r in frame if above[3] - 2 <= r.at <= below[1] + 2), None)
        borders.append(ruled if ruled is not None else (above[3] + below[1]) // 2)
    return [*borders, box[3]]


def _cells(row: int, pieces: Sequence[Box], xs: Sequence[int], head: bool) -> list[LatticeCell]:
    """One row's cells; in the heads a piece over several columns is one cell over them."""
    cells, col = [], 0
    while col < len(xs) - 1:
        column = (xs[col], 0, xs[col + 1], 1)
        over = [p for p in pieces if head and overlap_x((p[0], 0, p[2], 1), column) > 0.2 and p[2] > xs[col + 1]]
        span = sum(1 for x in xs[col + 1 : -1] if over and over[0][2] > x + 2) + 1
        cells.append(LatticeCell(row, col, 1, span, inferred=True))
        col += span
    return cells
