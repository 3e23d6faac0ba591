"""The official forms of final accounts (决算) as grids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from gouji.synth import figures as f
from gouji.synth.figures import Body, FunctionRow
from gouji.synth.grid import C, Style
from gouji.synth.subjects import economic_name, function_name, synth_data

Rows = list[list[C | str]]
Take = Callable[[FunctionRow], Decimal]
Laid = tuple[Rows, int]


def numeral(number: int) -> str:
    """1 → 一, 12 → 十二, 26 → 二十六 (below 100)."""
    digits = str(synth_data("forms")["numerals"])
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else digits[tens - 1]) + "十" if tens else ""
    return head + (digits[ones - 1] if ones else "")


def class_lines(body: Body, style: Style) -> list[tuple[str, FunctionRow]]:
    """The numbered function classes of a two-sided form, all of them or only those with figures."""
    found = {r.code: r for r in f.classes(body.rows)}
    codes = [str(c) for c in synth_data("forms")["classes"]]
    shown = [c for c in codes if style.all_classes or c in found]
    empty = {c: FunctionRow(c, function_name(c)) for c in shown}
    return [(f"{numeral(i)}、{function_name(c)}", found.get(c, empty[c])) for i, c in enumerate(shown, 1)]


def coded_rows(rows: Sequence[FunctionRow], style: Style) -> list[FunctionRow]:
    """The rows of a coded form: the levels that the office prints."""
    return [r for r in f.with_levels(rows) if len(r.code) in style.levels]


def code_cells(row: FunctionRow, style: Style) -> list[C | str]:
    """The code and name cells of one coded row."""
    depth = (len(row.code) - 3) // 2
    name = "　" * depth + row.name if style.indented else row.name
    if style.code == "whole":
        return [C(row.code), C(name)]
    if style.code == "merged":
        return [C(row.code, cols=3), C(name)]
    parts = [row.code[:3], row.code[3:5], row.code[5:7]]
    return [*(C(p, align="center") for p in parts), C(name)]


def coded_form(body: Body, style: Style, head: Rows, rows: Sequence[FunctionRow], takes: Sequence[Take]) -> Laid:
    """A coded form under the measure headings `head` (1 or 2 rows): code, name and one figure per measure."""
    top = len(head)
    wide = 1 if style.code == "whole" else 3
    first: list[C | str] = [C(style.word("项目"), cols=wide + 1), *head[0]]
    second: list[C | str] = [C(style.code_word, rows=max(1, top - 1), cols=wide), C("科目名称", rows=max(1, top - 1))]
    grid: Rows = [first, second + (head[1] if top > 1 else [])]
    grid += [list(r) for r in head[2:]]
    shown = coded_rows(rows, style)
    sums = f.total(rows)
    filled = any(getattr(sums, a) for a in f.AMOUNTS)
    figures = [style.money(t(sums)) if filled else "" for t in takes]
    lanes: list[C | str] = [C(str(i), header=True) for i in range(1, len(takes) + 1)]
    total = [C(t, align="right") for t in figures]
    header_rows = len(grid) + 1
    if wide == 3:
        kinds = [C(k, rows=2, header=True) for k in ("类", "款", "项")]
        grid += [[*kinds, C("栏次", header=True), *lanes], [C("合计", header=True, align="center"), *total]]
    else:
        header_rows -= not style.lanes
        grid += [[C("栏次", cols=2, header=True), *lanes]] if style.lanes else []
        grid += [[C("合计", cols=2, align="center"), *total]] if style.total_first else []
    blank = [C() for _ in range(wide + 1 + len(takes))]
    grid += [[*code_cells(r, style), *(C(style.money(t(r)), align="right") for t in takes)] for r in shown]
    grid += [list(blank) for _ in range(style.blank_rows if not shown else 0)]
    if wide == 1 and not style.total_first:
        grid += [[C("合计", cols=2, align="center"), *total]]
    return grid, header_rows


def _tall(text: str, rows: int = 2) -> C:
    return C(text, rows=rows)


def two_sided(style: Style, left: list[list[str]], right: list[list[str]], foot: list[list[str]]) -> Rows:
    """Body rows of a two-sided form: `left` and `right` filled to one height, then `foot`; 行次 where wanted.

    `left` rows hold a name and its figures; `foot` rows hold the left and the right part in one list.
    """
    width_l, width_r = len(left[0]), len(right[0])
    height = max(len(left), len(right))
    lines = [
        (left[i] if i < len(left) else [""] * width_l) + (right[i] if i < len(right) else [""] * width_r)
        for i in range(height)
    ]
    lines += foot
    rows: Rows = []
    for i, line in enumerate(lines, 1):
        numbers = (str(i), str(len(lines) + i)) if style.line_numbers else ("", "")
        cells = _numbered(line[:width_l], numbers[0]) + _numbered(line[width_l:], numbers[1])
        rows.append(cells)
    return rows


def _numbered(part: list[str], number: str) -> list[C | str]:
    name, *figures = part
    align = "center" if name.replace(" ", "").endswith(("合计", "总计")) else None
    cells: list[C | str] = [C(name, align=align)]  # type: ignore[arg-type]
    if number:
        cells.append(C(number, align="center"))
    return cells + [C(t, align="right") for t in figures]


def two_sided_head(style: Style, left: list[str], right: list[str]) -> Rows:
    """Three heading rows: 收入 | 支出, the column words, and 栏次 where the office prints it."""
    number = ["行次"] if style.line_numbers else []
    names_l, names_r = [style.word("项目"), *number, *left], [style.word("项目"), *number, *right]
    rows: Rows = [
        [C(style.word("收入"), cols=len(names_l)), C(style.word("支出"), cols=len(names_r))],
        [C(n) for n in names_l + names_r],
    ]
    if style.lanes:
        skip = [""] * len(number)
        last = len(left) + 1
        marks_l = [style.word("栏次"), *skip, *map(str, range(1, last))]
        marks_r = [style.word("栏次"), *skip, *map(str, range(last, last + len(right)))]
        rows.append([C(m) for m in marks_l + marks_r])
    return rows


def summary(body: Body, style: Style) -> Laid:
    """收入支出决算总表."""
    s, m = body.sums, style.money
    incomes = [
        ("一般公共预算财政拨款收入", s.gpb_income),
        ("政府性基金预算财政拨款收入", s.fund_income),
        ("国有资本经营预算财政拨款收入", s.capital_income),
        ("上级补助收入", s.superior),
        ("事业收入", s.undertaking),
        ("经营收入", s.operating),
        ("附属单位上缴收入", s.affiliated),
        ("其他收入", s.other),
    ]
    left = [[f"{numeral(i)}、{n}", m(a)] for i, (n, a) in enumerate(incomes, 1)]
    right = [[n, m(r.expenditure)] for n, r in class_lines(body, style)]
    foot = [
        ["本年收入合计", m(s.income), "本年支出合计", m(s.expenditure)],
        ["使用非财政拨款结余", m(body.used_surplus), "结余分配", m(body.distribution)],
        ["年初结转和结余", m(s.opening), "年末结转和结余", m(s.closing)],
        [style.word("总计"), m(body.grand_total), style.word("总计"), m(body.grand_total)],
    ]
    if style.variant % 2:
        foot.insert(3, ["", "", "", ""])
    head = two_sided_head(style, [style.amount_word], [style.amount_word])
    return head + two_sided(style, left, right, foot), len(head)


def fiscal_summary(body: Body, style: Style) -> Laid:
    """财政拨款收入支出决算总表."""
    s, m = body.sums, style.money
    words = ["一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款"]
    left = [[f"{numeral(i)}、{w}", m(a)] for i, (w, a) in enumerate(zip(words, _pots(s, "income"), strict=True), 1)]

    def spread(total: Decimal, parts: tuple[Decimal, ...]) -> list[str]:
        return [m(total), *map(m, parts)]

    right = [[n, *spread(r.fiscal, _spent(r))] for n, r in class_lines(body, style)]
    closings = _pots(s, "closing")
    totals = tuple(a + b for a, b in zip(_spent(s), closings, strict=True))
    blank = [""] * 5
    foot = [
        ["本年收入合计", m(s.fiscal_income), "本年支出合计", *spread(s.fiscal, _spent(s))],
        ["年初财政拨款结转和结余", m(s.fiscal_opening), "年末财政拨款结转和结余", *spread(s.fiscal_closing, closings)],
        *([w, m(a), *blank] for w, a in zip(words, _pots(s, "opening"), strict=True)),
        [style.word("总计"), m(body.fiscal_total), style.word("总计"), *spread(body.fiscal_total, totals)],
    ]
    head = two_sided_head(style, [style.amount_word], ["合计", *words])
    return head + two_sided(style, left, right, foot), len(head)


def _pots(row: FunctionRow, part: str) -> tuple[Decimal, ...]:
    return tuple(getattr(row, f"{pot}_{part}") for pot in ("gpb", "fund", "capital"))


def _spent(row: FunctionRow) -> tuple[Decimal, ...]:
    return row.gpb, row.fund_project, row.capital_project


def income(body: Body, style: Style) -> Laid:
    """收入决算表."""
    school = bool(body.sums.tuition)
    head: Rows = [
        [
            *map(_tall, ("本年收入合计", "财政拨款收入", "上级补助收入")),
            C("事业收入", cols=2) if school else _tall("事业收入"),
            *map(_tall, ("经营收入", "附属单位上缴收入", "其他收入")),
        ],
        [C("小计"), C("其中：教育收费")] if school else [],
    ]
    takes: list[Take] = [lambda r: r.income, lambda r: r.fiscal_income, lambda r: r.superior, lambda r: r.undertaking]
    takes += [lambda r: r.tuition] if school else []
    takes += [lambda r: r.operating, lambda r: r.affiliated, lambda r: r.other]
    return coded_form(body, style, head, body.rows, takes)


def expenditure(body: Body, style: Style) -> Laid:
    """支出决算表."""
    words = ["本年支出合计", "基本支出", "项目支出", "上缴上级支出", "经营支出", "对附属单位补助支出"]
    takes: list[Take] = [lambda r: r.expenditure, lambda r: r.basic, lambda r: r.project, lambda r: r.to_superior]
    takes += [lambda r: r.operating_expenditure, lambda r: r.to_affiliated]
    return coded_form(body, style, [[_tall(w) for w in words], []], body.rows, takes)


def gpb(body: Body, style: Style) -> Laid:
    """一般公共预算财政拨款支出决算表."""
    rows = [r for r in body.rows if r.gpb]
    takes: list[Take] = [lambda r: r.gpb, lambda r: r.gpb_basic]
    if not style.with_breakdown:
        head: Rows = [[C("本年支出", cols=3)], [C("小计"), C("基本支出"), C("项目支出")]]
        return coded_form(body, style, head, rows, [*takes, lambda r: r.gpb_project])
    head = [
        [C("本年支出", cols=5)],
        [_tall("合计"), C("基本支出", cols=3), _tall("项目支出")],
        [C("小计"), C("人员经费"), C("公用经费")],
    ]
    takes += [lambda r: r.gpb_personnel, lambda r: r.gpb_public, lambda r: r.gpb_project]
    return coded_form(body, style, head, rows, takes)


def gpb_basic(body: Body, style: Style) -> Laid:
    """一般公共预算财政拨款基本支出决算表: three panels side by side."""
    panels = [_panel(body, style, p) for p in (("301", "303"), ("302",), ("307", "310", "312", "399"))]
    height = max(map(len, panels))
    word = "科目编码" if style.variant % 2 else "经济分类科目编码"
    names = [word, "科目名称", style.amount_word] * 3
    head: Rows = [[C(n) for n in names]]
    if style.variant < 2:
        head.insert(0, [C("人员经费", cols=3), C("公用经费", cols=6)])
    grid: Rows = [
        [
            C(t, align="right" if i == 2 else None)
            for p in panels
            for i, t in enumerate(p[r] if r < len(p) else [""] * 3)
        ]
        for r in range(height)
    ]
    personnel, public = body.economic_sum("301", "303"), body.economic_sum("302", "307", "310", "312", "399")
    foot: list[C | str] = [
        C("人员经费合计", cols=2, align="center"),
        C(style.money(personnel), align="right"),
        C("公用经费合计", cols=5, align="center"),
        C(style.money(public), align="right"),
    ]
    return [*head, *grid, foot], len(head)


def _panel(body: Body, style: Style, prefixes: tuple[str, ...]) -> list[list[str]]:
    amounts = {r.code: r.amount for r in body.economic}
    codes = sorted(c for c in synth_data("subjects")["economic"] if c.startswith(prefixes))
    lines = []
    for code in codes:
        amount = body.economic_sum(code) if len(code) == 3 else amounts.get(code, f.ZERO)
        if style.all_classes or amount:
            lines.append([code, economic_name(code), style.money(amount)])
    return lines or [["", "", ""]]


def fund(body: Body, style: Style) -> Laid:
    """政府性基金预算财政拨款收入支出决算表."""
    rows = [r for r in body.rows if r.fund_project or r.fund_income or r.fund_opening]
    head: Rows = [
        [_tall("年初结转和结余"), _tall("本年收入"), C("本年支出", cols=3), _tall("年末结转和结余")],
        [C("小计"), C("基本支出"), C("项目支出")],
    ]
    takes: list[Take] = [lambda r: r.fund_opening, lambda r: r.fund_income, lambda r: r.fund_project]
    takes += [lambda r: f.ZERO, lambda r: r.fund_project, lambda r: r.fund_closing]
    return coded_form(body, style, head, rows, takes)


def state_capital(body: Body, style: Style) -> Laid:
    """国有资本经营预算财政拨款支出决算表."""
    rows = [r for r in body.rows if r.capital_project]
    head: Rows = [[C("本年支出", cols=3)], [C("合计"), C("基本支出"), C("项目支出")]]
    takes: list[Take] = [lambda r: r.capital_project, lambda r: f.ZERO, lambda r: r.capital_project]
    return coded_form(body, style, head, rows, takes)


def sangong(body: Body, style: Style) -> Laid:
    """“三公”经费支出决算表: planned and actual, one row of figures."""
    operation = "公务用车运行维护费" if style.variant % 2 else "公务用车运行费"
    extra = ["会议费", "培训费"] if style.extra_columns else []
    second: list[C | str] = [_tall("合计"), _tall("因公出国（境）费"), C("公务用车购置及运行费", cols=3)]
    second += [_tall("公务接待费"), *(_tall(e) for e in extra)]
    third: list[C | str] = [C("小计"), C("公务用车购置费"), C(operation)]
    width = 6 + len(extra)
    grid: Rows = [[C("预算数", cols=width), C("决算数", cols=width)], second * 2, third * 2]
    if style.lanes:
        grid.append([C(str(i)) for i in range(1, 2 * width + 1)])
    amounts = [a for s in (body.sangong_budget, body.sangong) for a in (*_sangong_parts(s), *_extra(body, extra))]
    return [*grid, [C(style.money(a), align="right") for a in amounts]], len(grid)


def _sangong_parts(s: f.Sangong) -> tuple[Decimal, ...]:
    return s.total, s.abroad, s.vehicles, s.purchase, s.operation, s.reception


def _extra(body: Body, extra: Sequence[str]) -> list[Decimal]:
    return [body.economic_sum("30215"), body.economic_sum("30216")] if extra else []


FINAL_FORMS: dict[str, Callable[[Body, Style], Laid]] = {
    "final.summary": summary,
    "final.income": income,
    "final.expenditure": expenditure,
    "final.fiscal_summary": fiscal_summary,
    "final.gpb": gpb,
    "final.gpb_basic": gpb_basic,
    "final.fund": fund,
    "final.state_capital": state_capital,
    "final.sangong": sangong,
}
