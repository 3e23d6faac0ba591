from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tables.drawing import Grey, blank, draw, lattices_of, plan_of, softened, spans_of, write

from gouji.pages.straighten import Bend, find_bend, straighten

DPI = 150
PLAN = plan_of([150, 100, 180, 160, 130], [48] * 12, [(0, 0, 2, 1), (0, 1, 1, 2)], at=60)
Floats = NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]


def page() -> Grey:
    return draw(PLAN)


def moved(image: Grey, shift: Shift) -> Grey:
    """The page bent: what was at (x, y) - shift(x, y) is at (x, y)."""
    height, width = image.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    dx, dy = shift(2 * x / width - 1, 2 * y / height - 1)
    return np.asarray(
        cv2.remap(image, (x - dx).astype(np.float32), (y - dy).astype(np.float32), cv2.INTER_CUBIC, borderValue=(255,))
    )


def unevenness(image: Grey) -> float:
    """How far, in px at most, a ruling strays from the straight line parallel to the page's edge."""
    worst = 0.0
    for page, lines, across in ((image, PLAN.ys, PLAN.xs), (image.T, PLAN.xs, PLAN.ys)):
        # Where rulings across pass, the middle of the ink says nothing.
        columns = [x for x in range(across[0], across[-1]) if min(abs(x - a) for a in across) > 22]
        for at in lines[3:]:
            dark = np.clip(200.0 - page[at - 22 : at + 23, columns], 0, None)
            middle = (dark * np.arange(45)[:, None]).sum(axis=0) / dark.sum(axis=0)
            worst = max(worst, float(np.abs(middle - middle.mean()).max()))
    return worst


@settings(max_examples=12, derandomize=True, deadline=None, database=None)
@given(st.floats(-7, 7), st.floats(-7, 7), st.floats(-5, 5), st.floats(-4, 4))
def test_bends_are_undone(bow: float, keystone: float, side: float, lean: float) -> None:
    """Curl, perspective and a remaining lean of some pixels are undone to less than a pixel."""
    bent = moved(page(), lambda u, v: (side * u * v + lean * v, bow * u * u + keystone * u * v - lean * u))
    bent = softened(bent, 0.5, 3.0)
    bend = find_bend(bent, DPI)
    straight = bent if bend is None else straighten(bent, bend)
    assert unevenness(straight) < 1.0
    (lattice,) = lattices_of(straight, DPI)
    assert spans_of(lattice) == PLAN.spans


def test_perspective_of_a_camera_is_undone() -> None:
    """A page photographed at an angle has straight rulings again."""
    height, width = page().shape
    frame = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    seen = frame + np.array([(6, 4), (-8, 2), (5, -5), (-4, 3)], np.float32)
    bent = cv2.warpPerspective(
        page(), cv2.getPerspectiveTransform(frame, seen), (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,)
    )
    bend = find_bend(bent, DPI)
    assert bend is not None
    assert unevenness(bent) > 2
    assert unevenness(straighten(bent, bend)) < 1.0


def test_straight_page_is_left_alone() -> None:
    """A page whose rulings are straight is not resampled."""
    assert find_bend(page(), DPI) is None


@pytest.mark.parametrize("rulings", [0, 2])
def test_too_few_rulings_tell_nothing(rulings: int) -> None:
    """Prose, and a page with a ruling or two, are left alone."""
    image = blank(600, 800)
    for y in range(60, 500, 50):
        write(image, 60, y, "云岭县档案馆本年度收入总计", 26)
    for i in range(rulings):
        cv2.line(image, (60, 540 + 20 * i), (740, 545 + 20 * i), 0, 2)
    assert find_bend(image, DPI) is None


def test_bend_is_told_in_pixels() -> None:
    """A bend says where a point of the straight page lies on the bent one."""
    bend = Bend(200, 100, dy=(3.0, 0.0, 0.0, 0.0, 0.0), dx=(0.0,) * 5)
    x, y = bend.at(np.array([0.0, 100.0, 200.0]), np.array([50.0, 50.0, 50.0]))
    assert x.tolist() == [0.0, 100.0, 200.0]
    assert y.tolist() == [47.0, 50.0, 53.0]


def test_no_bend_changes_nothing() -> None:
    """Straightening by nothing keeps every pixel in its place."""
    same = straighten(page(), Bend(page().shape[1], page().shape[0], (0.0,) * 5, (0.0,) * 5))
    assert np.abs(same.astype(int) - page()).max() <= 1
