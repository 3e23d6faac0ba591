"""Ink: what is printed on a grey page, and which of it runs straight.

Below the rooms, because both straightening a page and finding its rulings look for long straight ink.
Masks are uint8 arrays of 0 and 255 in the page's frame; grey pages are 0 (ink) to 255 (paper).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]

STRIP = 32  # pixels: height of a strip
MOST_STRIP = 320  # pixels: what would be wider is squeezed
LEAST_CONTRAST = 60  # grey levels between print and paper, below which a strip is not stretched further
PACKED_INCH = 0.02
LEAST_DARK = 10  # grey levels by which eight by eight pixels are darker than paper when there is a point among them
USUAL_INCH = 0.125  # height of print taken for granted when a page shows too little of it


def flatten(grey: Mask, dpi: int) -> Mask:
    """The page with uneven light and tinted paper taken out: paper becomes 255, ink keeps its contrast to the paper.

    The paper is the brightest of each neighbourhood (larger than any stroke), smoothed, at an eighth of the size.
    """
    small = cv2.resize(grey, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    side = max(3, round(dpi / 8 * 0.2) | 1)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((side, side), np.uint8)), min(side * 2 + 1, 31) | 1)
    paper = cv2.resize(np.maximum(paper, 40), (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, paper, scale=255 * 1.02))


def ink_of(flat: Mask, dpi: int, contrast: float = 0.12) -> Mask:
    """Ink of a flattened page: darker than its neighbourhood's mean by `contrast` (a share of full scale)."""
    side = max(15, round(dpi * 0.18) | 1)
    return np.asarray(
        cv2.adaptiveThreshold(
            smoothed(flat), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, side, 255 * contrast
        )
    )


def smoothed(flat: Mask) -> Mask:
    """The page with single dark or light pixels evened out."""
    return np.asarray(cv2.GaussianBlur(flat, (3, 3), 0))


def straight_ink(ink: Mask, length: int, horizontal: bool, gap: int = 0) -> Mask:
    """The ink in straight runs of at least `length` px along one axis; gaps of up to `gap` px are bridged first."""
    # Kernels of odd size have a middle; with an even one the ink would move.
    long, wide = length | 1, (gap + 1) | 1
    shape, bridge = ((1, long), (1, wide)) if horizontal else ((long, 1), (wide, 1))
    bridged = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(bridge, np.uint8)) if gap else ink
    return np.asarray(cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones(shape, np.uint8)))


def find_content(flat: Mask, margin: int) -> tuple[int, int, int, int]:
    """The box of all that is printed on a flattened page, with a margin; of a blank page the whole."""
    times = 8
    high, wide = (max(1, side // times) for side in flat.shape)
    whole = flat[: high * times, : wide * times]
    dark = cv2.resize(whole, (wide, high), interpolation=cv2.INTER_AREA) < 255 - LEAST_DARK
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not len(rows):
        return 0, 0, flat.shape[1], flat.shape[0]
    x0, y0 = (max(0, int(part[0]) * times - margin) for part in (columns, rows))
    x1, y1 = ((int(part[-1]) + 2) * times + margin for part in (columns, rows))
    return x0, y0, min(flat.shape[1], x1), min(flat.shape[0], y1)


def packed(ink: Mask, dpi: int, share: float) -> tuple[Mask, int]:
    """The ink with some pixels of each row made one, inked if this share of them is; and how many they are.

    Along a ruling little hangs on a pixel, and there is so much less to look at.
    """
    wide = max(1, round(PACKED_INCH * dpi))
    short = max(1, ink.shape[1] // wide)
    small = cv2.resize(ink[:, : short * wide], (short, ink.shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray((small >= share * 255) * np.uint8(255)), wide


def print_height(ink: Mask, dpi: int, share: float = 0.5) -> float:
    """The usual height of a character in pixels: of components about as high as wide, this share is lower."""
    outlines, places = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    outer = () if places is None else np.flatnonzero(places[0, :, 3] < 0).tolist()  # the others are holes
    sides = (cv2.boundingRect(outlines[i])[2:] for i in outer)
    heights = [h for w, h in sides if 0.05 * dpi <= h <= 0.35 * dpi and 0.6 * h <= w <= 1.5 * h]
    return float(np.quantile(heights, share)) if len(heights) >= 8 else USUAL_INCH * dpi


def grey_at(part: Mask, share: float) -> float:
    """The grey than which this share of the pixels is darker: numpy's percentile, counted instead of sorted."""
    counts, rank = np.bincount(part.ravel(), minlength=256).cumsum(), share * (part.size - 1)
    below, above = np.searchsorted(counts, (int(rank), min(int(rank) + 1, part.size - 1)), side="right").tolist()
    return float(below + (above - below) * (rank - int(rank)))


def as_strip(crop: Mask) -> Mask:
    """A crop of one line, `STRIP` high, its print stretched to 255 on paper of 0: what the reader of figures sees."""
    paper, ink = grey_at(crop, 0.9), grey_at(crop, 0.005)
    share = (paper - crop.astype(np.float32)) / max(paper - ink, LEAST_CONTRAST)
    width = min(MOST_STRIP, max(8, round(crop.shape[1] * STRIP / crop.shape[0])))
    method = cv2.INTER_AREA if crop.shape[0] > STRIP else cv2.INTER_LINEAR
    small = cv2.resize(np.clip(share, 0, 1) * 255, (width, STRIP), interpolation=method)
    return np.asarray(small, np.uint8)
