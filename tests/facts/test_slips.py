"""What OCR gets wrong in the prose and the rules still read, and what they must not repair."""

from __future__ import annotations

import pytest

from gouji.facts.figures import find_figures
from gouji.facts.spelling import mend_terms
from gouji.facts.worktext import to_work_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("支出1,353.56万元", "13535600.00"),
        ("支出1 353. 56万元", "13535600.00"),
        ("支出１３５．６万元", "1356000.0"),
        ("支出O.5O万元", "5000.00"),
        ("支出l2.30万元", "123000.00"),
        ("支出3。20万元", "32000.00"),
        ("支出2.5亿元", "250000000.0"),
        ("支出350元", "350"),
    ],
)
def test_figures_are_read_through_slips(text: str, value: str) -> None:
    """Blanks, full-width digits, letters for digits and a stop for a point leave the amount readable."""
    figures = find_figures(to_work_text(text).text)
    assert [str(figure.value) for figure in figures] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "支出××.××万元",
        "支出XX万元",
        "支出*万元",
        "2023年12月31日",
        "〔2023〕12号",
        "单价50万元以上设备",
        "支出735,12万元",
        "A3万元",
    ],
)
def test_what_only_looks_like_a_figure_is_none(text: str) -> None:
    """Placeholders, dates, document numbers, thresholds and torn figures are no amounts."""
    assert find_figures(to_work_text(text).text) == []


def test_doubtful_character_of_a_term_is_mended() -> None:
    """One doubtful character is read as the term that all others spell."""
    assert mend_terms("公务授待费", (1, 1, 0.4, 1, 1)) == "公务接待费"


def test_certain_characters_are_left_alone() -> None:
    """A character read with certainty is never replaced, however near a term lies."""
    assert mend_terms("公务授待费", (1, 1, 0.999, 1, 1)) == "公务授待费"
    assert mend_terms("上年收入合计", (0.3, 1, 1, 1, 1, 1)) == "上年收入合计"


@pytest.mark.parametrize(
    "text", ["决算数为12万元", "公务用车购置及运行费", "公务接待批次", "2023年执行数171万元", "支出总额"]
)
def test_telling_characters_are_never_replaced(text: str) -> None:
    """Digits and words that tell one item from another stay as read, even where OCR doubts them all."""
    assert mend_terms(text, (0.5,) * len(text)) == text


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("自评得分98今。", "score", "98"),
        ("接待30入次", "times", "30"),
        ("支出为12无，", "money", "12"),
        ("决算数为0，", "zero", "0"),
    ],
)
def test_unit_misread_or_left_out_is_understood(text: str, kind: str, value: str) -> None:
    """Units that OCR takes for other characters, and a bare 0, are figures."""
    assert [(f.kind, str(f.value)) for f in find_figures(to_work_text(text).text)] == [(kind, value)]


def test_full_width_digits_and_a_stop_read_as_a_point_are_understood() -> None:
    """Digits of full width are digits; a point between sentences ends one, that of an enumeration or amount not."""
    work = to_work_text("２０２３年支出合计１２．５０万元．其中：1.基本支出9.8万元.2.项目支出2.7万元.")
    assert work.text == "2023年支出合计12.50万元。其中：1.基本支出9.8万元。2.项目支出2.7万元。"
