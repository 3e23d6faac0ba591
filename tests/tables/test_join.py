from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables.pages import HEIGHT, box_of, centred, grid_of, joined, line, page_of, spans, texts

from gouji.records import Grid, GridCell

FULL = HEIGHT - 80  # a grid that ends here fills its page
HEAD = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]


def body(count: int, start: int = 0) -> list[list[str]]:
    return [
        [
            f"20{start + i:03d}",
            f"第{start + i}项业务费",
            f"{100 + start + i}.{(start + i) % 10}0",
            f"{start + i}.05",
            "",
        ]
        for i in range(count)
    ]


def bottom_grid(rows: list[list[str]], **options: object) -> Grid:
    """A grid at the foot of a full page."""
    return grid_of(rows, top=FULL - 24 * len(rows), **options)  # type: ignore[arg-type]


@settings(max_examples=40, derandomize=True, deadline=None, database=None)
@given(
    rows=st.integers(4, 24),
    cut=st.floats(0, 1),
    head_again=st.booleans(),
    title_again=st.sampled_from(["", "续", "same"]),
    widths=st.lists(st.integers(60, 180), min_size=5, max_size=5),
    shift=st.integers(-20, 20),
    jitter=st.lists(st.integers(-2, 2), min_size=5, max_size=5),
)
def test_a_cut_table_becomes_whole(
    rows: int, cut: float, head_again: bool, title_again: str, widths: list[int], shift: int, jitter: list[int]
) -> None:
    """A table cut at any row into two pages, its head repeated or not, is the whole table again, nothing lost."""
    if title_again == "same":
        head_again = True
    whole = [HEAD, *body(rows)]
    at = 2 + round(cut * (rows - 2))
    title = "收入支出决算表"
    upper = bottom_grid(whole[:at], widths=widths)
    lower_rows = [HEAD, *whole[at:]] if head_again else whole[at:]
    lower = grid_of(lower_rows, widths=[w + j for w, j in zip(widths, jitter, strict=True)], left=60 + shift, top=100)
    again = {"": [], "续": [centred(f"{title}（续）", 60)], "same": [centred(title, 60)]}[title_again]
    result = joined(
        page_of(3, upper, lines=[centred(title, upper.box[1] - 40), centred("- 3 -", HEIGHT - 40)]),
        page_of(4, lower, lines=[*again, centred("- 4 -", HEIGHT - 40)]),
    )
    (table,) = result.tables
    assert texts(table) == whole
    assert (table.pages, table.title) == ((3, 4), title)
    assert spans(table) == [(r, c, 1, 1) for r in range(len(whole)) for c in range(5)]
    dropped = int(head_again)
    for cell in table.cells:
        on_lower = cell.row >= at
        assert cell.page == (4 if on_lower else 3)
        own = (lower, cell.row - at + dropped) if on_lower else (upper, cell.row)
        assert cell.box == box_of(own[0], own[1], cell.col)
    assert [kept.text for _, kept_lines in result.prose for kept in kept_lines] == ["- 3 -", "- 4 -"]


def test_three_pages_make_one_table() -> None:
    """A table over three pages is one table; figures have their values."""
    whole = [HEAD, *body(90)]
    pages = [
        page_of(1, grid_of(whole[:40], top=100)),
        page_of(2, grid_of([HEAD, *whole[40:80]], top=80)),
        page_of(3, grid_of([HEAD, *whole[80:]], top=80)),
    ]
    (table,) = joined(*pages).tables
    assert texts(table) == whole
    assert table.pages == (1, 2, 3)
    assert table.cells[5 + 2].value == Decimal("100.00")
    assert table.cells[5 + 1].value is None


def test_head_of_two_rows_with_merged_cells_is_dropped() -> None:
    """A repeated head of two rows, merged cells in it, is dropped whole."""
    merged = {(0, 0, 2, 1): "科目", (0, 1, 2, 1): "合计", (0, 2, 1, 2): "其中"}
    head = [["", "", "", ""], ["", "", "基本支出", "项目支出"]]
    rows = [[f"业务{i}", f"{i}.00", f"{i}.10", f"{i}.20"] for i in range(20)]
    upper = bottom_grid([*head, *rows[:12]], merged=merged)
    lower = grid_of([*head, *rows[12:]], top=90, merged=merged)
    (table,) = joined(page_of(1, upper), page_of(2, lower)).tables
    assert table.n_rows == 22
    assert texts(table)[2:] == rows
    assert [span for span in spans(table) if span[2:] != (1, 1)] == sorted(merged)


def test_head_read_a_little_differently_is_dropped() -> None:
    """A repeated head in which OCR misread a character is a repeated head."""
    again = ["科目编码", "科目各称", "合计", "基本支出", "项目支岀"]
    again_long = [*again[:1], "科目名称（类款项）", *again[2:]]
    head = [HEAD[0], "科目名称（类款項）", *HEAD[2:4], "项目支出"]
    again_long[4] = "项目支出"
    (table,) = joined(
        page_of(1, bottom_grid([head, *body(20)])), page_of(2, grid_of([again_long, *body(5, 20)], top=90))
    ).tables
    assert texts(table) == [head, *body(25)]


def test_head_alone_at_the_foot_of_a_page_is_not_doubled() -> None:
    """A table of which only the head fitted on the first page has its head once."""
    (table,) = joined(page_of(1, bottom_grid([HEAD])), page_of(2, grid_of([HEAD, *body(5)], top=90))).tables
    assert texts(table) == [HEAD, *body(5)]


def test_rows_of_figures_are_no_repeated_head() -> None:
    """A first row with other figures than the head's first row is not dropped."""
    rows = [["1", "2", "3"], ["7", "8", "9"]] * 10
    rows = [[f"{i}{cell}" for cell in row] for i, row in enumerate(rows)]
    (table,) = joined(page_of(1, bottom_grid(rows[:12])), page_of(2, grid_of(rows[12:], top=80))).tables
    assert texts(table) == rows


def test_same_title_again_with_another_head_stays_apart() -> None:
    """Under the same title, without 续, and with another first row, the next page holds the next table of its kind."""
    first = [["项目名称", "道路养护"], ["主管部门", "云岭县公路局"], *([f"指标{i}", f"{i}"] for i in range(20))]
    other = [["项目名称", "桥梁检测"], ["主管部门", "云岭县公路局"], *([f"指标{i}", f"{i}"] for i in range(20))]
    title = "项目支出绩效自评表"
    upper = bottom_grid(first)
    result = joined(
        page_of(1, upper, lines=[centred(title, upper.box[1] - 40)]),
        page_of(2, grid_of(other, top=100), lines=[centred(title, 60)]),
    )
    assert [table.title for table in result.tables] == [title, title]
    assert [table.pages for table in result.tables] == [(1,), (2,)]
    assert [table.id for table in result.tables] == ["t1", "t2"]


def test_another_title_stays_apart() -> None:
    """A table of its own title is a table of its own, though its columns stand in the same places."""
    upper = bottom_grid([HEAD, *body(20)])
    result = joined(
        page_of(1, upper, lines=[centred("收入决算表", upper.box[1] - 40)]),
        page_of(2, grid_of([HEAD, *body(20)], top=100), lines=[centred("政府采购情况表", 60)]),
    )
    assert [table.title for table in result.tables] == ["收入决算表", "政府采购情况表"]


def test_other_columns_stay_apart() -> None:
    """Grids whose columns stand elsewhere are different tables."""
    upper = bottom_grid([HEAD, *body(20)], widths=[140] * 5)
    lower = grid_of([["甲", "乙", "丙"], ["1", "2", "3"]] * 4, top=90, widths=[60, 320, 320])
    assert len(joined(page_of(1, upper), page_of(2, lower)).tables) == 2


def test_other_width_stays_apart() -> None:
    """A grid much narrower than the one before is another table."""
    upper = bottom_grid([HEAD, *body(20)], widths=[140] * 5)
    lower = grid_of(body(5), top=90, widths=[90] * 5)
    assert len(joined(page_of(1, upper), page_of(2, lower)).tables) == 2


def test_page_with_room_left_ends_its_table() -> None:
    """A table that ends high on its page, rows would have fitted below it, does not run on."""
    upper = grid_of([HEAD, *body(10)], top=100)
    assert len(joined(page_of(1, upper), page_of(2, grid_of(body(9, 10), top=90))).tables) == 2


def test_table_low_on_its_page_begins_anew() -> None:
    """A grid that begins halfway down its page does not carry on the page before."""
    upper = bottom_grid([HEAD, *body(20)])
    assert len(joined(page_of(1, upper), page_of(2, grid_of(body(9, 10), top=600))).tables) == 2


@pytest.mark.parametrize("where", ["below", "above"])
def test_prose_between_keeps_tables_apart(where: str) -> None:
    """Prose between two grids ends the first table."""
    upper = bottom_grid([HEAD, *body(20)])
    lower = grid_of([HEAD, *body(5)], top=200)
    below = [line("以上数据未经审计，仅供参考使用。", 60, FULL + 30)] if where == "below" else []
    above = [line("二、云岭县档案馆收入情况说明如下。", 60, 100)] if where == "above" else []
    assert len(joined(page_of(1, upper, lines=below), page_of(2, lower, lines=above)).tables) == 2


def test_notes_end_a_table() -> None:
    """A table with notes below it is complete."""
    upper = bottom_grid([HEAD, *body(20)])
    note = line("注：本表反映部门本年度支出情况。", 60, FULL + 10)
    first, second = joined(page_of(1, upper, lines=[note]), page_of(2, grid_of(body(5, 20), top=90))).tables
    assert first.notes == ("注：本表反映部门本年度支出情况。",)
    assert second.notes == ()


def test_page_between_keeps_tables_apart() -> None:
    """A table does not run over a page on which it is not."""
    upper = bottom_grid([HEAD, *body(20)])
    result = joined(page_of(1, upper), page_of(2), page_of(3, grid_of(body(5, 20), top=90)))
    assert len(result.tables) == 2


def test_tall_cell_cut_in_two_is_whole() -> None:
    """A merged cell that the page break cut in two is one cell over both parts' rows, where its text is."""
    upper = bottom_grid([["指标", "值"], *[["", f"{i}"] for i in range(8)]], merged={(1, 0, 8, 1): "产出指标"})
    lower = grid_of([["", f"{i}"] for i in range(8, 12)], top=90, merged={(0, 0, 4, 1): ""})
    (table,) = joined(page_of(1, upper), page_of(2, lower)).tables
    (tall,) = [cell for cell in table.cells if cell.row_span > 1]
    assert (tall.row, tall.col, tall.row_span, tall.text, tall.page) == (1, 0, 12, "产出指标", 1)
    assert tall.box == box_of(upper, 1, 0)
    assert table.n_rows == 13


def test_tall_cell_with_its_text_on_the_second_page_is_whole() -> None:
    """Where the text of a cut cell stands on the second page, the cell keeps that text and that place."""
    upper = bottom_grid([["指标", "值"], *[["", f"{i}"] for i in range(3)]], merged={(1, 0, 3, 1): ""})
    lower = grid_of([["", f"{i}"] for i in range(3, 9)], top=90, merged={(0, 0, 6, 1): "效益指标"})
    (table,) = joined(page_of(1, upper), page_of(2, lower)).tables
    (tall,) = [cell for cell in table.cells if cell.row_span > 1]
    assert (tall.row, tall.row_span, tall.text, tall.page) == (1, 9, "效益指标", 2)


def test_two_told_cells_at_the_break_stay_two() -> None:
    """Cells above and below the page break that both have a text are two cells."""
    upper = bottom_grid([["指标", "值"], *[["", f"{i}"] for i in range(3)]], merged={(1, 0, 3, 1): "质量指标"})
    lower = grid_of([["", f"{i}"] for i in range(3, 9)], top=90, merged={(0, 0, 6, 1): "时效指标"})
    (table,) = joined(page_of(1, upper), page_of(2, lower)).tables
    assert [cell.text for cell in table.cells if cell.row_span > 1] == ["质量指标", "时效指标"]


def test_columns_of_one_page_alone_are_united() -> None:
    """A border that only the second page shows makes a column in which the first page's cells are merged."""
    upper = bottom_grid(
        [["一级", "二级", "值"], *[[f"甲{i}", f"乙{i}", "1"] for i in range(6)]], widths=[200, 300, 200]
    )
    lower = grid_of([[f"丙{i}", "三", "四", "2"] for i in range(4)], top=90, widths=[200, 150, 150, 200])
    (table,) = joined(page_of(1, upper), page_of(2, lower)).tables
    assert table.n_cols == 4
    assert {cell.col_span for cell in table.cells if cell.page == 1 and cell.col == 1} == {2}
    assert [cell.col for cell in table.cells if cell.row == 8] == [0, 1, 2, 3]
    covered = sum(cell.row_span * cell.col_span for cell in table.cells)
    assert covered == table.n_rows * table.n_cols


def test_columns_of_the_first_page_alone_are_kept() -> None:
    """A border that only the first page shows merges the second page's cells."""
    upper = bottom_grid([[f"丙{i}", "三", "四", "2"] for i in range(8)], widths=[200, 150, 150, 200])
    lower = grid_of([[f"甲{i}", f"乙{i}", "1"] for i in range(6)], top=90, widths=[200, 300, 200])
    (table,) = joined(page_of(1, upper), page_of(2, lower)).tables
    assert table.n_cols == 4
    assert {cell.col_span for cell in table.cells if cell.page == 2 and cell.col == 1} == {2}


def test_two_tables_of_one_page_stay_two() -> None:
    """Two grids on one page are two tables, each with its own caption."""
    high, low = grid_of([HEAD, *body(5)], top=150), grid_of([HEAD, *body(5)], top=500)
    lines = [centred("收入决算表", 110), centred("支出决算表", 460), line("单位：万元", 600, 130)]
    first, second = joined(page_of(1, high, low, lines=lines)).tables
    assert (first.title, first.unit, first.unit_factor) == ("收入决算表", "万元", 10_000)
    assert (second.title, second.unit, second.unit_factor) == ("支出决算表", None, None)


def test_only_the_last_grid_of_a_page_runs_on() -> None:
    """With two grids on the page, it is the lower one that the next page carries on."""
    high = grid_of([["甲", "乙"], ["1", "2"]], top=100)
    upper = bottom_grid([HEAD, *body(15)])
    first, second = joined(page_of(1, high, upper), page_of(2, grid_of(body(5, 15), top=90))).tables
    assert (first.pages, second.pages) == ((1,), (1, 2))
    assert texts(second) == [HEAD, *body(20)]


def test_lines_of_no_table_are_left_over() -> None:
    """Lines used up by captions are gone, all others stay, page by page in their order."""
    grid = grid_of([HEAD, *body(5)], top=300)
    prose = [line("一、部门职责", 60, 60), line("负责本辖区档案管理。", 90, 90)]
    result = joined(page_of(1, grid, lines=[*prose, centred("收入决算表", 260)]), page_of(2, lines=prose))
    assert [(page.page, kept) for page, kept in result.prose] == [(1, tuple(prose)), (2, tuple(prose))]


def test_no_pages_no_tables() -> None:
    """A document without grids has no tables."""
    assert joined().tables == ()
    assert joined(page_of(1)).tables == ()


def doubtful(confidence: float, text: str, **more: object) -> tuple[str, ...]:
    cell = GridCell(row=0, col=0, box=(0, 0, 9, 9), text=text, confidence=confidence, **more)  # type: ignore[arg-type]
    other = GridCell(row=0, col=1, box=(9, 0, 18, 9))
    (table,) = joined(page_of(1, Grid(box=(0, 0, 18, 9), xs=(0, 9, 18), ys=(0, 9), cells=(cell, other)))).tables
    return table.cells[0].flags


def test_doubt_is_flagged() -> None:
    """Figures read with little confidence are flagged, words and sure figures are not; so are inferred borders."""
    assert doubtful(0.5, "12.3") == ("low_confidence",)
    assert doubtful(0.5, "12.3", alternatives=("17.3",)) == ("low_confidence", "alternatives")
    assert doubtful(0.99, "12.3", alternatives=("17.3",)) == ()
    assert doubtful(0.5, "合计") == ()
    assert doubtful(0.99, "", inferred_line=True) == ("inferred_line",)


STRAYS = [
    pytest.param("云岭县档案馆2024年度部门决算", 40),
    pytest.param("云岭县档案馆", HEIGHT - 40),
    pytest.param("第 7 页 共 9 页", HEIGHT - 40),
    ("— 7 —", HEIGHT - 40),
    ("7", 40),
]


@pytest.mark.parametrize(("text", "y"), STRAYS)
def test_what_every_page_repeats_keeps_no_table_apart(text: str, y: int) -> None:
    """Page numbers, and lines that stand in the same place on every page, are no prose between a table's parts."""
    whole = [HEAD, *body(100)]
    again = [centred(text, y)]
    upper = page_of(1, bottom_grid(whole[:40]), lines=again)
    middle = page_of(2, bottom_grid(whole[40:80]), lines=again)
    (table,) = joined(upper, middle, page_of(3, grid_of(whole[80:], top=100), lines=again)).tables
    assert texts(table) == whole


@pytest.mark.parametrize(
    "again",
    [
        "续表",
        "公开02表",
        "单位：万元",
        "（续）",
    ],
)
def test_short_captions_carry_on(again: str) -> None:
    """A number, a unit or a mere 续 above the second part carries the table on."""
    lower = page_of(2, grid_of(body(5, 20), top=130), lines=[line(again, 600, 100)])
    (table,) = joined(page_of(1, bottom_grid([HEAD, *body(20)])), lower).tables
    assert texts(table) == [HEAD, *body(25)]


def test_misread_column_number_in_a_repeated_head() -> None:
    """A repeated head in which one column's number was misread is dropped all the same."""
    numbers, misread = ["栏次", "", "1", "2", "3"], ["栏次", "", "1", "2", "8"]
    upper, lower = bottom_grid([HEAD, numbers, *body(20)]), grid_of([HEAD, misread, *body(5, 20)], top=90)
    (table,) = joined(page_of(1, upper), page_of(2, lower)).tables
    assert table.n_rows == 27


@pytest.mark.parametrize("said", ["金额单位：万元", "（本套报表金额单位：万元）", "单位：人民币万元"])
def test_a_unit_given_once_is_every_tables(said: str) -> None:
    """Where no table prints a unit, the one that a line on another page gives is that of all tables."""
    cover = page_of(1, lines=[centred("2025年部门预算表", 300, 30), centred(said, 400)])
    tables = joined(cover, page_of(2, grid_of([HEAD, *body(5)])), page_of(3, grid_of([HEAD, *body(3)]))).tables
    assert [(table.unit, table.unit_factor) for table in tables] == [("万元", 10_000)] * 2


def test_a_unit_given_once_does_not_overrule_a_tables_own() -> None:
    """Where a table prints its unit, the others stay without one."""
    cover = page_of(1, lines=[centred("金额单位：万元", 400)])
    own = page_of(2, grid_of([HEAD, *body(5)]), lines=[line("单位：元", 650, 120)])
    assert [t.unit for t in joined(cover, own, page_of(3, grid_of([HEAD, *body(3)]))).tables] == ["元", None]


def test_head_of_short_words_read_a_little_differently_is_dropped() -> None:
    """One sign misread in a short word does not make a repeated head another row; another word does."""
    head = ["科目代码", "科目名称", "决算数", "科目代码", "科目名称", "决算数"]
    rows = [[f"301{i:02}", f"经费{i}", f"{i}.10", f"302{i:02}", f"费用{i}", f"{i}.20"] for i in range(20)]
    upper = page_of(1, bottom_grid([head, *rows[:12]]))
    misread = [*head[:2], "决孙数", *head[3:5], "决算故"]
    (table,) = joined(upper, page_of(2, grid_of([misread, *rows[12:]], top=90))).tables
    assert texts(table) == [head, *rows]
    other = [*head[:2], "预算额", *head[3:]]
    assert other in texts(joined(upper, page_of(2, grid_of([other, *rows[12:]], top=90))).tables[-1])
