"""Known borders followed over the whole table: where along them a line is printed, however thin, pale or broken.

A ruling must be long and clear to be found at all. Once its place is known much less is enough: the page darkens along
a narrow lane against both sides of it, averaged along the lane. What text leaves there is neither narrow nor long.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.ink import Mask
from gouji.tables.rulings import SAME_INCH, Ruling, Rulings, cluster, group_rulings, order_of

REACH_INCH = 0.012  # a line strays this far from where its border lies
SMOOTH_INCH = 0.08  # the page is averaged along a lane over this length
SMOOTH_SIDE = 0.35  # but over no more than this share of the shortest side of a cell
LEAST_PIECE = 0.7  # of the averaged length: what is shorter is chance
LEAST_CONTRAST = 5.0  # grey levels of 255
OF_USUAL = 0.5  # and this share of the border's own contrast where it was found

Lane = NDArray[np.float32]


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
    """The pieces of line along each border between the outermost borders across."""
    start, stop = max(0, crossing[0]), min(flat.shape[1], crossing[-1])
    side = min(b - a for a, b in pairwise(crossing))
    smooth = max(3, round(min(SMOOTH_INCH * dpi, SMOOTH_SIDE * side)) | 1)
    pieces: list[Ruling] = []
    for at in borders:
        own = [run for run in known if abs(run.at - at) <= SAME_INCH * dpi]
        thick = float(np.average([run.thick for run in own], weights=[run.length for run in own]))
        contrast = lane_contrast(flat, own, at, thick, start, stop, smooth, dpi)
        if contrast is None:
            continue
        inked = np.zeros(stop - start, bool)
        for run in own:
            inked[max(0, round(run.start) - start) : max(0, round(run.stop) - start)] = True
        usual = float(np.median(contrast[inked])) if inked.any() else 0.0
        printed = contrast >= max(LEAST_CONTRAST, OF_USUAL * usual)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], printed.astype(np.int8), [0]))))
        pieces += [
            Ruling(float(at), float(start + a), float(start + b), thick)
            for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
            if b - a >= LEAST_PIECE * smooth
            and not any(run.start <= start + a and start + b <= run.stop for run in own)
        ]
    return pieces


def lane_contrast(
    flat: Mask, own: Sequence[Ruling], at: int, thick: float, start: int, stop: int, smooth: int, dpi: int
) -> Lane | None:
    """How much darker the page is along a border than beside it, in grey levels for each pixel from start to stop.

    None for a border at the page's very edge.
    """
    reach, half, beside = max(1, round(REACH_INCH * dpi)), (thick + 1) / 2, max(2, round(0.012 * dpi))
    deep = int(np.ceil(reach + half)) + 1 + beside
    if at - deep < 0 or at + deep + 1 > flat.shape[0] or stop - start < smooth:
        return None
    lane = flat[at - deep : at + deep + 1, start:stop]
    lane = cv2.blur(lane.astype(np.float32), (smooth, 1))
    middle = lane[deep - reach : deep + reach + 1]
    best = middle.argmin(axis=0)
    centre = middle.min(axis=0)
    off = int(np.ceil(half)) + 1
    columns = np.arange(lane.shape[1])
    rows = best + deep - reach
    above = np.mean([lane[rows - off - k, columns] for k in range(beside)], axis=0)
    below = np.mean([lane[rows + off + k, columns] for k in range(beside)], axis=0)
    return np.asarray(np.minimum(above, below) - centre, np.float32)
