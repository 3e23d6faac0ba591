"""XLSX: a sheet for each table in its printed layout, then items, facts, checks and findings.

Numbers are numbers and show the decimals, thousands and percent sign that are printed. A number of more than 15 digits,
which a spreadsheet would round, stays text, and so does every text, whatever sign it begins with: no cell is a formula.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gouji.exports.choices import Choices, Files
from gouji.exports.order import caption, covered
from gouji.records import Cell, Report, Table
from gouji.rows import KINDS, Row, report_to_rows

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

DIGITS = 15
LONGEST = 32_767  # characters that a cell can hold
SHEETS = {
    "document": "文件", "items": "指标数据 items", "facts": "文字数据 facts", "checks": "勾稽核对 checks",
    "findings": "发现 findings", "suggestions": "建议 suggestions", "paragraphs": "正文 paragraphs",
}  # fmt: skip
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECIMALS = re.compile(r"[.．](\d+)")


def to_xlsx(report: Report, name: str, choices: Choices) -> Files:
    """`NAME.xlsx`."""
    from openpyxl import Workbook

    book = Workbook()
    del book[book.sheetnames[0]]
    rows = report_to_rows(report)
    names = sheet_names(report.tables)
    _facing(book, rows["document"][0])
    for table, title in zip(report.tables, names, strict=True):
        _draw(book.create_sheet(title), table)
    for kind in ("items", "facts", "checks", "findings", "suggestions", "paragraphs"):
        _list(book.create_sheet(SHEETS[kind]), kind, rows[kind])
    out = io.BytesIO()
    book.save(out)
    return {f"{name}.xlsx": out.getvalue()}


# --- the tables as printed -----------------------------------------------------------------------------------------


def sheet_names(tables: Iterable[Table]) -> list[str]:
    """A name for each table's sheet: its id and title, at most 31 characters, none forbidden, each once."""
    taken = {name.casefold() for name in SHEETS.values()}
    names = []
    for table in tables:
        plain = _FORBIDDEN.sub(" ", f"{table.id} {table.title or ''}").strip().strip("'") or "table"
        name = plain[:31].rstrip()
        for n in range(2, 10_000):
            if name.casefold() not in taken:
                break
            name = f"{plain[: 30 - len(str(n))].rstrip()}~{n}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _draw(sheet: Worksheet, table: Table) -> None:
    """The table from row 3 of the sheet on, so that its title stands above; its notes below."""
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    line = Side(style="thin", color="999999")
    border, head = Border(line, line, line, line), Font(bold=True)
    write(sheet.cell(1, 1), caption(table)).font = head
    write(sheet.cell(2, 1), table.organization or "")
    for (row, col), cell in covered(table).items():
        there = sheet.cell(row + FIRST_ROW, col + 1)
        there.border = border
        if (row, col) != (cell.row, cell.col):
            continue
        _write_cell(there, cell)
        level = "center" if cell.header else "right" if cell.value is not None else "left"
        there.alignment = Alignment(horizontal=level, vertical="center", wrap_text=True)
        if cell.header:
            there.font = head
    for cell in table.cells:
        if cell.row_span > 1 or cell.col_span > 1:
            _merge(sheet, cell)
    for n, note in enumerate(table.notes):
        write(sheet.cell(table.n_rows + FIRST_ROW + n, 1), note)
    for col, width in enumerate(_widths(table), 1):
        sheet.column_dimensions[get_column_letter(col)].width = width
    sheet.freeze_panes = f"A{table.header_rows + FIRST_ROW}"


FIRST_ROW = 3


def _merge(sheet: Worksheet, cell: Cell) -> None:
    sheet.merge_cells(
        start_row=cell.row + FIRST_ROW,
        start_column=cell.col + 1,
        end_row=cell.row + cell.row_span - 1 + FIRST_ROW,
        end_column=cell.col + cell.col_span,
    )


def _widths(table: Table) -> list[float]:
    """The width of each column, for the longest text that is its own; Chinese characters count twice."""
    longest = [8.0] * table.n_cols
    for cell in table.cells:
        if cell.col_span == 1 and cell.col < table.n_cols:
            size = max((sum(2 if ord(c) > 0x2E7F else 1 for c in t) for t in cell.text.split("\n")), default=0)
            longest[cell.col] = min(40.0, max(longest[cell.col], size + 2.0))
    return longest


def _write_cell(there: SheetCell, cell: Cell) -> None:
    if cell.value is None or cell.header or not holds(cell.value) or not _is_amount(cell.text):
        write(there, cell.text)
    else:
        there.value = cell.value
        there.number_format = number_format(cell.text)


def _is_amount(text: str) -> bool:
    """Whether a number is a figure; a code with a zero in front is none, and would lose it."""
    return re.match(r"\s*[-－−—–]?0\d", text) is None


def number_format(text: str) -> str:
    """The format that shows a number as it is printed: "1,234.50" → `#,##0.00`, "59.95%" → `0.00"%"`."""
    decimals = _DECIMALS.search(text)
    shape = "#,##0" if "," in text or "，" in text else "0"
    shape += "." + "0" * len(decimals[1]) if decimals else ""
    return shape + ('"%"' if "%" in text or "％" in text else "")


def holds(value: Decimal) -> bool:
    """Whether a spreadsheet keeps all digits of the value."""
    return len(value.normalize().as_tuple().digits) <= DIGITS and abs(value) < Decimal(10) ** DIGITS


# --- lists -----------------------------------------------------------------------------------------------------------


def _facing(book: Workbook, row: Row) -> None:
    """The first sheet: what the document is and what read it."""
    sheet = book.create_sheet(SHEETS["document"])
    for n, (column, value) in enumerate(zip(KINDS["document"], row, strict=True), 1):
        write(sheet.cell(n, 1), column.name)
        write(sheet.cell(n, 2), _plain(column.type, value))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16.0, 60.0


def _list(sheet: Worksheet, kind: str, rows: Sequence[Row]) -> None:
    from openpyxl.styles import Font

    columns = KINDS[kind]
    for n, column in enumerate(columns, 1):
        write(sheet.cell(1, n), column.name).font = Font(bold=True)
    text_at = next((n for n, column in enumerate(columns) if kind == "items" and column.name == "text"), None)
    for y, row in enumerate(rows, 2):
        for n, (column, value) in enumerate(zip(columns, row, strict=True)):
            there = write(sheet.cell(y, n + 1), _plain(column.type, value))
            if column.type == "decimal" and there.data_type == "n" and value is not None:
                printed = row[text_at] if text_at is not None and "%" in row[text_at] else ""
                there.number_format = number_format(printed or f"{value:,f}")
    sheet.freeze_panes = "A2"
    if rows:
        sheet.auto_filter.ref = sheet.dimensions


def _plain(type_: str, value: Any) -> Any:
    """The value as a sheet shows it: a list as its members, a yes as 1."""
    if type_ == "list":
        return "；".join(json.loads(value))
    return int(value) if type_ == "boolean" else value


def write(there: SheetCell, value: Any) -> SheetCell:
    """Put a value into a cell: a number that fits as a number, a text always as a text, never a formula."""
    if isinstance(value, Decimal) and not holds(value):
        value = f"{value:f}"
    if isinstance(value, str):
        there.value = _CONTROL.sub("\ufffd", value)[:LONGEST]
        if value:
            there.data_type = "s"
            there.quotePrefix = value.startswith(("=", "+", "-", "@"))
            there.number_format = "@"
    else:
        there.value = value
    return there
