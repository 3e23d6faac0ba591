from __future__ import annotations

import numpy as np
import pytest

from gouji.ink import find_content, flatten, grey_at, ink_of, packed, straight_ink


def test_uneven_light_is_flattened() -> None:
    """Paper that darkens by half across the page becomes white; print on it stays dark everywhere."""
    shade = np.linspace(245, 120, 800)[None, :].repeat(400, axis=0)
    for x in range(40, 800, 80):
        shade[180:220, x : x + 6] *= 0.2
    flat = flatten(shade.astype(np.uint8), 200)
    assert flat[20:150].min() > 235
    assert flat[190:210, [42 + 80 * i for i in range(9)]].max() < 110


def test_contrast_of_faint_print_is_kept() -> None:
    """Light print on white paper is ink, the paper beside it is not."""
    page = np.full((300, 300), 250, np.uint8)
    page[100:104, 50:250] = 190
    ink = ink_of(flatten(page, 200), 200)
    assert (ink[101:103, 60:240] == 255).all()
    assert not ink[:90].any()


def test_blank_paper_has_no_ink() -> None:
    """White, grey and noisy paper hold no ink."""
    noise = np.random.default_rng(1).normal(235, 6, (300, 300))
    for page in (np.full((300, 300), 255.0), np.full((300, 300), 140.0), noise):
        assert ink_of(flatten(np.clip(page, 0, 255).astype(np.uint8), 200), 200).mean() < 0.5


@pytest.mark.parametrize("horizontal", [True, False])
@pytest.mark.parametrize("gap", [0, 3, 5, 6])
def test_straight_ink_is_long_ink_in_its_place(horizontal: bool, gap: int) -> None:
    """Long runs stay where they are, with breaks up to the gap bridged; short runs go."""
    ink = np.zeros((40, 400), np.uint8)
    ink[20:22, 60:340] = 255
    ink[5, 60:80] = 255
    if gap:
        ink[:, 200 : 200 + gap] = 0
    page = ink if horizontal else np.ascontiguousarray(ink.T)
    found = straight_ink(page, 40, horizontal, gap)
    found = found if horizontal else found.T
    columns = np.flatnonzero(found[20])
    assert abs(int(columns[0]) - 60) <= 2
    assert abs(int(columns[-1]) - 339) <= 2
    assert len(columns) == columns[-1] - columns[0] + 1
    assert not found[5].any()


def test_content_is_the_box_of_all_print() -> None:
    """A lone point counts as print, and a margin is kept; of a blank page all is given."""
    page = np.full((900, 700), 255, np.uint8)
    assert find_content(page, 20) == (0, 0, 700, 900)
    page[100:104, 200:204] = 0
    page[600:640, 300:420] = 90
    x0, y0, x1, y1 = find_content(page, 20)
    assert (x0, y0) == pytest.approx((180, 80), abs=8)
    assert (x1, y1) == pytest.approx((440, 660), abs=16)


def test_content_reaches_to_the_edge_of_the_page() -> None:
    """Print at the very edge lies in the box, whatever the page's size."""
    page = np.full((903, 701), 255, np.uint8)
    page[-40:, -40:] = 0
    assert find_content(page, 4)[2:] == (701, 903)


def test_packed_ink_keeps_rulings_and_drops_print() -> None:
    """A ruling stays whole at a share of its width; strokes with as much air as ink between them go."""
    ink = np.zeros((40, 800), np.uint8)
    ink[10, 100:700] = 255
    ink[30, 100:700:2] = 255
    small, wide = packed(ink, 200, 0.7)
    assert small.shape == (40, 800 // wide)
    assert np.count_nonzero(small[10]) == pytest.approx(600 / wide, abs=1)
    assert not small[30].any()
    assert packed(ink, 200, 0.25)[0][30].any()


@pytest.mark.parametrize("share", [0.0, 0.005, 0.5, 0.9, 1.0])
def test_the_grey_of_a_share_is_the_percentile(share: float) -> None:
    """Counting greys gives what sorting all pixels would."""
    part = np.random.default_rng(5).integers(0, 256, (7, 33)).astype(np.uint8)
    assert grey_at(part, share) == pytest.approx(np.percentile(part, 100 * share))
