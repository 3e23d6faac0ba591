from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables.drawing import Grey, blank, draw, leant, plan_of, softened, write, write_in

from gouji.config import load_settings
from gouji.engines.registry import open_engine
from gouji.pages.upright import (
    ReadLines,
    Turn,
    find_skew,
    find_turn,
    is_upright,
    rotate,
    score_turn,
    telling_lines,
    turn_box,
    turn_image,
)
from gouji.protocols import Image, OcrEngine, Reading

DPI = 150
Maker = Callable[[], Grey]
TURNS: tuple[Turn, ...] = (0, 90, 180, 270)
often = settings(max_examples=30, derandomize=True, deadline=None, database=None)


@cache
def prose() -> Grey:
    """A page of print."""
    image = blank(700, 900)
    sentence = "云岭县档案馆本年度收入总计增加主要原因是人员经费支出增加"
    for i, y in enumerate(range(60, 640, 44)):
        write(image, 60, y, sentence[i:] + sentence[: max(0, i - 6)], 26)
    return image


@cache
def table() -> Grey:
    """A page with a ruled table with a name in every row."""
    plan = plan_of([360, 150, 150, 150], [48] * 12)
    image = draw(plan)
    names = ["一般公共服务支出", "社会保障和就业支出", "卫生健康支出项目", "住房保障支出合计"]
    for span in plan.spans:
        write_in(image, plan.box(span), names[span[0] % 4] if span[1] == 0 else "386.92", 24)
    return image


@pytest.mark.parametrize("page", [prose, table])
def test_skew_is_found(page: Maker) -> None:
    """The skew of prose and tables is found within a tenth of a degree, five degrees either way.

    Below 0.3° a page of six inches leans by two pixels of those that are looked at: it may be taken for level.
    """

    @often
    @given(st.floats(-5.0, 5.0), st.sampled_from([0.0, 0.8]))
    def check(lean: float, blur: float) -> None:
        scan = softened(leant(page(), lean), blur, 4.0)
        assert find_skew(scan, DPI) == pytest.approx(lean, abs=0.1 if abs(lean) >= 0.3 else 0.27)

    check()


def test_level_page_is_left_alone() -> None:
    """A level page has no skew, and turning it by none gives it back untouched."""
    assert abs(find_skew(table(), DPI)) < 0.05
    assert rotate(table(), 0.01) is table()


def test_skew_of_a_sideways_page_is_found() -> None:
    """Skew is found before the turn is known."""
    assert find_skew(leant(turn_image(prose(), 90), 2.0), DPI) == pytest.approx(2.0, abs=0.1)


def test_blank_page_stays() -> None:
    """Without print there is neither skew nor turn."""
    assert find_skew(blank(500, 400), DPI) == 0.0
    assert find_turn(blank(500, 400), DPI, lambda crops: []) == 0


def test_rotate_undoes_a_lean() -> None:
    """A leant page that is rotated back is the page that it was."""
    scan = leant(table(), 3.0)
    assert np.abs(rotate(scan, 3.0).astype(int) - leant(table(), 0.0)).mean() < 6


def reads_only(right: Grey) -> ReadLines:
    """An engine that reads lines well only when they stand on the upright page as they are shown to it."""

    def read(crop: Image) -> Reading:
        fits = crop.shape[0] <= right.shape[0] and crop.shape[1] <= right.shape[1]
        if fits and cv2.matchTemplate(right, crop, cv2.TM_CCOEFF_NORMED).max() > 0.95:
            return Reading("财政拨款支出", 0.99, (0.99,) * 6)
        return Reading("器器器", 0.3, (0.3,) * 3)

    return lambda crops: [read(crop) for crop in crops]


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("page", [prose, table])
def test_turn_is_that_in_which_lines_read_well(page: Maker, turn: Turn) -> None:
    """The turn is found that brings the page's lines to be read with confidence."""
    upright = page()
    lying = turn_image(upright, TURNS[-TURNS.index(turn)])
    assert find_turn(lying, DPI, reads_only(upright)) == turn


def test_unreadable_page_is_not_turned() -> None:
    """When no line can be read in any turn the page stays as it is."""
    assert find_turn(prose(), DPI, lambda crops: [Reading("", 0.0)] * len(crops)) == 0


def test_turn_is_scored_by_chinese_characters() -> None:
    """Well-read Chinese characters count for a turn, badly read ones against it, figures little, symmetric ones not."""
    assert score_turn([Reading("财政", 0.99, (0.99, 0.99))]) == 2
    assert score_turn([Reading("器", 0.3, (0.3,))]) < 0
    assert 0 < score_turn([Reading("12.8", 0.99, (0.99,) * 4)]) < 1
    assert score_turn([Reading("一口.", 0.99, (0.99,) * 3)]) == 0
    assert score_turn([]) == 0


def test_page_is_upright_when_its_first_lines_read_well() -> None:
    """Sixteen characters and more that read well, and hardly one that does not, are found on no page that lies."""
    line = Reading("财政拨款支出", 0.99, (0.99,) * 6)
    assert is_upright([line] * 3)
    assert not is_upright([line] * 2)
    assert not is_upright([*[line] * 3, Reading("器" * 9, 0.3, (0.3,) * 9)])
    assert not is_upright([])


def test_longest_lines_tell_best_which_way_up_a_page_is() -> None:
    """A few lines are chosen, the longest; of what is hardly longer than high none."""
    crops = [blank(20, width) for width in (40, 120, 30, 90, 160, 110)]
    assert telling_lines(crops) == [4, 1, 5]
    assert telling_lines(crops[:1]) == []


@pytest.mark.parametrize("turn", TURNS)
def test_boxes_turn_with_their_page(turn: Turn) -> None:
    """A box of the lying page is where its ink is after the turn."""
    image = blank(60, 100)
    image[10:20, 30:70] = 0
    x0, y0, x1, y1 = turn_box((30, 10, 70, 20), turn, 100, 60)
    turned = turn_image(image, turn)
    assert (turned[y0:y1, x0:x1] == 0).all()
    assert np.count_nonzero(turned == 0) == (x1 - x0) * (y1 - y0)


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    name = "openvino"
    pytest.importorskip(name)
    settings = load_settings()
    return open_engine(settings.engine.model_copy(update={"name": name}))


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("page", [prose, table])
def test_real_engine_finds_turn_and_skew(engine: OcrEngine, page: Maker, turn: Turn) -> None:
    """With real OCR a lying and leaning page is brought upright."""
    lying = turn_image(page(), TURNS[-TURNS.index(turn)])
    skew = find_skew(leant(lying, -1.5), DPI)
    assert skew == pytest.approx(-1.5, abs=0.1)
    assert find_turn(rotate(leant(lying, -1.5), skew), DPI, engine.read_lines) == turn
