"""Cells in which a figure should stand that was not read: they are in no sum, and so make sums fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from gouji.checks.book import Book, CellKey
from gouji.checks.sums import Evaluation
from gouji.records import Cell


def unread_cells(book: Book, evaluations: Sequence[Evaluation]) -> dict[CellKey, tuple[str, ...]]:
    """The rules that point at each such cell.

    A text with digits that is no number is suspect when its row's or its column's sum fails; a blank when both do.
    """
    rows, columns = _failing_lines(evaluations)
    failing = {table for table, _ in (*rows, *columns)}
    measured = {key[::2] for each in evaluations for key in each.keys if key[0] in failing}
    found: dict[CellKey, tuple[str, ...]] = {}
    for table, number, col in sorted({(key[0], row, key[1]) for key in measured for row in _rows_of(book, key[0])}):
        cell = book.cells.get((table, number, col))
        across, down = rows.get((table, number)), columns.get((table, col))
        if cell is None or cell.value is not None or not (across or down):
            continue
        if _is_garbled(cell) or (not cell.text.strip() and across and down):
            found[table, number, col] = tuple(dict.fromkeys((*(across or ()), *(down or ()))))
    return found


def runs_over(each: Evaluation, unread: Collection[CellKey]) -> bool:
    """Whether such a cell lies in the row or the column along which the sum runs."""
    rows, columns = _failing_lines([each])
    return any((table, row) in rows or (table, col) in columns for table, row, col in unread)


def _rows_of(book: Book, table: str) -> range:
    part = next(part for part in book.tables if part.id == table)
    return range(part.header_rows, part.n_rows)


def _failing_lines(
    evaluations: Sequence[Evaluation],
) -> tuple[dict[tuple[str, int], list[str]], dict[tuple[str, int], list[str]]]:
    """The rows and the columns (table, number) along which a sum fails, with the rules."""
    rows: dict[tuple[str, int], list[str]] = defaultdict(list)
    columns: dict[tuple[str, int], list[str]] = defaultdict(list)
    for each in evaluations:
        if each.check.status != "fail" or each.relation != "=" or not each.right:
            continue
        keys = [figure.key for figure in each.figures if figure.key is not None]
        if len(keys) == len(each.figures) and len({key[:2] for key in keys}) == 1:
            rows[keys[0][0], keys[0][1]].append(each.check.rule)
        elif len(keys) == len(each.figures) and len({(key[0], key[2]) for key in keys}) == 1:
            columns[keys[0][0], keys[0][2]].append(each.check.rule)
    return rows, columns


def _is_garbled(cell: Cell) -> bool:
    return any(char.isdigit() for char in cell.text)
