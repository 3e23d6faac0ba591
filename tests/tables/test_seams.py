from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables.pages import HEIGHT, centred, grid_of, joined, page_of, texts

from gouji.records import Grid

HEAD = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]
LONG = "机关事业单位基本养老保险缴费支出"


def body(count: int, start: int = 0) -> list[list[str]]:
    return [
        [f"20{start + i:03d}", f"第{start + i}项业务费", f"{start + i}.20", f"{start + i}.05", f"{i}.15"]
        for i in range(count)
    ]


def foot(rows: Sequence[Sequence[str]], **more: object) -> Grid:
    """A grid at the foot of a full page."""
    return grid_of(rows, top=HEIGHT - 80 - 24 * len(rows), **more)  # type: ignore[arg-type]


def opened(grid: Grid, row: int) -> Grid:
    """The grid with a border of this row not printed."""
    last = [cell.row <= row < cell.row + cell.row_span for cell in grid.cells]
    cells = [
        cell.model_copy(update={"inferred_line": cell.inferred_line or touched})
        for cell, touched in zip(grid.cells, last, strict=True)
    ]
    return grid.model_copy(update={"cells": tuple(cells)})


def two(upper: Grid, lower: Grid) -> tuple[list[list[str]], list[str]]:
    """The texts of the one table of two pages, and the codes of what is found about it."""
    result = joined(page_of(1, upper), page_of(2, lower))
    (table,) = result.tables
    return texts(table), [finding.code for finding in result.findings]


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(
    rows=st.integers(5, 20), cut=st.integers(4, 19), at=st.integers(2, 14), again=st.booleans(), figures=st.booleans()
)
def test_a_row_cut_where_no_border_is_printed_becomes_whole(
    rows: int, cut: int, at: int, again: bool, figures: bool
) -> None:
    """A page break through any row, its name broken anywhere and its figures on either page: the whole table again."""
    whole = [HEAD, *body(rows)]
    cut = min(cut, rows)
    whole[cut][1] = LONG
    code, _, *amounts = whole[cut]
    halves = [
        [code, LONG[:at], *(amounts if figures else ["", "", ""])],
        ["", LONG[at:], *(["", "", ""] if figures else amounts)],
    ]
    upper = opened(foot([*whole[:cut], halves[0]]), cut)
    lower = grid_of([*([HEAD] if again else []), halves[1], *whole[cut + 1 :]], top=90)
    result = joined(page_of(1, upper), page_of(2, lower))
    (table,) = result.tables
    assert texts(table) == whole
    assert result.findings == ()
    name = next(cell for cell in table.cells if cell.text == LONG)
    assert (name.page, "joined" in name.flags, name.row_span) == (1, True, 1)
    figure = next(cell for cell in table.cells if cell.row == cut and cell.col == 2)
    assert (figure.page, "joined" in figure.flags) == (1 if figures else 2, False)
    covered = sum(cell.row_span * cell.col_span for cell in table.cells)
    assert covered == table.n_rows * table.n_cols


def test_a_half_without_any_text_is_no_row() -> None:
    """Where the foot is open and the last row blank, the row's text stands wholly on the next page."""
    rows = [HEAD, *body(12)]
    found, _ = two(opened(foot([*rows[:8], ["", "", "", "", ""]]), 8), grid_of(rows[8:], top=90))
    assert found == rows


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("办公设备购置（含计算机、", "打印机）"),
        ("城乡社区公共设施和", "环境卫生支出"),
        ("机关事业单位基本养老保险缴", "费支出"),
        ("履行职责所需的各项培训，", "全年不少于十次"),
    ],
)
def test_a_text_that_goes_on_makes_its_row_whole(upper: str, lower: str) -> None:
    """With all borders printed, a name alone in its row is the rest of the name above the break."""
    rows = [HEAD, *body(12)]
    last = ["20805", upper, "3.00", "2.00", "1.00"]
    found, doubts = two(foot([*rows, last]), grid_of([["", lower, "", "", ""], *body(3, 30)], top=90))
    assert found == [*rows, ["20805", upper + lower, "3.00", "2.00", "1.00"], *body(3, 30)]
    assert doubts == []


def test_a_name_that_stands_whole_elsewhere_tells_its_halves() -> None:
    """Halves whose figures stand on the second page are one row when the document has their text as a whole."""
    rows = [HEAD, *body(12)]
    upper, lower = (
        foot([*rows, ["20805", "行政单位", "", "", ""]]),
        [["", "离退休", "3.00", "2.00", "1.00"], *body(3, 30)],
    )
    other = grid_of([["科目", "金额"], ["行政单位离退休", "3.00"]], top=100)
    result = joined(page_of(1, other), page_of(2, upper), page_of(3, grid_of(lower, top=90)))
    assert texts(result.tables[1])[13] == ["20805", "行政单位离退休", "3.00", "2.00", "1.00"]


SUM = ["", "合计", "9.00", "8.00", "1.00"]


@pytest.mark.parametrize(
    "below",
    [SUM, ["", "合计", "", "", ""], ["", "其中：工资", "", "", ""], ["20901", "其他支出", "", "", ""], [""] * 5],
)
def test_rows_of_their_own_stay_apart(below: list[str]) -> None:
    """A sum, a part, a row with a code or a blank row after the break is no rest of the row before it."""
    rows = [HEAD, *body(12)]
    found, _ = two(foot(rows), grid_of([below, *body(3, 30)], top=90))
    assert found == [*rows, below, *body(3, 30)]


def test_rows_with_figures_in_one_column_stay_apart() -> None:
    """Even with a border missing, a row that has figures where the row before it has some is another row."""
    rows = [HEAD, *body(12)]
    found, _ = two(opened(foot(rows), 12), grid_of([SUM, *body(3, 30)], top=90))
    assert found == [*rows, SUM, *body(3, 30)]


def test_what_may_be_one_row_or_two_stays_two_and_is_told() -> None:
    """A short name alone in its row after the break might be the rest of the one before: both stay, and it is said."""
    rows = [HEAD, *body(12)]
    last = ["20805", "培训", "3.00", "2.00", "1.00"]
    upper, lower = foot([*rows, last]), grid_of([["", "支出", "", "", ""], *body(3, 30)], top=90)
    result = joined(page_of(1, upper, lines=[centred("支出决算表", upper.box[1] - 40)]), page_of(2, lower))
    assert texts(result.tables[0])[13:15] == [last, ["", "支出", "", "", ""]]
    (finding,) = result.findings
    assert (finding.code, finding.severity) == ("table.join_doubtful", "info")
    assert {pointer.page for pointer in finding.pointers} == {1, 2}
    assert "支出决算表" in finding.message


def test_a_tall_cell_whose_text_goes_on_is_whole() -> None:
    """A label over several rows whose text is broken by the page break is one cell with one text."""
    upper = foot([["指标", "值"], *[["", f"{i}"] for i in range(8)]], merged={(1, 0, 8, 1): "社会效益（含就业、"})
    lower = grid_of([["", f"{i}"] for i in range(8, 12)], top=90, merged={(0, 0, 4, 1): "民生）指标"})
    (table,) = joined(page_of(1, upper), page_of(2, lower)).tables
    (tall,) = [cell for cell in table.cells if cell.row_span > 1]
    assert (tall.row_span, tall.text, tall.flags) == (12, "社会效益（含就业、民生）指标", ("joined",))


def test_a_cut_row_beside_a_tall_cell() -> None:
    """The row that the break cuts is one row, also under the tall label beside it."""
    rows = [["", f"指标内容第{i}项的完成情况说明", f"{i}"] for i in range(8)]
    upper = foot(
        [["类", "内容", "值"], *rows[:4], ["", "按时完成全年各项检查任务并", ""]], merged={(1, 0, 5, 1): "产出指标"}
    )
    lower = grid_of([["", "及时上报结果", "4"], *rows[5:]], top=90, merged={(0, 0, 4, 1): ""})
    (table,) = joined(page_of(1, opened(upper, 5)), page_of(2, lower)).tables
    (tall,) = [cell for cell in table.cells if cell.row_span > 1]
    assert (table.n_rows, tall.row, tall.row_span) == (9, 1, 8)
    assert texts(table)[5] == ["", "按时完成全年各项检查任务并及时上报结果", "4"]
