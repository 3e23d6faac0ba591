"""Text into cells: where the lines of print are inside each cell, and what was read there, joined.

A blank cell gives no line and is never read: specks and remains of rulings are not text, a lone dash is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.geometry import Box, area, intersection, shift
from gouji.ink import Mask, grey_at, ink_of, print_height, smoothed
from gouji.protocols import Image, Reading
from gouji.records import Grid, GridCell
from gouji.tables.lattice import Lattice
from gouji.zh import normalise

INSET_INCH = 0.015  # ink this near to a border is the border's
BORDER_INCH, BORDER_INK = 0.045, 0.3  # and so is what is inked over this share of the cell's side, up to this depth
SPECK_INCH = 0.025  # a component smaller than this both ways is no text by itself
DASH_INCH = 0.035  # a flat component must be this wide to be a dash
LEAST_PRINT = 0.3  # of the height of print: what is smaller both ways is no line of text
LEAST_UNDER_SEAL = 0.5  # the same where a seal left dark specks: still less than a dash
THIN_CONTRAST = 30  # grey levels under a cell's paper: the thin strokes beside thick rulings, which darken the mean
RIM_INCH = 0.03  # so far a border shines into a cell
LEAST_STROKE = 0.5  # of the height of print: no arc of a figure is so wide and flat
SEAL_RIM_INCH = 0.06
MOST_INK = 0.4  # of a cell: where more is that dark, its paper is no even one
PALE = 0.45  # of the way from the page's print to white


@dataclass(frozen=True)
class CellLine:
    """A line of print in the cell with index `cell` of its lattice's cells.

    `box` is tight around its ink, `inner` what of the cell lies inside its borders.
    """

    cell: int
    box: Box
    inner: Box


@dataclass(frozen=True)
class CellPrint:
    """The print of a page's tables: `image` is the page without borders and specks.

    `lines` and `heights`, the usual height of a character, are of each lattice.
    """

    image: Mask
    lines: tuple[tuple[CellLine, ...], ...]
    heights: tuple[float, ...]


def find_cell_print(flat: Mask, lattices: Sequence[Lattice], dpi: int, seals: Sequence[Box] = ()) -> CellPrint:
    """The lines of print in all cells of all lattices, cell by cell, each cell's from top to bottom.

    Under `seals` pale ink is what the seal left, elsewhere it is thin print.
    """
    image = flat.copy()
    lines, heights = [], []
    for lattice in lattices:
        x0, y0, x1, y1 = lattice.box
        ink = ink_of(flat[y0:y1, x0:x1], dpi)
        height, grey = print_height(ink, dpi), flat[y0:y1, x0:x1]
        smooth = smoothed(grey)
        pale = pale_from(grey, ink, dpi) if seals else 0.0
        found: list[CellLine] = []
        for index, cell in enumerate(lattice.cells):
            inner = _inner(ink, shift(lattice.box_of(cell), -x0, -y0), dpi)
            patch = _part(ink, inner)
            if patch.size == 0 or not patch.any():
                continue
            _add_thin_strokes(ink, smooth, inner, height, dpi)
            text = _without_specks(ink, inner, height, dpi)
            place = shift(inner, x0, y0)
            sealed = any(area(intersection(seal, place)) for seal in seals)
            if sealed:
                text &= _has_core(patch, (_part(grey, inner) < pale) | ~_covered(place, seals, dpi))
            _whiten(image[place[1] : place[3], place[0] : place[2]], patch, text)
            found += [CellLine(index, shift(line, *place[:2]), place) for line in _lines_in(text, height, sealed)]
        lines.append(tuple(found))
        heights.append(height)
    return CellPrint(image, tuple(lines), tuple(heights))


def _inner(ink: Mask, box: Box, dpi: int) -> Box:
    """What of a cell lies inside its borders as printed: inked rows and columns that hang on a border are the border's.

    `box` counts in pixels of `ink`.
    """
    x0, y0, x1, y1 = (max(0, value) for value in box)
    patch = ink[y0 : y1 + 1, x0 : x1 + 1] > 0
    if min(patch.shape) < 4:
        return x0, y0, x0, y0
    cut_y, cut_x = max(1, patch.shape[0] // 8), max(1, patch.shape[1] // 8)
    across, down = patch[:, cut_x:-cut_x].mean(axis=1), patch[cut_y:-cut_y].mean(axis=0)
    return (
        x0 + _border(down, dpi), y0 + _border(across, dpi),
        x1 + 1 - _border(down[::-1], dpi), y1 + 1 - _border(across[::-1], dpi),
    )  # fmt: skip


def _border(profile: NDArray[np.float64], dpi: int) -> int:
    """How far a border reaches into a cell: at least `INSET_INCH`, at most `BORDER_INCH`, as long as it is inked."""
    depth, most = max(2, round(INSET_INCH * dpi)), round(BORDER_INCH * dpi)
    while depth < min(most, len(profile) // 3) and profile[depth] > BORDER_INK:
        depth += 1
    return depth


def pale_from(grey: Mask, ink: Mask, dpi: int) -> float:
    """The grey from which on ink is pale against the print: what a seal leaves, not a character.

    The print's darkness is the median of the darkest pixels of components of a character's size; 255 if there are few.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    darkest = np.full(count, 255, np.uint8)
    np.minimum.at(darkest, labels.ravel(), grey.ravel())
    width, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    sized = (high >= 0.05 * dpi) & (high <= 0.35 * dpi) & (width <= 0.35 * dpi)
    sized[0] = False
    if np.count_nonzero(sized) < 8:
        return 255.0
    dark = float(np.median(darkest[sized]))
    return dark + PALE * (255 - dark)


def _part(image: Mask, box: Box) -> Mask:
    return image[box[1] : box[3], box[0] : box[2]]


def _add_thin_strokes(ink: Mask, smooth: Mask, inner: Box, height: float, dpi: int) -> None:
    """Put in the strokes across that are ink by the cell's own paper only: in print those are the thin ones.

    None where light is uneven or most of the cell is that dark; none along the cell's edge: that is its border's rim.
    """
    patch, light, rim = _part(ink, inner), _part(smooth, inner), max(2, round(RIM_INCH * dpi))
    thin = light < grey_at(light, 0.5) - THIN_CONTRAST
    if thin.mean() > MOST_INK:
        return
    new = thin & (cv2.dilate(patch, np.ones((3, 3), np.uint8)) == 0)
    if not new.any():
        return
    _, labels, stats, _ = cv2.connectedComponentsWithStats(new.astype(np.uint8))
    top, w, h = (stats[:, c] for c in (cv2.CC_STAT_TOP, cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT))
    stroke = (w >= LEAST_STROKE * height) & (h <= LEAST_PRINT * height) & (top >= rim) & (top + h <= len(thin) - rim)
    stroke[0] = False
    patch[stroke[labels]] = 255


def _covered(place: Box, seals: Sequence[Box], dpi: int) -> NDArray[np.bool_]:
    """Which pixels of a place on the page a seal may have inked; its print reaches a little out of its box."""
    grow, covered = round(SEAL_RIM_INCH * dpi), np.zeros((place[3] - place[1], place[2] - place[0]), bool)
    for x0, y0, x1, y1 in seals:
        left, top = max(0, x0 - grow - place[0]), max(0, y0 - grow - place[1])
        covered[top : max(0, y1 + grow - place[1]), left : max(0, x1 + grow - place[0])] = True
    return covered


def _has_core(patch: Mask, dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The components of ink of which at least one pixel is dark."""
    count, labels, _, _ = cv2.connectedComponentsWithStats(patch)
    core = np.zeros(count, bool)
    core[np.unique(labels[dark])] = True
    core[0] = False
    return np.asarray(core[labels])


def _whiten(image: Mask, ink: Mask, text: NDArray[np.bool_]) -> None:
    """Ink that is no text becomes white, with the grey rim around it; text keeps its own rim."""
    rim = np.ones((3, 3), np.uint8)
    stray = cv2.dilate(((ink > 0) & ~text).astype(np.uint8), rim) > 0
    image[stray & (cv2.dilate(text.astype(np.uint8), rim) == 0)] = 255


def _lines_in(text: NDArray[np.bool_], height: float, sealed: bool) -> list[Box]:
    """Boxes of the lines of print in one cell's inner patch; under a seal there is more that is none."""
    boxes, least = [], LEAST_UNDER_SEAL if sealed else LEAST_PRINT
    for band in _bands(np.asarray(text.any(axis=1)), height):
        for top, bottom in _cut(text, band, height):
            columns = np.flatnonzero(text[top:bottom].any(axis=0))
            # Less than a dash either way is no print.
            if len(columns) and max(bottom - top, columns[-1] + 1 - columns[0]) >= least * height:
                boxes.append((int(columns[0]), top, int(columns[-1]) + 1, bottom))
    return boxes


def _without_specks(ink: Mask, inner: Box, height: float, dpi: int) -> NDArray[np.bool_]:
    """Of the ink inside a cell the components that are text: neither specks, nor slivers of its borders.

    A speck close to text stays: it may be a decimal point. A thin component that goes on outside is a sliver.
    """
    x0, y0, x1, y1 = inner
    patch = ink[y0:y1, x0:x1]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(patch)
    hanging = np.zeros(count, bool)
    hanging[np.unique(labels[_touches_outside(ink, inner)])] = True
    thin = max(2, INSET_INCH * dpi)
    sure, small = np.zeros(count, bool), np.zeros(count, bool)
    for i in range(1, count):
        _, _, w, h, _ = stats[i].tolist()
        speck = (h < SPECK_INCH * dpi and w < DASH_INCH * dpi) or (w < SPECK_INCH * dpi / 2 and h < 0.4 * height)
        sliver = hanging[i] and min(w, h) <= thin
        sure[i] = not (sliver or speck)
        small[i] = speck and not hanging[i]
    near = _around(stats[sure], patch.shape, height)
    sure[np.unique(labels[near & small[labels]])] = True
    sure[0] = False
    return np.asarray(sure[labels])


def _around(stats: NDArray[np.int32], shape: tuple[int, ...], height: float) -> NDArray[np.bool_]:
    """The boxes of components grown by what lies between two characters: a colon stands in the middle of its square.

    The square of 一 is higher than its stroke: the mark behind it (一、) stands at the foot of it.
    """
    near = np.zeros(shape, bool)
    wide, high, half = round(0.6 * height), round(0.2 * height), round(0.5 * height)
    for x, y, w, h, _ in stats.tolist():
        near[max(0, y - high) : y + h + high, max(0, x - wide) : x + w + wide] = True
        if h < LEAST_PRINT * height and w >= LEAST_STROKE * height:
            near[max(0, y - half) : y + h + half, x + w : x + w + wide] = True
    return near


def _touches_outside(ink: Mask, inner: Box) -> NDArray[np.bool_]:
    """Pixels along the edge of the inner box whose neighbour outside is inked too."""
    x0, y0, x1, y1 = inner
    touching = np.zeros((y1 - y0, x1 - x0), bool)
    for inside, outside in (
        ((slice(None), 0), (slice(y0, y1), x0 - 1)),
        ((slice(None), -1), (slice(y0, y1), min(x1, ink.shape[1] - 1))),
        ((0, slice(None)), (y0 - 1, slice(x0, x1))),
        ((-1, slice(None)), (min(y1, ink.shape[0] - 1), slice(x0, x1))),
    ):
        touching[inside] |= ink[outside] > 0
    return touching


def _bands(inked: NDArray[np.bool_], height: float) -> list[tuple[int, int]]:
    """Runs of inked rows; a low run (the strokes of 二, a dash) joins a near neighbour when both fit into one line."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], inked.astype(np.int8), [0]))))
    runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    bands: list[tuple[int, int]] = []
    for run in runs:
        if bands and run[1] - bands[-1][0] <= 1.2 * height:
            bands[-1] = (bands[-1][0], run[1])
        else:
            bands.append(run)
    return bands


def _cut(text: NDArray[np.bool_], band: tuple[int, int], height: float) -> list[tuple[int, int]]:
    """A band as high as several lines (they touch) cut at its emptiest rows."""
    top, bottom = band
    count = round((bottom - top) / (1.25 * height))
    if count < 2 or bottom - top < 1.75 * height:
        return [band]
    profile = text[top:bottom].sum(axis=1)
    cuts = [top]
    for k in range(1, count):
        middle = (bottom - top) * k / count
        low, high = int(middle - 0.35 * height), int(middle + 0.35 * height) + 1
        cuts.append(top + low + int(profile[low:high].argmin()))
    return [(a, b) for a, b in zip(cuts, [*cuts[1:], bottom], strict=True) if b > a]


def cut_line(image: Mask, line: CellLine, height: float) -> Image:
    """The crop of one line for the recogniser: its ink with a margin of white, its cell's borders left out."""
    inner = line.inner
    x0, y0, x1, y1 = line.box
    grow = max(0.16 * height, (height - (y1 - y0)) / 2 + 0.1 * height)
    want = (x0 - round(0.3 * height), y0 - round(grow), x1 + round(0.3 * height), y1 + round(grow))
    have = (max(want[0], inner[0]), max(want[1], inner[1]), min(want[2], inner[2]), min(want[3], inner[3]))
    return pad_white(image, want, have)


def pad_white(flat: Mask, want: Box, have: Box) -> Image:
    """The part `have` of a page set into white of the size of `want`."""
    crop = flat[max(0, have[1]) : have[3], max(0, have[0]) : have[2]]
    canvas = np.full((max(1, want[3] - want[1]), max(1, want[2] - want[0])), 255, np.uint8)
    top, left = max(0, have[1]) - want[1], max(0, have[0]) - want[0]
    canvas[top : top + crop.shape[0], left : left + crop.shape[1]] = crop
    return canvas


def fill_lattice(lattice: Lattice, lines: Sequence[CellLine], readings: Sequence[Reading]) -> Grid:
    """The grid of a lattice with its lines' readings; `lines` and `readings` run in step."""
    by_cell: dict[int, list[Reading]] = {}
    for line, reading in zip(lines, readings, strict=True):
        by_cell.setdefault(line.cell, []).append(reading)
    cells = [_filled(lattice, index, by_cell.get(index, [])) for index in range(len(lattice.cells))]
    return Grid(box=lattice.box, xs=lattice.xs, ys=lattice.ys, cells=tuple(cells))


def _filled(lattice: Lattice, index: int, readings: Sequence[Reading]) -> GridCell:
    cell = lattice.cells[index]
    read = [reading for reading in readings if reading.text.strip()]
    return GridCell(
        row=cell.row,
        col=cell.col,
        row_span=cell.row_span,
        col_span=cell.col_span,
        box=lattice.box_of(cell),
        text=join_lines([reading.text for reading in read]),
        confidence=round(min((certainty(reading) for reading in (readings if read else ())), default=1.0), 4),
        alternatives=_alternatives(read),
        inferred_line=cell.inferred,
    )


def certainty(reading: Reading) -> float:
    """The confidence of a line's least certain character: one wrong digit makes the figure wrong."""
    return min(
        (chance for chance, char in zip(reading.chars, reading.text, strict=True) if not char.isspace()), default=0.0
    )


def join_lines(texts: Sequence[str]) -> str:
    """The lines of one cell as one text: Chinese and figures run on, Latin words keep a space between them."""
    joined = ""
    for text in (normalise(text).strip() for text in texts):
        space = (
            " "
            if joined and text and joined[-1].isascii() and text[0].isascii() and (joined[-1] + text[0]).isalpha()
            else ""
        )
        joined += space + text
    return joined


def _alternatives(readings: Sequence[Reading]) -> tuple[str, ...]:
    """Other readings of the whole cell: each line's runners-up with the other lines as read."""
    texts = [reading.text for reading in readings]
    found = [
        (chance, join_lines([*texts[:i], other, *texts[i + 1 :]]))
        for i, reading in enumerate(readings)
        for other, chance in reading.alternatives
    ]
    return tuple(text for _, text in sorted(found, reverse=True)[:3])
