from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gouji.zh import edits, is_page_number, normalise, parse_number, place_of, plain, squeeze


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("0.00", "0.00"),
        ("12", "12"),
        ("12.50", "12.50"),
        ("1,234.50", "1234.50"),
        ("1，234．50", "1234.50"),
        ("１２３．４", "123.4"),
        ("1,234,567", "1234567"),
        ("-3.14", "-3.14"),
        ("－3.14", "-3.14"),
        ("−3", "-3"),
        ("—3", "-3"),
        ("12.5%", "12.5"),
        ("100％", "100"),
        (" 1 234.5 ", "1234.5"),
        ("2080505", "2080505"),
        ("-1,000.00", "-1000.00"),
    ],
)
def test_numbers(text: str, number: str) -> None:
    """A cell that is a number has its value to the last printed digit."""
    assert parse_number(text) == Decimal(number)
    assert str(parse_number(text)) == number


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "—", "－", "--", "%", ".", "1.", ".5", "2024.12.31", "2,024.1.2", "12,34", "1,23.4", "1234,567",
        "(12.30)", "（3）", "×.××", "12万元", "合计", "第1页", "1/2", "1-2", "12..5", "1,,234", "+5", "5--",
    ],
)  # fmt: skip
def test_no_numbers(text: str) -> None:
    """Dashes, dates, notes, wrongly grouped and half-read figures are no numbers."""
    assert parse_number(text) is None


@settings(derandomize=True, max_examples=60, deadline=None, database=None)
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_every_amount_is_read_as_printed(amount: Decimal) -> None:
    """Every amount comes back from its plain and its grouped print, half-width or full-width."""
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    for printed in (f"{amount:f}", f"{amount:,f}", f"{amount:,f}".translate(wide)):
        assert parse_number(printed) == amount


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("⼊⽀⽤", "入支用"),
        ("２０２５ＡＢ", "2025AB"),
        ("（一）：收入，支出。", "（一）：收入，支出。"),
        ("“三公”经费①", "“三公”经费①"),
        ("50％－60％", "50％－60％"),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    """Radicals, wide digits and letters get their common form; Chinese punctuation stays as printed."""
    assert normalise(text) == normal
    assert normalise(normal) == normal


def test_squeeze_and_plain() -> None:
    """Squeezed text has no white space, plain text no punctuation either."""
    assert squeeze(" 项　　目\t支 出 ") == "项目支出"
    assert plain("“三公”经费（ 合计 ）：1,2") == "三公经费合计12"


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        ("", "", 0),
        ("收入", "收入", 0),
        ("收入", "收人", 1),
        ("收入", "收入表", 1),
        ("决算", "算决", 2),
        ("abc", "xyz", 3),
    ],
)
def test_edits(a: str, b: str, count: int) -> None:
    """Edits are counted both ways alike, and beyond the limit only that it is passed is told."""
    assert edits(a, b, 5) == edits(b, a, 5) == count
    if count:
        assert edits(a, b, count - 1) == count


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("青岫县柳坞镇人民政府", "青岫县"),
        ("云岭省南溪市白河县财政局", "云岭省南溪市白河县"),
        ("青禾县市场监督管理局", "青禾县"),
        ("青禾县社区服务中心", "青禾县"),
        ("杭州市财政局", "杭州市"),
        ("南溪彝族自治州财政局", "南溪彝族自治州"),
        ("滨海新区教育局", "滨海新区"),
        ("中共青禾县委办公室", "青禾县"),
        ("忠县财政局", "忠县"),
        ("市场监督管理局", None),
        ("某局", None),
        ("", None),
    ],
)
def test_place_is_the_head_of_the_name(body: str, place: str | None) -> None:
    """A body's place is what its name begins with, down to the county."""
    assert place_of(body) == place


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 3 -", True),
        ("—6—", True),
        ("一6一", True),
        ("一6ー", True),
        ("─ 6 ━", True),
        ("第2页共9页", True),
        ("12/40", True),
        ("一、", False),
        ("2024年", False),
        ("12,345", False),
        ("一般公共预算", False),
    ],
)
def test_a_page_number_is_that_and_nothing_else(text: str, told: bool) -> None:
    """Page numbers are known with their dashes, also where those were read as 一."""
    assert is_page_number(text) == told
