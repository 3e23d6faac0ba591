"""Parquet: a folder of one file for each kind of row, for DuckDB, pandas, Spark.

Figures are decimal128(38, 10) in every file, so files of many reports are read as one. A figure of more decimals or
digits than that (none that is printed in a report) is left out, never rounded; its text stands beside it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gouji.exports.choices import Choices, Files
from gouji.records import Report
from gouji.rows import KINDS, Column, Row, report_to_rows

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS, DECIMALS = 38, 10


def to_parquet(report: Report, name: str, choices: Choices) -> Files:
    """`NAME/<kind>.parquet` for every kind of row."""
    rows = report_to_rows(report)
    return {
        f"{name}/{kind}.parquet": _file(columns, rows[kind], report.source.sha256) for kind, columns in KINDS.items()
    }


def _file(columns: Sequence[Column], rows: Sequence[Row], sha256: str) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [column.name for column in columns]
    arrays = [_array(column, [row[n] for row in rows]) for n, column in enumerate(columns)]
    if names[0] != "sha256":
        names.insert(0, "document")
        arrays.insert(0, pa.array([sha256] * len(rows), pa.string()))
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, names), out, compression="zstd")
    return out.getvalue()


def _array(column: Column, values: Iterable[Any]) -> pa.Array:
    import pyarrow as pa

    if column.type == "decimal":
        return pa.array([exact(value) for value in values], pa.decimal128(DIGITS, DECIMALS))
    if column.type == "list":
        return pa.array([json.loads(value) for value in values], pa.list_(pa.string()))
    types = {"integer": pa.int64(), "real": pa.float64(), "boolean": pa.bool_(), "date": pa.date32()}
    return pa.array(list(values), types.get(column.type, pa.string()))


def exact(value: Decimal | None) -> Decimal | None:
    """The value when a decimal128 of this width holds it; else None."""
    if value is None:
        return None
    _, digits, exponent = value.as_tuple()
    whole = len(digits) + int(exponent)
    return value if -int(exponent) <= DECIMALS and whole <= DIGITS - DECIMALS else None
