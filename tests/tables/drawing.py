"""Draws what scans hold: lattices of rulings, lines of print, whole pages; black (0) on white (255), lengths in px."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import cv2
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gouji.geometry import Box
from gouji.ink import flatten
from gouji.synth.fonts import font_path
from gouji.tables.lattice import Lattice, rulings_to_lattices
from gouji.tables.ruled_ink import find_rulings

Grey = NDArray[np.uint8]
Span = tuple[int, int, int, int]  # row, column, row span, column span
Segment = tuple[int, int, int, int]


@dataclass(frozen=True)
class Plan:
    """A table to draw: its borders and its cells in reading order."""

    xs: tuple[int, ...]
    ys: tuple[int, ...]
    spans: tuple[Span, ...]

    def box(self, span: Span) -> Box:
        """The cell's borders."""
        row, col, rows, cols = span
        return self.xs[col], self.ys[row], self.xs[col + cols], self.ys[row + rows]

    def sides(self) -> list[Segment]:
        """The four sides of every cell as segments, left or upper end first."""
        boxes = [self.box(span) for span in self.spans]
        return [
            side
            for x0, y0, x1, y1 in boxes
            for side in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))
        ]


def blank(height: int, width: int) -> Grey:
    """White paper."""
    return np.full((height, width), 255, np.uint8)


def plan_of(widths: Iterable[int], heights: Iterable[int], merged: Iterable[Span] = (), at: int = 40) -> Plan:
    """A table with its upper left corner `at` px from both edges; `merged` are the cells larger than one."""
    xs = tuple(accumulate(widths, initial=at))
    ys = tuple(accumulate(heights, initial=at))
    merged = tuple(merged)
    taken = {(r + i, c + j) for r, c, rows, cols in merged for i in range(rows) for j in range(cols)}
    single = [(r, c, 1, 1) for r in range(len(ys) - 1) for c in range(len(xs) - 1) if (r, c) not in taken]
    return Plan(xs, ys, tuple(sorted((*merged, *single))))


def rule(image: Grey, side: Segment, thick: int = 2) -> None:
    """Draw one ruling, axis-parallel, its middle line along the segment."""
    x0, y0, x1, y1 = side
    before = thick // 2
    image[max(0, y0 - before) : y1 - before + thick, max(0, x0 - before) : x1 - before + thick] = 0


def draw(plan: Plan, thick: int = 2, without: str = "", image: Grey | None = None) -> Grey:
    """The rulings on a page that holds them with a margin; `without` names missing sides of the frame (l, r)."""
    if image is None:
        image = blank(plan.ys[-1] + plan.ys[0], plan.xs[-1] + plan.xs[0])
    absent = {plan.xs[0]} if "l" in without else set()
    absent |= {plan.xs[-1]} if "r" in without else set()
    for x0, y0, x1, y1 in plan.sides():
        if x0 != x1 or x0 not in absent:
            rule(image, (x0, y0, x1, y1), thick)
    return image


@cache
def _printed(text: str, size: int) -> Grey:
    """A text's pixels, cropped to its ink."""
    font = ImageFont.truetype(str(font_path()), size)
    patch = Image.new("L", (2 * size * len(text) + size, 3 * size), 255)
    ImageDraw.Draw(patch).text((size // 2, size // 2), text, font=font, fill=0)
    pixels = np.asarray(patch)
    rows, cols = (np.flatnonzero((pixels < 190).any(axis=axis)) for axis in (1, 0))
    return pixels[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]


def write(image: Grey, x: int, y: int, text: str, size: int) -> Box:
    """Print a text with its ink's upper left corner at (x, y); gives the box of its ink."""
    patch = _printed(text, size)
    into = image[y : y + patch.shape[0], x : x + patch.shape[1]]
    np.minimum(into, patch[: into.shape[0], : into.shape[1]], out=into)
    return x, y, x + patch.shape[1], y + patch.shape[0]


def write_in(image: Grey, box: Box, text: str, size: int) -> Box:
    """Print a text in the middle of a box; gives the box of its ink."""
    height, width = _printed(text, size).shape
    return write(image, (box[0] + box[2] - width) // 2, (box[1] + box[3] - height) // 2, text, size)


def lattices_of(image: Grey, dpi: int) -> tuple[Lattice, ...]:
    """What is found on a drawn page."""
    return rulings_to_lattices(find_rulings(flatten(image, dpi), dpi), dpi)


def spans_of(lattice: Lattice) -> tuple[Span, ...]:
    """The cells of a lattice as they are written in a plan."""
    return tuple((cell.row, cell.col, cell.row_span, cell.col_span) for cell in lattice.cells)


def softened(image: Grey, blur: float, noise: float, seed: int = 0) -> Grey:
    """The page as a lens and a sensor see it: Gaussian blur, then noise (standard deviations, px and grey levels)."""
    seen = cv2.GaussianBlur(image, (0, 0), blur) if blur else image
    grain = np.random.default_rng(seed).normal(0.0, noise, seen.shape) if noise else 0.0
    return np.asarray(np.clip(seen + grain, 0, 255), np.uint8)


def leant(image: Grey, degrees: float) -> Grey:
    """The page leant to the left (counter-clockwise) on white paper large enough."""
    margin = int(0.06 * max(image.shape)) + 4
    wide = cv2.copyMakeBorder(image, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=255)
    height, width = wide.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(wide, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255))


@st.composite
def plans(draw: st.DrawFn, dpi: int) -> Plan:
    """Tables of 2 to 6 rows and columns of uneven sizes, up to four cells of which are merged rectangles."""
    widths = draw(st.lists(st.integers(int(0.35 * dpi), int(1.1 * dpi)), min_size=2, max_size=6))
    heights = draw(st.lists(st.integers(int(0.2 * dpi), int(0.5 * dpi)), min_size=2, max_size=6))
    merged: list[Span] = []
    for _ in range(draw(st.integers(0, 4))):
        row, col = draw(st.integers(0, len(heights) - 1)), draw(st.integers(0, len(widths) - 1))
        rows, cols = draw(st.integers(1, len(heights) - row)), draw(st.integers(1, len(widths) - col))
        span = (row, col, rows, cols)
        if rows * cols > 1 and not any(_overlap(span, other) for other in merged):
            merged.append(span)
    plan = plan_of(widths, heights, merged, at=int(0.3 * dpi))
    while merged and not _all_borders_printed(plan):
        merged.pop()
        plan = plan_of(widths, heights, merged, at=int(0.3 * dpi))
    return plan


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _all_borders_printed(plan: Plan) -> bool:
    """Whether each column and row border is the side of some cell; a border that is nowhere printed is none."""
    rows = {row for row, _, _, _ in plan.spans}
    cols = {col for _, col, _, _ in plan.spans}
    return len(rows) == len(plan.ys) - 1 and len(cols) == len(plan.xs) - 1
