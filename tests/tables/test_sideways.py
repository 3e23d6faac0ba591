from __future__ import annotations

import pytest
from tables.pages import HEIGHT, centred, grid_of, joined, line, page_of, texts

from gouji.records import Grid, Page, PageReading

NAMES = ["合计", "一般公共服务支出", "教育支出", "卫生健康支出", "住房保障支出", "城乡社区支出"]
LEFT = [["科目名称", "合计", "基本支出"], *([name, f"{i}.30", f"{i}.10"] for i, name in enumerate(NAMES))]
RIGHT = [["项目支出", "经营支出"], *([f"{i}.20", ""] for i in range(len(NAMES)))]
WHOLE = [a + b for a, b in zip(LEFT, RIGHT, strict=True)]


@pytest.mark.parametrize("labels", [False, True])
@pytest.mark.parametrize("caption", ["", "续表", "支出决算表", "支出决算表（续）"])
def test_columns_on_the_next_page_are_the_same_tables(labels: bool, caption: str) -> None:
    """A table whose other columns stand on the next page is one table, its row labels printed again or not."""
    lower = [[a[0], *b] for a, b in zip(LEFT, RIGHT, strict=True)] if labels else RIGHT
    first = page_of(
        1, grid_of(LEFT, top=150, row_height=30), lines=[centred("支出决算表", 100), centred("- 1 -", 1140)]
    )
    second = page_of(2, grid_of(lower, top=150, row_height=30), lines=[centred(caption, 100)] if caption else [])
    (table,) = joined(first, second).tables
    assert texts(table) == WHOLE
    assert {(cell.col, cell.page) for cell in table.cells} == {(0, 1), (1, 1), (2, 1), (3, 2), (4, 2)}
    assert (table.pages, table.title) == ((1, 2), "支出决算表")


def test_columns_over_three_pages() -> None:
    """Columns may go on to a third page."""
    more = [["上缴支出"], *([f"{i}.00"] for i in range(len(NAMES)))]
    pages = [page_of(i, grid_of(rows, top=150)) for i, rows in enumerate([LEFT, RIGHT, more], 1)]
    (table,) = joined(*pages).tables
    assert texts(table) == [a + b for a, b in zip(WHOLE, more, strict=True)]


def test_down_first_and_then_sideways() -> None:
    """A table printed down over two pages and then beside them over two more is one table."""
    count = 90
    left = [["科目", "合计", "基本"], *([f"第{i}项", f"{i}.30", f"{i}.10"] for i in range(count))]
    right = [["项目", "经营"], *([f"{i}.20", f"{i}.00"] for i in range(count))]
    pages = [
        page_of(1, grid_of(left[:42], top=100)),
        page_of(2, grid_of(left[42:], top=100)),
        page_of(3, grid_of(right[:42], top=100)),
        page_of(4, grid_of(right[42:], top=100)),
    ]
    (table,) = joined(*pages).tables
    assert texts(table) == [a + b for a, b in zip(left, right, strict=True)]


@pytest.mark.parametrize(
    ("caption", "rows"),
    [
        ("收入决算表", RIGHT),
        ("公开03表", [[a[0], *b] for a, b in zip(LEFT, RIGHT, strict=True)]),
        ("", [["部门", "人数"], *([f"第{i}科", f"{i}"] for i in range(len(NAMES)))]),
        ("支出决算表", [["项目名称", "道路"], *(["说明", f"见附件{i}"] for i in range(len(NAMES)))]),
        ("", RIGHT[:-1]),
    ],
)
def test_other_tables_of_as_many_rows_stay_apart(caption: str, rows: list[list[str]]) -> None:
    """Another title or number, other labels, words instead of figures, or other rows: a table of its own."""
    first = page_of(1, grid_of(LEFT, top=150), lines=[centred("支出决算表", 100)])
    second = page_of(2, grid_of(rows, top=150), lines=[centred(caption, 100)] if caption else [])
    assert [texts(table) for table in joined(first, second).tables] == [LEFT, rows]


def test_a_continuation_that_fits_nowhere_is_told() -> None:
    """A table marked 续表 that fits the one before neither in columns nor in rows stays apart, and it is said."""
    first = page_of(1, grid_of(LEFT, top=150), lines=[centred("支出决算表", 100)])
    second = page_of(2, grid_of([["甲", "乙"], ["1", "2"]], top=150, widths=[100, 600]), lines=[centred("续表", 100)])
    result = joined(first, second)
    assert len(result.tables) == 2
    assert [finding.code for finding in result.findings] == ["table.join_doubtful"]


def rows_of(count: int, start: int = 0) -> list[list[str]]:
    return [[f"20{start + i:03d}", f"第{start + i}项", f"{start + i}.30", f"{start + i}.10"] for i in range(count)]


HEAD = ["科目编码", "科目名称", "合计", "基本支出"]


@pytest.mark.parametrize("again", [True, False])
def test_a_landscape_part_between_portrait_ones(again: bool) -> None:
    """Parts on landscape and portrait pages are one table, wider or not, by their columns or their repeated head."""
    rows = rows_of(80)
    head = [HEAD] if again else []
    widths, wide = [120, 280, 160, 140], [180, 420, 240, 210]
    landscape = Page(page=2, width=1169, height=827, dpi=100, origin="scan")
    pages = [
        page_of(1, grid_of([HEAD, *rows[:38]], top=110, widths=widths)),
        PageReading(page=landscape, grids=(grid_of([*head, *rows[38:62]], top=90, widths=wide),)),
        page_of(3, grid_of([*head, *rows[62:]], top=90, widths=widths)),
    ]
    (table,) = joined(*pages).tables
    assert texts(table) == [HEAD, *rows]
    assert table.pages == (1, 2, 3)


def test_other_proportions_with_the_head_again() -> None:
    """A part whose columns were drawn otherwise is the same table when its head is the same cell for cell."""
    rows = rows_of(50)
    landscape = Page(page=2, width=1169, height=827, dpi=100, origin="scan")
    lower = grid_of([HEAD, *rows[40:]], top=90, widths=[150, 600, 150, 150])
    upper = page_of(1, grid_of([HEAD, *rows[:40]], top=100, widths=[120, 280, 160, 140]))
    (table,) = joined(upper, PageReading(page=landscape, grids=(lower,))).tables
    assert texts(table) == [HEAD, *rows]


def spread(number: int, left: Grid | None, right: Grid | None, *lines: object) -> PageReading:
    """A landscape sheet of two leaves of 827 × 1169."""
    page = Page(page=number, width=1654, height=1169, dpi=100, origin="scan")
    grids = tuple(grid for grid in (left, right) if grid is not None)
    return PageReading(page=page, lines=lines, grids=grids)  # type: ignore[arg-type]


def test_a_table_runs_from_the_left_leaf_to_the_right_and_to_the_next_sheet() -> None:
    """On a sheet of two pages a table runs from the left to the right one, and on to the next sheet's left."""
    rows = rows_of(100)
    first = spread(
        1, grid_of([HEAD, *rows[:40]], top=100), grid_of([HEAD, *rows[40:80]], top=80, left=890),
        centred("支出决算表", 60), centred("- 1 -", HEIGHT - 40), centred("- 2 -", HEIGHT - 40, middle=1240),
    )  # fmt: skip
    second = spread(2, grid_of([HEAD, *rows[80:]], top=80), None, *prose(900, 200))
    result = joined(first, second)
    (table,) = result.tables
    assert texts(table) == [HEAD, *rows]
    assert table.pages == (1, 2)
    assert [page.page for page, _ in result.prose] == [1, 1, 2, 2]


def prose(x: int, y: int, count: int = 6) -> list[object]:
    text = "本年度支出合计一千二百万元，比上年增加三十万元，主要是人员经费增加所致"
    return [line(text, x, y + 30 * i) for i in range(count)]


def test_prose_of_two_leaves_is_read_one_after_the_other() -> None:
    """The left page's prose comes before the right page's, whatever stands beside it."""
    left, right = prose(60, 100), prose(900, 100)
    mixed = [each for pair in zip(left, right, strict=True) for each in pair]
    result = joined(spread(1, None, None, *mixed))
    assert [kept for _, kept in result.prose] == [tuple(left), tuple(right)]


def test_side_by_side_tables_of_two_leaves_are_two() -> None:
    """Tables that stand side by side on two leaves are not one table."""
    rows = [HEAD, *rows_of(10)]
    other = [["职务", "人数", "经费", "备注"], *([f"职务{i}", f"{i}", f"{i}.00", ""] for i in range(10))]
    result = joined(spread(1, grid_of(rows, top=200), grid_of(other, top=200, left=890), centred("收入表", 160)))
    assert [texts(table) for table in result.tables] == [rows, other]


def test_one_wide_table_is_no_spread() -> None:
    """A table across the middle of a landscape page leaves it one leaf."""
    wide = grid_of([HEAD, *rows_of(10)], top=200, widths=[300, 500, 400, 300])
    assert len(joined(spread(1, wide, None)).prose) == 1
