"""Identities as a person would write them down: the terms of both sides with their names, places and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from gouji.records import Cell, Check, Fact, Item, Pointer, Report, Table
from gouji.zh import squeeze

_UNITS = {1: "元", 1_000: "千元", 10_000: "万元", 100_000_000: "亿元"}


_SHARES = ("N7", "P1")
_OF_SHARE = 3  # rate, part, whole


@dataclass(frozen=True)
class Term:
    """One figure of an identity. `amount` is in the unit of the sum; `text` is as printed."""

    name: str
    column: str
    where: str
    text: str
    amount: Decimal | None
    pointer: Pointer
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sum:
    """One check: what is printed (`left`) against what it should be (`right`); `left` is empty where no sum is known.

    Of a `share` the right side is a part and its whole, and the figures are per cent.
    """

    check: Check
    unit: str
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    actual: str
    expected: str
    difference: str
    share: bool = False


class Ledger:
    """The figures of one report by their places."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.tables = {table.id: table for table in report.tables}
        self.items = {(item.table, item.row, item.col): item for item in report.items}
        self.cells = {(table.id, cell.row, cell.col): cell for table in report.tables for cell in table.cells}

    @cached_property
    def _heads(self) -> dict[tuple[str, int], str]:
        found: dict[tuple[str, int], str] = {}
        for table in self.report.tables:
            for cell in sorted(table.cells, key=lambda cell: (cell.row, -cell.col_span)):
                if cell.row < table.header_rows and cell.text and not squeeze(cell.text).isdigit():
                    found.update({(table.id, col): squeeze(cell.text) for col in _columns(cell)})
        return found

    def sum_of(self, check: Check) -> Sum:
        """The check written out; figures in the unit that its first table prints."""
        terms = [self._term(pointer) for pointer in check.operands]
        split, share = _split(check, terms), _is_share(check, terms)
        factor, unit = (Decimal(1), "%") if share else self._unit(check)
        shown = tuple(_in_unit(term, factor) for term in terms)
        actual, expected, gap = (_plain(v, factor) for v in (check.actual, check.expected, check.difference))
        return Sum(check, unit, shown[:split], shown[split:], actual, expected, gap, share)

    def place(self, pointer: Pointer) -> str:
        """Table, row, column and page, in words, as far as they are known; rows and columns as a person counts them."""
        parts = []
        table = self.tables.get(pointer.table or "")
        if table is not None:
            parts.append(f"《{squeeze(table.title or table.number or table.id)}》")
        if pointer.row is not None and pointer.col is not None:
            parts.append(f"第{pointer.row + 1}行第{pointer.col + 1}列")
        if pointer.page:
            parts.append(f"第{pointer.page}页")
        return " ".join(parts)

    def _term(self, pointer: Pointer) -> Term:
        where = self.place(pointer)
        if pointer.fact is not None and pointer.fact < len(self.report.facts):
            return _of_fact(self.report.facts[pointer.fact], where, pointer)
        key = (pointer.table or "", pointer.row if pointer.row is not None else -1, pointer.col or 0)
        item, cell = self.items.get(key), self.cells.get(key)
        if cell is None:
            return Term("", "", where, "", None, pointer)
        name = f"{item.code or ''} {item.name}".strip() if item is not None else ""
        amount = item.amount if item is not None else None
        return Term(name, self._heads.get(key[::2], ""), where, cell.text, amount, pointer, cell.flags)

    def _unit(self, check: Check) -> tuple[Decimal, str]:
        """The unit of the sum's money; nothing where its figures are no money."""
        for pointer in check.operands:
            item = self.items.get((pointer.table or "", pointer.row or 0, pointer.col or 0))
            if pointer.fact is None and item is not None and item.amount:
                factor = _factor(item, self.cells[item.table, item.row, item.col])
                return factor, _UNITS.get(int(factor), "") if _is_money(factor, self.tables[item.table]) else ""
        facts = [self.report.facts[p.fact] for p in check.operands if p.fact is not None]
        return Decimal(1), facts[0].unit if facts else ""


def _columns(cell: Cell) -> range:
    return range(cell.col, cell.col + cell.col_span)


def _is_money(factor: Decimal, table: Table) -> bool:
    return factor != 1 or table.unit_factor == 1


def _factor(item: Item, cell: Cell) -> Decimal:
    ratio = (item.amount or Decimal(0)) / cell.value if cell.value else Decimal(1)
    return ratio if int(ratio) in _UNITS else Decimal(1)


def _of_fact(fact: Fact, where: str, pointer: Pointer) -> Term:
    return Term(f"正文：{squeeze(fact.evidence)}", "", where, "", fact.value, pointer)


def _split(check: Check, terms: Sequence[Term]) -> int:
    """How many terms are the left side: those whose sum is what was found; none where the terms are no sum."""
    total = Decimal(0)
    for count, term in enumerate(terms[:-1], 1):
        if term.amount is None or check.actual is None:
            return 0
        total += term.amount
        if total == check.actual:
            return count
    return 0


def _is_share(check: Check, terms: Sequence[Term]) -> bool:
    """Whether the check is a rate against part ÷ whole, not a sum."""
    parts = [term.amount for term in terms[1:] if term.amount is not None]
    asked = len(terms) == _OF_SHARE and check.expected is not None and check.rule in _SHARES
    return asked and sum(parts, Decimal(0)) != check.expected


def _in_unit(term: Term, factor: Decimal) -> Term:
    if term.amount is None:
        return term
    return Term(term.name, term.column, term.where, term.text, term.amount / factor, term.pointer, term.flags)


def _plain(value: Decimal | None, factor: Decimal) -> str:
    return "" if value is None else shown(value / factor)


def shown(value: Decimal) -> str:
    """The figure with thousands set apart, without noughts that say nothing."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
