from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from gouji.engines.db import quads_of

Heat = NDArray[np.float32]


def heat_of(*boxes: tuple[int, int, int, int], value: float = 0.9) -> Heat:
    heat = np.zeros((200, 300), np.float32)
    for x0, y0, x1, y1 in boxes:
        heat[y0:y1, x0:x1] = value
    return heat


def test_warm_patches_are_lines() -> None:
    """Each warm patch is one quad around it, grown on all sides by area × ratio ÷ perimeter."""
    boxes = [(40, 30, 240, 50), (40, 90, 120, 110)]
    quads = sorted(quads_of(heat_of(*boxes), 0.3, 0.5, 1.5), key=lambda quad: quad[0, 1])
    assert len(quads) == 2
    for quad, (x0, y0, x1, y1) in zip(quads, boxes, strict=True):
        grow = (x1 - x0) * (y1 - y0) * 1.5 / (2 * (x1 - x0 + y1 - y0))
        assert quad[0] == pytest.approx((x0 - grow, y0 - grow), abs=2.0)
        assert quad[2] == pytest.approx((x1 - 1 + grow, y1 - 1 + grow), abs=2.0)


def test_corners_come_in_order() -> None:
    """Corners of a leaning line run from top left clockwise."""
    heat = np.zeros((200, 300), np.float32)
    corners = np.array([(40, 60), (240, 90), (237, 112), (37, 82)], np.int32)
    cv2.fillPoly(heat, [corners], 0.9)
    (quad,) = quads_of(heat, 0.3, 0.5, 1.0)
    assert quad.shape == (4, 2)
    assert quad.dtype == np.float32
    for found, drawn in zip(quad, corners, strict=True):
        assert float(np.linalg.norm(found - drawn)) < 16
    assert quad[0, 0] < quad[1, 0]
    assert quad[0, 1] < quad[3, 1]


def test_more_unclip_grows_more() -> None:
    """A larger ratio gives a larger quad."""
    heat = heat_of((40, 30, 240, 50))
    sizes = [cv2.contourArea(quads_of(heat, 0.3, 0.5, ratio)[0]) for ratio in (0.5, 1.0, 2.0)]
    assert sizes == sorted(sizes)
    assert sizes[0] > 200 * 20 * 0.9


@pytest.mark.parametrize(
    "heat",
    [
        heat_of(),
        heat_of((40, 30, 240, 50), value=0.2),
        heat_of((40, 30, 240, 50), value=0.45),
        heat_of((40, 30, 42, 32)),
    ],
    ids=["cold", "below the threshold", "below the box's", "too small"],
)
def test_cold_and_small_patches_are_no_lines(heat: Heat) -> None:
    """Nothing warm, too little warmth and patches of two pixels give no quad."""
    assert quads_of(heat, 0.3, 0.5, 1.5) == []
