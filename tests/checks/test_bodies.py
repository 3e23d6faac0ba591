"""Reports with the forms of several bodies, and tables in two units."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gouji.checks.evaluate import Outcome, run_checks
from gouji.config import load_settings
from gouji.forms import load_definitions, read_items, recognise_forms
from gouji.records import Document, Table
from gouji.synth.sketch import sketch_table

SETTINGS = load_settings().checks
SUMMARY, EXPENDITURE = "收入支出决算总表", "支出决算表"
LISTED = """
科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出 | 上缴上级支出 | 经营支出 | 对附属单位补助支出
合计 | < | {0} | {0} | | | |
205 | 教育支出 | {0} | {0} | | | |
"""
SUMMED = """
收入 | < | < | 支出 | < | <
项目 | 行次 | 决算数 | 项目 | 行次 | 决算数
一、一般公共预算财政拨款收入 | 1 | {0} | 一、教育支出 | 5 | {0}
本年收入合计 | 2 | {0} | 本年支出合计 | 6 | {0}
年初结转和结余 | 3 | | 年末结转和结余 | 7 |
总计 | 4 | {0} | 总计 | 8 | {0}
"""


def body(number: int, amount: str, name: str = "", spent: str = "") -> list[Table]:
    """The two forms of one body, its name in their heads where one is given."""
    made = [
        sketch_table(SUMMED.format(amount), SUMMARY, "万元", f"t{number}", number),
        sketch_table(LISTED.format(spent or amount), EXPENDITURE, "万元", f"t{number + 1}", number + 1),
    ]
    return [table.model_copy(update={"organization": name or None}) for table in made]


def checked(tables: Sequence[Table]) -> Outcome:
    forms = load_definitions()
    known = recognise_forms(tables, forms)
    return run_checks(known, read_items(known, forms), (), (), Document(fiscal_year=2031), (), SETTINGS)


def x2(outcome: Outcome) -> list[str]:
    return [check.status for check in outcome.checks if check.rule == "X2"]


@pytest.mark.parametrize("names", [("", ""), ("青榆县教育局", "青榆县云坪小学")])
def test_each_bodys_forms_are_compared_with_its_own(names: tuple[str, str]) -> None:
    """Two bodies, each with its own two forms: both pairs are compared, by name or by order, and agree."""
    outcome = checked([*body(1, "12.00", names[0]), *body(3, "5.00", names[1])])
    assert x2(outcome) == ["pass", "pass"]
    assert outcome.findings == ()


def test_bodies_are_paired_by_name_whatever_their_order() -> None:
    """All summaries first, then all lists, in another order: the names say which belong together."""
    (a, b), (c, d) = body(1, "12.00", "青榆县教育局"), body(3, "5.00", "青榆县云坪小学")
    assert x2(checked([a, c, d, b])) == ["pass", "pass"]


def test_a_contradiction_within_one_body_is_found() -> None:
    """The second body's own forms differ: that pair fails, the other holds."""
    outcome = checked([*body(1, "12.00", "青榆县教育局"), *body(3, "5.00", "青榆县云坪小学", spent="5.37")])
    assert sorted(x2(outcome)) == ["fail", "pass"]


def test_where_it_is_not_sure_whose_a_form_is_nothing_fails() -> None:
    """Two summaries and one list without names: what agrees is told, what does not is left open."""
    outcome = checked([*body(1, "12.00"), body(3, "5.00")[0]])
    assert "fail" not in x2(outcome)
    assert outcome.findings == ()


def test_a_unit_slip_between_tables_is_one_finding_and_flags_no_number() -> None:
    """A form in 元 that says 万元 is told once, with both figures; its numbers were read right."""
    first = sketch_table(SUMMED.format("12.00"), SUMMARY, "万元", "t1", 1)
    second = sketch_table(LISTED.format("120000.00"), EXPENDITURE, "万元", "t2", 2)
    outcome = checked([first, second])
    told = [finding for finding in outcome.findings if finding.code == "check.unit"]
    assert len(told) == 1
    assert "《支出决算表》" in told[0].message
    assert "一万倍" in told[0].message
    assert not any(cell.flags for table in outcome.tables for cell in table.cells)
