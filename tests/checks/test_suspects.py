"""Who is wrong: suggestions, flags, findings, and numbers that identities vouch for."""

from __future__ import annotations

from decimal import Decimal

from gouji.checks.evaluate import run_checks
from gouji.config import load_settings
from gouji.forms import load_definitions, read_items, recognise_forms
from gouji.records import Document, Page, Table
from gouji.synth.sketch import sketch_table

INCOME, BASIC, EXPENDITURE = "收入决算表", "一般公共预算财政拨款基本支出决算明细表", "支出决算表"
SETTINGS = load_settings().checks
SCAN = Page(page=1, width=2000, height=2000, dpi=200, origin="scan")


def with_cells(table: Table, **changes: dict[str, object]) -> Table:
    """The table with the cells of the given texts changed: `text="30.00", …`; keys are texts with dots as "_"."""
    wanted = {text.replace("_", "."): change for text, change in changes.items()}
    cells = tuple(
        cell.model_copy(update=wanted[cell.text.lstrip()]) if cell.text in wanted else cell for cell in table.cells
    )
    return table.model_copy(update={"cells": cells})


def checked(*tables: Table, pages: tuple[Page, ...] = (SCAN,)):
    forms = load_definitions()
    known = recognise_forms(tables, forms)
    return run_checks(known, read_items(known, forms), (), (), Document(fiscal_year=2031), pages, SETTINGS)


def flags(outcome) -> dict[str, tuple[str, ...]]:
    return {cell.text: cell.flags for table in outcome.tables for cell in table.cells if cell.flags}


def test_a_wrong_digit_is_suggested_where_it_puts_every_sum_right(run, sketches) -> None:
    """One wrong digit breaks a row and a column: the cell in both is suggested, and only it is flagged."""
    sketches[INCOME] = sketches[INCOME].replace("4.50 | 3.50 | | 1.00", "4.50 | 3.80 | | 1.00")
    outcome = run(sketches)
    (suggestion,) = outcome.suggestions
    assert (suggestion.text, suggestion.value, set(suggestion.rules)) == ("3.50", Decimal("3.50"), {"I6", "I8"})
    assert flags(outcome) == {"3.80": ("check:I6", "check:I8")}
    assert [item.flags for item in outcome.items if item.text == "3.80"] == [("check:I6", "check:I8")]


def test_a_value_is_never_changed(run, sketches) -> None:
    """What was read stays as read, in cells and items."""
    sketches[INCOME] = sketches[INCOME].replace("4.50 | 3.50 | | 1.00", "4.50 | 3.80 | | 1.00")
    outcome = run(sketches)
    assert "3.80" in [cell.text for table in outcome.tables for cell in table.cells]
    assert Decimal("3.80") in [cell.value for table in outcome.tables for cell in table.cells]


LIST = """
科目编码 | 科目名称 | 决算数
合计 | < | 9.00
301 | 工资福利支出 | 6.30
30101 | 基本工资 | 4.00
30102 | 津贴补贴 | 2.00
302 | 商品和服务支出 | 3.00
"""


def test_the_engines_runner_up_decides_between_cells_that_would_do_equally() -> None:
    """301 is 6.00 or one of its parts is more: the cell whose other reading fits is suggested."""
    table = sketch_table(LIST.replace("9.00", "9.30"), BASIC.replace("明细", ""))
    table = with_cells(table, **{"2_00": {"alternatives": ("2.30",), "confidence": 0.7}})
    (suggestion,) = checked(table).suggestions
    assert (suggestion.cell.row, suggestion.text) == (4, "2.30")


def test_on_a_scan_a_slip_is_first_laid_to_the_reader_and_else_to_the_publisher(run, sketches) -> None:
    """The same wrong digit: a reading to be looked at on a scanned page, the publisher's on a digital one."""
    table = sketch_table(LIST, BASIC)
    assert {finding.code for finding in checked(table).findings} == {"check.reading"}
    digital = SCAN.model_copy(update={"origin": "digital"})
    assert {(finding.code, finding.severity) for finding in checked(table, pages=(digital,)).findings} == {
        ("check.I15", "error")
    }


def test_a_contradiction_that_no_slip_explains_is_the_publishers(run, sketches) -> None:
    """Figures read with confidence that no other reading puts right: an error with both figures and the difference."""
    sketches[INCOME] = sketches[INCOME].replace(
        "2050202 | 小学教育 | 8.00 | 7.00 | | 1.00", "2050202 | 小学教育 | 2.36 | 1.36 | | 1.00"
    )
    errors = [finding for finding in run(sketches).findings if finding.severity == "error"]
    assert errors
    assert all(finding.code == "check.I8" for finding in errors)
    assert "实为12.5万元，应为6.86万元，相差5.64万元" in errors[0].message


def test_doubtful_operands_make_it_a_question_of_reading() -> None:
    """The same contradiction over a figure read with doubt is a warning to look at the original."""
    table = sketch_table(LIST.replace("2.00", "0.77"), BASIC)
    doubtful = with_cells(table, **{"0_77": {"confidence": 0.5, "flags": ("low_confidence",)}})
    codes = {finding.code for finding in checked(doubtful).findings}
    assert "check.reading" in codes
    assert "number.low_confidence" in codes


def test_a_sum_that_holds_vouches_for_its_figures() -> None:
    """Figures of an exact sum gain confidence and lose their doubt; zeros, blanks and suspects don't."""
    text = LIST.replace("6.30", "6.00")
    table = with_cells(sketch_table(text, BASIC), **{"2_00": {"confidence": 0.8, "flags": ("low_confidence",)}})
    (cell,) = [cell for cell in checked(table).tables[0].cells if cell.text == "2.00"]
    assert (cell.confidence, cell.flags, cell.confirmed_by) == (0.98, (), ("I15",))


def test_a_row_of_zeros_vouches_for_its_zeros(run, sketches) -> None:
    """Whole and parts that are all 0 are read right together; a lone pair of zeros says nothing."""
    sketches[INCOME] = sketches[INCOME].replace("2.50 | 2.50 | | | | |", "0.00 | 0.00 | 0.00 | 0.00 | | |")
    cells = [cell for cell in run(sketches).tables[1].cells if cell.row == 6 and cell.text == "0.00"]
    assert len(cells) == 4
    assert all("I6" in cell.confirmed_by for cell in cells)


def test_within_rounding_nothing_is_confirmed() -> None:
    """A sum that holds within rounding leaves the last digits of its figures open."""
    table = sketch_table(LIST.replace("6.30", "6.01").replace("9.00", "9.01"), BASIC)
    cells = {cell.text: cell.confirmed_by for cell in checked(table).tables[0].cells if cell.value is not None}
    assert cells["4.00"] == ()


def test_codes_rise_down_their_column(run, sketches) -> None:
    """A code that stands out of order among many is doubtful, whatever the reader thought of it."""
    sketches[INCOME] = sketches[INCOME].replace("221 | 住房保障支出", "121 | 住房保障支出")
    cells = [cell for table in run(sketches).tables for cell in table.cells if cell.text == "121"]
    assert [cell.flags for cell in cells] == [("low_confidence",)]


def test_a_percent_sign_read_as_a_digit_is_doubtful() -> None:
    """1008 in a column of 100% is looked at again."""
    table = sketch_table("指标 | 完成率\n甲 | 100%\n乙 | 1008\n丙 | 98%", "某表")
    assert flags(checked(table)) == {"1008": ("low_confidence",)}


def test_unread_pages_come_first(run, sketches) -> None:
    """A page that could not be read is an error with its reason."""
    page = SCAN.model_copy(update={"page": 4, "status": "unread", "error": "图像损坏"})
    sketches[BASIC] = sketches[BASIC].replace("基本工资 | 4.50", "基本工资 | 4.51")
    first, *rest = run(sketches, pages=(page,)).findings
    assert (first.code, first.severity) == ("page.unread", "error")
    assert {finding.severity for finding in rest} == {"info"}


def test_switched_off_nothing_is_checked(run, sketches) -> None:
    """With checks off there are no checks, and doubtful numbers are still counted."""
    sketches[INCOME] = sketches[INCOME].replace("12.50 | 10.50", "12.50 | 19.50")
    outcome = run(sketches, enabled=False)
    assert (outcome.checks, outcome.findings) == ((), ())


def test_amounts_in_different_units_are_compared_in_yuan(run, sketches) -> None:
    """A table in 元 agrees with one in 万元 within the rounding of the coarser one."""
    exact = (
        sketches[EXPENDITURE].replace("15.50", "155,012.30").replace("12.00", "119,998.00").replace("3.50", "35,014.30")
    )
    exact = exact.replace("13.00", "130,009.80").replace("9.50", "94,995.50").replace("2.50", "25,002.50")
    tables = [
        sketch_table(sketches["收入支出决算总表"], "收入支出决算总表", "万元", "t1"),
        sketch_table(exact, EXPENDITURE, "元", "t2"),
    ]
    outcome = checked(*tables)
    assert {check.status for check in outcome.checks} <= {"pass", "rounding", "skipped"}
    assert any(check.rule == "X2" and check.status == "rounding" for check in outcome.checks)
