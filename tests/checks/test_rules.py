"""Every identity of tables: one report in which it holds, one in which it fails, one that has not got its operands."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gouji.checks.book import Figure
from gouji.checks.rules import load_identities
from gouji.checks.sums import classify
from gouji.records import Pointer

SUMMARY, INCOME, EXPENDITURE = "收入支出决算总表", "收入决算表", "支出决算表"
FISCAL, GPB, BASIC = (
    "财政拨款收入支出决算总表",
    "一般公共预算财政拨款支出决算表",
    "一般公共预算财政拨款基本支出决算明细表",
)
FUND, SANGONG = "政府性基金预算财政拨款收入支出决算表", "“三公”经费支出决算表"
SELF, PROJECTS = "项目支出绩效自评表", "项目单位自评汇总表"

# rule → the table, what is printed there, what a slip makes of it.
SLIPS = {
    "I1": (SUMMARY, "三、事业收入 | 3 | 2.00", "三、事业收入 | 3 | 3.00"),
    "I2": (SUMMARY, "二、住房保障支出 | 9 | 2.50", "二、住房保障支出 | 9 | 25.0"),
    "I3": (SUMMARY, "年初结转和结余 | 6 | 1.50", "年初结转和结余 | 6 | 7.50"),
    "I4": (SUMMARY, "结余分配 | 12 | 0.50", "结余分配 | 12 | 0.80"),
    "I5": (SUMMARY, "总计 | 14 | 17.00", "总计 | 14 | 11.00"),
    "I6": (INCOME, "8.00 | 7.00 | | 1.00", "8.00 | 1.00 | | 1.00"),
    "I7": (EXPENDITURE, "13.00 | 9.50 | 3.50\n".strip(), "13.00 | 9.60 | 3.50"),
    "I8": (INCOME, "2050201 | 学前教育 | 4.50", "2050201 | 学前教育 | 4.60"),
    "I9": (FISCAL, "一、教育支出 | 9 | 10.50", "一、教育支出 | 9 | 10.90"),
    "I10": (FISCAL, "9.50 | 1.00 |", "9.80 | 1.00 |"),
    "I11": (FISCAL, "一般公共预算财政拨款 | 6 | 1.00", "一般公共预算财政拨款 | 6 | 1.90"),
    "I12": (FISCAL, "年末财政拨款结转和结余 | 13 | 1.00 | 1.00", "年末财政拨款结转和结余 | 13 | 1.00 | 7.00"),
    "I13": (FISCAL, "总计 | 9 | 14.00", "总计 | 9 | 74.00"),
    "I14": (GPB, "7.50 | 5.50 | 2.00 | 2.00", "7.50 | 5.60 | 2.00 | 2.00"),
    "I15": (BASIC, "基本工资 | 4.50", "基本工资 | 4.80"),
    "I16": (BASIC, "工资福利支出 | 7.00", "工资福利支出 | 1.00"),
    "I17": (BASIC, "公用经费合计 | < | 2.00", "公用经费合计 | < | 2.70"),
    "I18": (SANGONG, "1.00 | | 0.40", "7.00 | | 0.40"),
    "I19": (SANGONG, "0.40 | 0.10 | 0.30", "0.40 | 0.10 | 0.80"),
    "I20": (FUND, "合计 | < | | 1.00", "合计 | < | | 7.00"),
    "I21": (FUND, "229 | 其他支出 | | 1.00 | 1.00 | | 1.00", "229 | 其他支出 | | 1.00 | 1.00 | | 1.80"),
    "P1": (SELF, "87.50%", "81.50%"),
    "P2": (SELF, "其他资金 | 1.00", "其他资金 | 1.60"),
    "P3": (SELF, "40 | | 38", "40 | | 48"),
    "P4": (SELF, "2处 | 50", "2处 | 56"),
    "X1": (INCOME, "合计 | < | 15.00", "合计 | < | 16.00"),
    "X2": (EXPENDITURE, "合计 | < | 15.50", "合计 | < | 16.50"),
    "X3": (SUMMARY, "政府性基金预算财政拨款收入 | 2 | 1.00", "政府性基金预算财政拨款收入 | 2 | 7.00"),
    "X4": (SUMMARY, "一、教育支出 | 8 | 13.00", "一、教育支出 | 8 | 18.00"),
    "X5": (GPB, "221 | 住房保障支出 | 2.50", "221 | 住房保障支出 | 2.90"),
    "X7": (FUND, "合计 | < | | 1.00 | 1.00", "合计 | < | | 1.00 | 4.00"),
    "X9": (BASIC, "公务接待费 | 0.50", "公务接待费 | 0.90"),
    "X12": (GPB, "205 | 教育支出", "205 | 公共安全支出"),
    "X13": (PROJECTS, "课桌更新项目 | 0.50 | 0.50", "课桌更新项目 | 0.50 | 0.90"),
}
# Rules that need other sketches than the common ones; tested below.
ELSEWHERE = {"X6", "X8", "X14"}


def test_every_rule_of_the_data_is_tested_here() -> None:
    """No identity of tables is without its three cases."""
    assert {rule.id for rule in load_identities().rules} == set(SLIPS) | ELSEWHERE


def test_on_a_consistent_report_nothing_fails(run, sketches) -> None:
    """Every identity holds exactly: no failure, no rounding, no suggestion, no finding."""
    outcome = run(sketches)
    assert [check for check in outcome.checks if check.status not in ("pass", "skipped")] == []
    assert (outcome.suggestions, outcome.findings) == ((), ())


@pytest.mark.parametrize("rule", sorted(SLIPS))
def test_a_rule_holds_on_the_consistent_report(run, sketches, rule) -> None:
    """The rule is not only skipped there: it has operands and passes."""
    assert "pass" in {check.status for check in run(sketches).checks if check.rule == rule}


@pytest.mark.parametrize("rule", sorted(SLIPS))
def test_a_rule_fails_on_a_slip(run, sketches, rule) -> None:
    """One wrong figure makes the rule fail, with a residual and its kind, and comes up in findings."""
    title, printed, slip = SLIPS[rule]
    assert printed in sketches[title]
    sketches[title] = sketches[title].replace(printed, slip)
    outcome = run(sketches)
    failed = [check for check in outcome.checks if check.rule == rule and check.status == "fail"]
    assert failed
    assert all(check.kind is not None and check.operands for check in failed)
    assert any(finding.severity != "info" for finding in outcome.findings)


@pytest.mark.parametrize("rule", sorted(SLIPS))
def test_a_rule_without_its_table_does_not_fail(run, sketches, rule) -> None:
    """With the table gone the rule is skipped with a reason, or does not come up; a missing table is no failed sum."""
    del sketches[SLIPS[rule][0]]
    checks = [check for check in run(sketches).checks if check.rule == rule]
    assert all(check.status in ("pass", "skipped") for check in checks)
    assert all(check.reason for check in checks if check.status == "skipped")


def fiscal_only(sketches: dict[str, str]) -> dict[str, str]:
    """A report whose money is all 一般公共预算: 支出决算表 and 一般公共预算财政拨款支出决算表 agree."""
    text = sketches[EXPENDITURE].replace("13.00", "9.50").replace("15.50 | 12.00 | 3.50", "12.00 | 10.00 | 2.00")
    return {EXPENDITURE: text.replace("9.50 | 9.50 | 3.50", "9.50 | 7.50 | 2.00"), GPB: sketches[GPB]}


def statuses(outcome, rule: str) -> set[str]:
    return {check.status for check in outcome.checks if check.rule == rule}


def test_row_by_row_agreement_is_asked_for_only_where_all_money_is_fiscal(run, sketches) -> None:
    """X8 is skipped where the totals differ, passes where they agree, fails where a row does not."""
    assert statuses(run(sketches), "X8") == {"skipped"}
    fiscal = fiscal_only(sketches)
    assert statuses(run(fiscal), "X8") == {"pass"}
    fiscal[GPB] = fiscal[GPB].replace("221 | 住房保障支出 | 2.50", "221 | 住房保障支出 | 3.50")
    assert "fail" in statuses(run(fiscal), "X8")


def test_the_total_of_a_single_list_of_basic_expenditure_is_that_of_the_account(run, sketches) -> None:
    """X6: 基本支出 and the 合计 of a one-panel list agree, fail, or are skipped when there is no such row."""
    assert statuses(run(sketches), "X6") == {"skipped"}
    sketches[BASIC] = (
        "科目编码 | 科目名称 | 决算数\n合计 | < | 10.00\n301 | 工资福利支出 | 8.00\n302 | 商品和服务支出 | 2.00"
    )
    assert statuses(run(sketches), "X6") == {"pass"}
    sketches[BASIC] = sketches[BASIC].replace("10.00", "70.00")
    assert "fail" in statuses(run(sketches), "X6")


def test_levels_that_are_not_printed_are_summed_over(run, sketches) -> None:
    """With only 项 rows the total is their sum, and the classes of other forms are compared with sums of them."""
    sketches[EXPENDITURE] = """
科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出 | 上缴上级支出 | 经营支出 | 对附属单位补助支出
2050201 | 学前教育 | 5.00 | 5.00 | | | |
2050202 | 小学教育 | 8.00 | 4.50 | 3.50 | | |
2210201 | 住房公积金 | 2.50 | 2.50 | | | |
合计 | < | 15.50 | 12.00 | 3.50 | | |
"""
    outcome = run(sketches)
    assert {check.status for check in outcome.checks} == {"pass", "skipped"}
    assert statuses(outcome, "X4") == {"pass"}


def test_rounding_one_by_one_is_no_failure(run, sketches) -> None:
    """A sum off by less than half a printed step a figure is `rounding`, and no more than information."""
    sketches[BASIC] = sketches[BASIC].replace("基本工资 | 4.50", "基本工资 | 4.51")
    outcome = run(sketches)
    assert statuses(outcome, "I15") == {"pass", "rounding"}
    assert {finding.severity for finding in outcome.findings} == {"info"}


def test_a_residual_that_is_the_only_one_in_the_report_is_looked_at(run, sketches) -> None:
    """Where every other sum is exact the cell behind a rounding residual is flagged; where there are many, none is."""
    sketches[BASIC] = sketches[BASIC].replace("基本工资 | 4.50", "基本工资 | 4.51")
    outcome = run(sketches)
    assert {finding.code for finding in outcome.findings} == {"check.odd_residual", "check.rounding"}
    assert any(cell.text == "4.51" and cell.flags for table in outcome.tables for cell in table.cells)
    sketches[INCOME] = sketches[INCOME].replace("4.50 | 3.50", "4.51 | 3.51")
    sketches[GPB] = sketches[GPB].replace("9.50 | 7.50 | 5.50 | 2.00", "9.51 | 7.51 | 5.51 | 2.00")
    outcome = run(sketches)
    assert {finding.code for finding in outcome.findings} == {"check.rounding"}
    assert not any(cell.flags for table in outcome.tables for cell in table.cells)


def test_a_blank_counts_as_zero_but_a_blank_sum_is_not_judged(run, sketches) -> None:
    """Blank parts add nothing; where the whole is blank there is nothing to compare."""
    sketches[EXPENDITURE] = sketches[EXPENDITURE].replace("合计 | < | 15.50", "合计 | < | ")
    assert statuses(run(sketches), "X2") == {"skipped"}


def test_a_form_torn_in_two_is_one_form(run, sketches) -> None:
    """Two tables of one form, of which only one has the sums, are judged together."""
    head, *rows = sketches[INCOME].strip().splitlines()
    torn = {**sketches, INCOME: "\n".join([head, *rows[:3]]), "收入决算表（续）": "\n".join([head, *rows[3:]])}
    order = [SUMMARY, INCOME, "收入决算表（续）", *list(sketches)[2:]]
    outcome = run({title: torn[title] for title in order})
    assert {check.status for check in outcome.checks} == {"pass", "skipped"}


def test_a_row_with_a_column_that_is_not_known_is_not_judged(run, sketches) -> None:
    """A figure under a head that no measure has may be part of the sum."""
    text = (
        sketches[EXPENDITURE]
        .replace("对附属单位补助支出", "奇特支出")
        .replace("13.00 | 9.50 | 3.50 | | |", "13.00 | 9.00 | 3.50 | | | 0.50")
    )
    sketches[EXPENDITURE] = text
    assert "fail" not in statuses(run(sketches), "I7")


def test_a_misread_code_breaks_no_sum(run, sketches) -> None:
    """A code whose digits put it elsewhere is judged where it is printed; a row without code makes sums uncertain."""
    sketches[INCOME] = sketches[INCOME].replace("2050202 | 小学教育", "2060202 | 小学教育")
    assert "fail" not in statuses(run(sketches), "I8")
    sketches[INCOME] = sketches[INCOME].replace("2060202 | 小学教育", "20S02O2# | 小学教育")
    assert "fail" not in statuses(run(sketches), "I8")


def test_sources_that_are_split_again_are_not_added_twice(run, sketches) -> None:
    """A fund that is told, and then what it is made of, is no contradiction."""
    sketches[SELF] = sketches[SELF].replace("其他资金 | 1.00 | 1.00 | 1.00", "其中：中央补助 | 3.00 | 3.00 | 2.50")
    sketches[SELF] = sketches[SELF].replace("年度资金总额 | 4.00 | 4.00 | 3.50", "年度资金总额 | 3.00 | 3.00 | 2.50")
    assert statuses(run(sketches), "P2") == {"skipped"}


def test_two_names_of_a_code_that_belong_to_other_codes_are_no_finding(run, sketches) -> None:
    """A misread code takes another's name: that is left alone; a name of no other code is a finding."""
    sketches[EXPENDITURE] = sketches[EXPENDITURE].replace("20502 | 普通教育", "20502 | 住房保障支出")
    assert "fail" not in statuses(run(sketches), "X12")
    sketches[EXPENDITURE] = sketches[EXPENDITURE].replace("20502 | 住房保障支出", "20502 | 高等教育事务")
    assert "fail" in statuses(run(sketches), "X12")


def test_income_and_expenditure_by_code_are_compared_only_where_their_totals_agree(run, sketches) -> None:
    """X14, a note: skipped with carry-overs, passes row by row, fails where a code differs."""
    assert statuses(run(sketches), "X14") == {"skipped"}
    both = {INCOME: sketches[INCOME], EXPENDITURE: sketches[EXPENDITURE]}
    both[EXPENDITURE] = (
        both[EXPENDITURE].replace("15.50 | 12.00", "15.00 | 11.50").replace("13.00 | 9.50", "12.50 | 9.00")
    )
    assert statuses(run(both), "X14") == {"pass"}
    both[EXPENDITURE] = both[EXPENDITURE].replace("221 | 住房保障支出 | 2.50", "221 | 住房保障支出 | 3.70")
    outcome = run(both)
    assert "fail" in statuses(outcome, "X14")
    assert all(finding.severity == "warning" for finding in outcome.findings if finding.code == "check.X14")


def test_a_row_without_code_has_one_name_in_both_forms(run) -> None:
    """Two lists of the same rows and sums in which one row is called differently."""
    heads = "科目名称 | 合计 | 基本支出 | 项目支出"
    rows = [
        "一、教育支出 | 5.00 | 5.00 |",
        "普通教育 | 5.00 | 5.00 |",
        "小学教育 | 5.00 | 5.00 |",
        "合计 | 5.00 | 5.00 |",
    ]
    budget = {"支出总表": "\n".join([heads, *rows]), "一般公共预算支出表": "\n".join([heads, *rows])}
    assert run(budget, kind="budget").findings == ()
    budget["支出总表"] = budget["支出总表"].replace("普通教育", "职业教育")
    assert [finding.code for finding in run(budget, kind="budget").findings] == ["form.names"]


def test_a_figure_that_was_not_read_is_flagged_where_its_sums_fail(run, sketches) -> None:
    """A garbled cell is in no sum: the sums of its row and column fail, and the cell itself carries the flag."""
    sketches[INCOME] = sketches[INCOME].replace("8.00 | 7.00 | | 1.00", "8.00 | 7.0U | | 1.00")
    outcome = run(sketches)
    flagged = {cell.text: cell.flags for table in outcome.tables for cell in table.cells if cell.flags}
    assert flagged["7.0U"] == ("check:I6", "check:I8", "low_confidence")


def test_sums_along_a_figure_that_was_not_read_blame_the_reading(run, sketches) -> None:
    """Where a part of a row or of a column was not read, the failing sum asks to look at the scan."""
    sketches[INCOME] = sketches[INCOME].replace("8.00 | 7.00 | | 1.00", "8.00 | 7.0U | | 1.00")
    codes = {finding.code for finding in run(sketches).findings}
    assert "check.reading" in codes
    assert not {code for code in codes if code.startswith("check.I")}


def test_a_line_number_out_of_step_and_a_code_that_is_none_are_doubtful(run, sketches) -> None:
    """行次 counts up by one; a subject code has 3, 5 or 7 digits. What breaks that is flagged, the rest is sure."""
    sketches[SUMMARY] = sketches[SUMMARY].replace("本年收入合计 | 4 |", "本年收入合计 | 9 |")
    sketches[INCOME] = sketches[INCOME].replace("2050202 |", "205O20 |")
    flagged = {cell.text for table in run(sketches).tables for cell in table.cells if "low_confidence" in cell.flags}
    assert flagged == {"9", "205O20"}


@pytest.mark.parametrize(("shown", "kind"), [("0.8", "shift"), ("80", "shift"), ("9", "digit"), ("5.3", "other")])
def test_a_slip_is_classed_though_whole_units_leave_room(shown: str, kind: str) -> None:
    """8 printed as 0.8 in a form of whole 万元 is a shifted point: ten times of it is right to the last digit."""
    left = [_stated(text) for text in (shown, "5", "3")]
    assert classify(left, [_stated("16")]) == kind


def _stated(text: str) -> Figure:
    """A figure in 万元 as a form prints it."""
    unit = Decimal(10_000)
    places = len(text.partition(".")[2])
    return Figure(Decimal(text) * unit, unit.scaleb(-places), Pointer(page=1), text, factor=unit)
