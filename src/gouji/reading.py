"""One page from pixels or characters to its reading: the rooms `pages`, `tables` and `engines` put to work in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from gouji.config import Settings
from gouji.geometry import Box, area, intersection
from gouji.ink import Mask, ink_of
from gouji.pages.clean import clean_page
from gouji.pages.raster import Raster
from gouji.pages.straighten import find_bend, straighten
from gouji.pages.upright import Upright, find_upright, rotate, turn_box, turn_image
from gouji.protocols import Image, LayoutDetector, OcrEngine
from gouji.records import Grid, Line, Page, PageReading
from gouji.tables.chars import chars_to_lines, fill_from_chars
from gouji.tables.doubt import settle
from gouji.tables.fill import cut_line, fill_lattice, find_cell_print, print_height
from gouji.tables.lattice import Lattice, rulings_to_lattices
from gouji.tables.prose import boxes_to_lines, cut_prose, find_prose
from gouji.tables.rulings import find_rulings, rulings_of


@dataclass(frozen=True)
class Readers:
    """What reads a page: an OCR engine and a detector of table regions, each opened when first needed.

    Models take seconds to load, and digital pages need none.
    """

    open_engine: Callable[[], OcrEngine]
    open_detector: Callable[[], LayoutDetector]

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
    grids: list[Grid] = []
    chars = list(raster.chars)
    for lattice in rulings_to_lattices(rulings_of(raster.rulings, raster.dpi), raster.dpi):
        grid, chars = fill_from_chars(lattice, chars)
        grids.append(grid)
    page = Page(page=raster.page, width=width, height=height, dpi=raster.dpi, origin="digital", turn=raster.turn)
    return PageReading(page=page, lines=tuple(chars_to_lines(chars)), grids=tuple(grids))


def read_scan(raster: Raster, readers: Readers, settings: Settings) -> PageReading:
    """The reading of a scanned page: upright and clean, its table regions, its lines and cells, all of them read."""
    flat, seals = clean_page(raster.image, raster.dpi)
    upright = find_upright(flat, raster.dpi, readers.engine.read_lines)
    seals = tuple(turn_box(box, upright.turn, flat.shape[1], flat.shape[0]) for box in seals)
    flat = bring_upright(flat, raster.dpi, upright)
    lattices = find_lattices(flat, raster.dpi, readers.detector, settings)
    grids, lines = read_print(flat, raster.dpi, lattices, seals, readers.engine)
    page = Page(
        page=raster.page, width=flat.shape[1], height=flat.shape[0], dpi=raster.dpi, origin="scan",
        turn=upright.turn, skew=upright.skew, seals=seals,
    )  # fmt: skip
    return PageReading(page=page, lines=tuple(lines), grids=tuple(grids))


def bring_upright(flat: Mask, dpi: int, upright: Upright) -> Mask:
    """The page turned, levelled and, where its rulings show a bend, straightened."""
    level = turn_image(rotate(flat, upright.skew), upright.turn)
    bend = find_bend(level, dpi)
    return level if bend is None else straighten(level, bend)


def page_image(raster: Raster, page: Page) -> Image:
    """The pixels in which the page's boxes count: a scan brought upright as `page` tells, a digital page as it is."""
    if page.origin == "digital":
        return raster.image
    flat, _ = clean_page(raster.image, raster.dpi)
    return bring_upright(flat, raster.dpi, Upright(page.turn, page.skew))


def find_lattices(flat: Mask, dpi: int, detector: LayoutDetector, settings: Settings) -> list[Lattice]:
    """The lattices that lie in the table regions that the detector names."""
    from gouji.engines.detectors import table_boxes

    regions = table_boxes(detector.detect(flat), settings.detector)
    lattices = rulings_to_lattices(find_rulings(flat, dpi), dpi)
    return [lattice for lattice in lattices if any(_covers(region, lattice.box) for region in regions)]


def find_frames(image: Image) -> list[Box]:
    """The frames of all lattices of an upright page: what the default detector calls tables.

    A detector sees pixels only, so the page is taken for a sheet of A4; frames hardly depend on it.
    """
    dpi = min(300, round(max(image.shape[:2]) / 11.7))
    return [lattice.box for lattice in rulings_to_lattices(find_rulings(image, dpi), dpi)]


def _covers(region: Box, box: Box) -> bool:
    return area(intersection(region, box)) >= 0.5 * area(box)


def read_print(
    flat: Mask, dpi: int, lattices: Sequence[Lattice], seals: Sequence[Box], engine: OcrEngine
) -> tuple[list[Grid], list[Line]]:
    """The grids and the lines outside them; all crops of the page go to the engine together, so that batches fill."""
    height = print_height(ink_of(flat, dpi), dpi)
    cells = find_cell_print(flat, lattices, dpi, seals)
    prose = find_prose(flat, [lattice.box for lattice in lattices], dpi, engine)
    crops = [[cut_line(cells.image, line, height) for line in lines] for lines in cells.lines]
    prose_crops = [cut_prose(flat, box) for box in prose]
    readings = iter(engine.read_lines([crop for group in (*crops, prose_crops) for crop in group]))
    grids = []
    for lattice, lines, cut in zip(lattices, cells.lines, crops, strict=True):
        first = [next(readings) for _ in lines]
        grids.append(fill_lattice(lattice, lines, settle(lattice, lines, cut, first, engine.read_lines)))
    return grids, boxes_to_lines(prose, list(readings))
