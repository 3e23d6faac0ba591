from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from gouji.exports.choices import Choices
from gouji.exports.registry import export_report
from gouji.exports.xlsx import FIRST_ROW, SHEETS, number_format, sheet_names
from gouji.records import Report, Table
from gouji.rows import KINDS, report_to_rows


@pytest.fixture
def book(tricky: Report) -> Any:
    return load_workbook(io.BytesIO(export_report(tricky, "xlsx", "x", Choices())["x.xlsx"]))


def test_tables_read_back_are_equal(tricky: Report, book: Any) -> None:
    """Every cell of a table is at its place with its text or number, and merged as printed."""
    table, sheet = tricky.tables[0], book[book.sheetnames[1]]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert merged == {"A3:A4", "B3:C3", "A5:A6", "B7:C7"}
    for cell in table.cells:
        there = sheet.cell(cell.row + FIRST_ROW, cell.col + 1)
        if there.data_type == "n" and there.value is not None:
            assert Decimal(str(there.value)) == cell.value
        else:
            assert (there.value or "") == cell.text
    assert sheet["A8"].value == "=注：1"


def test_numbers_keep_their_printed_shape(book: Any) -> None:
    """A figure is a number that shows its printed decimals; what a sheet would spoil stays text."""
    sheet = book[book.sheetnames[1]]
    assert (sheet["B5"].value, sheet["B5"].number_format) == (-1234.5, "#,##0.00")
    assert (sheet["C5"].value, sheet["C5"].number_format) == (59.95, '0.000"%"')
    assert sheet["B6"].value == "12345678901234567.89"
    assert sheet["C6"].value == "0205"


def test_no_cell_is_a_formula(book: Any) -> None:
    """What begins with =, +, - or @ is text in every sheet, and stays so when a person edits it."""
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    risky = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@"))]
    assert len(risky) >= 7
    assert all(cell.quotePrefix and cell.data_type == "s" for cell in risky)


@pytest.mark.parametrize("kind", ["items", "facts", "checks", "findings", "suggestions", "paragraphs"])
def test_lists_read_back_are_equal(tricky: Report, book: Any, kind: str) -> None:
    """The sheets of rows hold every row, figures as numbers."""
    head, *lines = book[SHEETS[kind]].iter_rows(values_only=True)
    columns, rows = KINDS[kind], report_to_rows(tricky)[kind]
    assert head == tuple(column.name for column in columns)
    for line, row in zip(lines, rows, strict=True):
        for column, found, wanted in zip(columns, line, row, strict=True):
            if column.type == "decimal" and wanted is not None:
                assert Decimal(str(found)) == wanted
            elif column.type in ("text", "integer", "real"):
                assert found == (wanted if wanted != "" else None)


def test_sheet_names_are_safe() -> None:
    """Sheet names are short, hold no forbidden sign, and no two are alike."""
    tables = [
        Table(id="t1", title=title, pages=(1,), n_rows=0, n_cols=0, cells=())
        for title in ("a/b:c*d?e[f]g\\h" * 5, "a/b:c*d?e[f]g\\h" * 5, "A/B:C*D?E[F]G\\H" * 5, "'")
    ]
    names = sheet_names(tables)
    assert len({name.casefold() for name in names}) == 4
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert all(not name.startswith("'") and not name.endswith("'") for name in names)


@pytest.mark.parametrize(
    ("text", "shape"), [("1,234.50", "#,##0.00"), ("12", "0"), ("59.95%", '0.00"%"'), ("－3．0", "0.0")]
)
def test_format_follows_the_print(text: str, shape: str) -> None:
    """The number format has the decimals, thousands and percent sign that are printed."""
    assert number_format(text) == shape
