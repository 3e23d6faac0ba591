"""Leaves: what of a sheet is read as one page. A sheet holds one leaf, or two side by side (an opened book, A3 of A4).

Page numbers stay those of the file: both leaves of a sheet have its number and its frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gouji.geometry import Box, center, width
from gouji.records import Grid, Line, Page, PageReading

SPREAD_ASPECT = (1.25, 1.65)  # width by height of a sheet of two leaves; two of A4 are 1.41
GUTTER_SHARE = 0.035  # of the sheet's width: free of print between two leaves, where two margins meet
GUTTER_REACH = 0.06  # of the sheet's width: how far from its middle the gutter may lie
WIDE_LEAF = (
    0.5  # of a leaf's width: print this wide on both sides makes a spread; what is narrower may be a table's panel
)


@dataclass(frozen=True)
class Leaf:
    """The lines and grids of one leaf. `number` counts leaves through the document; `page` ends at its right edge."""

    number: int
    page: Page
    lines: tuple[Line, ...]
    grids: tuple[Grid, ...]
    landscape: bool = False


def readings_to_leaves(readings: Sequence[PageReading]) -> list[Leaf]:
    """All leaves in reading order."""
    leaves: list[Leaf] = []
    for reading in readings:
        gutter = find_gutter(reading)
        if gutter is None:
            wide = reading.page.width > reading.page.height
            leaves.append(Leaf(len(leaves) + 1, reading.page, reading.lines, reading.grids, wide))
        else:
            leaves += _both(reading, gutter, len(leaves) + 1)
    return leaves


def _both(reading: PageReading, gutter: float, number: int) -> tuple[Leaf, Leaf]:
    left = reading.page.model_copy(update={"width": round(gutter)})
    lines = [[line for line in reading.lines if (center(line.box)[0] > gutter) == right] for right in (False, True)]
    grids = [[grid for grid in reading.grids if (center(grid.box)[0] > gutter) == right] for right in (False, True)]
    return (
        Leaf(number, left, tuple(lines[0]), tuple(grids[0])),
        Leaf(number + 1, reading.page, tuple(lines[1]), tuple(grids[1])),
    )


def find_gutter(reading: PageReading) -> float | None:
    """Where (x) two leaves of a sheet meet; None when it holds one.

    Nothing crosses the gutter of a landscape sheet, and print nearly as wide as a leaf stands on either side of it.
    """
    page = reading.page
    if not page.height or not SPREAD_ASPECT[0] <= page.width / page.height <= SPREAD_ASPECT[1]:
        return None
    boxes = [grid.box for grid in reading.grids] + [line.box for line in reading.lines]
    gutter = _free_middle(boxes, page.width)
    if gutter is None:
        return None
    sides = [[box for box in boxes if (center(box)[0] > gutter) == right] for right in (False, True)]
    wide = all(max((width(box) for box in side), default=0) >= WIDE_LEAF * page.width / 2 for side in sides)
    return gutter if wide else None


def _free_middle(boxes: Iterable[Box], page_width: int) -> float | None:
    """The middle of the widest strip without print about the sheet's middle; None when there is none wide enough."""
    low, high = (0.5 - GUTTER_REACH) * page_width, (0.5 + GUTTER_REACH) * page_width
    spans = sorted((box[0], box[2]) for box in boxes if box[2] > low and box[0] < high)
    free, end = [], low
    for start, stop in spans:
        free.append((start - end, (start + end) / 2))
        end = max(end, float(stop))
    free.append((high - end, (high + end) / 2))
    gap, middle = max(free)
    return middle if gap >= GUTTER_SHARE * page_width else None
