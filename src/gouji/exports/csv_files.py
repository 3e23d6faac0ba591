"""CSV: a folder of one file for each kind of row, the document's sha256 at the head of each line.

Figures are written as they are (no thousands, no rounding), what is missing as nothing, lists as JSON. With `excel` the
files carry a mark by which Excel knows UTF-8, and a text that Excel would take for a formula gets an apostrophe in
front; without it nothing is added, so that what is read back is what was written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from gouji.exports.choices import Choices, Files
from gouji.records import Report
from gouji.rows import KINDS, Column, Row, report_to_rows

FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TEXTS = ("text", "list", "json")


def to_csv(report: Report, name: str, choices: Choices) -> Files:
    """`NAME/<kind>.csv` for every kind of row."""
    rows, encoding = report_to_rows(report), "utf-8-sig" if choices.excel else "utf-8"
    return {
        f"{name}/{kind}.csv": _file(columns, rows[kind], report.source.sha256, choices.excel).encode(encoding)
        for kind, columns in KINDS.items()
    }


def _file(columns: Sequence[Column], rows: Iterable[Row], sha256: str, guarded: bool) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    texts = [n for n, column in enumerate(columns) if guarded and column.type in _TEXTS]
    own = columns[0].name == "sha256"
    writer.writerow(([] if own else ["document"]) + [column.name for column in columns])
    for row in rows:
        cells = [f"{value:f}" if column.type == "decimal" and value is not None else value
                 for column, value in zip(columns, row, strict=True)]  # fmt: skip
        for n in texts:
            cells[n] = guard(cells[n])
        writer.writerow(([] if own else [sha256]) + cells)
    return out.getvalue()


def guard(text: str | None) -> str | None:
    """The text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text and text.startswith(FORMULA) else text
