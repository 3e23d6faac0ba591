"""The tidy items of recognised forms: one for each number under a known measure, in the order of the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from gouji.forms.columns import Panel, match_measures, panels_of, read_code
from gouji.forms.definitions import FormDefinition, Measure
from gouji.forms.heads import Grid, column_heads, numbers_columns
from gouji.forms.performance import performance_items
from gouji.forms.reading import Unit, make_item
from gouji.forms.units import factors
from gouji.forms.wording import head_of, nearest, plain_words, unnumbered
from gouji.recall import Recall
from gouji.records import Cell, Item, Table
from gouji.zh import squeeze

_PIECE_DIGITS = 2  # of 款 and 项, where a code is printed in pieces
_CODE_AND_NAME = re.compile(r"(\d{3}(?:\d\d){0,2})([^\d.,].*)")


def read_items(
    tables: Sequence[Table], definitions: Sequence[FormDefinition], recall: Recall | None = None
) -> tuple[Item, ...]:
    """The items of every table whose `form` is set; a blank cell and a cell that holds no number give none.

    Money is in 元. Where a table prints no unit, that of most tables of the report is taken and the items are flagged
    `unit_inferred`; where no table prints one, amounts stay as printed and are flagged `unit_unknown`.
    """
    known, recall = {definition.id: definition for definition in definitions}, recall or Recall()
    found: list[Item] = []
    for table, (factor, flags) in zip(tables, factors(tables, recall), strict=True):
        if table.form in known:
            read = partial(_table_items, table, known[table.form], Unit(factor, flags))
            of_table: tuple[Item, ...] = recall(read, table, known[table.form], factor, flags)
            found += of_table
    return tuple(found)


def _table_items(table: Table, definition: FormDefinition, unit: Unit) -> tuple[Item, ...]:
    return tuple(_each_item(table, definition, unit))


def _each_item(table: Table, definition: FormDefinition, unit: Unit) -> Iterator[Item]:
    if definition.layout == "performance":
        return performance_items(table, definition, unit)
    grid = Grid(table)
    if definition.layout == "wide":
        return _wide_items(grid, definition, unit)
    return _rows_items(grid, definition, unit)


# --- rows under heads, in one or several panels -------------------------------------------------------------------


def _rows_items(grid: Grid, definition: FormDefinition, unit: Unit) -> Iterator[Item]:
    table = grid.table
    panels = panels_of(grid, table.header_rows, definition)
    sides = definition.sides + definition.more_sides
    pieces: list[list[str]] = [[] for _ in panels]
    for row in range(table.header_rows, table.n_rows):
        if numbers_columns(grid.starting(row), definition.words):
            continue
        for index, panel in enumerate(panels):
            code = _row_code(grid, row, panel, pieces[index])
            name = _row_name(grid, row, panel, definition)
            if code is None and (both := _CODE_AND_NAME.fullmatch(name)):
                code, name = both.group(1), both.group(2)
            side = sides[index] + "." if index < len(sides) else ""
            for col, measure in panel.measures:
                cell = grid.at(row, col)
                if cell is not None and cell.row == row and cell.value is not None:
                    yield make_item(table, cell, code, name, side + measure.id, measure.kind, unit)


def _row_name(grid: Grid, row: int, panel: Panel, definition: FormDefinition) -> str:
    cols = [panel.name] if panel.name is not None else []
    cols += list(reversed(panel.codes))
    if definition.layout == "list" and panel.name is not None:
        cols = list(range(panel.name, -1, -1))
    for col in cols:
        cell = grid.at(row, col)
        if cell is not None and cell.row == row and cell.text and read_code(cell.text) is None and cell.value is None:
            return unnumbered(cell.text) if definition.sides else squeeze(cell.text)
    return ""


def _row_code(grid: Grid, row: int, panel: Panel, pieces: list[str]) -> str | None:
    """The row's code; pieces (类 208, 款 05, 项 05) are put together, missing ones taken from above."""
    covering = (grid.at(row, col) for col in panel.codes)
    cells = {id(cell): cell for cell in covering if cell is not None and cell.row == row}.values()
    texts = ["" if cell.value is None and read_code(cell.text) is None else squeeze(cell.text) for cell in cells]
    if any(len(text) == _PIECE_DIGITS for text in texts):
        return _join_pieces([*texts, "", ""][:3], pieces)
    whole = [code for text in texts if (code := read_code(text))]
    if whole:
        pieces[:] = [whole[-1][:3], whole[-1][3:5], whole[-1][5:7]]
    return whole[-1] if whole else None


def _join_pieces(texts: Sequence[str], pieces: list[str]) -> str | None:
    pieces.extend([""] * (3 - len(pieces)))
    last = max(i for i, text in enumerate(texts) if text)
    for i, text in enumerate(texts):
        pieces[i] = text if text else (pieces[i] if i < last else "")
    return read_code("".join(pieces))


# --- one row of figures under deep heads, or the same form standing -------------------------------------------------


def _wide_items(grid: Grid, definition: FormDefinition, unit: Unit) -> Iterator[Item]:
    table = grid.table
    standing = _standing_rows(grid, definition)
    paths = column_heads(grid, table.header_rows, definition.words)
    if len(standing) >= 2:
        yield from _standing_items(grid, standing, _standing_columns(paths, definition), unit)
        return
    measured = match_measures(paths, definition.measures)
    for row in range(table.header_rows, table.n_rows):
        name = next((squeeze(cell.text) for cell in grid.starting(row) if cell.text and cell.value is None), "")
        for col, measure in measured.items():
            cell = grid.at(row, col)
            if cell is not None and cell.row == row and cell.value is not None:
                yield make_item(table, cell, None, name or definition.name, measure.id, measure.kind, unit)


def _standing_rows(grid: Grid, definition: FormDefinition) -> list[tuple[int, Cell, Measure]]:
    table = grid.table
    meanings = {word: row for row in definition.rows for word in plain_words(row.heads)}
    rows = []
    for row in range(table.header_rows, table.n_rows):
        label = next((cell for cell in grid.starting(row) if cell.text and cell.value is None), None)
        word = nearest(head_of(unnumbered(label.text)), tuple(meanings)) if label is not None else None
        if label is not None and word is not None:
            rows.append((row, label, meanings[word]))
    return rows


def _standing_columns(paths: Sequence[tuple[str, ...]], definition: FormDefinition) -> dict[int, Measure]:
    return match_measures([path[-1:] for path in paths], definition.columns)


def _standing_items(
    grid: Grid, rows: Sequence[tuple[int, Cell, Measure]], columns: dict[int, Measure], unit: Unit
) -> Iterator[Item]:
    for row, label, meaning in rows:
        for col, column in columns.items():
            cell = grid.at(row, col)
            if cell is not None and cell.row == row and cell.value is not None:
                name = unnumbered(label.text)
                yield make_item(grid.table, cell, None, name, f"{column.id}.{meaning.id}", meaning.kind, unit)
