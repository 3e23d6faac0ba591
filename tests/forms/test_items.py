"""Items: code, name, measure and amount in 元 of every figure of a form."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gouji.forms import load_definitions, read_items, recognise_forms
from gouji.records import Item
from gouji.synth.sketch import sketch_table

FORMS = load_definitions()


def items_of(text: str, title: str, unit: str | None = "万元") -> list[Item]:
    return list(read_items(recognise_forms([sketch_table(text, title, unit)], FORMS), FORMS))


def amounts(items: list[Item]) -> list[tuple[str | None, str, str, Decimal | None]]:
    return [(item.code, item.name, item.measure, item.amount) for item in items]


EXPENDITURE = """
项目 | < | < | < | 本年支出合计 | 基本支出 | 项目支出 | 上缴上级支出 | 经营支出 | 对附属单位补助支出
功能分类科目编码 | < | < | 科目名称 | ^ | ^ | ^ | ^ | ^ | ^
类 | 款 | 项 | 栏次 | 1 | 2 | 3 | 4 | 5 | 6
合计 | < | < | < | 7.50 | 5.00 | 2.50 | | |
{rows}
"""


@pytest.mark.parametrize(
    "rows",
    [
        "205 | | | 教育支出 | 7.50\n205 | 02 | | 普通教育 | 7.50\n205 | 02 | 01 | 学前教育 | 7.50",
        "205 | | | 教育支出 | 7.50\n | 02 | | 普通教育 | 7.50\n | | 01 | 学前教育 | 7.50",
        "205 | < | < | 教育支出 | 7.50\n20502 | < | < | 普通教育 | 7.50\n2050201 | < | < | 学前教育 | 7.50",
    ],
    ids=["pieces", "staircase", "merged"],
)
def test_codes_are_put_together_however_they_are_split(rows: str) -> None:
    """类, 款, 项 in three columns, as a staircase or merged give the same whole codes."""
    items = items_of(EXPENDITURE.format(rows=rows), "支出决算表")
    found = [(item.code, item.name) for item in items if item.measure == "total"]
    assert found == [(None, "合计"), ("205", "教育支出"), ("20502", "普通教育"), ("2050201", "学前教育")]


def test_a_two_sided_form_gives_both_sides_without_numbering_or_line_numbers() -> None:
    """收入 and 支出 are read side by side; 行次 gives no item."""
    text = """
    收入 | < | < | 支出 | < | <
    项目 | 行次 | 决算数 | 项目 | 行次 | 决算数
    栏次 | | 1 | 栏次 | | 2
    一、一般公共预算财政拨款收入 | 1 | 12.00 | 一、教育支出 | 9 | 12.50
    二、事业收入 | 2 | 0.50 | 二、住房保障支出 | 10 |
    本年收入合计 | 3 | 12.50 | 本年支出合计 | 11 | 12.50
    """
    assert amounts(items_of(text, "收入支出决算总表")) == [
        (None, "一般公共预算财政拨款收入", "revenue.amount", Decimal("120000.00")),
        (None, "教育支出", "expenditure.amount", Decimal("125000.00")),
        (None, "事业收入", "revenue.amount", Decimal("5000.00")),
        (None, "本年收入合计", "revenue.amount", Decimal("125000.00")),
        (None, "本年支出合计", "expenditure.amount", Decimal("125000.00")),
    ]


def test_panels_are_read_with_their_merged_feet() -> None:
    """Three panels side by side, and a foot whose label covers the columns before its figure."""
    text = """
    人员经费 | < | < | 公用经费 | < | < | < | < | <
    科目编码 | 科目名称 | 决算数 | 科目编码 | 科目名称 | 决算数 | 科目编码 | 科目名称 | 决算数
    301 | 工资福利支出 | 6.00 | 302 | 商品和服务支出 | 2.00 | 310 | 资本性支出 | 1.00
    30101 | 基本工资 | 6.00 | 30201 | 办公费 | 2.00 | 31002 | 办公设备购置 | 1.00
    人员经费合计 | < | 6.00 | 公用经费合计 | < | < | < | < | 3.00
    """
    found = [(item.code or item.name, item.text) for item in items_of(text, "一般公共预算财政拨款基本支出决算明细表")]
    assert found == [
        ("301", "6.00"), ("302", "2.00"), ("310", "1.00"), ("30101", "6.00"), ("30201", "2.00"), ("31002", "1.00"),
        ("人员经费合计", "6.00"), ("公用经费合计", "3.00"),
    ]  # fmt: skip


SANGONG_WIDE = """
预算数 | < | < | < | < | < | 决算数 | < | < | < | < | <
合计 | 因公出国（境）费 | 公务用车购置及运行费 | < | < | 公务接待费 | 合计 | 因公出国（境）费 | 公务用车购置及运行费 | < | < | 公务接待费
^ | ^ | 小计 | 公务用车购置费 | 公务用车运行费 | ^ | ^ | ^ | 小计 | 公务用车购置费 | 公务用车运行费 | ^
1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12
4.00 | | 3.00 | | 3.00 | 1.00 | 3.50 | | 3.00 | | 3.00 | 0.50
"""  # noqa: E501
SANGONG_STANDING = """
项目 | 预算数 | 决算数
合计 | 4.00 | 3.50
1.因公出国（境）费 | |
2.公务用车购置及运行维护费 | 3.00 | 3.00
其中：公务用车购置费 | |
公务用车运行维护费 | 3.00 | 3.00
3.公务接待费 | 1.00 | 0.50
"""


@pytest.mark.parametrize("text", [SANGONG_WIDE, SANGONG_STANDING], ids=["wide", "standing"])
def test_sangong_gives_the_same_measures_lying_and_standing(text: str) -> None:
    """The “三公” form in one wide row or with one row a kind: the same measures and amounts."""
    found = {item.measure: item.amount for item in items_of(text, "“三公”经费支出决算表")}
    assert found == {
        "budget.total": 40000, "budget.vehicles": 30000, "budget.vehicle_operation": 30000, "budget.reception": 10000,
        "actual.total": 35000, "actual.vehicles": 30000, "actual.vehicle_operation": 30000, "actual.reception": 5000,
    }  # fmt: skip


SELF_EVALUATION = """
项目名称 | < | 青榆河道清淤项目 | < | < | < | <
项目资金（万元） | 资金来源 | 年初预算数 | 全年预算数 | 全年执行数 | 执行率 | 得分
^ | 年度资金总额 | 8.00 | 8.00 | 6.00 | 75.00% | 7.5
^ | 其他资金 | | | | |
年度总体目标 | 预期目标 | < | < | 实际完成情况 | < | <
^ | 清淤三条 | < | < | 已清淤三条 | < | <
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 实际完成值 | 分值 | 得分
^ | 产出指标 | 数量指标 | 清淤河道 | 3条 | 50 | 50
^ | 效益指标 | 社会效益指标 | 群众满意 | 95% | 40 | 38
总分 | < | < | < | < | 90 | 95.5
"""


def test_performance_blocks_give_funds_and_scores_named_by_their_rows() -> None:
    """Funds are money in 元, rates and scores stay as printed, rows are named by source and by 三级指标."""
    found = {(item.name, item.measure): item.amount for item in items_of(SELF_EVALUATION, "项目支出绩效自评表", None)}
    assert found["年度资金总额", "funds.executed"] == 60000
    assert found["年度资金总额", "funds.rate"] == Decimal("75.00")
    assert (found["清淤河道", "weight"], found["群众满意", "score"], found["总分", "score"]) == (
        50,
        38,
        Decimal("95.5"),
    )
    assert len(found) == 11


GPB = """
科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
2050201 | 学前教育 | 9.00 | 8.00 | 1.00
"""


def test_a_missing_unit_is_taken_from_the_other_tables_and_said() -> None:
    """Without a unit of its own a table is read in that of most others, its items flagged; without any as printed."""
    tables = [
        sketch_table(GPB, "一般公共预算财政拨款支出决算表", None),
        sketch_table(SANGONG_WIDE, "“三公”经费支出决算表", "元", "t2"),
    ]
    items = read_items(recognise_forms(tables, FORMS), FORMS)
    assert (items[0].amount, items[0].flags) == (Decimal("9.00"), ("unit_inferred",))
    alone = read_items(recognise_forms(tables[:1], FORMS), FORMS)
    assert alone[0].flags == ("unit_unknown",)


def test_a_blank_and_a_dash_give_no_item() -> None:
    """Only cells that hold a number become items."""
    items = items_of(GPB.replace("1.00", "—").replace("8.00", ""), "一般公共预算财政拨款支出决算表")
    assert [item.measure for item in items] == ["total"]


def test_of_two_years_the_later_is_this_year() -> None:
    """Columns named by their years are last year's and this year's, whichever way round they stand."""
    text = """
    项目 | 2031年预算数 | 2030年预算数
    合计 | 4.00 | 5.00
    因公出国（境）费 | |
    公务接待费 | 4.00 | 5.00
    """
    found = {item.measure: item.amount for item in items_of(text, "一般公共预算“三公”经费支出表")}
    assert found["budget.reception"] == 40000
    assert found["last_year.reception"] == 50000


def test_columns_of_the_same_head_are_told_apart_by_the_head_above() -> None:
    """基本支出 under 本年收入 and under 本年支出 are two measures."""
    text = """
    科目编码 | 科目名称 | 本年收入 | < | 本年支出 | < | <
    ^ | ^ | 基本支出 | 项目支出 | 小计 | 基本支出 | 项目支出
    2050201 | 学前教育 | 1.00 | 2.00 | 7.00 | 3.00 | 4.00
    """
    found = {item.measure: item.text for item in items_of(text, "一般公共预算财政拨款支出决算表")}
    income = {"income.basic": "1.00", "income.project": "2.00"}
    assert found == {"total": "7.00", "basic": "3.00", "project": "4.00", **income}


def test_a_code_printed_with_its_name_is_parted_from_it() -> None:
    """One column for code and name gives both."""
    text = "科目名称 | 合计 | 基本支出 | 项目支出\n2050201学前教育 | 9.00 | 8.00 | 1.00"
    assert {(item.code, item.name) for item in items_of(text, "一般公共预算财政拨款支出决算表")} == {
        ("2050201", "学前教育")
    }


def test_economic_codes_in_two_columns_are_put_together() -> None:
    """类 and 款 alone make a code of five digits."""
    text = """
    科目编码 | < | 科目名称 | 合计
    类 | 款 | ^ | ^
    301 | | 工资福利支出 | 9.00
    301 | 01 | 基本工资 | 9.00
     | 02 | 津贴 | 0.00
    """
    assert [item.code for item in items_of(text, "一般公共预算基本支出表")] == ["301", "30101", "30102"]
