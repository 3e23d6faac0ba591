"""The performance forms (绩效) as grids: heavily merged, one per project or one per body."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from gouji.synth.figures import Body
from gouji.synth.final_forms import Laid, Rows
from gouji.synth.grid import C, Style
from gouji.synth.projects import Indicator, Money, Project, percent


def _head(text: str, rows: int = 1, cols: int = 1) -> C:
    return C(text, rows=rows, cols=cols, header=True)


def _mid(text: str, rows: int = 1, cols: int = 1) -> C:
    return C(text, rows=rows, cols=cols, align="center")


def _points(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _grouped(indicators: Sequence[Indicator]) -> list[tuple[list[C | str], Indicator]]:
    """The merged 一级 and 二级 cells that begin at each indicator's row, with the indicator."""
    rows: list[tuple[list[C | str], Indicator]] = []
    for level1, group in groupby(indicators, lambda i: i.level1):
        members = list(group)
        first: list[C | str] = [_mid(level1, rows=len(members))]
        for level2, below in groupby(members, lambda i: i.level2):
            part = list(below)
            second: list[C | str] = [_mid(level2, rows=len(part))]
            for indicator in part:
                rows.append(([*first, *second], indicator))
                first, second = [], []
    return rows


def _money_line(money: Money, style: Style) -> list[C | str]:
    m = style.money
    rate = f"{percent(money.executed, money.budget)}%"
    return [_mid(m(money.initial)), _mid(m(money.budget)), _mid(m(money.executed)), _mid(rate)]


def self_evaluation(body: Body, style: Style, project: Project) -> Laid:
    """项目支出绩效自评表 of one project: 8 columns, funds above, indicators below."""
    grid: Rows = [
        [_head("项目名称", cols=2), _mid(project.name, cols=6)],
        [
            *(_head("主管部门", cols=2), _mid(body.organisation.name, cols=2)),
            *(_head("实施单位", cols=2), _mid(body.organisation.name, cols=2)),
        ],
        [
            _head(f"项目资金（{style.unit}）", rows=5, cols=2),
            *map(_head, ("资金来源", "年初预算数", "全年预算数", "全年执行数", "执行率", "得分")),
        ],
    ]
    lines = [("年度资金总额", project.money), ("当年财政拨款", project.fiscal)]
    lines += [("上年结转资金", project.carried), ("其他资金", project.other)]
    for n, (name, money) in enumerate(lines):
        score = _points(project.execution_score) if n == 0 else "—"
        grid.append([_head(name), *_money_line(money, style), _mid(score)])
    grid += [
        [_head("年度总体目标", rows=2), _head("预期目标", cols=4), _head("实际完成情况", cols=3)],
        [C(project.goal, cols=4), C(project.done, cols=3)],
    ]
    names = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    reason = style.variant % 2 == 0
    rows = _grouped(project.indicators)
    if reason:
        names = ["一级指标", "二级指标", "三级指标", "指标值", "实际完成值", "分值/得分", "偏差原因分析及改进措施"]
    grid.append([_head("绩效指标", rows=len(rows) + 1), *map(_head, names)])
    for cells, i in rows:
        figures = [_points(i.weight), _points(i.score)]
        last = [f"{figures[0]}/{figures[1]}", i.reason] if reason else figures
        grid.append([*cells, C(i.name), _mid(i.target), _mid(i.actual), _mid(last[0]), _last(last[1], reason)])
    grid.append([_head("总分", cols=6), _mid("100"), _mid(_points(project.score))])
    return grid, 0


def _last(text: str, reason: bool) -> C:
    return C(text) if reason else _mid(text)


def targets(body: Body, style: Style, project: Project) -> Laid:
    """项目支出绩效目标表 of one project: 6 columns."""
    m, money = style.money, project.money
    grid: Rows = [
        [C("项目名称", cols=2, align="center"), _mid(project.name, cols=4)],
        [
            C("主管部门及编码", cols=2, align="center"),
            _mid(f"{body.organisation.name}-{body.organisation.code}", cols=4),
        ],
        [_mid(f"项目资金（{style.unit}）", rows=3, cols=1), C("年度资金总额"), _mid(m(money.budget), cols=4)],
        [C("其中：财政拨款"), _mid(m(project.fiscal.budget + project.carried.budget), cols=4)],
        [C("其他资金"), _mid(m(project.other.budget), cols=4)],
        [_mid("年度绩效目标", cols=2), C(project.goal, cols=4)],
    ]
    names = ["一级指标", "二级指标", "三级指标", "指标值", "权重"]
    rows = _grouped(project.indicators)
    grid.append([_mid("绩效指标", rows=len(rows) + 1), *map(_head, names)])
    grid += [[*cells, C(i.name), _mid(i.target), _mid(_points(i.weight))] for cells, i in rows]
    return grid, 0


def department(body: Body, style: Style) -> Laid:
    """部门整体支出绩效自评表: 9 columns."""
    s = body.sums
    initial = s.gpb_budget + body.grand_total - s.gpb
    whole = Money(initial, body.grand_total, s.expenditure)
    own = Money(initial - s.gpb_budget - s.fiscal + s.gpb, body.grand_total - body.fiscal_total, s.own)
    fiscal = Money(whole.initial - own.initial, whole.budget - own.budget, whole.executed - own.executed)
    grid: Rows = [
        [_head("部门（单位）名称", cols=2), _mid(body.organisation.name, cols=7)],
        [
            _head(f"部门整体支出（{style.unit}）", rows=4),
            _head("资金来源", cols=2),
            *map(_head, ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")),
        ],
    ]
    score = _points(body.review_execution_score)
    for name, money, points in (("部门预算总额", whole, ("10", score)), ("政府预算资金", fiscal, ("—", "—"))):
        grid.append(_department_line(name, money, style, points))
    grid.append(_department_line("单位资金", own, style, ("—", "—")))
    goal = f"完成{body.year}年度各项重点工作任务，保障{body.organisation.name}正常运转。"
    done = f"{body.year}年度各项重点工作任务如期完成，单位运转正常。"
    grid += [
        [_head("年度履职目标", rows=2), _head("预期目标", cols=4), _head("实际完成情况", cols=4)],
        [C(goal, cols=4), C(done, cols=4)],
    ]
    rows = _grouped(body.review)
    names = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]
    grid.append([_head("绩效指标", rows=len(rows) + 2), *map(_head, names)])
    for cells, i in rows:
        grid.append(
            [
                *cells,
                C(i.name),
                _mid(i.target),
                _mid(i.actual),
                _mid(_points(i.weight)),
                _mid(_points(i.score)),
                C(i.reason),
            ]
        )
    grid.append([_head("总分", cols=5), _mid("100"), _mid(_points(body.review_score)), C()])
    return grid, 0


def _department_line(name: str, money: Money, style: Style, points: tuple[str, str]) -> list[C | str]:
    initial, budget, executed, rate = _money_line(money, style)
    return [_head(name, cols=2), initial, budget, executed, _mid(points[0]), rate, _mid(points[1])]


def summary(body: Body, style: Style) -> Laid:
    """项目单位自评汇总表: one row for each project, 12 columns."""
    names = ["序号", "单位编码", "单位名称", "项目名称", "项目类型", "全年预算数", "全年执行数", "预算执行率"]
    names += ["产出指标得分", "效益指标得分", "满意度指标得分", "自评得分"]
    grid: Rows = [[C(n) for n in names]]
    for i, p in enumerate(body.projects, 1):
        parts = [
            sum((x.score for x in p.indicators if x.level1 == level), Decimal(0))
            for level in ("产出指标", "效益指标", "满意度指标")
        ]
        code = f"{body.organisation.code}001"
        figures = [C(style.money(a), align="right") for a in (p.money.budget, p.money.executed)]
        scores = [_mid(_points(x)) for x in (*parts, p.score)]
        kind = "部门预算项目" if p.pot in ("gpb", "own") else "专项资金项目"
        names_of = [_mid(str(i)), _mid(code), C(body.organisation.name), C(p.name), _mid(kind)]
        grid.append([*names_of, *figures, _mid(f"{p.execution_rate}%"), *scores])
    return grid, 1
