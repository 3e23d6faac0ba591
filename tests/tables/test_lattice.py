from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables.drawing import (
    Grey,
    Plan,
    blank,
    draw,
    lattices_of,
    leant,
    plan_of,
    plans,
    rule,
    softened,
    spans_of,
    write,
    write_in,
)

from gouji.geometry import union
from gouji.ink import flatten
from gouji.pages.straighten import find_bend, straighten
from gouji.pages.upright import find_skew, rotate
from gouji.tables.lattice import rulings_to_lattices
from gouji.tables.ruled_ink import find_rulings
from gouji.tables.rulings import Rulings, rulings_of

DPIS = (150, 200, 300)
often = settings(max_examples=25, derandomize=True, deadline=None, database=None)


def upright(image: Grey, dpi: int) -> Grey:
    flat = flatten(image, dpi)
    flat = rotate(flat, find_skew(flat, dpi))
    bend = find_bend(flat, dpi)
    return flat if bend is None else straighten(flat, bend)


def near(found: tuple[int, ...], drawn: tuple[int, ...], most: float = 2.0) -> bool:
    return len(found) == len(drawn) and max(abs(a - b) for a, b in zip(found, drawn, strict=True)) <= most


def with_gaps(image: Grey, plan: Plan, dpi: int, seed: int) -> Grey:
    """Breaks of a few hundredths of an inch in the rulings, some inches apart as worn forms have them."""
    rng, size = np.random.default_rng(seed), max(2, int(0.018 * dpi))
    for x0, y0, x1, y1 in plan.sides():
        if rng.random() < 0.5:
            share = rng.uniform(0.2, 0.8)
            x, y = int(x0 + share * (x1 - x0)), int(y0 + share * (y1 - y0))
            half = size // 2
            if y0 == y1:
                image[y - 5 : y + 6, x - half : x - half + size] = 255
            else:
                image[y - half : y - half + size, x - 5 : x + 6] = 255
    return image


@pytest.mark.parametrize("dpi", DPIS)
def test_every_cell_is_found(dpi: int) -> None:
    """Tables of any size with any merged cells are found cell for cell, their borders within two pixels."""

    @often
    @given(plans(dpi), st.integers(1, 4))
    def check(plan: Plan, thick: int) -> None:
        (lattice,) = lattices_of(draw(plan, thick), dpi)
        assert spans_of(lattice) == plan.spans
        assert near(lattice.xs, plan.xs)
        assert near(lattice.ys, plan.ys)
        assert not any(cell.inferred for cell in lattice.cells)

    check()


@pytest.mark.parametrize("dpi", DPIS)
def test_scans_are_forgiven(dpi: int) -> None:
    """Skew, blur, noise and small breaks in the rulings change no row, column or span of an uprighted page."""

    @often
    @given(plans(dpi), st.floats(-2.5, 2.5), st.floats(0.0, 1.0), st.integers(0, 12), st.integers(0, 99))
    def check(plan: Plan, lean: float, blur: float, noise: int, seed: int) -> None:
        scan = softened(leant(with_gaps(draw(plan, 2), plan, dpi, seed), lean), blur, noise, seed)
        (lattice,) = rulings_to_lattices(find_rulings(upright(scan, dpi), dpi), dpi)
        assert spans_of(lattice) == plan.spans

    check()


@pytest.mark.parametrize("dpi", DPIS)
def test_vectors_and_pixels_agree(dpi: int) -> None:
    """The vector segments of a drawing, in any order, and its pixels lead to the same lattice."""

    @often
    @given(plans(dpi), st.randoms(use_true_random=False))
    def check(plan: Plan, random: object) -> None:
        sides = plan.sides()
        random.shuffle(sides)  # type: ignore[attr-defined]
        (printed,) = rulings_to_lattices(rulings_of(sides, dpi), dpi)
        (seen,) = lattices_of(draw(plan), dpi)
        assert printed.cells == seen.cells
        assert (printed.xs, printed.ys) == (plan.xs, plan.ys)

    check()


@pytest.mark.parametrize("dpi", DPIS)
def test_double_lines_are_one_border(dpi: int) -> None:
    """A frame drawn as two thin lines a hair apart makes no narrow row or column of its own."""
    plan = plan_of([int(0.8 * dpi)] * 4, [int(0.3 * dpi)] * 4)
    image = draw(plan, 1)
    gap = max(3, int(0.02 * dpi))
    x0, y0, x1, y1 = plan.xs[0], plan.ys[0], plan.xs[-1], plan.ys[-1]
    outer = (x0 - gap, y0 - gap, x1 + gap, y1 + gap)
    for side in (
        (outer[0], outer[1], outer[2], outer[1]),
        (outer[0], outer[3], outer[2], outer[3]),
        (outer[0], outer[1], outer[0], outer[3]),
        (outer[2], outer[1], outer[2], outer[3]),
    ):
        rule(image, side, 1)
    (lattice,) = lattices_of(image, dpi)
    assert spans_of(lattice) == plan.spans


@pytest.mark.parametrize("dpi", DPIS)
def test_thick_lines_are_one_border(dpi: int) -> None:
    """Rulings a twenty-fifth of an inch thick are borders like thin ones."""
    plan = plan_of([int(0.9 * dpi), int(0.5 * dpi), int(1.2 * dpi)], [int(0.3 * dpi)] * 3, [(0, 0, 1, 2)])
    (lattice,) = lattices_of(draw(plan, round(0.04 * dpi)), dpi)
    assert spans_of(lattice) == plan.spans


@pytest.mark.parametrize("dpi", DPIS)
@pytest.mark.parametrize(("without", "columns"), [("l", {0}), ("r", {2}), ("lr", {0, 2})])
def test_missing_sides_are_inferred(dpi: int, without: str, columns: set[int]) -> None:
    """A table without its left or right frame keeps its outer cells, and they alone are marked as inferred."""
    plan = plan_of([int(1.0 * dpi), int(0.6 * dpi), int(0.9 * dpi)], [int(0.3 * dpi)] * 4)
    (lattice,) = lattices_of(draw(plan, 2, without), dpi)
    assert spans_of(lattice) == plan.spans
    assert near(lattice.xs, plan.xs, 0.025 * dpi)
    assert {cell.col for cell in lattice.cells if cell.inferred} == columns


def test_half_printed_side_leaves_rectangles() -> None:
    """A side of which a good third is missing leaves rectangles that cover the whole table."""
    plan = plan_of([120, 120], [60, 60])
    image = draw(plan)
    x, y = plan.xs[1], plan.ys[0]
    image[y + 6 : y + 28, x - 4 : x + 5] = 255
    (lattice,) = lattices_of(image, 200)
    assert lattice.box == (plan.xs[0], plan.ys[0], plan.xs[-1], plan.ys[-1])
    assert sum(cell.row_span * cell.col_span for cell in lattice.cells) == 4


@pytest.mark.parametrize("dpi", DPIS)
def test_prose_is_no_table(dpi: int) -> None:
    """A page of closely set Chinese print, strokes aligned under each other, holds no lattice."""
    size = int(0.16 * dpi)
    image = blank(3 * dpi, 5 * dpi)
    for y in range(size, 3 * dpi - 2 * size, int(1.3 * size)):
        write(image, size, y, "二〇二五年一般公共预算三公经费王田日目出口中一", size)
    assert lattices_of(image, dpi) == ()


@pytest.mark.parametrize(
    "text", ["1111111111", "一一一一一一", "————————", "二二二二二二", "EEEEEEEEE", "口口口口口口"]
)
def test_aligned_strokes_add_no_border(text: str) -> None:
    """Characters whose strokes line up add neither row nor column to the table they stand in."""
    dpi = 200
    plan = plan_of([260, 200, 200], [64] * 5)
    image = draw(plan)
    for span in plan.spans:
        write_in(image, plan.box(span), text[: 8 if span[1] == 0 else 6], 26)
    (lattice,) = lattices_of(image, dpi)
    assert spans_of(lattice) == plan.spans


def test_frame_around_one_cell_is_no_table() -> None:
    """A box drawn around a paragraph is no table."""
    image = draw(plan_of([500], [200]))
    write(image, 80, 90, "本部门没有政府性基金预算", 28)
    assert lattices_of(image, 200) == ()


def test_underline_is_no_table() -> None:
    """Single rulings, a header's rule or an underlined title, are no tables."""
    image = blank(400, 800)
    rule(image, (60, 80, 740, 80))
    rule(image, (60, 300, 740, 300))
    assert lattices_of(image, 200) == ()


def test_box_inside_a_cell_is_left_out() -> None:
    """A small grid drawn inside a cell of a table belongs to that cell and is no table of its own."""
    plan = plan_of([400, 300], [240, 80])
    image = draw(plan)
    draw(Plan((100, 200, 300), (80, 130, 180), tuple((r, c, 1, 1) for r in (0, 1) for c in (0, 1))), image=image)
    (lattice,) = lattices_of(image, 200)
    assert spans_of(lattice) == plan.spans


def test_two_tables_come_from_top_to_bottom() -> None:
    """Two tables on one page are two lattices in reading order."""
    image = blank(620, 500)
    low = Plan((40, 200, 400), (400, 460, 520), tuple((r, c, 1, 1) for r in (0, 1) for c in (0, 1)))
    high = Plan((60, 160, 300, 440), (60, 120, 180, 260), tuple((r, c, 1, 1) for r in range(3) for c in range(3)))
    for plan in (low, high):
        draw(plan, image=image)
    first, second = lattices_of(image, 200)
    assert spans_of(first) == high.spans
    assert spans_of(second) == low.spans
    assert union([first.box, second.box]) == (40, 60, 440, 520)


def test_blank_page_has_no_table() -> None:
    """White paper and bare noise hold no lattice."""
    assert lattices_of(blank(600, 500), 200) == ()
    assert lattices_of(softened(blank(600, 500), 0.5, 10.0), 200) == ()
    assert rulings_to_lattices(Rulings(), 200) == ()


def test_slanting_vectors_are_left_out() -> None:
    """A diagonal stroke through a head cell is no ruling."""
    plan = plan_of([200, 200], [60, 60])
    diagonal = (plan.xs[0], plan.ys[0], plan.xs[1], plan.ys[1])
    (lattice,) = rulings_to_lattices(rulings_of([*plan.sides(), diagonal], 200), 200)
    assert spans_of(lattice) == plan.spans


def test_diagonal_of_a_head_cell_is_no_border() -> None:
    """A diagonal printed through a head cell changes no cell."""
    import cv2

    plan = plan_of([240, 200, 200], [80, 60, 60])
    image = draw(plan)
    cv2.line(image, (plan.xs[0], plan.ys[0]), (plan.xs[1], plan.ys[1]), 0, 2)
    (lattice,) = lattices_of(image, 200)
    assert spans_of(lattice) == plan.spans


def test_seal_rim_is_no_ruling() -> None:
    """A circle over a table, what is left of a seal, adds no border."""
    import cv2

    plan = plan_of([200] * 4, [60] * 6)
    image = draw(plan)
    cv2.circle(image, (plan.xs[2], plan.ys[3]), 150, 0, 6)
    (lattice,) = lattices_of(image, 200)
    assert spans_of(lattice) == plan.spans


@pytest.mark.parametrize("blur", [0.0, 0.8, 1.4])
def test_faint_rulings_are_found(blur: float) -> None:
    """Rulings printed in light grey are borders, also when they are blurred."""
    plan = plan_of([200, 160, 180], [60] * 4, [(1, 1, 2, 1)])
    image = np.where(draw(plan) == 0, 150, 255).astype(np.uint8)
    (lattice,) = lattices_of(softened(image, blur, 3.0), 200)
    assert spans_of(lattice) == plan.spans


def test_order_of_cells_is_reading_order() -> None:
    """Cells come row by row, each row from left to right, and cover the lattice once."""
    plan = plan_of([150] * 4, [60] * 4, [(1, 1, 2, 2), (0, 0, 1, 4)])
    (lattice,) = lattices_of(draw(plan), 200)
    places = [(cell.row, cell.col) for cell in lattice.cells]
    assert places == sorted(places)
    covered = {
        (cell.row + i, cell.col + j)
        for cell in lattice.cells
        for i in range(cell.row_span)
        for j in range(cell.col_span)
    }
    assert covered == {(r, c) for r in range(4) for c in range(4)}


@pytest.mark.parametrize("dpi", DPIS)
@pytest.mark.parametrize(("share", "parted"), [(0.15, True), (0.25, True), (0.75, False)])
def test_broken_side_parts_cells_while_most_of_it_is_printed(dpi: int, share: float, parted: bool) -> None:
    """A side with a hole is a side as long as two thirds of it are there; with less, the cells are one."""
    high = int(1.4 * dpi)
    plan = plan_of([dpi, dpi], [int(0.3 * dpi), high, int(0.3 * dpi)], [(0, 0, 1, 2), (2, 0, 1, 2)])
    image = draw(plan)
    hole, middle = int(share * high), (plan.ys[1] + plan.ys[2]) // 2
    image[middle - hole // 2 : middle + hole // 2, plan.xs[1] - 4 : plan.xs[1] + 5] = 255
    (lattice,) = lattices_of(image, dpi)
    assert (spans_of(lattice) == plan.spans) == parted
    assert not any(cell.inferred for cell in lattice.cells)


def test_short_side_broken_in_its_middle() -> None:
    """A single cell's side with a break of a millimetre is a side."""
    plan = plan_of([160] * 3, [56] * 3, [(0, 0, 1, 3), (2, 0, 1, 3)])
    image = draw(plan)
    middle = (plan.ys[1] + plan.ys[2]) // 2
    image[middle - 4 : middle + 4, plan.xs[1] - 4 : plan.xs[1] + 5] = 255
    (lattice,) = lattices_of(image, 200)
    assert spans_of(lattice) == plan.spans


@pytest.mark.parametrize(("size", "left"), [(40, 132), (42, 96), (44, 102), (44, 114), (40, 66), (42, 60)])
def test_a_stroke_in_line_with_a_ruling_is_none_of_it(size: int, left: int) -> None:
    """Text in a merged head whose stroke lies above a ruling's end neither hides that ruling nor cuts the head."""
    plan = plan_of([300, 300], [50, 145, 50], merged=[(0, 0, 1, 2)])
    page = draw(plan, thick=6, image=blank(400, 720))
    write(page, 340 - left, 44, "公务用车购置费", size)
    (lattice,) = lattices_of(page, 300)
    assert spans_of(lattice) == plan.spans


@pytest.mark.parametrize("text", ["公务用车购置费", "上年结转中央下", "一般公共预算财"])
@pytest.mark.parametrize("size", [38, 40])
def test_text_of_a_merged_head_is_no_side_wherever_it_stands(text: str, size: int) -> None:
    """A head merged over two columns stays one cell, whichever stroke of its text lies on the border between them."""
    plan = plan_of([300, 300], [60, 145, 50], merged=[(0, 0, 1, 2)])
    for left in range(60, 200, 7):
        page = draw(plan, thick=6, image=blank(400, 720))
        write(page, 340 - left, 48, text, size)
        (lattice,) = lattices_of(page, 300)
        assert spans_of(lattice) == plan.spans, left


@pytest.mark.parametrize("high", [10, 11])
@pytest.mark.parametrize("air", [2, 3])
def test_strokes_that_stand_under_each_other_in_tight_rows_are_no_border(high: int, air: int) -> None:
    """The same figure in every row of a fax draws a broken line down its column: it leaves air at every ruling."""
    plan = plan_of([120] * 4, [22] * 24)
    image = draw(plan, thick=4)
    for row in range(1, 24):
        top = plan.ys[row] + 2 + air + row % 2
        for left in (88, 97, 106):
            image[top : top + high, plan.xs[2] + left : plan.xs[2] + left + 2] = 0
    (lattice,) = lattices_of(image, 150)
    assert spans_of(lattice) == plan.spans


def test_a_lone_stroke_short_of_its_row_is_no_side() -> None:
    """The first stroke of a text that nearly fills its row is no side of a cell, unless a border lies in line with it.

    A border of another table on the same page is none.
    """
    plan = plan_of([200, 300], [31] * 8, at=60)
    image = np.vstack([draw(plan), draw(plan_of([211, 289], [31] * 8, at=60))])
    top = plan.ys[4]
    image[top + 5 : top + 27, plan.xs[1] + 11 : plan.xs[1] + 13] = 0
    upper, lower = lattices_of(image, 150)
    assert spans_of(upper) == spans_of(lower) == plan.spans
