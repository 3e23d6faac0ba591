"""A report as flat rows, kind by kind: what sheets, data files and databases are made of.

`KINDS` names the columns of each kind, in order; `report_to_rows` gives tuples in that order. Lists are JSON texts.
`page` and `x0 y0 x1 y1` say where the row stands in the document: its own place, or the first of its places.
`position` counts from 0 in the order of the report; `row` and `col` from 0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any, Literal

from gouji.geometry import Box
from gouji.records import Cell, Fact, Pointer, Report, Table
from gouji.zh import place_of

Type = Literal["text", "integer", "decimal", "real", "boolean", "date", "list", "json"]
Row = tuple[Any, ...]
Place = tuple[int | None, int | None, int | None, int | None, int | None]


@dataclass(frozen=True)
class Column:
    """A column: "list" is the JSON text of a list of texts, "json" that of anything else."""

    name: str
    type: Type


def _columns(text: str) -> tuple[Column, ...]:
    """The columns of "name name:type …"; what has no type is text."""
    pairs = (part.partition(":") for part in text.replace("BOX", "page:integer " + _BOX).split())
    return tuple(Column(name, type_ or "text") for name, _, type_ in pairs)  # type: ignore[arg-type]


_BOX = "x0:integer y0:integer x1:integer y1:integer"

KINDS: dict[str, tuple[Column, ...]] = {
    "document": _columns(
        "sha256 file media_type url n_pages:integer title organization place fiscal_year:integer kind published:date "
        "gouji engine models:list detector ner settings"
    ),
    "pages": _columns(
        "page:integer width:integer height:integer dpi:integer origin turn:integer skew:real status error seals:json"
    ),
    "tables": _columns(
        "table_id form title number organization unit unit_factor:integer BOX pages:json n_rows:integer n_cols:integer "
        "header_rows:integer notes:list"
    ),
    "cells": _columns(
        "table_id row:integer col:integer row_span:integer col_span:integer text value:decimal header:boolean BOX "
        "confidence:real flags:list confirmed_by:list alternatives:list correction"
    ),
    "items": _columns(
        "position:integer table_id row:integer col:integer form code name measure amount:decimal text BOX "
        "confidence:real flags:list confirmed_by:list correction"
    ),
    "paragraphs": _columns("position:integer kind text section:list BOX pages:json boxes:json"),
    "facts": _columns(
        "position:integer key value:decimal unit subject year:integer evidence BOX confidence:real method "
        "places:json correction"
    ),
    "checks": _columns(
        "position:integer rule status message expected:decimal actual:decimal difference:decimal kind reason BOX "
        "operands:json"
    ),
    "suggestions": _columns("position:integer table_id row:integer col:integer text value:decimal rules:list BOX"),
    "findings": _columns("position:integer code severity message BOX pointers:json"),
}

_NOWHERE: Place = (None, None, None, None, None)
_EMPTY = "[]"


def report_to_rows(report: Report) -> dict[str, list[Row]]:
    """The rows of every kind in `KINDS`, in the report's order."""
    find = _Finder(report)
    return {
        "document": [_document(report)],
        "pages": [
            (p.page, p.width, p.height, p.dpi, p.origin, p.turn, p.skew, p.status, p.error, _json(p.seals))
            for p in report.pages
        ],
        "tables": [_table(table) for table in report.tables],
        "cells": [_cell(table.id, cell) for table in report.tables for cell in table.cells],
        "items": [
            (n, i.table, i.row, i.col, i.form, i.code, i.name, i.measure, i.amount, i.text, i.page, *i.box,
             i.confidence, _texts(i.flags), _texts(i.confirmed_by), _correction(i.flags))
            for n, i in enumerate(report.items)
        ],
        "paragraphs": [
            (n, p.kind, p.text, _texts(p.section), *_first(p.pages, p.boxes), _json(p.pages), _json(p.boxes))
            for n, p in enumerate(report.narrative)
        ],
        "facts": [
            (n, f.key, f.value, f.unit, f.subject, f.year, f.evidence, f.page, *f.box, f.confidence, f.method,
             _json([place.model_dump() for place in f.places]),
             f.method.removeprefix("correction:") if f.method.startswith("correction:") else None)
            for n, f in enumerate(report.facts)
        ],
        "checks": [
            (n, c.rule, c.status, c.message, c.expected, c.actual, c.difference, c.kind, c.reason,
             *find.first(c.operands), _pointers(c.operands))
            for n, c in enumerate(report.checks)
        ],
        "suggestions": [
            (n, s.cell.table, s.cell.row, s.cell.col, s.text, s.value, _texts(s.rules), *find.first((s.cell,)))
            for n, s in enumerate(report.suggestions)
        ],
        "findings": [
            (n, f.code, f.severity, f.message, *find.first(f.pointers), _pointers(f.pointers))
            for n, f in enumerate(report.findings)
        ],
    }  # fmt: skip


def _json(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else _EMPTY


def _texts(values: Sequence[str]) -> str:
    """The same as `_json` of texts, without an encoder made for each of many thousand lists."""
    return f"[{', '.join(map(encode_basestring, values))}]" if values else _EMPTY


def _first(pages: Sequence[int], boxes: Sequence[Box]) -> Place:
    return (pages[0], *boxes[0]) if pages and boxes else _NOWHERE


def _document(report: Report) -> Row:
    source, document, made = report.source, report.document, report.made_by
    return (
        source.sha256, source.file, source.media_type, source.url, source.pages, document.title, document.organization,
        place_of(document.organization or ""), document.fiscal_year, document.kind, document.published, made.gouji,
        made.engine, _texts(made.models), made.detector, made.ner, made.settings,
    )  # fmt: skip


def _table(table: Table) -> Row:
    return (
        table.id, table.form, table.title, table.number, table.organization, table.unit, table.unit_factor,
        *_frame(table), _json(table.pages), table.n_rows, table.n_cols, table.header_rows, _texts(table.notes),
    )  # fmt: skip


def _frame(table: Table) -> Place:
    """The table's first page and the box around its cells there."""
    page = min((cell.page for cell in table.cells), default=None)
    boxes = [cell.box for cell in table.cells if cell.page == page]
    if page is None:
        return (table.pages[0] if table.pages else None, None, None, None, None)
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return (page, min(x0), min(y0), max(x1), max(y1))


def _cell(table: str, cell: Cell) -> Row:
    return (
        table, cell.row, cell.col, cell.row_span, cell.col_span, cell.text, cell.value, cell.header, cell.page,
        *cell.box, cell.confidence, _texts(cell.flags), _texts(cell.confirmed_by),
        _texts(cell.alternatives), _correction(cell.flags),
    )  # fmt: skip


def _correction(flags: Sequence[str]) -> str | None:
    """The id of the correction that a flag names; None for what stands as read."""
    return next((flag.partition(":")[2] for flag in flags if flag.startswith("corrected:")), None) if flags else None


def _pointers(pointers: Sequence[Pointer]) -> str:
    """The pointers as JSON; a cell or a fact without page and box, which its own row has."""
    return f"[{', '.join(map(_pointer, pointers))}]" if pointers else _EMPTY


def _pointer(pointer: Pointer) -> str:
    table, row, col, fact = pointer.table, pointer.row, pointer.col, pointer.fact
    named = [] if table is None else [f'"table": {encode_basestring(table)}']
    named += [f'"{name}": {value}' for name, value in (("row", row), ("col", col), ("fact", fact)) if value is not None]
    if col is None and fact is None:
        named += [f'"page": {pointer.page}'] if pointer.page else []
        named += [f'"box": {list(pointer.box)}'] if pointer.box else []
    return f"{{{', '.join(named)}}}"


class _Finder:
    """Where pointers point: by themselves, or by the cell or fact that they name."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._cells: Mapping[tuple[str, int, int], Cell] | None = None

    def first(self, pointers: Sequence[Pointer]) -> Place:
        """The place of the first pointer that has one; all None when none has."""
        return next((place for pointer in pointers if (place := self._place(pointer))[0] is not None), _NOWHERE)

    def _place(self, pointer: Pointer) -> Place:
        if pointer.page is not None:
            return (pointer.page, *(pointer.box or _NOWHERE[1:]))
        found: Cell | Fact | None = None
        if pointer.fact is not None and 0 <= pointer.fact < len(self._report.facts):
            found = self._report.facts[pointer.fact]
        elif pointer.table is not None and pointer.row is not None and pointer.col is not None:
            found = self._cell_at((pointer.table, pointer.row, pointer.col))
        return (found.page, *found.box) if found is not None else _NOWHERE

    def _cell_at(self, key: tuple[str, int, int]) -> Cell | None:
        if self._cells is None:
            self._cells = {(t.id, c.row, c.col): c for t in self._report.tables for c in t.cells}
        return self._cells.get(key)
