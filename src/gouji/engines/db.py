"""From a text detector's heat map to quads: the last step of Differentiable Binarization (Liao et al. 2020, 3.5)."""

from __future__ import annotations

import cv2
import numpy as np
import pyclipper
from numpy.typing import NDArray

from gouji.protocols import Quad

MIN_SIDE = 3.0


def quads_of(heat: NDArray[np.float32], threshold: float, box_threshold: float, unclip: float) -> list[Quad]:
    """Quads (top left, top right, bottom right, bottom left) in the heat map's pixels, grown by the unclip ratio."""
    contours, _ = cv2.findContours((heat > threshold).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    for contour in contours:
        rect = cv2.minAreaRect(contour)
        if min(rect[1]) < MIN_SIDE or _score(heat, contour) < box_threshold:
            continue
        grown = _grow(cv2.boxPoints(rect), unclip)
        if grown is not None:
            quads.append(_ordered(grown))
    return quads


def _score(heat: NDArray[np.float32], contour: NDArray[np.int32]) -> float:
    """Mean heat inside the contour."""
    x, y, w, h = cv2.boundingRect(contour)
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [contour - np.array([x, y])], 1)
    return float(cv2.mean(heat[y : y + h, x : x + w], mask)[0])


def _grow(quad: NDArray[np.float32], unclip: float) -> NDArray[np.float32] | None:
    """The rectangle around the quad offset outwards by area × unclip ÷ perimeter."""
    distance = cv2.contourArea(quad) * unclip / max(cv2.arcLength(quad, True), 1e-6)
    offset = pyclipper.PyclipperOffset()
    offset.AddPath(quad.round().astype(int).tolist(), pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    paths = offset.Execute(distance)
    if len(paths) != 1:
        return None
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(np.array(paths[0], np.float32))), np.float32)


def _ordered(quad: NDArray[np.float32]) -> Quad:
    by_x = quad[np.argsort(quad[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    top_left, bottom_left = left[np.argsort(left[:, 1])]
    top_right, bottom_right = right[np.argsort(right[:, 1])]
    return np.array([top_left, top_right, bottom_right, bottom_left], np.float32)
