"""Checks written out as sums: each side with its terms, as they stand beside a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from gouji.corrections.structure import CellKey
from gouji.records import Cell, Check, Fact, Item, Pointer, Report
from gouji.zh import UNITS, squeeze

KINDS = {
    "digit": "疑为一位数字之差",
    "shift": "疑为小数点错位",
    "sign": "疑为正负号之误",
    "unit": "疑为计量单位之误",
    "other": "",
}


@dataclass(frozen=True)
class Term:
    """One figure of a sum: as printed, with what its row is called; `key` for a cell, `fact` for a fact."""

    text: str
    label: str
    key: CellKey | None
    fact: int | None
    page: int | None


@dataclass(frozen=True)
class Sum:
    """One check. `left` is what is printed, `right` what it should be, but for `zeros`; totals are in `unit`."""

    number: int
    rule: str
    status: str
    message: str
    kind: str
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    actual: str
    expected: str
    difference: str
    unit: str
    zeros: int = 0
    all: tuple[CellKey, ...] = ()

    @property
    def keys(self) -> tuple[CellKey, ...]:
        """The cells that take part, those of figures that are 0 too."""
        return self.all


class Ledger:
    """A report's checks as sums, found by their tables and cells."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._sums: dict[int, Sum] = {}

    @cached_property
    def items(self) -> dict[CellKey, Item]:
        """The items by their cells."""
        return {(item.table, item.row, item.col): item for item in self.report.items}

    @cached_property
    def cells(self) -> dict[CellKey, Cell]:
        """All cells by their places."""
        return {(table.id, cell.row, cell.col): cell for table in self.report.tables for cell in table.cells}

    def at(self, key: CellKey) -> tuple[Sum, ...]:
        """The sums that a cell takes part in, broken ones first."""
        return self._written(self._numbers[0].get(key, ()))

    def beside(self, table: str, row: int) -> tuple[Sum, ...]:
        """The sums in the margin of a row, broken ones first: those whose first figure stands there."""
        return self._written(self._numbers[1].get((table, row), ()))

    def _written(self, numbers: Iterable[int]) -> tuple[Sum, ...]:
        for number in numbers:
            if number not in self._sums:
                self._sums[number] = self._sum(number, self.report.checks[number])
        return tuple(sorted((self._sums[number] for number in numbers), key=lambda each: each.status != "fail"))

    @cached_property
    def _numbers(self) -> tuple[dict[CellKey, list[int]], dict[tuple[str, int], list[int]]]:
        """The checks that were not skipped, by their cells and by the row of their first cell; written when shown."""
        cells: dict[CellKey, list[int]] = defaultdict(list)
        rows: dict[tuple[str, int], list[int]] = defaultdict(list)
        for number, check in enumerate(self.report.checks):
            if check.status == "skipped":
                continue
            keys = [key for pointer in check.operands if (key := key_of(pointer)) is not None]
            if not keys:
                continue
            rows[keys[0][:2]].append(number)
            for key in set(keys):
                cells[key].append(number)
        return cells, rows

    def _sum(self, number: int, check: Check) -> Sum:
        amounts = [self._amount(pointer) for pointer in check.operands]
        cut = _cut(amounts, check.actual)
        across = len({(pointer.table, pointer.row) for pointer in check.operands}) == 1
        terms = [self._term(pointer, across) for pointer in check.operands]
        right = [term for term, amount in zip(terms[cut:], amounts[cut:], strict=True) if amount] or terms[
            cut : cut + 1
        ]
        factor, unit = self._unit(check.operands)
        return Sum(
            number=number, rule=check.rule, status=check.status, message=check.message,
            kind=KINDS[check.kind or "other"],
            left=tuple(terms[:cut]), right=tuple(right), actual=shown(check.actual, factor),
            expected=shown(check.expected, factor),
            difference=shown(None if check.difference is None else abs(check.difference), factor), unit=unit,
            zeros=len(terms) - cut - len(right), all=tuple(dict.fromkeys(term.key for term in terms if term.key)),
        )  # fmt: skip

    def _term(self, pointer: Pointer, across: bool) -> Term:
        """The figure, called by its row; by its column where the sum runs `across` one row."""
        key = key_of(pointer)
        if key is not None:
            cell, item = self.cells.get(key), self.items.get(key)
            name = self.column(key[0], cell).rpartition(" › ")[2] if across and cell is not None else row_name(item, "")
            return Term(cell.text if cell else "", name, key, None, pointer.page)
        fact = self._fact(pointer)
        if fact is not None:
            return Term(f"{fact.value:,f}{fact.unit}", fact.key, None, pointer.fact, fact.page)
        return Term("", "", None, None, pointer.page)

    def column(self, table: str, cell: Cell) -> str:
        """The heads above the cell, from the top."""
        above = self._heads.get((table, cell.col), ())
        return " › ".join(dict.fromkeys(text for row, text in above if row < cell.row))

    @cached_property
    def _heads(self) -> dict[tuple[str, int], list[tuple[int, str]]]:
        """The rows and texts of the heads over each column (table, column), from the top, without column numbers."""
        found: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
        for table in self.report.tables:
            heads = sorted((cell for cell in table.cells if cell.header), key=lambda cell: cell.row)
            for cell in heads:
                text = squeeze(cell.text)
                for col in range(cell.col, cell.col + cell.col_span) if text and not text.isdecimal() else ():
                    found[table.id, col].append((cell.row, text))
        return found

    def _fact(self, pointer: Pointer) -> Fact | None:
        known = pointer.fact is not None and pointer.fact < len(self.report.facts)
        return self.report.facts[pointer.fact] if known and pointer.fact is not None else None

    def _amount(self, pointer: Pointer) -> Decimal:
        key = key_of(pointer)
        if key is not None:
            item = self.items.get(key)
            return (item.amount or Decimal(0)) if item else Decimal(0)
        fact = self._fact(pointer)
        return fact.value if fact else Decimal(0)

    def _unit(self, operands: Sequence[Pointer]) -> tuple[Decimal, str]:
        """By what amounts are divided to be as printed in the first figure's table, and the unit's name there."""
        for pointer in operands:
            key = key_of(pointer)
            item, cell = (self.items.get(key), self.cells.get(key)) if key is not None else (None, None)
            if item is not None and cell is not None and item.amount and cell.value:
                factor = item.amount / cell.value
                return factor, next((name for name, size in UNITS.items() if size == factor), "")
        return Decimal(1), ""


def key_of(pointer: Pointer) -> CellKey | None:
    """The cell that is pointed at; None for a fact or a bare place."""
    if pointer.table is None or pointer.row is None or pointer.col is None:
        return None
    return pointer.table, pointer.row, pointer.col


def row_name(item: Item | None, other: str) -> str:
    """What a figure is called: its subject code and name."""
    return other if item is None else f"{item.code or ''} {item.name}".strip()


def shown(amount: Decimal | None, factor: Decimal = Decimal(1)) -> str:
    """The amount in the unit of the factor, thousands set apart, without needless zeros beyond two decimals."""
    if amount is None:
        return ""
    text = f"{amount / factor:,f}"
    whole, _, places = text.partition(".")
    places = places.rstrip("0")
    return f"{whole}.{places.ljust(2, '0')}" if places else whole


def _cut(amounts: Sequence[Decimal], actual: Decimal | None) -> int:
    """How many of the operands are the printed side: the fewest at the front that make up its total, else one."""
    total = Decimal(0)
    for count, amount in enumerate(amounts, 1):
        total += amount
        if total == actual and any(amounts[:count]):
            return count
    return min(1, len(amounts))


def failing(sums: Iterable[Sum]) -> list[Sum]:
    """The broken ones."""
    return [each for each in sums if each.status == "fail"]


def is_number(cell: Cell) -> bool:
    """Whether the cell counts among the numbers that a person may have to look at."""
    return cell.value is not None and not cell.header
