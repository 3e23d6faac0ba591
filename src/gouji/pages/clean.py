"""Seals off, paper white: from a colour scan to a grey page on which only the print is dark."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.geometry import Box
from gouji.ink import Mask, flatten
from gouji.protocols import Image

Pixels = NDArray[np.uint8]

SEAL_SATURATION = 60  # of 255; below it, red cannot be told from the paper's tint
MIN_SEAL_MM = 18.0  # official seals measure 30 to 58 mm; a partial print on the edge is smaller
MIN_SEAL_INK = 0.02  # share of a seal's box that is red


def clean_page(image: Image, dpi: int) -> tuple[Mask, tuple[Box, ...]]:
    """The flattened grey page with red ink taken off, and the boxes of the seals that were on it.

    Red ink is bright in the red channel while black print beneath it stays dark, so red pixels take their value from
    there (after the red plate method of colour drop-out scanning).
    """
    if image.ndim == 2:
        return flatten(image, dpi), ()
    red = _red_ink(image)
    if not red.any():
        return flatten(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dpi), ()
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    # JPEG keeps colour at half resolution: a seal's rim is wider than its red.
    near = cv2.dilate(red, np.ones((13, 13), np.uint8)) > 0
    grey[near] = _lifted(image[near], image[red > 0])
    return flatten(grey, dpi), _seals(red, dpi)


def _lifted(pixels: Pixels, stamp: Pixels) -> Pixels:
    """Grey values of pixels (n, 3) near a stamp: the red channel, lifted to white by as much as the pixel is red."""
    redness, full = (_redness(part[None])[0].astype(np.float32) for part in (pixels, stamp))
    bright = max(80.0, float(np.percentile(stamp[:, 2], 25)))  # the stamp's own red; print under it is much darker
    share = np.clip(redness / max(1.0, float(np.percentile(full, 40))), 0, 1)
    return np.asarray(np.clip(pixels[:, 2] * (1 + (255 / bright - 1) * share), 0, 255), np.uint8)


def _red_ink(image: Image) -> Mask:
    return np.asarray(cv2.threshold(_redness(image), SEAL_SATURATION, 255, cv2.THRESH_BINARY)[1])


def _redness(image: Image) -> Mask:
    """How much redder than blue or green, 0 where another is brighter; BGR in the last axis."""
    blue, green, red = cv2.split(image)
    return np.asarray(cv2.subtract(red, cv2.max(blue, green)))


def _seals(red: Mask, dpi: int) -> tuple[Box, ...]:
    """Boxes of red patches of a seal's size: strokes closer than 4 mm belong together."""
    side = round(dpi / 25.4 * 4)
    small = cv2.resize(red, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    joined = cv2.dilate((small > 40).astype(np.uint8), np.ones((side // 4 + 1, side // 4 + 1), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = []
    for x, y, w, h, _ in (stats[1:count] * 4).tolist():
        box = (x + side // 2, y + side // 2, x + w - side // 2, y + h - side // 2)
        if min(w, h) - side < MIN_SEAL_MM * dpi / 25.4:
            continue
        if np.count_nonzero(red[y : y + h, x : x + w]) > MIN_SEAL_INK * w * h:
            found.append(box)
    return tuple(sorted(found, key=lambda box: (box[1], box[0])))
