from __future__ import annotations

import pytest
from tables.pages import HEIGHT, WIDTH, centred, line

from gouji.records import Line
from gouji.tables.captions import Caption, is_folio, read_caption

FRAME = (60, 300, 760, 700)


def caption(*lines: Line) -> Caption:
    return read_caption(FRAME, lines, 0, HEIGHT)


def ending(text: str, right: int, y: int) -> Line:
    """A line of print that ends at `right`."""
    return line(text, right - 16 * len(text), y)


@pytest.mark.parametrize(
    "text",
    [
        "收入支出决算总表",
        "一般公共预算财政拨款基本支出决算明细表",
        "部门收支总体情况表（2025年）",
        "2025年度云岭县档案馆项目支出绩效自评表",
        "财政拨款收支预算总表（续）",
        "“三公”经费支出一览表",
    ],
)
def test_title_above_a_table(text: str) -> None:
    """What stands in the middle above a table and is called a table is its title."""
    found = caption(centred(text, 260))
    assert found.title == text
    assert found.lines == (centred(text, 260),)


def test_title_without_blanks() -> None:
    """Blanks inside a title are left out, widths normalised."""
    assert caption(centred("收 入 支 出 决 算 总 表", 260)).title == "收入支出决算总表"
    assert caption(centred("２０２５年收入表", 260)).title == "2025年收入表"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("公开01表", "公开01表"),
        pytest.param("预算公开02表", "预算公开02表"),
        pytest.param("财决公开03表", "财决公开03表"),
        pytest.param("预算02表", "预算02表"),
        ("表1", "表1"),
        ("附表3", "附表3"),
        ("表 1-2", "表1-2"),
        ("公开０４表", "公开04表"),
        ("预算公开表01", "预算公开表01"),
        ("省级01表", "省级01表"),
        ("部门公开表1", "部门公开表1"),
        ("附件2-1", "附件2-1"),
        ("表一", "表一"),
        ("附表（二）", "附表（二）"),
        ("表：03", "表：03"),
        ("公开01表附表", "公开01表附表"),
        ("财决公开01-1表", "财决公开01-1表"),
    ],
)
def test_number_of_a_table(text: str, number: str) -> None:
    """A table's number stands at the right above it, as printed but for blanks and widths."""
    found = caption(centred("收入决算总表", 230), ending(text, 760, 272))
    assert (found.title, found.number) == ("收入决算总表", number)


@pytest.mark.parametrize(
    ("text", "unit", "factor"),
    [
        ("单位：万元", "万元", 10_000),
        ("金额单位：元", "元", 1),
        ("单位:亿元", "亿元", 100_000_000),
        ("单 位 ： 千 元", "千元", 1_000),
        ("金额单位：人民币万元", "万元", 10_000),
        ("（单位：万元）", "万元", 10_000),
        ("单位:人民币千元", "千元", 1_000),
        ("金额单位：人民币：元", "元", 1),
        ("单位：万元（保留两位小数）", "万元", 10_000),
        ("货币单位：元", "元", 1),
        ("金额：万元", "万元", 10_000),
        ("（万元）", "万元", 10_000),
    ],
)
def test_unit_of_a_table(text: str, unit: str, factor: int) -> None:
    """A table's unit is read in all its spellings."""
    found = caption(centred("收入决算总表", 230), ending(text, 760, 272))
    assert (found.title, found.unit, found.unit_factor) == ("收入决算总表", unit, factor)


@pytest.mark.parametrize(
    "text",
    [
        "部门：云岭县档案馆",
        "编制单位：云岭县档案馆",
        "部门名称：云岭县档案馆",
        "单位名称（盖章）：云岭县档案馆",
        "填报单位:云岭县档案馆",
        "公开部门：云岭县档案馆",
        "部门（单位）：云岭县档案馆",
        "部门(单位)名称：云岭县档案馆",
        "部门/单位：云岭县档案馆",
        "部门编码及名称：301云岭县档案馆",
        "部门名称:[301]云岭县档案馆",
        "汇总单位：云岭县档案馆",
    ],
)
def test_organization_of_a_table(text: str) -> None:
    """Whose table it is is read behind 部门 or 单位 in all their spellings."""
    found = caption(centred("收入决算总表", 230), line(text, 60, 272), ending("单位：万元", 760, 272))
    assert (found.organization, found.unit, found.title) == ("云岭县档案馆", "万元", "收入决算总表")


def test_caption_read_as_one_line() -> None:
    """Organisation, number and unit that were read as one long line are told apart."""
    found = caption(centred("收入决算表", 230), line("部门：云岭县档案馆  公开02表  金额单位：元", 60, 272))
    assert (found.organization, found.number, found.unit) == ("云岭县档案馆", "公开02表", "元")


def test_caption_over_several_rows() -> None:
    """Number, title, organisation and unit may stand in rows of their own, the number above the title too."""
    lines = (
        ending("公开01表", 760, 250),
        centred("收入支出决算总表", 225),
        line("部门：云岭县档案馆", 60, 274),
        ending("金额单位：万元", 760, 274),
    )
    found = caption(*lines)
    assert (found.title, found.number, found.organization, found.unit) == (
        "收入支出决算总表", "公开01表", "云岭县档案馆", "万元",
    )  # fmt: skip
    assert set(found.lines) == set(lines)


def test_number_above_the_title() -> None:
    """A number in the row above the title is the table's too."""
    found = caption(ending("公开05表", 760, 205), centred("支出决算总表", 235), ending("单位：元", 760, 272))
    assert (found.title, found.number, found.unit) == ("支出决算总表", "公开05表", "元")


def test_table_without_caption() -> None:
    """A table with nothing around it has no caption."""
    assert caption() == Caption()
    assert Caption().unit_factor is None


def test_title_over_two_rows() -> None:
    """A centred title too long for one row is one title."""
    upper = centred("2025年度云岭县档案馆一般公共预算财政拨款安排的行政", 222, 22)
    lower = centred("经费和会议费支出决算明细表", 250, 22)
    found = caption(upper, lower)
    assert found.title == upper.text + lower.text
    assert set(found.lines) == {upper, lower}


@pytest.mark.parametrize(
    ("upper", "title"),
    [
        ("2025年度一般公共预算财政拨款", "2025年度一般公共预算财政拨款支出决算表"),
        ("2025年度", "2025年度支出决算表"),
        ("云岭县档案馆", "支出决算表"),
        ("云岭县档案馆2025年部门决算", "支出决算表"),
    ],
)
def test_short_row_above_a_title(upper: str, title: str) -> None:
    """A short row belongs to the title below it where its words go on; a name or the report's own title does not."""
    assert caption(centred(upper, 222, 22), centred("支出决算表", 250, 22)).title == title


def test_title_at_the_left() -> None:
    """A title may stand at the left, with its number before it."""
    found = caption(line("表一：部门收支总表", 60, 240, 22), ending("单位：万元", 760, 272))
    assert (found.title, found.number, found.unit) == ("部门收支总表", "表一", "万元")


def test_title_that_is_not_called_a_table() -> None:
    """A centred title may end in 情况 or 明细; a heading that does, numbered or not in the middle, is prose."""
    assert caption(centred("一般公共预算“三公”经费预算情况", 260, 22)).title == "一般公共预算“三公”经费预算情况"
    assert caption(line("一般公共预算“三公”经费预算情况", 60, 260)).title is None


@pytest.mark.parametrize("heading", ["第二部分 2025年度部门决算表", "一、收入支出决算总体情况", "（三）“三公”经费情况"])
def test_numbered_heading_is_not_the_title(heading: str) -> None:
    """A numbered heading above the title is prose, not its first row."""
    found = caption(centred(heading, 222, 22), centred("收入支出决算总表", 260, 22))
    assert found.title == "收入支出决算总表"
    assert len(found.lines) == 1


def test_prose_above_is_not_the_title() -> None:
    """A sentence right above a table, even one that speaks of a table, is prose."""
    found = caption(line("具体支出情况详见下列明细表。", 60, 270))
    assert (found.title, found.lines) == (None, ())


def test_distant_print_is_not_the_title() -> None:
    """What stands far above a table is not its title."""
    assert caption(centred("部门决算公开报表", 100)).title is None


def test_bounds_are_kept() -> None:
    """What stands above `top` or below `bottom` belongs to other tables."""
    lines = [centred("收入决算表", 260), line("注：本表不含上年数。", 60, 710)]
    found = read_caption(FRAME, lines, 290, 705)
    assert found == Caption()


def test_notes_below_a_table() -> None:
    """Notes below a table are one text each, their rows joined; the prose that follows is none."""
    found = caption(
        line("注：1.本表反映部门本年度的总收支和年末结转结余", 60, 712),
        line("情况。", 60, 734),
        line("2.本表金额转换为万元时，因四舍五入可能存在尾差。", 60, 756),
        line("二、收入决算情况说明", 60, 800),
    )
    assert found.notes == (
        "注：1.本表反映部门本年度的总收支和年末结转结余情况。",
        "2.本表金额转换为万元时，因四舍五入可能存在尾差。",
    )
    assert len(found.lines) == 3


@pytest.mark.parametrize(
    "note",
    [
        "本表反映部门本年度的总收支和年末结转结余情况。",
        "1.本表以“万元”为金额单位（保留两位小数）。",
        "本单位没有政府性基金收入，也没有使用政府性基金安排的支出，故本表无数据。",
        "特别说明：本年度无此项支出。",
        "说明：本表为空表。",
        "备注：数据取自决算报表。",
        "※含上年结转。",
        "（注：不含结转资金）",
    ],
)
def test_notes_have_many_names(note: str) -> None:
    """Notes begin with 注, 备注, 说明 or an asterisk."""
    assert caption(line(note, 60, 712)).notes == (note,)


@pytest.mark.parametrize("text", ["二、收入决算情况说明", "2025年度收入总计860.00万元。", "第三部分 情况说明"])
def test_prose_below_is_no_note(text: str) -> None:
    """A heading or a sentence below a table is no note, however near it stands."""
    found = caption(line(text, 60, 712))
    assert (found.notes, found.lines) == ((), ())


def test_distant_note_is_none() -> None:
    """A remark far below a table is not the table's."""
    assert caption(line("注：本报告数据均为初步数。", 60, 1000)).notes == ()


PAGES_OF = [
    "第2页/共9页",
    "第 2 页 共 9 页",
    "一6一",
]


@pytest.mark.parametrize("text", ["- 3 -", "—12—", "第5页", "7", "３", "第2页共9页", "3/9", "－ 10 －", *PAGES_OF])
def test_page_numbers_are_known(text: str) -> None:
    """Page numbers in all their spellings are page numbers, and never part of a caption."""
    folio = centred(text, 270)
    assert is_folio(folio)
    assert caption(folio).lines == ()


@pytest.mark.parametrize("text", ["12.5", "2025年", "共计", "一", "第二部分", "12345", "-3,210"])
def test_other_print_is_no_page_number(text: str) -> None:
    """Figures and words are no page numbers."""
    assert not is_folio(centred(text, 1100))


def test_page_is_wide_enough() -> None:
    """The drawn captions lie on the page."""
    assert centred("经费支出", 10).box[2] < WIDTH


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([centred("表1 收入支出决算总表", 262, 22)], ("表1", None)),
        ([centred("收入支出决算总表", 262, 22), ending("公开01表", 760, 266)], ("公开01表", None)),
        ([centred("收入支出决算总表", 262, 22), ending("单位：元", 760, 266)], (None, "元")),
        ([centred("收入支出决算总表（单位：万元）", 262, 22)], (None, "万元")),
        ([centred("收入支出决算总表（万元）", 262, 22)], (None, "万元")),
    ],
)
def test_title_in_one_row_with_number_or_unit(lines: list[Line], told: tuple[str | None, str | None]) -> None:
    """A title keeps its words when its number or unit stands in the same row."""
    found = caption(*lines)
    assert found.title is not None
    assert "收入支出决算总表" in found.title
    assert (found.number, found.unit) == told


@pytest.mark.parametrize(
    "row",
    [
        "2024年度",
        "编制日期：2025年8月15日",
        "2025年8月15日",
        "预算单位编码及名称：301云岭县档案馆",
        "云岭县档案馆",
    ],
)
def test_title_above_another_row(row: str) -> None:
    """A row of particulars between a title and its table does not hide the title."""
    assert caption(centred("收入支出决算总表", 230, 22), line(row, 60, 272)).title == "收入支出决算总表"
