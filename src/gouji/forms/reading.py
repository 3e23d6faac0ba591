"""From a cell to an item."""

from __future__ import annotations

from dataclasses import dataclass

from gouji.forms.definitions import Kind
from gouji.records import Cell, Item, Table


@dataclass(frozen=True)
class Unit:
    """What money of a table is multiplied by to be 元, and the flags that its items carry for it."""

    factor: int
    flags: tuple[str, ...] = ()


def make_item(table: Table, cell: Cell, code: str | None, name: str, measure: str, kind: Kind, unit: Unit) -> Item:
    """The item of a cell that holds a number; the cell's flags go with it."""
    money = kind == "money"
    amount = cell.value * unit.factor if money and cell.value is not None else cell.value
    flags = cell.flags + (unit.flags if money else ())
    return Item(
        table=table.id, row=cell.row, col=cell.col, form=table.form or "", code=code, name=name, measure=measure,
        amount=amount, text=cell.text, page=cell.page, box=cell.box, confidence=cell.confidence, flags=flags,
    )  # fmt: skip
