from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables.pages import SIZE, centred, line

from gouji.geometry import Box
from gouji.records import Grid, Line
from gouji.tables.borderless import lines_to_grids

ROWS = [
    ["项目", "上年数", "本年数", "增减额"],
    ["一般公共服务支出", "1,860.50", "1,900.00", "39.50"],
    ["教育支出", "214.38", "", "-214.38"],
    ["卫生健康支出", "97.06", "98.06", "1.00"],
    ["合计", "2,171.94", "1,998.06", "-173.88"],
]


def ended(text: str, right: int, y: int) -> Line:
    """A piece of print that ends at `right`, figures half as wide as words."""
    wide = sum(8 if char.isascii() else 16 for char in text)
    box: Box = (right - wide, y, right, y + SIZE)
    return Line(text=text, box=box, confidence=0.97)


def printed(rows: Sequence[Sequence[str]], rights: Sequence[int] = (0, 400, 550, 700), top: int = 300) -> list[Line]:
    """The rows with labels at the left and amounts that end at `rights`."""
    return [
        line(text, 60, top + 28 * r) if c == 0 else ended(text, rights[c], top + 28 * r)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if text
    ]


def texts(grid: Grid) -> list[list[str]]:
    rows = [[""] * grid.n_cols for _ in range(grid.n_rows)]
    for cell in grid.cells:
        rows[cell.row][cell.col] = cell.text
    return rows


def test_labels_and_amounts_in_columns_are_a_table() -> None:
    """Rows of labels and amounts with their heads are a table; every cell is inferred, blanks are cells too."""
    title, after = centred("支出情况表", 250), line("以上数据均为初步数，以决算为准。", 60, 520)
    (grid,), rest = lines_to_grids([title, *printed(ROWS), after])
    assert texts(grid) == ROWS
    assert all(cell.inferred_line for cell in grid.cells)
    assert rest == [title, after]
    assert all(cell.confidence == 0.97 for cell in grid.cells if cell.text and cell.col)


@settings(max_examples=40, derandomize=True, deadline=None, database=None)
@given(
    count=st.integers(3, 20),
    gaps=st.lists(st.integers(100, 180), min_size=1, max_size=3),
    amounts=st.lists(st.integers(1, 99_999_999), min_size=60, max_size=60),
    blank=st.integers(0, 59),
)
def test_a_random_list_of_amounts_is_found_again(count: int, gaps: list[int], amounts: list[int], blank: int) -> None:
    """Whatever the amounts and the width of the columns, the list is read cell for cell."""
    figures = [f"{amount / 100:,.2f}" for amount in amounts]
    rows = [[f"第{r}项支出", *figures[3 * r : 3 * r + len(gaps)]] for r in range(count)]
    r, c = divmod(blank, 3)
    if len(gaps) > 1 and 0 < r < count - 1 and c < len(gaps):
        rows[r][1 + c] = ""
    rights = [0]
    for gap in gaps:
        rights.append((rights[-1] or 220) + gap)
    (grid,), rest = lines_to_grids(printed(rows, rights))
    assert (texts(grid), rest) == (rows, [])


def test_a_head_over_two_columns_is_one_cell() -> None:
    """A head over several columns of amounts is one cell over them."""
    heads = [line("项目", 60, 272), line("一般公共预算财政拨款支出", 470, 272)]
    (grid,), _ = lines_to_grids([*heads, *printed([row[:1] + row[2:] for row in ROWS], (0, 550, 700))])
    assert [(cell.text, cell.col, cell.col_span) for cell in grid.cells if cell.row == 0] == [
        ("项目", 0, 1), ("一般公共预算财政拨款支出", 1, 2),
    ]  # fmt: skip


def test_an_item_without_an_amount_keeps_its_row() -> None:
    """A row between two rows of amounts is a row, though it has none."""
    rows = [*ROWS[:2], ["其他支出", "", "", ""], *ROWS[2:]]
    (grid,), _ = lines_to_grids(printed(rows))
    assert texts(grid) == rows


CONTENTS = [[f"第{i}部分 部门概况情况说明", f"{i * 3}"] for i in range(1, 9)]
LEADERS = [[f"第{i}部分 概况..........", f"{i}.00"] for i in range(1, 9)]
SIGNED = [["单位负责人：张三", "填表人：李四"], ["联系电话：12345", "2025年8月"], ["云岭县档案馆", "（盖章）"]]
WORDS = [["姓名", "职务", "科室"], *([f"某某{i}", f"职务{i}", f"第{i}科室"] for i in range(9))]
COLUMNS = [["本年度支出比上年增加三十万元主要是", "人员经费增加以及档案抢救项目的"] for _ in range(9)]
PHONES = [[f"第{i}股", f"6621{i}48"] for i in range(9)]
TWO = [["收入", "1,860.50"], ["支出", "1,860.50"]]


@pytest.mark.parametrize("rows", [CONTENTS, LEADERS, SIGNED, WORDS, COLUMNS, PHONES, TWO])
def test_what_only_looks_like_columns_is_no_table(rows: list[list[str]]) -> None:
    """Contents, signatures, lists of words, text in two columns and two lone amounts are no tables."""
    pieces = printed(rows, (0, 640, 760))
    grids, rest = lines_to_grids(pieces)
    assert (grids, rest) == ([], pieces)


def test_prose_full_of_amounts_is_no_table() -> None:
    """Sentences with amounts in them are prose."""
    prose = [
        line(f"二、教育支出{i}.50万元，比上年增加{i}.20万元，主要是人员经费增加", 60, 100 + 30 * i) for i in range(9)
    ]
    assert lines_to_grids(prose) == ([], prose)


def test_figures_without_labels_are_no_table() -> None:
    """The figures along the axis of a chart have no labels: no table."""
    chart = [ended(f"{i}.50", 300 + 100 * c, 100 + 28 * i) for i in range(6) for c in range(3)]
    assert lines_to_grids(chart) == ([], chart)
