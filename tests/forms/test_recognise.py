"""Forms are known by title and heads together."""

from __future__ import annotations

import random

import pytest

from gouji.forms import load_definitions, recognise_forms
from gouji.records import Cell, Table
from gouji.synth.forms import all_forms
from gouji.synth.grid import Form, draw_style
from gouji.synth.invent import invent
from gouji.synth.sketch import sketch_table
from gouji.zh import UNITS, parse_number

FORMS = load_definitions()

INCOME = """
项    目 | <    | 本年收入合计 | 财政拨款收入 | 上级补助收入 | 事业收入 | 经营收入 | 附属单位上缴收入 | 其他收入
科目编码 | 科目名称 | ^ | ^ | ^ | ^ | ^ | ^ | ^
栏次 | < | 1 | 2 | 3 | 4 | 5 | 6 | 7
合计 | < | 30.00 | 20.00 | | 10.00 | | |
205 | 教育支出 | 30.00 | 20.00 | | 10.00 | | |
"""
GPB = """
项目 | < | 本年支出 | < | <
科目编码 | 科目名称 | 小计 | 基本支出 | 项目支出
合计 | < | 9.00 | 8.00 | 1.00
2050201 | 学前教育 | 9.00 | 8.00 | 1.00
"""
FUND = """
项目 | < | 年初结转和结余 | 本年收入 | 本年支出 | < | < | 年末结转和结余
科目编码 | 科目名称 | ^ | ^ | 小计 | 基本支出 | 项目支出 | ^
合计 | < | | | | | |
"""


def as_table(form: Form, number: int) -> Table:
    cells = tuple(
        Cell(
            row=c.row, col=c.col, row_span=c.row_span, col_span=c.col_span, text=c.text, value=parse_number(c.text),
            page=number, box=(0, 0, 1, 1),
        )
        for c in form.cells
    )  # fmt: skip
    return Table(
        id=f"t{number}", title=form.title, unit=form.unit or None, unit_factor=UNITS.get(form.unit), pages=(number,),
        n_rows=form.n_rows, n_cols=form.n_cols, cells=cells, notes=form.notes,
    )  # fmt: skip


def form_of(*tables: Table) -> list[str | None]:
    return [table.form for table in recognise_forms(tables, FORMS)]


@pytest.mark.parametrize("kind", ["final_account", "budget"])
@pytest.mark.parametrize("seed", range(8))
def test_every_fictitious_form_is_known_in_every_style(seed: int, kind: str) -> None:
    """All forms of an invented report are recognised in the style that the office prints, with their head rows."""
    body = invent(seed, report=kind)  # type: ignore[arg-type]
    rng = random.Random(seed)
    forms = all_forms(body, draw_style(rng, body.unit, body.places), rng)
    found = recognise_forms([as_table(form, i) for i, form in enumerate(forms, 1)], FORMS)
    assert [table.form for table in found] == [form.form for form in forms]
    for table, form in zip(found, forms, strict=True):
        assert table.header_rows == (
            0 if form.form.startswith("performance") and "summary" not in form.form else form.header_rows
        )


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("收入决算表", "final.income"),
        ("收人决算表", "final.income"),
        ("2031年度收入决算总表", "final.income"),
        ("青榆县某某局 收 入 决 算 表", "final.income"),
        (None, "final.income"),
        ("附件3", "final.income"),
        ("政府性基金预算财政拨款收入支出决算表", None),
    ],
)
def test_slips_in_the_title_are_forgiven_but_not_another_forms_title(title: str | None, form: str | None) -> None:
    """A misread or missing title is made up for by the heads; the title of another form is not overruled by them."""
    others = [
        sketch_table(GPB, "一般公共预算财政拨款支出决算表", name="t2"),
        sketch_table(FUND, "政府性基金预算财政拨款收入支出决算表", name="t3"),
    ]
    assert form_of(sketch_table(INCOME, title), *others)[0] == form


def test_forms_with_the_same_heads_are_told_apart_by_their_titles() -> None:
    """一般公共预算 and 国有资本经营 have the same columns; the titles decide."""
    tables = [
        sketch_table(GPB, "一般公共预算财政拨款支出决算表"),
        sketch_table(GPB, "国有资本经营预算财政拨款支出决算表", name="t2"),
    ]
    assert form_of(*tables) == ["final.gpb", "final.state_capital"]


def test_without_titles_equal_forms_stay_unknown() -> None:
    """Where title and other tables say nothing, forms with the same heads are not guessed at."""
    assert form_of(sketch_table(GPB.replace("本年支出 |", "本年支出 |"), None)) == [None]


def test_a_table_that_is_no_form_keeps_its_head_rows() -> None:
    """An unknown table stays unknown and still has its heads marked."""
    table = sketch_table("职务 | 人数\n科长 | 3\n科员 | 12", "人员情况表", unit=None)
    (found,) = recognise_forms([table], FORMS)
    assert (found.form, found.header_rows) == (None, 1)
    assert [cell.header for cell in found.cells] == [True, True, False, False, False, False]


def test_the_row_of_column_numbers_is_a_head() -> None:
    """栏次 belongs to the heads, however its numbers look like figures."""
    (found,) = recognise_forms([sketch_table(INCOME, "收入决算表")], FORMS)
    assert found.header_rows == 3
    assert all(cell.header == (cell.row < 3) for cell in found.cells)


def test_an_empty_form_is_known_and_its_blank_row_is_no_head() -> None:
    """A form without figures has its heads down to the row of 合计."""
    (found,) = recognise_forms([sketch_table(FUND, "政府性基金预算财政拨款收入支出决算表")], FORMS)
    assert (found.form, found.header_rows) == ("final.fund", 2)
