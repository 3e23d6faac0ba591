"""Performance forms (绩效): heavily merged, heads in the middle of the table. Blocks are found by labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from gouji.forms.columns import match_measures
from gouji.forms.definitions import FormDefinition, Kind, Measure
from gouji.forms.heads import Grid
from gouji.forms.reading import Unit, make_item
from gouji.forms.units import said_factor
from gouji.forms.wording import head_of, nearest, plain_words, unnumbered
from gouji.records import Item, Table
from gouji.zh import UNITS, parse_number, squeeze

# A row of labels that names at least this many measures is the head of a block; one with the name column needs none.
_FEWEST_HEADS = 2
_WITH_UNIT = re.compile(r"(-?[\d,.]+)((?:千|万|亿)?元)")
_FUNDS = ("资金", "拨款")


@dataclass(frozen=True)
class _Block:
    """Rows under one row of heads. `name_col`: the column of their names (None: next to the figures)."""

    measures: dict[int, Measure]
    name_col: int | None


def performance_items(table: Table, definition: FormDefinition, unit: Unit) -> Iterator[Item]:
    """The figures of the blocks: funds (money, rate, score), indicators (weight and score), the sum at the foot.

    A row's name is its own label: the fund, the indicator of the lowest level, 总分. A label before a single amount
    ("年度资金总额 | 300.00") gives measure `funds.amount`.
    """
    grid = Grid(table)
    money = _funds_unit(table, unit)
    block: _Block | None = None
    seen: dict[int, Measure] = {}
    for row in range(table.n_rows):
        found = _block_at(grid, row, definition)
        if found is not None:
            block = found
        elif block is None:
            yield from _pair_items(grid, row, definition, money, seen)
        else:
            yield from _block_items(grid, row, block, money)


def _funds_unit(table: Table, unit: Unit) -> Unit:
    told = next((factor for cell in table.cells if cell.value is None and (factor := said_factor(cell.text))), None)
    return unit if told is None else Unit(told)


def _block_at(grid: Grid, row: int, definition: FormDefinition) -> _Block | None:
    cells = [cell for cell in grid.starting(row) if cell.text]
    if any(cell.value is not None for cell in cells):
        return None
    heads = [head_of(cell.text) for cell in cells]
    found = match_measures([(head,) for head in heads], definition.measures)
    named = [cell.col for cell, head in zip(cells, heads, strict=True) if nearest(head, plain_words(definition.names))]
    if len(found) < _FEWEST_HEADS and not named:
        return None
    return _Block({cells[index].col: measure for index, measure in found.items()}, named[-1] if named else None)


def _block_items(grid: Grid, row: int, block: _Block, unit: Unit) -> Iterator[Item]:
    name = _row_label(grid, row, block)
    for col, measure in block.measures.items():
        cell = grid.at(row, col)
        if cell is not None and cell.row == row and cell.col == col and cell.value is not None:
            yield make_item(grid.table, cell, None, name, measure.id, measure.kind, unit)


def _row_label(grid: Grid, row: int, block: _Block) -> str:
    """The text in the column of names, else the one nearest to the left of the row's first figure."""
    if block.name_col is not None and (cell := grid.at(row, block.name_col)) is not None:
        return unnumbered(cell.text)
    first = min(block.measures)
    labels = [cell for cell in grid.covering(row) if cell.col < first and cell.text and cell.value is None]
    return unnumbered(labels[-1].text) if labels else ""


def _pair_items(
    grid: Grid, row: int, definition: FormDefinition, unit: Unit, seen: dict[int, Measure]
) -> Iterator[Item]:
    """The amounts that stand each behind its label, in one row; `seen` keeps what the column of an amount means.

    "预算数 | 8.00 | 执行数 | 6.00" gives the form's own measures; funds in the rows below take them from the column.
    """
    cells = [cell for cell in grid.starting(row) if cell.text]
    for label, last in pairwise(cells):
        told = _WITH_UNIT.fullmatch(squeeze(last.text))
        amount = parse_number(told.group(1)) if told else last.value
        if amount is None or label.value is not None:
            continue
        own = match_measures([(head_of(label.text),)], definition.measures).get(0)
        if own is not None:
            seen[last.col] = own
        elif not any(word in squeeze(label.text) for word in _FUNDS):
            continue
        measure = seen.get(last.col)
        read = last.model_copy(update={"value": amount})
        scale = Unit(UNITS[told.group(2)]) if told else unit
        name, kind = ("funds.amount", "money") if measure is None else (measure.id, measure.kind)
        yield make_item(grid.table, read, None, unnumbered(label.text), name, cast(Kind, kind), scale)
