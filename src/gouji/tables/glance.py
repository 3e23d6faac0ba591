"""Figures at a glance: the small reader looks at every lone line of every cell first, before the engine does.

Where a page is clear its sure figures are taken as they are, and the engine reads the rest; on a worn page the engine
reads all, and the glance is a second opinion (see `gouji.tables.doubt`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from gouji.protocols import Image, LineReader, Reading
from gouji.tables.fill import CellLine, certainty
from gouji.zh import parse_number

SURE_ALONE = 0.99  # certainty from which a figure needs no second reader, on a clear page
CLEAR = 0.85  # share of a page's figures that must be so sure for the page to be clear
WIDEST = 0.85  # of a crop's height: no sign of a figure stands farther from the next, or from the crop's end
LONGEST = 12  # times as wide as high: a longer line is no figure


def glance(
    lines: Sequence[Sequence[CellLine]], crops: Sequence[Sequence[Image]], reader: LineReader | None
) -> list[list[Reading | None]]:
    """What the reader of figures makes of the lines that alone fill their cell, lattice by lattice; None elsewhere."""
    said: list[list[Reading | None]] = [[None] * len(group) for group in crops]
    if reader is None:
        return said
    places = [
        (n, i)
        for n, (group, cut) in enumerate(zip(lines, crops, strict=True))
        for i, (alone, crop) in enumerate(zip(_alone(group), cut, strict=True))
        if alone and crop.shape[1] <= LONGEST * crop.shape[0]
    ]
    for (n, i), reading in zip(places, reader.read_lines([crops[n][i] for n, i in places]), strict=True):
        said[n][i] = reading
    return said


def _alone(lines: Sequence[CellLine]) -> list[bool]:
    count = Counter(line.cell for line in lines)
    return [count[line.cell] == 1 for line in lines]


def take_plain(
    said: Sequence[Sequence[Reading | None]], crops: Sequence[Sequence[Image]]
) -> list[list[Reading | None]]:
    """Of what was said of one page, the figures that are taken without the engine; all None if it is not clear."""
    figures = [reading for group in said for reading in group if reading and parse_number(reading.text) is not None]
    sure = sum(certainty(reading) >= SURE_ALONE for reading in figures)
    clear = bool(figures) and sure >= CLEAR * len(figures)
    return [
        [reading if clear and _is_plain(reading, crop) else None for reading, crop in zip(group, cut, strict=True)]
        for group, cut in zip(said, crops, strict=True)
    ]


def _is_plain(reading: Reading | None, crop: Image) -> bool:
    if reading is None or parse_number(reading.text) is None or certainty(reading) < SURE_ALONE:
        return False
    return _fills(reading, crop.shape[1] / crop.shape[0])


def _fills(reading: Reading, ratio: float) -> bool:
    """Whether the signs stand all along a crop `ratio` times as wide as high: a gap may hold what was not seen."""
    stops = [0.0, *(place * ratio for place in reading.places), ratio]
    return max(b - a for a, b in pairwise(stops)) <= WIDEST
