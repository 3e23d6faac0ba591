"""Known borders followed over the whole table: where along them a line is printed, however thin, pale or broken.

A ruling must be long and clear to be found at all. Once its place is known much less is enough: the page darkens along
a narrow lane against both sides of it, averaged along the lane. What text leaves there is neither narrow nor long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.ink import Mask
from gouji.tables.rulings import SAME_INCH, Ruling, Rulings, cluster, group_rulings, order_of

REACH_INCH = 0.012  # a line strays this far from where its border lies
AIR_INCH = 0.012  # print keeps at least this far from a ruling, and beside it paper is looked for
STROKE_SHARE = 0.75  # of the height of a row: no stroke of a character is longer
SMOOTH_INCH = 0.08  # the page is averaged along a lane over this length
SMOOTH_SIDE = 0.35  # but over no more than this share of the shortest side of a cell
LEAST_PIECE = 0.7  # of the averaged length: what is shorter is chance
LEAST_CONTRAST = 5.0  # grey levels of 255
OF_USUAL = 0.5  # and this share of the border's own contrast where it was found

Floats = NDArray[np.float32]


def trace_borders(flat: Mask, rulings: Rulings, dpi: int) -> Rulings:
    """The rulings of a page, with what else is printed along the borders that they make."""
    down_page = np.ascontiguousarray(flat.T)
    across: list[Ruling] = []
    down: list[Ruling] = []
    for group in group_rulings(rulings, dpi):
        xs, ys = cluster(group.down, dpi), cluster(group.across, dpi)
        across += group.across
        down += group.down
        if len(xs) > 1 and len(ys) > 1:
            across += _traced(flat, group.across, ys, xs, dpi)
            down += _traced(down_page, group.down, xs, ys, dpi)
    return Rulings(tuple(sorted(across, key=order_of)), tuple(sorted(down, key=order_of)))


def _traced(
    flat: Mask, known: Sequence[Ruling], borders: Sequence[int], crossing: Sequence[int], dpi: int
) -> list[Ruling]:
    """The pieces of line along each border between the outermost borders across, those left out that are known."""
    start, stop = max(0, crossing[0]), min(flat.shape[1], crossing[-1])
    side = min(b - a for a, b in pairwise(crossing))
    smooth = max(3, round(min(SMOOTH_INCH * dpi, SMOOTH_SIDE * side)) | 1)
    pieces: list[Ruling] = []
    for at in borders:
        own = [run for run in known if abs(run.at - at) <= SAME_INCH * dpi]
        lane = cut_lane(flat, own, at, start, stop, dpi)
        if lane is None or stop - start < smooth:
            continue
        contrast = _contrast(lane, smooth, dpi)
        least = max(LEAST_CONTRAST, OF_USUAL * _usual(contrast, own, start))
        hung = _hung(lane, least, [c - start for c in crossing], dpi)
        pieces += [
            Ruling(float(at), float(start + a), float(start + b), lane.thick)
            for a, b in _stretches((contrast >= least) & hung)
            if b - a >= LEAST_PIECE * smooth
            and not any(run.start <= start + a and start + b <= run.stop for run in own)
        ]
    return pieces


def _stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _usual(contrast: Floats, own: Sequence[Ruling], start: int) -> float:
    """The contrast where the border was found."""
    inked = np.zeros(len(contrast), bool)
    for run in own:
        inked[max(0, round(run.start) - start) : max(0, round(run.stop) - start)] = True
    return float(np.median(contrast[inked])) if inked.any() else 0.0


def _hung(lane: Lane, least: float, crossing: Sequence[int], dpi: int) -> NDArray[np.bool_]:
    """The lane's parts between borders across, where the print goes on to at least one of the two or fills most of it.

    A stroke of text that happens to lie in the lane is shorter than its row and leaves air at both.
    """
    printed, air = _contrast(lane, 3, dpi) >= least, _air(lane, least, dpi)
    hung = np.zeros(len(printed), bool)
    off, near = math.ceil(lane.thick / 2) + 1, _beside(dpi)
    for a, b in pairwise(crossing):
        head, foot = slice(a, a + off + near), slice(max(a, b - off - near), b)
        ends = (printed[head], air[head]), (printed[foot][::-1], air[foot][::-1])
        reaches = [_reaches(*end, off) for end in ends]
        hung[a:b] = True in reaches or (None in reaches and printed[a:b].mean() > STROKE_SHARE)
    return hung


def _air(lane: Lane, least: float, dpi: int) -> NDArray[np.bool_]:
    """Where the lane's middle is about as light as its paper."""
    deep, reach = len(lane.pixels) // 2, _reach(dpi)
    return np.asarray(lane.pixels[deep - reach : deep + reach + 1].min(axis=0) > np.median(lane.pixels) - least / 2)


def _reaches(printed: NDArray[np.bool_], air: NDArray[np.bool_], off: int) -> bool | None:
    """Whether print begins right behind a border, of which the first `off` pixels are; None where that is not seen."""
    first = off + int(printed[off:].argmax()) if printed[off:].any() else len(printed)
    if (air[1:first] & air[: first - 1]).any():
        return False
    return True if first < len(printed) else None


@dataclass(frozen=True)
class Lane:
    """The strip of a page along a border, the border in its middle row; `thick` is that of its rulings."""

    pixels: Mask
    thick: float


def cut_lane(flat: Mask, own: Sequence[Ruling], at: int, start: int, stop: int, dpi: int) -> Lane | None:
    """The lane of the border at `at`, ruled by `own`; None for one at the page's very edge."""
    thick = float(np.average([run.thick for run in own], weights=[run.length for run in own]))
    deep = _reach(dpi) + math.ceil((thick + 1) / 2) + 1 + _beside(dpi)
    if at - deep < 0 or at + deep + 1 > flat.shape[0]:
        return None
    return Lane(flat[at - deep : at + deep + 1, start:stop], thick)


def _reach(dpi: int) -> int:
    return max(1, round(REACH_INCH * dpi))


def _beside(dpi: int) -> int:
    return max(2, round(AIR_INCH * dpi))


def _contrast(lane: Lane, smooth: int, dpi: int) -> Floats:
    """How much darker the page is along the lane than on either side of it, in grey levels for each pixel."""
    pixels = cv2.blur(lane.pixels.astype(np.float32), (smooth, 1))
    reach, beside, deep, columns = _reach(dpi), _beside(dpi), len(pixels) // 2, np.arange(pixels.shape[1])
    middle = pixels[deep - reach : deep + reach + 1]
    rows, off = middle.argmin(axis=0) + deep - reach, math.ceil((lane.thick + 1) / 2) + 1
    above = np.mean([pixels[rows - off - k, columns] for k in range(beside)], axis=0)
    below = np.mean([pixels[rows + off + k, columns] for k in range(beside)], axis=0)
    return np.asarray(np.minimum(above, below) - middle.min(axis=0), np.float32)
