"""Where the places of a report stand in a newer reading of the same file.

A cell is found again by where it lies on its page and by what stands around it: the words of its row and the heads over
its column. One that lies elsewhere than its surroundings say is not found; nothing is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from gouji.corrections.structure import CellKey
from gouji.geometry import area, intersection, union
from gouji.records import Cell, Fact, Page, Report, Table
from gouji.zh import squeeze

LEAST_OVERLAP = 0.5  # of two places, in one page's frame: their common area as a share of all that they cover
_FRAME = 10_000  # to which pages are scaled, whatever their dpi

Around = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of a cell's row, and the heads over its column."""


class Again:
    """Finds places of `before` in `now`. None is what is not found, or not without doubt."""

    def __init__(self, before: Report, now: Report) -> None:
        self._before = _Layout(before)
        self._now = _Layout(now)

    @cached_property
    def tables(self) -> dict[str, str]:
        """The table that now is where each one was, by their ids; where none is, the only one of its form or title."""
        found = {table.id: self._table(table) for table in self._before.report.tables}
        names = list(found.values())
        return {old: new for old, new in found.items() if new is not None and names.count(new) == 1}

    def _table(self, table: Table) -> str | None:
        page = table.pages[0] if table.pages else 0
        place = self._before.box_of(table, page)
        near = [
            (_overlap(place, other), each.id)
            for each in self._now.report.tables
            if page in each.pages and (other := self._now.box_of(each, page)) and place
        ]
        best = max(near, default=(0.0, ""))
        if best[0] >= LEAST_OVERLAP:
            return best[1]
        alike = [each.id for each in self._now.report.tables if _alike(each, table)]
        own = [each for each in self._before.report.tables if _alike(each, table)]
        return alike[0] if len(alike) == len(own) == 1 else None

    def cell(self, key: CellKey) -> CellKey | None:
        """The cell's place; whatever is read there."""
        found = self._before.cells.get(key)
        if found is None:
            return None
        around = self._before.around(key)
        placed = self._lying_at(found)
        named = [k for k in self._now.named(self.tables.get(key[0]), around) if self._now.cells[k].page == found.page]
        if placed is None:
            return named[0] if len(named) == 1 else None
        there = self._now.around(placed)
        if there == around:
            return placed
        elsewhere = bool(named) and placed not in named
        return placed if not elsewhere and any(map(_equal, there, around)) else None

    def _lying_at(self, cell: Cell) -> CellKey | None:
        """The cell that covers its place on the page."""
        place = self._before.framed(cell)
        near = [(_overlap(place, other), key) for key, other in self._now.on_page(cell.page)] if place else []
        best = max(near, default=(0.0, ("", 0, 0)))
        return best[1] if best[0] >= LEAST_OVERLAP else None

    def now(self, key: CellKey) -> Cell:
        """The cell that is there now."""
        return self._now.cells[key]

    def row(self, table: str, row: int) -> tuple[str, int] | None:
        """The table and the row in which all cells are that are found of the row."""
        keys = [key for key in self._before.cells if key[:2] == (table, row)]
        found = {place[:2] for key in keys if (place := self.cell(key)) is not None}
        return found.pop() if len(found) == 1 else None

    def fact(self, index: int) -> int | None:
        """The only fact that says something on the same on the same page, by its index."""
        facts = self._before.report.facts
        if not 0 <= index < len(facts):
            return None
        said = _said(facts[index])
        found = [i for i, fact in enumerate(self._now.report.facts) if _said(fact) == said]
        own = [fact for fact in facts if _said(fact) == said]
        return found[0] if len(found) == len(own) == 1 else None


def _said(fact: Fact) -> tuple[object, ...]:
    return fact.key, fact.subject, fact.year, fact.page


def _equal(one: object, other: object) -> bool:
    return one == other


def _alike(one: Table, other: Table) -> bool:
    if one.form or other.form:
        return one.form == other.form and squeeze(one.organization or "") == squeeze(other.organization or "")
    return bool(one.title) and squeeze(one.title or "") == squeeze(other.title or "")


Frame = tuple[int, int, int, int]


class _Layout:
    """A report's cells by their places, with what stands around them."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._pages = {page.page: page for page in report.pages}
        self._tables = {table.id: table for table in report.tables}
        self._named: dict[str, dict[Around, list[CellKey]]] = {}

    @cached_property
    def cells(self) -> dict[CellKey, Cell]:
        return {(table.id, cell.row, cell.col): cell for table in self.report.tables for cell in table.cells}

    @cached_property
    def _by_page(self) -> dict[int, list[tuple[CellKey, Frame]]]:
        found: dict[int, list[tuple[CellKey, Frame]]] = defaultdict(list)
        for key, cell in self.cells.items():
            place = self.framed(cell)
            if place is not None:
                found[cell.page].append((key, place))
        return found

    def on_page(self, page: int) -> list[tuple[CellKey, Frame]]:
        return self._by_page.get(page, [])

    def framed(self, cell: Cell) -> Frame | None:
        """The cell's place in a frame that is the same at every dpi; None on a page that was not read."""
        page = self._pages.get(cell.page)
        return _scaled(cell.box, page) if page is not None and page.width and page.height else None

    def box_of(self, table: Table, page: int) -> Frame | None:
        places = [place for cell in table.cells if cell.page == page and (place := self.framed(cell)) is not None]
        return union(places) if places else None

    def named(self, table: str | None, around: Around) -> list[CellKey]:
        """The table's cells with these surroundings; none where nothing stands around."""
        if table is None or not all(around):
            return []
        if table not in self._named:
            found = self._named[table] = defaultdict(list)
            for cell in self._tables[table].cells:
                found[self.around((table, cell.row, cell.col))].append((table, cell.row, cell.col))
        return self._named[table].get(around, [])

    def around(self, key: CellKey) -> Around:
        row, cell = self._words[key[0]], self.cells[key]
        words = tuple(text for at, text in row.get(cell.row, ()) if at != cell.col)
        heads = self._heads[key[0]].get(cell.col, ())
        return words, tuple(text for at, text in heads if at < cell.row)

    @cached_property
    def _words(self) -> dict[str, dict[int, list[tuple[int, str]]]]:
        """Of each table and row the columns and texts of the cells that are no numbers."""
        return {table.id: _spread(_word_cells(table)) for table in self.report.tables}

    @cached_property
    def _heads(self) -> dict[str, dict[int, list[tuple[int, str]]]]:
        """Of each table and column the rows and texts of its heads; the first row where none is known as head."""
        found: dict[str, dict[int, list[tuple[int, str]]]] = {}
        for table in self.report.tables:
            heads = [cell for cell in table.cells if cell.header] or [cell for cell in table.cells if cell.row == 0]
            columns: dict[int, list[tuple[int, str]]] = defaultdict(list)
            for cell in heads:
                text = squeeze(cell.text)
                for col in range(cell.col, cell.col + cell.col_span) if text and not text.isdecimal() else ():
                    columns[col].append((cell.row, text))
            found[table.id] = columns
        return found


def _word_cells(table: Table) -> Iterator[Cell]:
    """Cells with words, and codes: a number in a column of names is a name."""
    return (cell for cell in table.cells if cell.text.strip() and (cell.value is None or _is_code(cell)))


def _is_code(cell: Cell) -> bool:
    return cell.text.strip().isdecimal() and len(cell.text.strip()) in (3, 5, 7)


def _spread(cells: Iterable[Cell]) -> dict[int, list[tuple[int, str]]]:
    rows: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for cell in cells:
        for row in range(cell.row, cell.row + cell.row_span):
            rows[row].append((cell.col, squeeze(cell.text)))
    return rows


def _scaled(box: Frame, page: Page) -> Frame:
    x, y = _FRAME / page.width, _FRAME / page.height
    return round(box[0] * x), round(box[1] * y), round(box[2] * x), round(box[3] * y)


def _overlap(one: Frame | None, other: Frame | None) -> float:
    if one is None or other is None:
        return 0.0
    common = area(intersection(one, other))
    return common / max(1, area(one) + area(other) - common)
