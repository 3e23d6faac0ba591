from __future__ import annotations

import pytest

from gouji.records import Cell, Table
from gouji.tables.marks import mend_marks, numeral


def names(*texts: str, confidence: float = 0.98) -> list[str]:
    """A column of names under a head, its marks mended."""
    cells = [
        Cell(row=row, col=0, text=text, page=1, box=(0, row, 1, row + 1), confidence=confidence)
        for row, text in enumerate(("项目", *texts))
    ]
    table = Table(id="t1", pages=(1,), n_rows=len(cells), n_cols=1, header_rows=1, cells=tuple(cells))
    return [cell.text for cell in mend_marks(table).cells[1:]]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        (("一一般公共服务支出", "二、教育支出", "三、卫生支出"), "一、一般公共服务支出"),
        (("一、教育支出", "二卫生支出", "三、住房支出"), "二、卫生支出"),
        (("十、教育支出", "十一卫生支出", "十二、住房支出"), "十一、卫生支出"),
        (("一、教育支出", "二、卫生支出", "三住房支出", "总计"), "三、住房支出"),
        (("一、教育支出", "二、卫生支出", "一教育收入", "二、卫生收入"), "一、教育收入"),
        (("一本年收入", "（一）拨款", "二、上年结转"), "一、本年收入"),
    ],
)
def test_a_lost_mark_is_put_back_where_the_lines_are_numbered_on(read: tuple[str, ...], meant: str) -> None:
    """A line that begins with the number that comes next in its column gets the mark between number and name."""
    assert meant not in read
    assert sorted(set(names(*read)) - set(read)) == [meant]


@pytest.mark.parametrize(
    "read",
    [
        ("一般公共服务支出", "二、教育支出", "三、卫生支出"),
        ("一、教育支出", "三公经费", "四、卫生支出"),
        ("一、教育支出", "三卫生支出", "四、住房支出"),
        ("一教育支出", "卫生支出", "住房支出"),
        ("一、教育支出", "二、卫生支出", "三"),
    ],
)
def test_what_is_no_number_of_its_line_stays(read: tuple[str, ...]) -> None:
    """Words that begin with a numeral, numbers out of order, columns that are hardly numbered and bare numbers stay."""
    assert names(*read) == list(read)


def test_text_of_a_digital_page_stays() -> None:
    """What was never read by OCR is as it was printed."""
    read = ("一教育支出", "二、卫生支出", "三、住房支出")
    assert names(*read, confidence=1.0) == list(read)


def test_numerals() -> None:
    """Numbers are written as lines are numbered."""
    assert [numeral(n) for n in (1, 9, 10, 11, 20, 23, 99)] == ["一", "九", "十", "十一", "二十", "二十三", "九十九"]
