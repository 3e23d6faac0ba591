from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tables.drawing import blank, draw, plan_of, write, write_in

from gouji.geometry import Box, center, overlap_x, overlap_y
from gouji.ink import ink_of
from gouji.pages.clean import clean_page

DPI = 150
Pixels = NDArray[np.uint8]
RED = (60, 50, 215)


def printed() -> tuple[Pixels, list[Box]]:
    """A colour page of figures and where they stand."""
    page = blank(500, 700)
    boxes = [write(page, x, y, "3,856.92", 26) for y in range(60, 460, 60) for x in (60, 280, 500)]
    return np.repeat(page[:, :, None], 3, axis=2), boxes


def stamped(page: Pixels, middle: tuple[int, int], radius_mm: float = 20.0, colour: tuple[int, int, int] = RED) -> Box:
    """Press a round seal on the page: a rim and a star, red over white and dark over black as ink is."""
    radius = round(radius_mm * DPI / 25.4)
    seal = np.full_like(page, 255)
    cv2.circle(seal, middle, radius, colour, max(4, radius // 10))
    points = [
        (middle[0] + radius * f * np.sin(a), middle[1] - radius * f * np.cos(a))
        for f, a in ((0.45 if i % 2 == 0 else 0.18, i * np.pi / 5) for i in range(10))
    ]
    cv2.fillPoly(seal, [np.array(points, np.int32)], colour)
    page[:] = (page.astype(np.uint16) * seal // 255).astype(np.uint8)
    return middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius


def dark_share(grey: Pixels, boxes: list[Box]) -> float:
    return float(np.mean([(grey[y0:y1, x0:x1] < 140).mean() for x0, y0, x1, y1 in boxes]))


@pytest.mark.parametrize("colour", [RED, (30, 30, 190), (110, 90, 235)])
@pytest.mark.parametrize("blur", [0.0, 0.8])
def test_seal_goes_and_figures_stay(colour: tuple[int, int, int], blur: float) -> None:
    """A red seal over black figures disappears, the figures under it stay as dark as those beside it."""
    page, boxes = printed()
    clean_before, _ = clean_page(cv2.GaussianBlur(page, (0, 0), blur) if blur else page, DPI)
    stamped(page, (350, 250), colour=colour)
    grey, _ = clean_page(cv2.GaussianBlur(page, (0, 0), blur) if blur else page, DPI)
    beside = np.ones(grey.shape, bool)
    for x0, y0, x1, y1 in boxes:
        beside[y0 - 4 : y1 + 4, x0 - 4 : x1 + 4] = False
    assert np.percentile(grey[beside], 1) > 190
    assert dark_share(grey, boxes) == pytest.approx(dark_share(clean_before, boxes), rel=0.08)


def test_seal_leaves_no_ink() -> None:
    """What is left of a seal on white paper is not taken for ink."""
    page, _ = printed()
    page[:] = 255
    stamped(page, (350, 250))
    grey, _ = clean_page(page, DPI)
    assert np.count_nonzero(ink_of(grey, DPI)) < 20


def test_box_of_the_seal_is_told() -> None:
    """The place of a seal is kept, within a few millimetres."""
    page, _ = printed()
    drawn = stamped(page, (420, 240))
    _, (box,) = clean_page(page, DPI)
    assert overlap_x(box, drawn) > 0.9
    assert overlap_y(box, drawn) > 0.9
    assert center(box) == pytest.approx(center(drawn), abs=0.1 * DPI)
    assert max(abs(a - b) for a, b in zip(box, drawn, strict=True)) < 0.15 * DPI


def test_two_seals_come_from_top_to_bottom() -> None:
    """Several seals are told one by one."""
    page = np.full((900, 700, 3), 255, np.uint8)
    low, high = stamped(page, (200, 700)), stamped(page, (480, 180))
    _, seals = clean_page(page, DPI)
    assert [round(center(seal)[1], -2) for seal in seals] == [round(center(high)[1], -2), round(center(low)[1], -2)]


def test_red_print_is_no_seal() -> None:
    """A line of red print is taken off the colour but is no seal."""
    page, _ = printed()
    page[:] = 255
    red = blank(500, 700)
    write(red, 60, 200, "云岭县人民政府文件", 60)
    page[red < 128] = RED
    assert clean_page(page, DPI)[1] == ()


def test_black_print_is_left_alone() -> None:
    """A page without red is the same from its colours as from its grey."""
    page, _ = printed()
    coloured, seals = clean_page(page, DPI)
    grey, _ = clean_page(page[:, :, 0], DPI)
    assert seals == ()
    assert np.abs(coloured.astype(int) - grey.astype(int)).max() <= 2


@pytest.mark.parametrize("tint", [(200, 235, 245), (235, 225, 205), (190, 190, 190)])
def test_tinted_paper_becomes_white(tint: tuple[int, int, int]) -> None:
    """Yellowed, bluish and grey paper turns white, its print stays dark."""
    page, boxes = printed()
    page = (page.astype(np.uint16) * np.array(tint) // 255).astype(np.uint8)
    grey, seals = clean_page(page, DPI)
    assert seals == ()
    assert np.percentile(grey, 60) > 245
    assert dark_share(grey, boxes) > 0.15


def test_uneven_light_is_taken_out() -> None:
    """A shadow over one side of the page, a lamp in its middle, leave white paper and dark print."""
    page, boxes = printed()
    light = np.linspace(0.5, 1.0, page.shape[1])[None, :, None] * np.ones(page.shape)
    grey, _ = clean_page((page * light).astype(np.uint8), DPI)
    plain, _ = clean_page(page, DPI)
    assert np.percentile(grey[5:40], 1) > 240
    assert dark_share(grey, boxes) == pytest.approx(dark_share(plain, boxes), rel=0.1)


def test_rulings_under_a_seal_stay() -> None:
    """A table under a seal keeps its rulings without a break."""
    plan = plan_of([150] * 4, [50] * 8)
    grey = draw(plan)
    for span in plan.spans:
        write_in(grey, plan.box(span), "12.34", 22)
    page = np.repeat(grey[:, :, None], 3, axis=2)
    stamped(page, (plan.xs[2], plan.ys[4]))
    cleaned, _ = clean_page(page, DPI)
    for y in plan.ys:
        assert cleaned[y - 1 : y + 1, plan.xs[0] : plan.xs[-1]].min(axis=0).max() < 120
