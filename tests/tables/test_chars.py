from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables.drawing import plan_of

from gouji.geometry import Box
from gouji.tables.chars import cell_text, chars_to_lines, fill_from_chars
from gouji.tables.lattice import Lattice, LatticeCell


@dataclass(frozen=True)
class Glyph:
    text: str
    box: Box


def glyphs(text: str, x: int, y: int, size: int = 20) -> list[Glyph]:
    """The characters of a text set solid, half-width ones on half the width; a blank leaves its width."""
    found = []
    for char in text:
        width = size // 2 if char.isascii() else size
        if not char.isspace():
            found.append(Glyph(char, (x, y, x + width, y + size)))
        x += width
    return found


def test_characters_make_a_line() -> None:
    """Characters on one base line are one line with its box, sure of every character."""
    (line,) = chars_to_lines(glyphs("本年收入860.50万元", 50, 100))
    assert line.text == "本年收入860.50万元"
    assert line.box == (50, 100, 50 + 6 * 20 + 6 * 10, 120)
    assert (line.confidence, line.chars) == (1.0, (1.0,) * len(line.text))


@settings(max_examples=25, derandomize=True, deadline=None, database=None)
@given(st.lists(st.text("收支出决算总计年1234.", min_size=1, max_size=12), min_size=1, max_size=6), st.randoms())
def test_order_of_characters_does_not_matter(texts: list[str], random: object) -> None:
    """Characters in any order of the file are put in reading order."""
    chars = [char for i, text in enumerate(texts) for char in glyphs(text, 50, 100 + 30 * i)]
    random.shuffle(chars)  # type: ignore[attr-defined]
    assert [line.text for line in chars_to_lines(chars)] == texts


def test_wide_gaps_part_lines() -> None:
    """What stands side by side with a wide gap between is two lines; a blank between characters is none."""
    chars = [*glyphs("部门：档案馆", 50, 100), *glyphs("单位：万元", 600, 101)]
    assert [line.text for line in chars_to_lines(chars)] == ["部门：档案馆", "单位：万元"]
    assert [line.text for line in chars_to_lines(glyphs("收 入　决算", 50, 100))] == ["收入决算"]


def test_latin_words_keep_their_spaces() -> None:
    """Latin words are parted by a space, letters of one word, figures and Chinese characters are not."""
    assert cell_text(glyphs("Open Budget Report", 50, 100)) == "Open Budget Report"
    assert cell_text(glyphs("科目 2080505 行政 A", 50, 100)) == "科目2080505行政A"


def test_small_marks_stay_in_their_line() -> None:
    """A character a little higher or lower, a raised mark, stays in its line."""
    chars = [*glyphs("面积", 50, 100), Glyph("m", (90, 102, 100, 118)), Glyph("2", (100, 97, 106, 111))]
    assert [line.text for line in chars_to_lines(chars)] == ["面积m2"]


def test_no_characters_no_lines() -> None:
    """A page without characters has no lines."""
    assert chars_to_lines([]) == []
    assert cell_text([]) == ""


def lattice() -> Lattice:
    plan = plan_of([200, 200], [60, 60], [(0, 0, 1, 2)])
    return Lattice(plan.xs, plan.ys, tuple(LatticeCell(*span) for span in plan.spans))


def test_characters_are_put_into_their_cells() -> None:
    """Characters lie in the cell that holds their middle, others stay outside; lines of a cell run on."""
    outside = glyphs("注：无", 50, 300)
    chars = [
        *glyphs("收入支出总表", 60, 60),
        *glyphs("本年收入", 60, 104, 16),
        *glyphs("合计", 60, 128, 16),
        *glyphs("1,860.50", 250, 110),
        *outside,
    ]
    grid, rest = fill_from_chars(lattice(), chars)
    assert [cell.text for cell in grid.cells] == ["收入支出总表", "本年收入合计", "1,860.50"]
    assert [(cell.row, cell.col, cell.row_span, cell.col_span) for cell in grid.cells] == [
        (0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1),
    ]  # fmt: skip
    assert {cell.confidence for cell in grid.cells} == {1.0}
    assert rest == outside


def test_blank_cells_stay() -> None:
    """A cell without characters is there, blank."""
    grid, rest = fill_from_chars(lattice(), [])
    assert [cell.text for cell in grid.cells] == ["", "", ""]
    assert rest == []


@pytest.mark.parametrize("shift", [-6, 6])
def test_print_over_a_border_is_in_one_cell(shift: int) -> None:
    """A figure that runs a little over its cell's border is not torn apart when most of each character is inside."""
    grid, _ = fill_from_chars(lattice(), glyphs("98.70", 240 + shift if shift > 0 else 190 + shift, 110))
    assert [cell.text for cell in grid.cells][1 + (shift > 0)] == "98.70"
