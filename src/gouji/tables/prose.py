"""Lines of print outside tables: found by the engine's detector, tightened to their ink, put in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.config import EngineSettings
from gouji.geometry import Box, height, overlap_y, union
from gouji.ink import Mask, ink_of, print_height
from gouji.protocols import Image, OcrEngine, Quad, Reading
from gouji.records import Line
from gouji.zh import normalise

JOIN_GAP = 1.2  # heights: pieces of one line nearer than this belong together
LONG = 4.0  # times as wide as high: a box that may hold a line of prose
LINE_INK = 0.25  # of the fullest row's ink: what a row of a line has, and the air between lines, seal or not, has not
LEAST = 0.6  # of the usual line's height
TALL, ALIKE = 1.6, 1.4  # times as high as the page's usual line, or as the lower of its pieces: no line of print
MIN_CONFIDENCE = 0.4  # what reads worse is a stain, a seal or a signature
SMALL = 0.25  # of the characters of a page are lower than its small print, parts of characters among them
MARGIN_INCH = 0.25  # white that is kept around print for the detector
FULL = 128  # the detector's images are filled up with white to multiples of this: few shapes, compiled once


def find_prose(flat: Mask, frames: Sequence[Box], dpi: int, engine: OcrEngine, sight: EngineSettings) -> list[Box]:
    """Tight boxes of the lines outside the frames of tables, in reading order.

    The engine looks at `sight.sight_dpi`, from farther away where small print is still `sight.sight_px` high.
    """
    page = flat.copy()
    for x0, y0, x1, y1 in frames:
        page[max(0, y0 - 2) : y1 + 3, max(0, x0 - 2) : x1 + 3] = 255
    ink = ink_of(page, dpi)
    if not ink.any():
        return []
    scale = min(1.0, sight.sight_dpi / dpi, sight.sight_px / print_height(ink, dpi, SMALL))
    seen_at = page_to_sight(page, ink, dpi, scale)
    seen = (_tight(seen_at.quad_on_page(quad), ink) for quad in engine.find_lines(seen_at.image))
    boxes = [box for box in seen if box is not None]
    usual = median(map(height, boxes)) if boxes else 0.0
    return in_reading_order(join_pieces([line for box in boxes for line in _lines_of(box, ink, usual)]))


@dataclass(frozen=True)
class Sight:
    """What the detector sees of a page: its inked bands reduced by `scale` and set below each other.

    Band i begins at `tops[i]` of the image and at `bands[i][0]` of the page; x counts from `left` of the page.
    """

    image: Image
    scale: float
    left: int
    bands: tuple[tuple[int, int], ...]
    tops: tuple[int, ...]

    def quad_on_page(self, quad: Quad) -> Quad:
        """The quad in pixels of the page; it lies in the band in which its middle lies."""
        band = max(0, int(np.searchsorted(self.tops, float(quad[:, 1].mean()), side="right")) - 1)
        offset = np.array([self.left, self.bands[band][0]], np.float32)
        return np.asarray((quad - np.array([0, self.tops[band]], np.float32)) / self.scale + offset, np.float32)


def page_to_sight(page: Mask, ink: Mask, dpi: int, scale: float) -> Sight:
    """The page without its blank margins and bands: a page of tables has little to show to the detector.

    The page must have ink.
    """
    margin = round(MARGIN_INCH * dpi)
    bands = _inked(np.asarray(ink.any(axis=1)), margin)
    columns = _inked(np.asarray(ink.any(axis=0)), margin)
    left, right = columns[0][0], columns[-1][1]
    parts = [
        cv2.resize(page[top:bottom, left:right], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for top, bottom in bands
    ]
    tops = np.cumsum([0, *(len(part) for part in parts[:-1])]).tolist()
    high, wide = sum(len(part) for part in parts), parts[0].shape[1]
    image = np.full((-(-high // FULL) * FULL, -(-wide // FULL) * FULL), 255, np.uint8)
    image[:high, :wide] = np.concatenate(parts)
    return Sight(image, scale, left, tuple(bands), tuple(tops))


def _inked(marks: NDArray[np.bool_], margin: int) -> list[tuple[int, int]]:
    """The runs of marks with a margin around each; runs whose margins meet are one."""
    near = cv2.dilate(marks.astype(np.uint8)[:, None], np.ones((2 * margin + 1, 1), np.uint8))[:, 0]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], near.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _tight(quad: Quad, ink: Mask) -> Box | None:
    """The ink inside a quad's bounding box; None when there is hardly any."""
    x0, y0 = np.maximum(np.floor(quad.min(axis=0)).astype(int), 0).tolist()
    x1, y1 = np.ceil(quad.max(axis=0)).astype(int).tolist()
    patch = ink[y0:y1, x0:x1] > 0
    rows = np.flatnonzero(patch.sum(axis=1) > 0)
    cols = np.flatnonzero(patch.sum(axis=0) > 0)
    if len(rows) < 3 or len(cols) < 3:
        return None
    return x0 + int(cols[0]), y0 + int(rows[0]), x0 + int(cols[-1]) + 1, y0 + int(rows[-1]) + 1


def _lines_of(box: Box, ink: Mask, usual: float) -> list[Box]:
    """The lines of a box that is too high for one: a seal's print bound a line to what stands above and below it."""
    x0, y0, x1, y1 = box
    if y1 - y0 <= TALL * usual or x1 - x0 < LONG * (y1 - y0):
        return [box]
    profile = np.count_nonzero(ink[y0:y1, x0:x1], axis=1)
    full = np.concatenate(([0], (profile >= LINE_INK * profile.max()).astype(np.int8), [0]))
    edges = np.flatnonzero(np.diff(full))
    bands = [(y0 + a, y0 + b) for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]
    lines = [(x0, top, x1, bottom) for top, bottom in bands if LEAST * usual <= bottom - top <= TALL * usual]
    return lines or [box]


def join_pieces(boxes: Sequence[Box]) -> list[Box]:
    """Boxes of one line that nearly touch made one."""
    usual = median(map(height, boxes)) if boxes else 0.0
    joined: list[Box] = []
    for box in sorted(boxes, key=lambda box: box[0]):
        for i, other in enumerate(joined):
            if _in_one_line(box, other, usual) and box[0] - other[2] <= JOIN_GAP * min(height(box), height(other)):
                joined[i] = union((box, other))
                break
        else:
            joined.append(box)
    return joined


def _in_one_line(box: Box, other: Box, usual: float) -> bool:
    """Whether boxes lie in one line: what is much higher than a line of the page, a seal say, takes none to itself."""
    most = max(TALL * usual, ALIKE * min(height(box), height(other)))
    return overlap_y(box, other) > 0.6 and height(union((box, other))) <= most


def in_reading_order(boxes: Sequence[Box]) -> list[Box]:
    """From top to bottom; those that stand side by side from left to right."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: (box[1] + box[3]) / 2):
        if rows and overlap_y(box, rows[-1][0]) > 0.5:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row)]


def cut_prose(flat: Mask, box: Box) -> Image:
    """The crop of one line with a margin for the recogniser."""
    grow = max(2, round(0.14 * height(box)))
    x0, y0, x1, y1 = box
    return np.ascontiguousarray(flat[max(0, y0 - grow) : y1 + grow, max(0, x0 - 2 * grow) : x1 + 2 * grow])


def boxes_to_lines(boxes: Sequence[Box], readings: Sequence[Reading]) -> list[Line]:
    """Lines from boxes and their readings, in step; what could not be read is left out."""
    return [
        Line(text=reading.text, box=box, confidence=round(reading.confidence, 4), chars=reading.chars)
        for box, reading in zip(boxes, map(_normalised, readings), strict=True)
        if reading.text.strip() and reading.confidence >= MIN_CONFIDENCE
    ]


def _normalised(reading: Reading) -> Reading:
    """The reading with its text normalised character by character, so that confidences stay in step."""
    pairs = [
        (part, chance) for char, chance in zip(reading.text, reading.chars, strict=True) for part in normalise(char)
    ]
    return Reading("".join(c for c, _ in pairs), reading.confidence, tuple(round(p, 3) for _, p in pairs))
