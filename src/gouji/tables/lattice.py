"""From rulings to cells: which rulings make one table, where its rows and columns are, and which cells are merged.

The chain: rulings -> groups that touch -> borders (x and y positions) -> printed edges between elementary cells ->
merged rectangles. An elementary edge that is hardly printed is decided so that every cell is a rectangle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gouji.geometry import Box
from gouji.tables.rulings import SAME_INCH, Ruling, Rulings, cluster, group_rulings

PRINTED = 0.5  # an edge is there when this share of it is ruled
FAINT = 0.25  # and may be there from this share on
REMAINS = 0.25  # and so it is from this share on where its border is printed before and behind it
MIN_SIDE_INCH = 0.3  # a table is at least this high and wide
Flags = NDArray[np.float64]


@dataclass(frozen=True)
class LatticeCell:
    """A rectangle of elementary cells; `inferred` when one of its sides was not wholly printed."""

    row: int
    col: int
    row_span: int
    col_span: int
    inferred: bool = False


@dataclass(frozen=True)
class Lattice:
    """One table's borders in pixels (`n + 1` for n columns or rows) and its cells in reading order."""

    xs: tuple[int, ...]
    ys: tuple[int, ...]
    cells: tuple[LatticeCell, ...]

    @property
    def box(self) -> Box:
        """The outer frame."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def box_of(self, cell: LatticeCell) -> Box:
        """The cell's borders."""
        return (
            self.xs[cell.col], self.ys[cell.row],
            self.xs[cell.col + cell.col_span], self.ys[cell.row + cell.row_span],
        )  # fmt: skip


def rulings_to_lattices(rulings: Rulings, dpi: int) -> tuple[Lattice, ...]:
    """The lattices of a page from top to bottom; frames around a single cell are no tables and are left out."""
    lattices = [lattice for group in group_rulings(rulings, dpi) if (lattice := group_to_lattice(group, dpi))]
    return tuple(sorted(_outermost(lattices), key=lambda lattice: (lattice.box[1], lattice.box[0])))


def _outermost(lattices: list[Lattice]) -> list[Lattice]:
    """Without those that lie inside another's frame (a box drawn in a cell)."""
    return [a for a in lattices if not any(b is not a and _inside(a.box, b.box) for b in lattices)]


def _inside(a: Box, b: Box) -> bool:
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3] and a != b


def group_to_lattice(group: Rulings, dpi: int) -> Lattice | None:
    """The lattice of one group; None when it has no two cells or is too small to be a table."""
    xs, ys = find_borders(group, dpi)
    if len(xs) < 2 or len(ys) < 2 or min(xs[-1] - xs[0], ys[-1] - ys[0]) < MIN_SIDE_INCH * dpi:
        return None
    above = np.array([[coverage(group.across, y, a, b, dpi) for a, b in _spans(xs)] for y in ys])
    beside = np.array([[coverage(group.down, x, a, b, dpi) for x in xs] for a, b in _spans(ys)])
    xs, ys, above, beside = _drop_empty_borders(xs, ys, above, beside)
    if len(xs) < 2 or len(ys) < 2:
        return None
    cells = edges_to_cells(above, beside)
    return Lattice(tuple(xs), tuple(ys), cells) if len(cells) > 1 else None


def _spans(values: Sequence[int]) -> list[tuple[int, int]]:
    return list(pairwise(values))


def find_borders(group: Rulings, dpi: int) -> tuple[list[int], list[int]]:
    """The x of all column borders and the y of all row borders, ascending.

    Rulings that stick out past the outermost line across belong to an open side: its frame is missing and is inferred.
    """
    xs, ys = cluster(group.down, dpi), cluster(group.across, dpi)
    return _open_sides(xs, group.across, dpi), _open_sides(ys, group.down, dpi)


def _open_sides(borders: list[int], crossing: Sequence[Ruling], dpi: int) -> list[int]:
    """The borders, with the far end of at least two crossing rulings that stick out by 0.15 inch or more."""
    far = 0.15 * dpi
    starts = sorted(r.start for r in crossing)
    stops = sorted((r.stop for r in crossing), reverse=True)
    found = list(borders)
    if len(starts) > 1 and (not borders or starts[1] < borders[0] - far):
        found.insert(0, round(starts[1]))
    if len(stops) > 1 and (not borders or stops[1] > borders[-1] + far):
        found.append(round(stops[1]))
    return found


def coverage(rulings: Sequence[Ruling], at: int, start: int, stop: int, dpi: int) -> float:
    """The share (0..1) of an edge's inner part (at `at`, from start to stop) that is ruled, within `SAME_INCH`."""
    inset = min((stop - start) * 0.15, 0.03 * dpi)
    low, high = start + inset, stop - inset
    pieces = sorted(
        (max(low, r.start), min(high, r.stop))
        for r in rulings
        if abs(r.at - at) <= SAME_INCH * dpi and r.stop > low and r.start < high
    )
    covered, end = 0.0, low
    for a, b in pieces:
        covered += max(0.0, b - max(a, end))
        end = max(end, b)
    return covered / max(high - low, 1.0)


def _drop_empty_borders(
    xs: list[int], ys: list[int], above: Flags, beside: Flags
) -> tuple[list[int], list[int], Flags, Flags]:
    """Without inner borders along which no edge is printed (a stroke taken for a ruling)."""
    rows = [0, *(i for i in range(1, len(ys) - 1) if above[i].max() >= PRINTED), len(ys) - 1]
    cols = [0, *(j for j in range(1, len(xs) - 1) if beside[:, j].max() >= PRINTED), len(xs) - 1]
    if len(rows) == len(ys) and len(cols) == len(xs):
        return xs, ys, above, beside
    above = _merge_weighted(above[rows], xs, cols)
    beside = _merge_weighted(beside[:, cols].T, ys, rows).T
    return [xs[j] for j in cols], [ys[i] for i in rows], above, beside


def _merge_weighted(values: Flags, borders: Sequence[int], kept: Sequence[int]) -> Flags:
    """Coverage of longer edges from that of the pieces between the borders that are kept."""
    sizes = np.diff(borders).astype(float)
    return np.array(
        [[float(np.average(line[a:b], weights=sizes[a:b])) for a, b in _spans(list(kept))] for line in values]
    )


def edges_to_cells(above: Flags, beside: Flags) -> tuple[LatticeCell, ...]:
    """Cells from coverages: `above[i, j]` of the edge above cell (i, j), `beside[i, j]` of the edge left of it.

    Elementary cells without a printed edge between them are one cell. Where that makes no rectangle, faint edges count
    as printed; where that does not help, the cell is cut along rows.
    """
    n_rows, n_cols = beside.shape[0], above.shape[1]
    sides, tops = _carried(beside), _carried(above.T).T
    label = _merge(n_rows, n_cols, lambda i, j: tops[i, j] < PRINTED, lambda i, j: sides[i, j] < PRINTED)
    cells: list[LatticeCell] = []
    for members in _members(label):
        cells += _rectangles(members, above, beside)
    return tuple(sorted(cells, key=lambda cell: (cell.row, cell.col)))


def _carried(edges: Flags) -> Flags:
    """The coverages with what is left of an edge between two printed ones counted as printed; a column is a border."""
    carried = edges.copy()
    inner = edges[1:-1]
    between = (edges[:-2] >= PRINTED) & (edges[2:] >= PRINTED) & (inner >= REMAINS)
    carried[1:-1][between] = np.maximum(inner, PRINTED)[between]
    return carried


Open = Callable[[int, int], bool]
Place = tuple[int, int]


def _merge(
    n_rows: int, n_cols: int, open_above: Open, open_beside: Open, only: set[Place] | None = None
) -> dict[Place, Place]:
    """For each elementary cell the first cell of those joined with it through open edges."""
    places = only if only is not None else {(i, j) for i in range(n_rows) for j in range(n_cols)}
    parent = {place: place for place in places}

    def root(place: Place) -> Place:
        while parent[place] != place:
            place = parent[place]
        return place

    for i, j in sorted(places):
        for other, is_open in (((i - 1, j), open_above(i, j)), ((i, j - 1), open_beside(i, j))):
            if is_open and other in parent:
                a, b = root((i, j)), root(other)
                parent[max(a, b)] = min(a, b)
    return {place: root(place) for place in places}


def _members(label: dict[Place, Place]) -> list[set[Place]]:
    groups: dict[Place, set[Place]] = {}
    for place, first in label.items():
        groups.setdefault(first, set()).add(place)
    return list(groups.values())


def _rectangles(members: set[Place], above: Flags, beside: Flags) -> list[LatticeCell]:
    if _is_rectangle(members):
        return [_cell(members, above, beside)]
    faint = _merge(0, 0, lambda i, j: above[i, j] < FAINT, lambda i, j: beside[i, j] < FAINT, members)
    cells = []
    for group in _members(faint):
        for part in [group] if _is_rectangle(group) else _row_pieces(group, above):
            cells.append(_cell(part, above, beside))
    return cells


def _is_rectangle(members: set[Place]) -> bool:
    top, left, bottom, right = _bounds(members)
    return len(members) == (bottom - top + 1) * (right - left + 1)


def _bounds(members: set[Place]) -> tuple[int, int, int, int]:
    rows, cols = [i for i, _ in members], [j for _, j in members]
    return min(rows), min(cols), max(rows), max(cols)


def _row_pieces(members: set[Place], above: Flags) -> list[set[Place]]:
    """The members cut into rectangles: runs along each row, then equal runs of following rows put together again."""
    runs: list[tuple[int, int, int]] = []  # row, first column, column after the last
    for row in sorted({i for i, _ in members}):
        cols = sorted(j for i, j in members if i == row)
        start = cols[0]
        for a, b in zip(cols, [*cols[1:], -1], strict=True):
            if b != a + 1:
                runs.append((row, start, a + 1))
                start = b
    pieces: dict[tuple[int, int, int], set[Place]] = {}
    for row, start, stop in runs:
        before = pieces.pop((row - 1, start, stop), None)
        grows = before is not None and all(above[row, j] < PRINTED for j in range(start, stop))
        own = {(row, j) for j in range(start, stop)}
        if before is not None and not grows:
            pieces[(row - 1, start, -stop)] = before
        pieces[(row, start, stop)] = own | before if grows and before is not None else own
    return list(pieces.values())


def _cell(members: set[Place], above: Flags, beside: Flags) -> LatticeCell:
    top, left, bottom, right = _bounds(members)
    sides = [
        *above[top, left : right + 1], *above[bottom + 1, left : right + 1],
        *beside[top : bottom + 1, left], *beside[top : bottom + 1, right + 1],
    ]  # fmt: skip
    return LatticeCell(top, left, bottom - top + 1, right - left + 1, bool(min(sides) < PRINTED))
