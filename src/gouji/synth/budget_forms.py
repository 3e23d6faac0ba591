"""The official forms of budgets (预算) as grids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from gouji.synth import figures as f
from gouji.synth.figures import Body, FunctionRow
from gouji.synth.final_forms import Laid, Rows, class_lines, code_cells, coded_rows
from gouji.synth.grid import C, Style
from gouji.synth.projects import Project
from gouji.synth.subjects import economic_name

Take = Callable[[FunctionRow], Decimal]


def _lines(
    style: Style, left: list[list[str]], right: list[list[str]], foot: list[list[str]], heads: list[str]
) -> Laid:
    """A two-sided budget form: each side has a name, then its columns of `heads`."""
    wide_l, wide_r = len(left[0]), len(right[0])
    height = max(len(left), len(right)) + (style.blank_rows if style.variant else 0)
    body = [
        (left[i] if i < len(left) else [""] * wide_l) + (right[i] if i < len(right) else [""] * wide_r)
        for i in range(height)
    ]
    grid: Rows = [
        [C(style.word("收入"), cols=wide_l), C(style.word("支出"), cols=wide_r)],
        [C(style.word("项目")), *heads[: wide_l - 1], C(style.word("项目")), *heads[wide_l - 1 :]],
    ]
    for line in body + foot:
        total = [i for i in (0, wide_l) if line[i].replace(" ", "").endswith(("合计", "总计"))]
        sides = (0, wide_l)
        grid.append(
            [C(t, align="center" if i in total else None if i in sides else "right") for i, t in enumerate(line)]
        )
    return grid, 2


def summary(body: Body, style: Style) -> Laid:
    """收支总表: one amount column, or last year's budget, this year's and what was carried over."""
    wide = style.with_breakdown
    m = style.money

    def figures(take: Take, carried: Take) -> list[str]:
        now, old = take(body.sums), carried(body.sums)
        return [m(now + old), m(now), m(old)] if wide else [m(now)]

    zero: Take = lambda r: f.ZERO  # noqa: E731
    items: list[tuple[str, Take, Take]] = [
        ("一、一般公共预算拨款收入", lambda r: r.gpb_income, lambda r: r.gpb_opening),
        ("二、政府性基金预算拨款收入", lambda r: r.fund_income, lambda r: r.fund_opening),
        ("三、国有资本经营预算拨款收入", lambda r: r.capital_income, lambda r: r.capital_opening),
        ("四、财政专户管理资金收入", zero, zero),
        ("五、事业收入", lambda r: r.undertaking, zero),
        ("六、事业单位经营收入", lambda r: r.operating, zero),
        ("七、上级补助收入", lambda r: r.superior, zero),
        ("八、附属单位上缴收入", lambda r: r.affiliated, zero),
        ("九、其他收入", lambda r: r.other, lambda r: r.own_opening),
    ]
    left = [[name, *figures(take, carried)] for name, take, carried in items]
    right = [[n, *_planned(r, style)] for n, r in class_lines(body, style)]
    total = body.grand_total
    if wide:
        foot_figures = [m(total), m(total - body.sums.opening), m(body.sums.opening)]
        foot = [["收入总计", *foot_figures, "支出总计", *foot_figures]]
        heads = ["合计", "当年预算", "上年结转"]
        return _lines(style, left, right, foot, heads * 2)
    foot = [
        ["本年收入合计", m(body.sums.income), "本年支出合计", m(body.sums.expenditure)],
        ["上年结转结余", m(body.sums.opening), "年终结转结余", m(f.ZERO)],
        ["收入总计", m(total), "支出总计", m(total)],
    ]
    return _lines(style, left, right, foot, ["预算数"] * 2)


def _planned(row: FunctionRow, style: Style) -> list[str]:
    m = style.money
    if not style.with_breakdown:
        return [m(row.expenditure)]
    return [m(row.expenditure), m(row.expenditure - row.opening), m(row.opening)]


def income(body: Body, style: Style) -> Laid:
    """收入总表: one row for each unit, the year's money and the carried-over money side by side."""
    now = ["小计", "一般公共预算", "政府性基金预算", "国有资本经营预算", "财政专户管理资金", "事业收入"]
    now += ["事业单位经营收入", "上级补助收入", "附属单位上缴收入", "其他收入"]
    old = ["小计", "一般公共预算", "政府性基金预算", "国有资本经营预算", "单位资金"]
    s = body.sums
    row = [body.grand_total, s.income, s.gpb_income, s.fund_income, s.capital_income, f.ZERO, s.undertaking]
    row += [s.operating, s.superior, s.affiliated, s.other]
    row += [s.opening, s.gpb_opening, s.fund_opening, s.capital_opening, s.own_opening]
    figures = [C(style.money(a), align="right") for a in row]
    grid: Rows = [
        [C("部门（单位）", rows=2), C("合计", rows=2), C("本年收入", cols=len(now)), C("上年结转结余", cols=len(old))],
        [*now, *old],
    ]
    lines: Rows = [[C(body.organisation.name), *figures]]
    total: list[C | str] = [C("合计", align="center"), *figures]
    return grid + ([total, *lines] if style.total_first else [*lines, total]), 2


def _coded(body: Body, style: Style, head: Rows, rows: Sequence[FunctionRow], takes: Sequence[Take]) -> Laid:
    """A coded form with code and name in its first columns (or the name alone, numbered, in some provinces)."""
    tall = len(head)
    if style.code == "merged" and tall == 1:
        style = replace(
            style, code="whole"
        )  # without 类, 款 and 项 in the heading nothing would part the three columns
    wide = 1 if style.code == "whole" else 3
    first: list[C | str] = [C("科目编码", cols=wide, rows=1 if wide == 3 and tall > 1 else tall)]
    grid: Rows = [[*first, C("科目名称", rows=tall), *head[0]]]
    if tall > 1:
        grid.append([*(["类", "款", "项"] if wide == 3 else []), *head[1]])
    shown = coded_rows(rows, style)
    sums = f.total(rows)
    figures = [C(style.money(t(sums)) if shown else "", align="right") for t in takes]
    total: list[C | str] = [C("合计", cols=wide + 1, align="center"), *figures]
    lines: Rows = [[*code_cells(r, style), *(C(style.money(t(r)), align="right") for t in takes)] for r in shown]
    lines += [[C() for _ in range(wide + 1 + len(takes))] for _ in range(style.blank_rows if not shown else 0)]
    return grid + ([total, *lines] if style.total_first else [*lines, total]), tall


def expenditure(body: Body, style: Style) -> Laid:
    """支出总表."""
    words = ["合计", "基本支出", "项目支出", "事业单位经营支出", "上缴上级支出", "对附属单位补助支出"]
    takes: list[Take] = [lambda r: r.expenditure, lambda r: r.basic, lambda r: r.project]
    takes += [lambda r: r.operating_expenditure, lambda r: r.to_superior, lambda r: r.to_affiliated]
    return _coded(body, style, [[C(w) for w in words]], body.rows, takes)


def fiscal_summary(body: Body, style: Style) -> Laid:
    """财政拨款收支总表."""
    s, m = body.sums, style.money
    pots = [("一般公共预算拨款", "gpb"), ("政府性基金预算拨款", "fund"), ("国有资本经营预算拨款", "capital")]
    left = [["一、本年收入", m(s.fiscal_income)]]
    left += [[f"（{'一二三'[i]}）{n}", m(getattr(s, f"{p}_income"))] for i, (n, p) in enumerate(pots)]
    left += [["二、上年结转", m(s.fiscal_opening)]]
    left += [[f"（{'一二三'[i]}）{n}", m(getattr(s, f"{p}_opening"))] for i, (n, p) in enumerate(pots)]
    spent: list[Take] = [lambda r: r.fiscal, lambda r: r.gpb, lambda r: r.fund_project, lambda r: r.capital_project]
    right = [[n, *(m(t(r)) for t in spent)] for n, r in class_lines(body, style)]
    foot = [["收入总计", m(body.fiscal_total), "支出总计", *(m(t(s)) for t in spent)]]
    heads = ["预算数", "合计", "一般公共预算", "政府性基金预算", "国有资本经营预算"]
    return _lines(style, left, right, foot, heads)


def gpb(body: Body, style: Style) -> Laid:
    """一般公共预算支出表."""
    rows = [r for r in body.rows if r.gpb]
    head: Rows = [
        [C("合计", rows=2), C("基本支出", cols=3), C("项目支出", rows=2)],
        [C("小计"), C("人员经费"), C("公用经费")],
    ]
    takes: list[Take] = [lambda r: r.gpb, lambda r: r.gpb_basic, lambda r: r.gpb_personnel]
    return _coded(body, style, head, rows, [*takes, lambda r: r.gpb_public, lambda r: r.gpb_project])


def gpb_basic(body: Body, style: Style) -> Laid:
    """一般公共预算基本支出表: one list of economic codes with personnel and public money apart."""
    m = style.money
    codes = sorted({r.code[:n] for r in body.economic for n in (3, 5)})
    rows: Rows = []
    for code in codes:
        amount = body.economic_sum(code)
        person = code[:3] in ("301", "303")
        parts = [amount, amount if person else f.ZERO, f.ZERO if person else amount]
        rows.append([C(code), C(economic_name(code)), *(C(m(a), align="right") for a in parts)])
    personnel = body.economic_sum("301", "303")
    sums = [body.economic_sum("3"), personnel, body.economic_sum("3") - personnel]
    total: list[C | str] = [C("合计", cols=2, align="center"), *(C(m(a), align="right") for a in sums)]
    if style.variant % 2:
        head: Rows = [["科目编码", "经济分类科目名称", "合计", "人员经费", "公用经费"]]
    else:
        head = [
            [C("部门预算支出经济分类科目", cols=2), C("本年一般公共预算基本支出", cols=3)],
            ["科目编码", "科目名称", "合计", "人员经费", "公用经费"],
        ]
    return head + ([total, *rows] if style.total_first else [*rows, total]), len(head)


def sangong(body: Body, style: Style) -> Laid:
    """“三公”经费支出表: this year's plan alone, or beside last year's."""
    years = [body.previous.sangong, body.sangong] if style.with_breakdown else [body.sangong]
    operation = "公务用车运行维护费" if style.variant % 2 else "公务用车运行费"
    first: list[C | str] = [C("合计", rows=2), C("因公出国（境）费", rows=2), C("公务用车购置及运行费", cols=3)]
    first.append(C("公务接待费", rows=2))
    second: list[C | str] = [C("小计"), C("公务用车购置费"), C(operation)]
    grid: Rows = [first * len(years), second * len(years)]
    if len(years) == 2:
        grid.insert(0, [C("上年预算数", cols=6), C("本年预算数", cols=6)])
    parts = [(s.total, s.abroad, s.vehicles, s.purchase, s.operation, s.reception) for s in years]
    return [*grid, [C(style.money(a), align="right") for p in parts for a in p]], len(grid)


def fund(body: Body, style: Style) -> Laid:
    """政府性基金预算支出表."""
    return _pot(body, style, "本年政府性基金预算支出", lambda r: r.fund_project)


def state_capital(body: Body, style: Style) -> Laid:
    """国有资本经营预算支出表."""
    return _pot(body, style, "本年国有资本经营预算支出", lambda r: r.capital_project)


def _pot(body: Body, style: Style, word: str, take: Take) -> Laid:
    head: Rows = [[C(word, cols=3)], [C("合计"), C("基本支出"), C("项目支出")]]
    return _coded(body, style, head, [r for r in body.rows if take(r)], [take, lambda r: f.ZERO, take])


def projects(body: Body, style: Style) -> Laid:
    """项目支出表: one row for each project."""
    grid: Rows = [
        [
            *(C(n, rows=2) for n in ("项目名称", "项目单位", "合计")),
            *(C(n, cols=3) for n in ("本年财政拨款", "财政拨款结转")),
            *(C(n, rows=2) for n in ("财政专户管理资金", "单位资金")),
        ],
        ["一般公共预算", "政府性基金预算", "国有资本经营预算"] * 2,
    ]
    rows = [_project(p) for p in body.projects]
    sums = [sum(column, f.ZERO) for column in zip(*rows, strict=True)]
    m = style.money
    lines: Rows = [
        [C(p.name), C(body.organisation.name), *(C(m(a), align="right") for a in row)]
        for p, row in zip(body.projects, rows, strict=True)
    ]
    total: list[C | str] = [C("合计", cols=2, align="center"), *(C(m(a), align="right") for a in sums)]
    return grid + ([total, *lines] if style.total_first else [*lines, total]), 2


def _project(project: Project) -> list[Decimal]:
    pots = ("gpb", "fund", "capital")
    fiscal = [project.fiscal.budget if project.pot == p else f.ZERO for p in pots]
    carried = [project.carried.budget if project.pot == p else f.ZERO for p in pots]
    return [project.money.budget, *fiscal, *carried, f.ZERO, project.other.budget]


BUDGET_FORMS: dict[str, Callable[[Body, Style], Laid]] = {
    "budget.summary": summary,
    "budget.income": income,
    "budget.expenditure": expenditure,
    "budget.fiscal_summary": fiscal_summary,
    "budget.gpb": gpb,
    "budget.gpb_basic": gpb_basic,
    "budget.sangong": sangong,
    "budget.fund": fund,
    "budget.state_capital": state_capital,
    "budget.projects": projects,
}
