"""The narrative against the tables and itself: N1 to N14, and projects."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gouji.checks.rules import load_identities
from gouji.records import Fact

SUMMARY, FUND, SELF = "收入支出决算总表", "政府性基金预算财政拨款收入支出决算表", "项目支出绩效自评表"
LISTED = "项目单位自评汇总表"


def fact(
    key: str, value: str, evidence: str = "", unit: str = "元", subject: str | None = None, year: int | None = 2031
):
    """A stated fact, found without doubt."""
    return Fact(
        key=key, value=Decimal(value), unit=unit, subject=subject, year=year, evidence=evidence or value, page=9,
        box=(0, 0, 1, 1), confidence=1.0, method="pattern",
    )  # fmt: skip


def statuses(outcome, rule: str) -> list[str]:
    return sorted({check.status for check in outcome.checks if check.rule == rule})


# rule → facts that hold, facts that don't
STATED = {
    "N1": ([("revenue.total", "170000", "收入总计17.00万元")], [("revenue.total", "171000", "收入总计17.10万元")]),
    "N2": ([("revenue.fiscal", "130000", "财政拨款收入13万元")], [("revenue.fiscal", "730000", "财政拨款收入73万元")]),
    "N3": ([("expenditure.basic", "120000", "基本支出12万元")], [("expenditure.basic", "720000", "基本支出72万元")]),
    "N4": ([("fiscal.total", "140000", "总计14.00万元")], [("fiscal.total", "1400000", "总计140.00万元")]),
    "N5": ([("gpb.public", "20000", "公用经费2.00万元")], [("gpb.public", "29000", "公用经费2.90万元")]),
    "N6": (
        [("sangong.reception", "5000", "公务接待费0.50万元")],
        [("sangong.reception", "50000000", "公务接待费5000.00万元")],
    ),
    "N8": (
        [("procurement.total", "30000", "3.00万元"), ("procurement.goods", "30000", "3.00万元")],
        [("procurement.total", "30000", "3.00万元"), ("procurement.goods", "40000", "4.00万元")],
    ),
    "N9": (
        [("vehicles.total", "2", "共2辆"), ("vehicles.law_enforcement", "1", "1辆"), ("vehicles.other", "1", "1辆")],
        [("vehicles.total", "5", "共5辆"), ("vehicles.law_enforcement", "1", "1辆"), ("vehicles.other", "1", "1辆")],
    ),
    "N10": ([("score.department", "98.5", "98.5分")], [("score.department", "985", "985分")]),
    "N11": (
        [("gpb.expenditure.change", "-5000", "比上年减少0.50万元")],
        [("gpb.expenditure.change", "5000", "比上年增加-0.50万元")],
    ),
}


@pytest.mark.parametrize("rule", sorted(STATED))
def test_a_stated_figure_holds_or_fails(run, sketches, rule) -> None:
    """A statement passes where the tables say the same, fails where they don't; unstated, nothing is asked."""
    right, wrong = ([fact(*each) for each in facts] for facts in STATED[rule])
    assert set(statuses(run(sketches, right), rule)) <= {"pass", "skipped"}
    assert "pass" in statuses(run(sketches, right), rule)
    assert "fail" in statuses(run(sketches, wrong), rule)
    assert statuses(run(sketches), rule) == []


def test_a_fact_read_with_doubt_is_a_matter_of_reading(run, sketches) -> None:
    """The same contradiction is the publisher's where the clause was read well, and a warning where it was not."""
    stated = fact("revenue.total", "171000", "收入总计17.10万元")
    assert [f.code for f in run(sketches, [stated]).findings] == ["check.N1"]
    doubtful = stated.model_copy(update={"confidence": 0.6})
    assert [(f.code, f.severity) for f in run(sketches, [doubtful]).findings] == [("check.reading", "warning")]


def test_a_figure_of_another_year_is_not_compared(run, sketches) -> None:
    """Last year's total says nothing about this year's table."""
    assert statuses(run(sketches, [fact("revenue.total", "99990000", year=2030)]), "N1") == []


def test_a_figure_that_stands_elsewhere_in_the_table_is_no_contradiction(run, sketches) -> None:
    """A clause may speak of another line of the same form; that is skipped, not failed."""
    assert statuses(run(sketches, [fact("revenue.total", "150000", "15.00万元")]), "N1") == ["skipped"]


def test_a_misread_fact_leaves_the_vouched_cell_alone(run, sketches) -> None:
    """The table's cell holds in other sums: the contradiction is found, the cell carries no flag."""
    outcome = run(sketches, [fact("revenue.total", "171000", "收入总计17.10万元")])
    assert any(finding.code == "check.N1" for finding in outcome.findings)
    assert not any(cell.flags for table in outcome.tables for cell in table.cells)


@pytest.mark.parametrize(
    ("change", "share", "status", "kind"),
    [
        ("-24000", "-16.67", "pass", None),
        ("-24000", "-16.66", "rounding", None),
        ("-24000", "-18.67", "fail", "digit"),
        ("-2.4", "-16.67", "fail", "unit"),
    ],
)
def test_a_change_in_per_cent_is_the_change_by_last_year(run, sketches, change, share, status, kind) -> None:
    """120,000 after a fall of 24,000 is a fall by 16.67 %; cutting off is rounding; 元 for 万元 is a unit slip."""
    unit = "万元" if change == "-24000" else "元"
    facts = [
        fact("gpb.expenditure", "120000", "支出12.00万元"),
        fact("gpb.expenditure.change", change, f"减少2.4{unit}"),
        fact("gpb.expenditure.change_pct", share, f"下降{share[1:]}%", "%"),
    ]
    (check,) = [check for check in run(sketches, facts).checks if check.rule == "N7"]
    assert (check.status, check.kind) == (status, kind)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("项目支出3.50万元，占本年支出合计的22.58%。", "pass"),
        ("项目支出3.50万元，占本年支出合计的25.58%。", "fail"),
        ("2031年支出15.50万元，其中：教育支出13.00万元，占83.87%；住房保障支出2.50万元，占16.13%。", "pass"),
        ("2031年支出15.50万元，其中：教育支出13.00万元，占88.87%；住房保障支出2.50万元，占16.13%。", "fail"),
        ("年初预算为16.00万元，支出决算为15.50万元，完成年初预算的96.88%。", "pass"),
        ("年初预算为16.00万元，支出决算为15.50万元，完成年初预算的86.88%。", "fail"),
        ("教育支出13.00万元，占教育系统同类支出的12.00%。", None),
        ("预算为0万元，支出决算为0万元，完成预算的100%。", None),
    ],
)
def test_shares_in_the_text(run, sketches, text, status) -> None:
    """A share is compared where its whole is told: by name, as the first amount, as the budget beside it."""
    found = statuses(run(sketches, paragraphs=[text]), "N7")
    assert ("fail" in found) == (status == "fail")
    assert bool(found) == (status is not None)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2030年度政府性基金预算财政拨款年初结转和结余0万元。", True),
        ("纳入本部门2030年度部门决算编制范围的单位共2个。", True),
        ("截至2030年12月31日，公务用车保有量为1辆。", True),
        ("2030年共接待国内来访团组1个。", True),
        ("与2030年度相比，支出合计增加1.00万元。", False),
        ("支出决算增加，主要原因是2030年项目结转到本年实施。", False),
        ("2031年支出2030年结转资金1.00万元。", False),
        ("根据《2030年部门决算编制办法》开展绩效自评。", False),
        ("2031年支出合计15.50万元，2030年支出合计14.00万元。", False),
        ("2031年度本年支出合计15.50万元。", False),
    ],
)
def test_a_wrong_year_is_found_and_a_comparison_is_none(run, sketches, text, wrong) -> None:
    """A clause about the report's year that names an earlier one is found; comparisons and titles may name it."""
    found = [finding for finding in run(sketches, paragraphs=[text]).findings if finding.code == "text.year"]
    assert bool(found) == wrong


def test_a_budget_may_speak_of_last_year(run, sketches) -> None:
    """A budget states assets and cars as they are at the end of the year before."""
    assert run(sketches, paragraphs=["2030年共有车辆1辆。"], kind="budget").findings == ()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("基本支出××.××万元。", 1),
        ("基本支出XX万元。", 1),
        ("较上年增加（减少）0万元，增长（下降）0%。", 1),
        ("基本支出12.00万元。", 0),
    ],
)
def test_placeholders_left_in_are_found(run, sketches, text, count) -> None:
    """Crosses for figures and choices that nobody made are told, each kind once a paragraph."""
    findings = run(sketches, paragraphs=[text]).findings
    assert [finding.code for finding in findings] == ["text.placeholder"] * count


def test_directions_that_contradict_each_other_are_found(run, sketches) -> None:
    """增加 … 下降 in one breath can't be; both rising is fine, and so is a change of 0."""
    assert statuses(run(sketches, paragraphs=["支出增加1.00万元，下降5.00%。"]), "N11") == ["fail"]
    assert statuses(run(sketches, paragraphs=["支出增加1.00万元，增长5.00%。"]), "N11") == []
    assert statuses(run(sketches, paragraphs=["支出减少0万元，增长0%。"]), "N11") == []


EMPTY = """
科目编码 | 科目名称 | 年初结转和结余 | 本年收入 | 本年支出 | < | < | 年末结转和结余
^ | ^ | ^ | ^ | 小计 | 基本支出 | 项目支出 | ^
合计 | < | | | | | |
"""


def test_an_empty_form_needs_its_statement(run, sketches) -> None:
    """An empty form with a sentence that says so passes, without one it is a finding; a filled one needs none."""
    assert statuses(run(sketches), "N14") == ["pass"]
    sketches = {FUND: EMPTY}
    assert statuses(run(sketches), "N14") == ["fail"]
    assert statuses(run(sketches, paragraphs=["我单位2031年度没有使用政府性基金预算安排的支出。"]), "N14") == ["pass"]


def test_a_change_goes_with_the_amount_of_its_clause(run, sketches) -> None:
    """Of two amounts under one key the change is that of the one it is said with, though the other stands nearer."""
    said = "一般公共预算财政拨款支出14.00万元，比上年增加4.00万元，增长40%"
    told = [
        fact("gpb.expenditure", "140000", said[:19]),
        fact("gpb.expenditure.change", "40000", said[:-6]),
        fact("gpb.expenditure.change_pct", "40", said, "%"),
        fact("gpb.expenditure", "150000", "支出年初数为15.00万元"),
    ]
    changes = [
        check for check in run({SUMMARY: sketches[SUMMARY]}, told).checks if check.message.startswith("变动幅度")
    ]
    assert [check.status for check in changes] == ["pass"]


def test_one_project_is_compared_wherever_it_is_told(run, sketches) -> None:
    """The narrative's figures of a project against its form: found by name, or by the executed amount alone."""
    good = [
        fact("project.budget", "40000", "全年预算数为4.00万元", subject="校舍修缮项目"),
        fact("project.executed", "35000", "执行数为3.50万元", subject="校舍修缮项目"),
    ]
    assert run({SELF: sketches[SELF]}, good).findings == ()
    bad = [good[0].model_copy(update={"value": Decimal(50000), "subject": "校舍维护"}), good[1]]
    bad[1] = bad[1].model_copy(update={"subject": "校舍维护"})
    (finding,) = run({SELF: sketches[SELF]}, bad).findings
    assert (finding.code, finding.severity) == ("check.X13", "warning")


def test_of_several_forms_none_is_taken_for_a_project_of_another_name(run, sketches) -> None:
    """That two projects spent the same says nothing where the narrative and the forms tell of different ones."""
    told = [
        fact("project.budget", "50000", "全年预算数为5.00万元", subject="食堂补助"),
        fact("project.executed", "35000", "执行数为3.50万元", subject="食堂补助"),
    ]
    other = sketches[SELF].replace("校舍修缮项目", "操场改造项目").replace("4.00", "8.00").replace("3.50", "7.00")
    findings = run({SELF: sketches[SELF], f"{SELF}（二）": other}, told).findings
    assert "check.X13" not in [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("key", "unit", "right", "wrong"),
    [("score.project", "分", "96.75", "69.75"), ("project.execution_rate", "%", "87.50", "78.50")],
)
def test_the_score_and_rate_told_of_a_project_are_those_of_its_form(run, sketches, key, unit, right, wrong) -> None:
    """What the narrative says of a project agrees with its form, or a finding says that it does not."""
    told = [fact(key, right, f"{right}{unit}", unit, subject="校舍修缮项目")]
    outcome = run({SELF: sketches[SELF]}, told)
    assert [check.status for check in outcome.checks if check.rule == "X13" and check.operands] == ["pass"]
    odd = [told[0].model_copy(update={"value": Decimal(wrong), "evidence": f"{wrong}{unit}"})]
    (finding,) = run({SELF: sketches[SELF]}, odd).findings
    assert (finding.code, "正文与项目自评表的" in finding.message) == ("check.X13", True)
    assert f"实为{wrong.rstrip('0')}{unit}，应为{right.rstrip('0')}{unit}" in finding.message


def test_a_rate_printed_as_a_fraction_is_no_contradiction(run, sketches) -> None:
    """0.875 in the form and 87.5% in the narrative are the same rate."""
    form = sketches[SELF].replace("87.50%", "0.875")
    told = [fact("project.execution_rate", "87.5", "87.5%", "%", subject="校舍修缮项目")]
    outcome = run({SELF: form}, told)
    assert not [check for check in outcome.checks if check.rule == "X13" and check.status == "fail"]


def test_the_score_of_the_list_is_that_of_the_form(run, sketches) -> None:
    """A project's form and the list of all projects give it one score."""
    both = {SELF: sketches[SELF], LISTED: sketches[LISTED]}
    assert "check.X13" not in [finding.code for finding in run(both).findings]
    both[LISTED] = both[LISTED].replace("96.75", "96.57")
    assert [finding.code for finding in run(both).findings] == ["check.X13"]


def test_the_body_s_score_told_is_that_of_its_form(run, sketches) -> None:
    """The narrative's score of the whole body is compared with the sum at the foot of its form."""
    whole = sketches[SELF].replace("项目名称 | < | 校舍修缮项目", "年度履职目标 | < | 办好学校")
    sketch = {"部门整体绩效自评表": whole}
    assert run(sketch, [fact("score.department", "96.75", "96.75分", "分")]).findings == ()
    (finding,) = run(sketch, [fact("score.department", "97.65", "97.65分", "分")]).findings
    assert (finding.code, finding.severity) == ("check.X13", "warning")


def test_of_two_projects_of_one_name_the_one_of_the_same_amount_is_meant(run, sketches) -> None:
    """A name printed twice in the list is told apart by the executed amount."""
    listed = sketches[LISTED].replace("课桌更新项目", "校舍修缮项目")
    told = [
        fact("project.executed", "5000", "执行数为0.50万元", subject="校舍修缮项目"),
        fact("score.project", "99", "99分", "分", subject="校舍修缮项目"),
    ]
    failed = [check for check in run({LISTED: listed}, told).checks if check.rule == "X13" and check.status == "fail"]
    assert [(check.actual, check.expected) for check in failed] == [(Decimal(99), Decimal(100))]


def test_every_stated_figure_is_asked_of_a_line_that_is_known() -> None:
    """No reference in the data names a line that lines.toml has not got."""
    identities = load_identities()
    known = {line.id for line in identities.lines}
    refs = [ref for stated in identities.stated for ref in stated.figures]
    refs += [ref for rule in identities.rules if rule.family == "refs" for ref in (*rule.left, *rule.right)]
    for ref in refs:
        place = ref.partition(":")[2].partition("@")[0]
        assert place in known | {"", "total"} or place.startswith("#") or place.endswith((".lines", ".rest", ".all")), (
            ref
        )
