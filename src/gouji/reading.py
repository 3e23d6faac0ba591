"""One page from pixels or characters to its reading: the rooms `pages`, `tables` and `engines` put to work in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gouji.config import Settings
from gouji.geometry import Box, area, center, contains, intersection, shift
from gouji.ink import Mask, find_content
from gouji.pages.clean import clean_page
from gouji.pages.raster import Raster
from gouji.pages.straighten import find_bend, straighten
from gouji.pages.upright import (
    Turn,
    find_skew,
    find_turn,
    is_upright,
    rotate,
    telling_lines,
    turn_box,
    turn_image,
)
from gouji.protocols import Image, LayoutDetector, LineReader, OcrEngine, Reading
from gouji.records import Grid, Line, Page, PageReading
from gouji.tables.borderless import lines_to_grids
from gouji.tables.chars import PIECE_GAP, chars_to_lines, fill_from_chars
from gouji.tables.doubt import settle
from gouji.tables.fill import CellLine, cut_line, fill_lattice, find_cell_print
from gouji.tables.glance import glance, take_plain
from gouji.tables.lattice import Lattice, rulings_to_lattices
from gouji.tables.prose import boxes_to_lines, cut_prose, find_prose
from gouji.tables.ruled_ink import find_rulings
from gouji.tables.rulings import Ruling, Rulings, rulings_of
from gouji.tables.three_lines import find_open_frames, frame_to_lattice

OWN_DETECTOR = "rulings"
MARGIN_INCH = 0.25  # of paper that is kept around what is printed


@dataclass(frozen=True)
class Readers:
    """What reads a page: an OCR engine and a detector of table regions, each opened when first needed.

    Models take seconds to load, and digital pages need none. `figures` reads figures once more; None: nobody does.
    """

    open_engine: Callable[[], OcrEngine]
    open_detector: Callable[[], LayoutDetector]
    figures: LineReader | None = None

    @cached_property
    def engine(self) -> OcrEngine:
        """The engine, its models loaded."""
        return self.open_engine()

    @cached_property
    def detector(self) -> LayoutDetector:
        """The detector."""
        return self.open_detector()


def read_digital(raster: Raster) -> PageReading:
    """The reading of a digital page from its characters and vector rulings; no OCR, confidence 1."""
    height, width = raster.image.shape[:2]
    rulings = rulings_of(raster.rulings, raster.dpi)
    ruled = rulings_to_lattices(rulings, raster.dpi)
    chars = list(raster.chars)
    outside = [char for char in chars if not any(contains(lattice.box, center(char.box)) for lattice in ruled)]
    pieces = [line.box for line in chars_to_lines(outside, PIECE_GAP)]
    grids: list[Grid] = []
    for lattice in (*ruled, *open_lattices(rulings, ruled, pieces, raster.dpi)):
        grid, chars = fill_from_chars(lattice, chars)
        grids.append(grid)
    free, _ = lines_to_grids(chars_to_lines(chars, PIECE_GAP))
    chars = [char for char in chars if not any(contains(grid.box, center(char.box)) for grid in free)]
    grids += free
    page = Page(page=raster.page, width=width, height=height, dpi=raster.dpi, origin="digital", turn=raster.turn)
    return PageReading(page=page, lines=tuple(chars_to_lines(chars)), grids=_from_the_top(grids))


def _from_the_top(grids: Sequence[Grid]) -> tuple[Grid, ...]:
    return tuple(sorted(grids, key=lambda grid: (grid.box[1], grid.box[0])))


def open_lattices(rulings: Rulings, ruled: Sequence[Lattice], pieces: Sequence[Box], dpi: int) -> list[Lattice]:
    """The lattices of tables with rulings across only, outside the ruled ones; `pieces` are boxes of text."""
    free = [r for r in rulings.across if not any(_crosses(lattice.box, r) for lattice in ruled)]
    found = (frame_to_lattice(frame, pieces, dpi) for frame in find_open_frames(free, dpi))
    return [lattice for lattice in found if lattice is not None]


def _crosses(box: Box, ruling: Ruling) -> bool:
    return box[1] - 2 <= ruling.at <= box[3] + 2 and ruling.start < box[2] and ruling.stop > box[0]


def read_scan(raster: Raster, readers: Readers, settings: Settings) -> PageReading:
    """The reading of a scanned page: clean and upright, its table regions, its lines and cells, all of them read.

    Most pages are scanned upright: whether this one was, the first lines that are read of it tell.
    """
    flat, seals = clean_page(raster.image, raster.dpi)
    skew = find_skew(flat, raster.dpi)
    level = rotate(flat, skew)
    turn: Turn = 0
    found = find_print(level, raster.dpi, seals, readers, settings)
    first = read_first(found, readers)
    if not is_upright(list(first.values())):
        turn = find_turn(level, raster.dpi, readers.engine.read_lines)
    if turn:
        seals = tuple(turn_box(box, turn, flat.shape[1], flat.shape[0]) for box in seals)
        found = find_print(turn_image(level, turn), raster.dpi, seals, readers, settings)
        first = {}
    grids, lines = read_print(found, first, readers)
    free, lines = lines_to_grids(lines)
    height, width = level.shape if turn in (0, 180) else level.shape[::-1]
    page = Page(
        page=raster.page, width=width, height=height, dpi=raster.dpi, origin="scan", turn=turn, skew=skew, seals=seals,
    )  # fmt: skip
    return PageReading(page=page, lines=tuple(lines), grids=_from_the_top([*grids, *free]))


def without_bend(turned: Mask, dpi: int) -> Mask:
    """The upright page, straightened where its rulings show a bend."""
    bend = find_bend(turned, dpi)
    return turned if bend is None else straighten(turned, bend)


def page_image(raster: Raster, page: Page) -> Image:
    """The pixels in which the page's boxes count: a scan brought upright as `page` tells, a digital page as it is."""
    if page.origin == "digital":
        return raster.image
    flat, _ = clean_page(raster.image, raster.dpi)
    return without_bend(turn_image(rotate(flat, page.skew), page.turn), raster.dpi)


def find_lattices(flat: Mask, rulings: Rulings, dpi: int, readers: Readers, settings: Settings) -> list[Lattice]:
    """The lattices that lie in the table regions that the detector names.

    The default detector would only look for the same rulings again and name every lattice.
    """
    lattices = list(rulings_to_lattices(rulings, dpi))
    if settings.detector.name == OWN_DETECTOR:
        return lattices
    from gouji.engines.detectors import table_boxes

    regions = table_boxes(readers.detector.detect(flat), settings.detector)
    return [lattice for lattice in lattices if any(_covers(region, lattice.box) for region in regions)]


def find_frames(image: Image) -> list[Box]:
    """The frames of all lattices of an upright page: what the default detector calls tables.

    A detector sees pixels only, so the page is taken for a sheet of A4; frames hardly depend on it.
    """
    dpi = min(300, round(max(image.shape[:2]) / 11.7))
    return [lattice.box for lattice in rulings_to_lattices(find_rulings(image, dpi), dpi)]


def _covers(region: Box, box: Box) -> bool:
    return area(intersection(region, box)) >= 0.5 * area(box)


@dataclass(frozen=True)
class Print:
    """What is to be read on a page: the lines of print in the cells of its lattices, and its lines of prose.

    `flat` is what is printed of the straightened page; boxes count in it, and its `corner` on the page. `lines`,
    `crops`, `said` and `plain` hold one sequence for each lattice, in step: the lines, their crops, what the reader of
    figures made of them, and what of that stands without the engine.
    """

    flat: Mask
    corner: tuple[int, int]
    lattices: tuple[Lattice, ...]
    lines: tuple[tuple[CellLine, ...], ...]
    crops: list[list[Image]]
    said: list[list[Reading | None]]
    plain: list[list[Reading | None]]
    prose: list[Box]

    @cached_property
    def asked(self) -> list[Image]:
        """The crops that go to the engine: of the cells whose reading does not stand yet, then of the prose."""
        pairs = zip(self.crops, self.plain, strict=True)
        unread = [crop for cut, read in pairs for crop, known in zip(cut, read, strict=True) if known is None]
        return unread + [cut_prose(self.flat, box) for box in self.prose]


def find_print(level: Mask, dpi: int, seals: Sequence[Box], readers: Readers, settings: Settings) -> Print:
    """The print of a level page, seen as upright."""
    page = without_bend(level, dpi)
    left, top, right, bottom = find_content(page, round(MARGIN_INCH * dpi))
    flat = np.ascontiguousarray(page[top:bottom, left:right])
    seals = [shift(box, -left, -top) for box in seals]
    rulings = find_rulings(flat, dpi)
    ruled = find_lattices(flat, rulings, dpi, readers, settings)
    prose = find_prose(flat, [lattice.box for lattice in ruled], dpi, readers.engine, settings.engine)
    lattices = (*ruled, *open_lattices(rulings, ruled, prose, dpi))
    prose = [box for box in prose if not any(contains(lattice.box, center(box)) for lattice in lattices)]
    cells = find_cell_print(flat, lattices, dpi, seals)
    crops = [
        [cut_line(cells.image, line, height) for line in lines]
        for lines, height in zip(cells.lines, cells.heights, strict=True)
    ]
    said = glance(cells.lines, crops, readers.figures)
    return Print(flat, (left, top), lattices, cells.lines, crops, said, take_plain(said, crops), prose)


def read_first(found: Print, readers: Readers) -> dict[int, Reading]:
    """The readings of the lines that tell best whether the page is upright, by their place in `found.asked`."""
    chosen = telling_lines(found.asked)
    return dict(zip(chosen, readers.engine.read_lines([found.asked[i] for i in chosen]), strict=True))


def read_print(found: Print, first: Mapping[int, Reading], readers: Readers) -> tuple[list[Grid], list[Line]]:
    """The grids and the lines of prose; all crops not read `first` go to the engine together: so batches fill."""
    rest = [i for i in range(len(found.asked)) if i not in first]
    read = {**first, **dict(zip(rest, readers.engine.read_lines([found.asked[i] for i in rest]), strict=True))}
    readings = iter(read[i] for i in range(len(found.asked)))
    grids = []
    for lattice, lines, group, glances, taken in zip(
        found.lattices, found.lines, found.crops, found.said, found.plain, strict=True
    ):
        own = [reading if reading is not None else next(readings) for reading in taken]
        settled = settle(lattice, lines, group, own, glances, readers.engine, readers.figures)
        grids.append(fill_lattice(lattice, lines, settled))
    prose = [moved_line(line, *found.corner) for line in boxes_to_lines(found.prose, list(readings))]
    return [moved_grid(grid, *found.corner) for grid in grids], prose


def moved_grid(grid: Grid, dx: int, dy: int) -> Grid:
    """The grid in a frame whose origin lies so far to the left and above."""
    cells = tuple(cell.model_copy(update={"box": shift(cell.box, dx, dy)}) for cell in grid.cells)
    xs, ys = tuple(x + dx for x in grid.xs), tuple(y + dy for y in grid.ys)
    return grid.model_copy(update={"box": shift(grid.box, dx, dy), "xs": xs, "ys": ys, "cells": cells})


def moved_line(line: Line, dx: int, dy: int) -> Line:
    """The line in a frame whose origin lies so far to the left and above."""
    return line.model_copy(update={"box": shift(line.box, dx, dy)})
