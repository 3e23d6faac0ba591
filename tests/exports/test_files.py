from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest

from gouji.errors import SetupError, UsageError
from gouji.exports.choices import Choices
from gouji.exports.parquet import exact
from gouji.exports.registry import FORMATS, export_report
from gouji.records import Cell, Check, Fact, Finding, Item, Page, Paragraph, Report, Suggestion, Table
from gouji.rows import KINDS, Column, report_to_rows


def parsed(text: str, column: Column) -> Any:
    """A CSV field in the type of its column; an empty field of a column that is no list counts as missing."""
    if text == "" and column.type != "text":
        return None
    turned = {"integer": int, "decimal": Decimal, "real": float, "boolean": lambda t: t == "True"}
    return turned.get(column.type, str)(text)


def as_fields(row: tuple[Any, ...], columns: tuple[Column, ...]) -> list[Any]:
    return [
        ("" if c.type == "text" else None) if v is None else str(v) if c.type == "date" else v
        for v, c in zip(row, columns, strict=True)
    ]


def read_csv(content: bytes, encoding: str = "utf-8") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


def test_every_format_is_listed_and_made(tricky: Report) -> None:
    """Every export of the list makes files named for the report."""
    for name in FORMATS:
        files = export_report(tricky, name, "x", Choices())
        assert files
        assert all(file.startswith("x") and content for file, content in files.items())


def test_unknown_format_is_refused(tricky: Report) -> None:
    """A format that is not there is named together with those that are."""
    with pytest.raises(UsageError, match="docx: it is one of json, xlsx"):
        export_report(tricky, "docx", "x", Choices())


def test_missing_package_is_named(tricky: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the sheets' packages are not installed, one sentence says what to install."""
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(SetupError, match=r"openpyxl is missing; pip install \"gouji\[sheets\]\""):
        export_report(tricky, "xlsx", "x", Choices())


def test_json_is_the_report(tricky: Report) -> None:
    """JSON read back is the report."""
    files = export_report(tricky, "json", "x", Choices())
    assert Report.model_validate_json(files["x.json"]) == tricky


def test_rows_have_the_columns_of_their_kind(tricky: Report) -> None:
    """Every row has a value for each column, and its place where its pointers say."""
    rows = report_to_rows(tricky)
    assert list(rows) == list(KINDS)
    assert all(len(row) == len(KINDS[kind]) for kind in rows for row in rows[kind])
    found = dict(zip((c.name for c in KINDS["checks"]), rows["checks"][0], strict=True))
    assert (found["page"], found["x0"], found["y0"]) == (2, 10, 20)
    assert json.loads(found["operands"]) == [{"table": "t1", "row": 2, "col": 1}, {"fact": 0}]
    item = dict(zip((c.name for c in KINDS["items"]), rows["items"][1], strict=True))
    assert item["correction"] == "c1"


def test_csv_read_back_is_equal(tricky: Report) -> None:
    """CSV read back gives every row of every kind, figures to the last printed zero."""
    files, rows = export_report(tricky, "csv", "x", Choices()), report_to_rows(tricky)
    for kind, columns in KINDS.items():
        head, *lines = read_csv(files[f"x/{kind}.csv"])
        own = kind == "document"
        assert head == ([] if own else ["document"]) + [column.name for column in columns]
        found = [
            [parsed(text, c) for text, c in zip(line if own else line[1:], columns, strict=True)] for line in lines
        ]
        assert found == [as_fields(row, columns) for row in rows[kind]]
        assert own or all(line[0] == tricky.source.sha256 for line in lines)
    assert b"-1234.50" in files["x/items.csv"]


def test_csv_for_excel_runs_nothing(tricky: Report) -> None:
    """CSV for Excel has its mark, no text begins like a formula, and negative figures stay figures."""
    files = export_report(tricky, "csv", "x", Choices(excel=True))
    assert all(content.startswith(b"\xef\xbb\xbf") for content in files.values())
    cells = read_csv(files["x/cells.csv"], "utf-8-sig")
    columns = ["document", *(column.name for column in KINDS["cells"])]
    text, value = columns.index("text"), columns.index("value")
    assert [line[text] for line in cells[1:]][2:6] == ["'=1+1", "'@合计", "'+办公费<b>&\n第二行", "'-1,234.50"]
    assert cells[6][value] == "-1234.50"


def test_parquet_read_back_is_equal(tricky: Report) -> None:
    """Parquet read back gives every row; figures are decimals of one type in every file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files, rows = export_report(tricky, "parquet", "x", Choices()), report_to_rows(tricky)
    for kind, columns in KINDS.items():
        table = pq.read_table(io.BytesIO(files[f"x/{kind}.parquet"]))
        for n, column in enumerate(columns):
            found = table.column(column.name).to_pylist()
            wanted = [row[n] for row in rows[kind]]
            if column.type == "list":
                wanted = [json.loads(value) for value in wanted]
            assert found == wanted, (kind, column.name)
            if column.type == "decimal":
                assert table.schema.field(column.name).type == pa.decimal128(38, 10)


@pytest.mark.parametrize(
    ("value", "kept"), [("0.0000000001", True), ("0.00000000001", False), ("1E+27", True), ("1E+28", False)]
)
def test_parquet_leaves_out_what_it_cannot_hold(value: str, kept: bool) -> None:
    """A figure of more digits than the column holds is left out, not rounded."""
    assert exact(Decimal(value)) == (Decimal(value) if kept else None)


def test_duckdb_reads_parquet(tricky: Report, tmp_path: Any) -> None:
    """DuckDB reads the files of several reports as one table and sums exactly."""
    import duckdb

    for name in ("a", "b"):
        for file, content in export_report(tricky, "parquet", name, Choices()).items():
            (tmp_path / file).parent.mkdir(exist_ok=True)
            (tmp_path / file).write_bytes(content)
    query = f"SELECT measure, sum(amount) FROM '{tmp_path}/*/items.parquet' WHERE measure = 'total' GROUP BY measure"
    assert duckdb.sql(query).fetchall() == [("total", Decimal("-2469.00"))]


def test_rows_leave_nothing_out() -> None:
    """Every field of the report's records has a column, or several; a new one must be given a place."""
    given = {name: {column.name for column in columns} for name, columns in KINDS.items()}
    turned = {"id": "table_id", "table": "table_id", "box": "x0", "boxes": "x0", "cells": "cells", "cell": "row"}
    records = {
        "pages": Page, "tables": Table, "cells": Cell, "items": Item, "paragraphs": Paragraph, "facts": Fact,
        "checks": Check, "suggestions": Suggestion, "findings": Finding,
    }  # fmt: skip
    for kind, record in records.items():
        for field in record.model_fields:
            name = turned.get(field, field)
            assert name in given[kind] | {"cells"}, (kind, field)
