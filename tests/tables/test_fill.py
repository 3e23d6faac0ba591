from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables.drawing import Grey, Plan, blank, draw, plan_of, rule, softened, write, write_in

from gouji.geometry import Box, center
from gouji.ink import flatten, ink_of
from gouji.protocols import Reading
from gouji.tables.fill import (
    CellLine,
    cut_line,
    fill_lattice,
    find_cell_print,
    join_lines,
    pad_white,
    print_height,
)
from gouji.tables.lattice import Lattice, LatticeCell

DPI = 200
SIZE = 28


def lattice_of(plan: Plan) -> Lattice:
    return Lattice(plan.xs, plan.ys, tuple(LatticeCell(*span) for span in plan.spans))


def lines_of(image: Grey, plan: Plan, dpi: int = DPI) -> list[CellLine]:
    return list(find_cell_print(flatten(image, dpi), [lattice_of(plan)], dpi).lines[0])


def by_cell(image: Grey, plan: Plan, dpi: int = DPI) -> dict[int, list[Box]]:
    found: dict[int, list[Box]] = {}
    for line in lines_of(image, plan, dpi):
        found.setdefault(line.cell, []).append(line.box)
    return found


def close(box: Box, ink: Box, most: int = 3) -> bool:
    return max(abs(a - b) for a, b in zip(box, ink, strict=True)) <= most


def filled(plan: Plan, image: Grey) -> Grey:
    """Figures in every cell but the first, so that the usual height of print is known."""
    for span in plan.spans[1:]:
        write_in(image, plan.box(span), "3,856.92", SIZE)
    return image


@settings(max_examples=20, derandomize=True, deadline=None, database=None)
@given(
    st.sampled_from([150, 200, 300]),
    st.lists(
        st.sampled_from(["", "12.50", "行政运行", "0", "-3.14", "100%", "其他一般公共服务"]), min_size=12, max_size=12
    ),
    st.sampled_from([0.0, 0.7]),
)
def test_printed_cells_and_only_they_give_lines(dpi: int, texts: list[str], blur: float) -> None:
    """Each printed cell gives one line, tight around its ink; each blank cell gives none."""
    size = int(0.13 * dpi)
    plan = plan_of([int(1.3 * dpi)] * 3, [int(0.3 * dpi)] * 4)
    image = draw(plan)
    inks = {i: write_in(image, plan.box(plan.spans[i]), text, size) for i, text in enumerate(texts) if text}
    found = by_cell(softened(image, blur, 3.0 if blur else 0.0), plan, dpi)
    assert found.keys() == inks.keys()
    for i, ink in inks.items():
        assert len(found[i]) == 1
        assert close(found[i][0], ink, 4)


@pytest.mark.parametrize(("dpi", "dust"), [(200, 1), (300, 2)])
def test_specks_are_no_print(dpi: int, dust: int) -> None:
    """Dust in a blank cell is not read."""
    plan = plan_of([240, 240], [60, 60])
    image = filled(plan, draw(plan))
    for x, y in ((80, 60), (150, 72), (200, 66), (120, 85)):
        image[y : y + dust, x : x + dust] = 0
    assert 0 not in by_cell(image, plan, dpi)


@pytest.mark.parametrize("at", ["left", "top", "right", "bottom"])
def test_slivers_of_rulings_are_no_print(at: str) -> None:
    """A ruling that stands a little beside the border found for it is not read as text."""
    plan = plan_of([240, 240], [60, 60])
    image = filled(plan, draw(plan, 1))
    x0, y0, x1, y1 = plan.box(plan.spans[0])
    side = {
        "left": (x0 + 3, y0, x0 + 3, y1),
        "right": (x1 - 3, y0, x1 - 3, y1),
        "top": (x0, y0 + 3, x1, y0 + 3),
        "bottom": (x0, y1 - 3, x1, y1 - 3),
    }[at]
    rule(image, side, 2)
    assert 0 not in by_cell(image, plan)


@pytest.mark.parametrize("dash", ["-", "—", "－"])
def test_lone_dash_is_print(dash: str) -> None:
    """A lone dash, which says that there is nothing, is a line of print."""
    plan = plan_of([240, 240], [60, 60])
    image = filled(plan, draw(plan))
    ink = write_in(image, plan.box(plan.spans[0]), dash, SIZE)
    (box,) = by_cell(image, plan)[0]
    assert close(box, ink)


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("text", ["12.34", "0.05", "1,234.56"])
def test_points_and_commas_stay(dpi: int, text: str) -> None:
    """The decimal point, no larger than dust, is in the crop that is read."""
    plan = plan_of([int(1.2 * dpi)] * 2, [int(0.3 * dpi)] * 2)
    size = int(0.12 * dpi)
    image = draw(plan)
    for span in plan.spans:
        write_in(image, plan.box(span), text, size)
    print_ = find_cell_print(flatten(image, dpi), [lattice_of(plan)], dpi)
    crop = cut_line(print_.image, print_.lines[0][0], print_height(ink_of(image, dpi), dpi))
    alone = blank(dpi, dpi)
    write(alone, 4, 4, text, size)
    assert pieces(crop) == pieces(alone) >= len(text)


def pieces(image: Grey) -> int:
    """How many connected pieces of ink."""
    import cv2

    return int(cv2.connectedComponents((image < 128).astype(np.uint8), connectivity=8)[0]) - 1


@pytest.mark.parametrize("lead", [1.05, 1.2, 1.6])
def test_lines_of_a_cell_come_in_order(lead: float) -> None:
    """Two or three lines of one cell are lines of their own, from top to bottom, also when they are closely set."""
    plan = plan_of([300, 240], [160, 60])
    image = filled(plan, draw(plan))
    step = round(lead * SIZE)
    inks = [
        write(image, 60, 60 + i * step, text, SIZE)
        for i, text in enumerate(("一般公共预算", "财政拨款基本", "支出决算明细"))
    ]
    boxes = by_cell(image, plan)[0]
    assert len(boxes) == 3
    assert boxes == sorted(boxes, key=lambda box: box[1])
    for box, ink in zip(boxes, inks, strict=True):
        assert abs(center(box)[1] - center(ink)[1]) < 0.2 * SIZE


def test_touching_lines_are_cut() -> None:
    """Lines set so tightly that their strokes touch are cut apart at their emptiest rows."""
    plan = plan_of([300, 240], [160, 60])
    image = filled(plan, draw(plan))
    for i, text in enumerate(("事业单位离退休", "机关事业单位基", "本养老保险缴费")):
        write(image, 60, 60 + i * 26, text, SIZE)
    boxes = by_cell(image, plan)[0]
    assert len(boxes) == 3
    assert all(15 < box[3] - box[1] < 40 for box in boxes)


@pytest.mark.parametrize("text", ["二", "三", "：", "二三", "=", "i", "ロ 二"])
def test_low_strokes_stay_one_line(text: str) -> None:
    """The separate strokes of one low character are not taken for lines of their own."""
    plan = plan_of([240, 240], [60, 60])
    image = filled(plan, draw(plan))
    write_in(image, plan.box(plan.spans[0]), text, SIZE)
    assert len(by_cell(image, plan)[0]) == 1


@pytest.mark.parametrize("place", ["left", "right", "top", "bottom"])
def test_print_at_the_border_is_whole(place: str) -> None:
    """Print that almost touches its cell's border keeps all its ink, and the border is not in the crop."""
    plan = plan_of([240, 240], [60, 60])
    image = filled(plan, draw(plan))
    gap = 5
    x0, y0, x1, y1 = plan.box(plan.spans[0])
    width, height = write(blank(99, 300), 0, 0, "9,417.86", SIZE)[2:]
    middle = (x0 + x1 - width) // 2, (y0 + y1 - height) // 2
    at = {
        "left": (x0 + gap, middle[1]),
        "right": (x1 - gap - width, middle[1]),
        "top": (middle[0], y0 + gap),
        "bottom": (middle[0], y1 - gap - height),
    }[place]
    ink = write(image, *at, "9,417.86", SIZE)
    print_ = find_cell_print(flatten(image, DPI), [lattice_of(plan)], DPI)
    (line,) = [line for line in print_.lines[0] if line.cell == 0]
    assert close(line.box, ink)
    assert pieces(cut_line(print_.image, line, 20.0)) == 8


def test_merged_cells_are_filled() -> None:
    """Print in the middle of a merged cell belongs to that cell."""
    plan = plan_of([200] * 3, [60] * 3, [(0, 0, 2, 2)])
    image = draw(plan)
    ink = write_in(image, plan.box((0, 0, 2, 2)), "支出功能分类科目", SIZE)
    ((index, boxes),) = by_cell(image, plan).items()
    assert plan.spans[index] == (0, 0, 2, 2)
    assert close(boxes[0], ink)


def test_remains_of_a_seal_are_no_print() -> None:
    """Pale ink under a seal is what the seal left; elsewhere it is thin print."""
    plan = plan_of([240, 240], [60] * 4)
    image = filled(plan, draw(plan))
    place = plan.box(plan.spans[0])
    pale = blank(*image.shape)
    ink = write_in(pale, place, "云岭县章", SIZE)
    image = np.minimum(image, np.where(pale < 128, 190, 255)).astype(np.uint8)
    page, lattices = flatten(image, DPI), [lattice_of(plan)]
    under = find_cell_print(page, lattices, DPI, [place]).lines[0]
    without = find_cell_print(page, lattices, DPI).lines[0]
    assert 0 not in {line.cell for line in under}
    assert [close(line.box, ink) for line in without if line.cell == 0] == [True]
    assert {line.cell for line in under} == set(range(1, 8))


def test_thin_print_beside_a_seal_stays() -> None:
    """Pale ink of a cell that a seal covers in part is the seal's only where the seal lies."""
    plan = plan_of([240, 240], [60] * 4)
    image = filled(plan, draw(plan))
    x0, y0, x1, y1 = plan.box(plan.spans[0])
    pale = blank(*image.shape)
    ink = write_in(pale, (x0, y0, x1 - 120, y1), "云岭", SIZE)
    image = np.minimum(image, np.where(pale < 128, 190, 255)).astype(np.uint8)
    found = find_cell_print(flatten(image, DPI), [lattice_of(plan)], DPI, [(x1 - 100, y0, x1, y1)]).lines[0]
    assert [close(line.box, ink) for line in found if line.cell == 0] == [True]


def test_the_mark_behind_a_flat_stroke_stays() -> None:
    """The mark of 一、 stands lower than its stroke and is a speck by itself, but print."""
    plan = plan_of([300, 240], [60] * 4)
    image = filled(plan, draw(plan))
    left, top = plan.box(plan.spans[0])[:2]
    stroke, mark = (left + 40, top + 26, left + 60, top + 29), (left + 64, top + 37, left + 67, top + 39)
    for x0, y0, x1, y1 in (stroke, mark):
        image[y0:y1, x0:x1] = 0
    cleaned = find_cell_print(flatten(image, DPI), [lattice_of(plan)], DPI).image
    assert [int(cleaned[y0:y1, x0:x1].max()) for x0, y0, x1, y1 in (stroke, mark)] == [0, 0]


def test_a_dark_speck_under_a_seal_is_no_print() -> None:
    """What is smaller than a character there is what the seal left, though it be dark; elsewhere it is print."""
    plan = plan_of([240, 240], [60] * 4)
    image = filled(plan, draw(plan))
    place = plan.box(plan.spans[0])
    middle = (place[1] + place[3]) // 2
    image[middle - 4 : middle + 4, place[0] + 60 : place[0] + 68] = 0
    page, lattices = flatten(image, DPI), [lattice_of(plan)]
    assert 0 in {line.cell for line in find_cell_print(page, lattices, DPI).lines[0]}
    assert 0 not in {line.cell for line in find_cell_print(page, lattices, DPI, [place]).lines[0]}


def test_page_without_tables_has_no_cell_print() -> None:
    """Without lattices the page is as it was and there are no lines."""
    page = flatten(blank(80, 80), DPI)
    found = find_cell_print(page, [], DPI)
    assert found.lines == ()
    assert np.array_equal(found.image, page)


def test_print_height_is_that_of_characters() -> None:
    """The usual height is that of the characters, not of rulings; too little print gives the usual size of 9 pt."""
    image = draw(plan_of([300, 300], [60, 60]))
    assert print_height(ink_of(image, DPI), DPI) == pytest.approx(DPI / 8)
    for y in (50, 110):
        write(image, 60, y, "国固回圆困图园团", 32)
    assert print_height(ink_of(image, DPI), DPI) == pytest.approx(30, abs=3)


def test_crop_is_padded_with_white() -> None:
    """What lies outside the part of the page that a crop may show is white."""
    page = np.zeros((50, 50), np.uint8)
    crop = pad_white(page, (-5, -5, 25, 15), (0, 0, 20, 10))
    assert crop.shape == (20, 30)
    assert (crop[5:15, 5:25] == 0).all()
    assert crop.sum() == 255 * (20 * 30 - 10 * 20)


def reading(text: str, chance: float = 0.99, others: tuple[tuple[str, float], ...] = ()) -> Reading:
    return Reading(text, chance, (chance,) * len(text), (), others)


def two_cells() -> Lattice:
    return Lattice((0, 50, 100), (0, 30), (LatticeCell(0, 0, 1, 1), LatticeCell(0, 1, 1, 1, inferred=True)))


def line_in(cell: int) -> CellLine:
    return CellLine(cell, (5, 5, 20, 20), (1, 1, 49, 29))


def test_readings_are_put_into_their_cells() -> None:
    """A cell's lines are joined, a cell without lines is blank with full confidence, inferred sides are told."""
    grid = fill_lattice(two_cells(), [line_in(0), line_in(0)], [reading("项目支"), reading("出决算", 0.9)])
    first, second = grid.cells
    assert (first.text, first.confidence, first.box) == ("项目支出决算", 0.9, (0, 0, 50, 30))
    assert (second.text, second.confidence, second.inferred_line) == ("", 1.0, True)
    assert (grid.n_rows, grid.n_cols, grid.box) == (1, 2, (0, 0, 100, 30))


def test_doubt_is_that_of_the_worst_character() -> None:
    """A cell is as sure as its least sure character; spaces do not count."""
    read = Reading("1 23", 0.9, (0.99, 0.01, 0.42, 0.98))
    assert fill_lattice(two_cells(), [line_in(0)], [read]).cells[0].confidence == 0.42


def test_alternatives_are_of_the_whole_cell() -> None:
    """A line's runner-up is told with the cell's other lines around it, the most likely first, at most three."""
    readings = [
        reading("甲乙", 0.6, (("申乙", 0.2), ("甲己", 0.3))),
        reading("12", 0.6, (("17", 0.4), ("72", 0.1))),
    ]
    cell = fill_lattice(two_cells(), [line_in(1), line_in(1)], readings).cells[1]
    assert cell.alternatives == ("甲乙17", "甲己12", "申乙12")


def test_empty_readings_leave_a_cell_blank() -> None:
    """What the engine found nothing in leaves no trace."""
    cell = fill_lattice(two_cells(), [line_in(0), line_in(0)], [reading(" "), Reading("", 0.0)]).cells[0]
    assert (cell.text, cell.confidence, cell.alternatives) == ("", 1.0, ())


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["政府性基金", "预算"], "政府性基金预算"),
        (["1,234,", "567.89"], "1,234,567.89"),
        (["Budget", "report"], "Budget report"),
        (["２０２５", "年度"], "2025年度"),
        (["", "合计", " "], "合计"),
        (["⼊", "⽀"], "入支"),
        ([], ""),
    ],
)
def test_lines_run_on(lines: list[str], joined: str) -> None:
    """Chinese and figures run on over a cell's lines, Latin words keep a space; widths and radicals are normalised."""
    assert join_lines(lines) == joined


@pytest.mark.parametrize("grey", [175, 190])
def test_thin_strokes_beside_thick_rulings_are_print(grey: int) -> None:
    """A pale thin stroke across, as 一 has, belongs to its line, though the rulings close by make the mean dark."""
    plan = plan_of([300, 300], [29] * 4)
    image = draw(plan, thick=4)
    left, top = plan.xs[0] + 10, plan.ys[1] + 14
    image[top : top + 2, left : left + 18] = grey
    ink = write(image, left + 30, plan.ys[1] + 6, "行政运行", 18)
    ((x0, _, x1, _),) = by_cell(softened(image, 0.6, 0.0), plan)[2]
    assert x0 <= left + 2
    assert abs(x1 - ink[2]) <= 3


def test_a_cell_that_lost_a_line_is_no_sure_one() -> None:
    """Of a cell with print of which nothing was read, the rest that was read is in doubt."""
    cell = fill_lattice(two_cells(), [line_in(0), line_in(0)], [Reading("", 0.0), reading("位经营支出")]).cells[0]
    assert (cell.text, cell.confidence) == ("位经营支出", 0.0)
