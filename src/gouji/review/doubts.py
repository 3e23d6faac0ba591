"""The flagged numbers of a report, worst first, each with what a person needs to decide on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gouji.corrections import CONFIRMED, CORRECTED
from gouji.corrections.structure import CellKey
from gouji.geometry import Box
from gouji.records import Cell, Report, Suggestion, Table
from gouji.review.shelf import Standing
from gouji.review.sums import Ledger, Sum, failing, is_number, key_of, row_name
from gouji.zh import squeeze

_DOUBTS = ("low_confidence", "alternatives")
_MOST_READINGS = 5


@dataclass(frozen=True)
class Doubt:
    """One flagged number. `readings`: what else it may be, best first; `mended`: the sums that the first would mend."""

    key: CellKey
    page: int
    box: Box
    text: str
    confidence: float
    row_name: str
    column: str
    table: str
    suggestion: str
    readings: tuple[str, ...]
    broken: tuple[Sum, ...]
    mended: tuple[Sum, ...]

    @property
    def rank(self) -> tuple[float, ...]:
        """Compared from the left, worst first: sums broken, a suggestion at hand, doubt of the reading, place."""
        return -len(self.broken), not self.suggestion, self.confidence, self.page, self.box[1], self.box[0]


@dataclass(frozen=True)
class Progress:
    """How far the review of a report is: numbers in all, those flagged and not yet decided, those decided."""

    numbers: int
    left: int
    decided: int

    @property
    def percent(self) -> int:
        """Of all that needs or needed a person, how much is done; 100 when nothing does."""
        return 100 if not self.left else int(100 * self.decided / (self.decided + self.left))

    @property
    def doubtful(self) -> str:
        """The share of numbers still to be looked at, in percent."""
        return f"{100 * self.left / self.numbers:.1f}" if self.numbers else "0"


class Docket:
    """A report as it stands, with its sums and its flagged numbers."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.report: Report = standing.report
        self.ledger = Ledger(standing.report)
        self._tables = {table.id: table for table in self.report.tables}
        self._suggested: dict[CellKey, list[Suggestion]] = {}
        for suggestion in self.report.suggestions:
            key = key_of(suggestion.cell)
            if key is not None:
                self._suggested.setdefault(key, []).append(suggestion)

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """The flagged numbers that nobody has decided on, worst first."""
        found = [self.doubt(table, cell) for table, cell in self._flagged()]
        return tuple(sorted(found, key=lambda doubt: doubt.rank))

    def _flagged(self) -> Iterator[tuple[Table, Cell]]:
        for table in self.report.tables:
            for cell in table.cells:
                if cell.flags and not cell.header and is_open(cell):
                    yield table, cell

    @cached_property
    def failing(self) -> int:
        """How many checks fail."""
        return sum(check.status == "fail" for check in self.report.checks)

    @cached_property
    def progress(self) -> Progress:
        """How far the review is."""
        cells = [cell for table in self.report.tables for cell in table.cells]
        return Progress(
            numbers=len([1 for cell in cells if is_number(cell)]),
            left=sum(1 for _ in self._flagged()),
            decided=len([1 for cell in cells if cell.flags and is_decided(cell)]),
        )

    def doubt(self, table: Table, cell: Cell) -> Doubt:
        """What there is to know of a cell, flagged or not."""
        key = (table.id, cell.row, cell.col)
        suggestions = self._suggested.get(key, [])
        suggested = [suggestion.text for suggestion in suggestions]
        others = [text for text in (*suggested, *cell.alternatives) if text != cell.text]
        sums = self.ledger.at(key)
        rules = {rule for suggestion in suggestions[:1] for rule in suggestion.rules}
        broken = tuple(failing(sums))
        return Doubt(
            key=key, page=cell.page, box=cell.box, text=cell.text, confidence=cell.confidence,
            row_name=row_name(self.ledger.items.get(key), "") or _left_of(table, cell),
            column=self.ledger.column(table.id, cell),
            table=table.title or table.number or table.id, suggestion=suggested[0] if suggested else "",
            readings=tuple(dict.fromkeys(others))[:_MOST_READINGS], broken=broken,
            mended=tuple(each for each in broken if each.rule in rules),
        )  # fmt: skip

    def find(self, key: CellKey) -> tuple[Table, Cell] | None:
        """The table and the cell; None when there is none."""
        cell = self.ledger.cells.get(key)
        return (self._tables[key[0]], cell) if cell is not None else None

    def after(self, skipped: frozenset[CellKey]) -> list[Doubt]:
        """The doubts with those that were put off at the end."""
        return sorted(self.doubts, key=lambda doubt: doubt.key in skipped)


def is_decided(cell: Cell) -> bool:
    """Whether a person corrected or confirmed it."""
    return any(flag.startswith((CORRECTED, CONFIRMED)) for flag in cell.flags)


def is_open(cell: Cell) -> bool:
    """Whether it is flagged and no person has decided on it."""
    return not is_decided(cell) and any(flag in _DOUBTS or flag.startswith("check:") for flag in cell.flags)


def _left_of(table: Table, cell: Cell) -> str:
    words = [c for c in table.cells if c.row <= cell.row < c.row + c.row_span and c.col < cell.col and c.value is None]
    return next((squeeze(c.text) for c in sorted(words, key=lambda c: -c.col) if c.text), "")
