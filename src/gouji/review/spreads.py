"""One page of a report as it is shown: the page on the left, its part of the tables and of the prose on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from gouji.corrections import CONFIRMED, CORRECTED
from gouji.geometry import Box, union
from gouji.records import Cell, Correction, Fact, Page, Paragraph, Table
from gouji.review.doubts import Docket, is_decided, is_open
from gouji.review.sums import Sum, failing


@dataclass(frozen=True)
class Place:
    """One cell as it is shown: `state` is "open", "corrected", "confirmed" or ""; `read` is what was read there."""

    cell: Cell
    state: str
    row_span: int
    read: str = ""
    blank: bool = False


@dataclass(frozen=True)
class Row:
    """One row of a table's part, with the sums in its margin."""

    number: int
    places: tuple[Place, ...]
    sums: tuple[Sum, ...]
    broken: tuple[Sum, ...]


@dataclass(frozen=True)
class Part:
    """The part of a table that stands on the page. `first` and `last` tell whether it begins and ends here."""

    table: Table
    rows: tuple[Row, ...]
    box: Box
    first: bool
    last: bool
    before: str
    held: int
    broken: tuple[Sum, ...]


@dataclass(frozen=True)
class Piece:
    """A piece of a paragraph; `facts` (index, fact) are those that it is the evidence of."""

    text: str
    facts: tuple[tuple[int, Fact], ...] = ()


@dataclass(frozen=True)
class Passage:
    """One paragraph or heading with the facts marked in it; `boxes` are those on its first page."""

    paragraph: Paragraph
    boxes: tuple[Box, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Spread:
    """All that is shown of one page."""

    page: Page
    parts: tuple[Part, ...]
    passages: tuple[Passage, ...]
    loose: tuple[tuple[int, Fact], ...]


class Spreads:
    """The spreads of one report."""

    def __init__(self, docket: Docket) -> None:
        self._docket = docket
        self._report = docket.report
        self._changed = {each.id: each for each in docket.standing.log}

    def spread(self, page: Page) -> Spread:
        """The spread of a page."""
        tables = self._report.tables
        parts = [self._part(i, page.page) for i, table in enumerate(tables) if page.page in table.pages]
        passages = [p for p in self._report.narrative if p.pages and p.pages[0] == page.page]
        facts = [(i, fact) for i, fact in enumerate(self._report.facts) if fact.page == page.page]
        marked = tuple(_passage(paragraph, facts) for paragraph in passages)
        told = {i for passage in marked for piece in passage.pieces for i, _ in piece.facts}
        return Spread(
            page,
            tuple(part for part in parts if part is not None),
            marked,
            tuple((i, fact) for i, fact in facts if i not in told),
        )

    def _part(self, index: int, page: int) -> Part | None:
        table = self._report.tables[index]
        before = self._report.tables[index - 1].id if index else ""
        cells = [cell for cell in table.cells if cell.page == page]
        if not cells:
            return None
        start, stop = min(cell.row for cell in cells), max(cell.row + cell.row_span for cell in cells)
        last_page = max((cell.page for cell in table.cells), default=page)
        rows = tuple(self._row(table, row, cells, start, stop) for row in range(start, stop))
        margin = [each for row in rows for each in row.sums]
        return Part(
            table=table, rows=rows, box=union(cell.box for cell in cells), first=start == 0, last=page == last_page,
            before=before, held=sum(each.status != "fail" for each in margin), broken=tuple(failing(margin)),
        )  # fmt: skip

    def _row(self, table: Table, row: int, cells: Sequence[Cell], start: int, stop: int) -> Row:
        sums = self._docket.ledger.beside(table.id, row)
        shown = sorted((cell for cell in cells if cell.row == row), key=lambda cell: cell.col)
        places = tuple(self._place(cell, stop) for cell in shown)
        if row == start:  # a merged cell that began on the page before reaches into this one: its place is kept free
            places = tuple(sorted((*places, *_free(table, row, stop, page=cells[0].page)), key=lambda p: p.cell.col))
        return Row(row, places, sums, tuple(failing(sums)))

    def _place(self, cell: Cell, stop: int) -> Place:
        span = min(cell.row_span, stop - cell.row)
        for flag in cell.flags:
            for state, mark in (("corrected", CORRECTED), ("confirmed", CONFIRMED)):
                if flag.startswith(mark):
                    return Place(cell, state, span, self._first_text(self._changed.get(flag.removeprefix(mark))))
        return Place(cell, "open" if is_open(cell) else "", span)

    def _first_text(self, correction: Correction | None) -> str:
        """What was read before any correction of the same place."""
        if correction is None:
            return ""
        same = (c for c in self._docket.standing.log if c.kind == "cell" and c.target == correction.target)
        return next(same, correction).old


def _free(table: Table, row: int, stop: int, page: int) -> list[Place]:
    return [
        Place(cell, "", min(cell.row + cell.row_span, stop) - row, blank=True)
        for cell in table.cells
        if cell.page != page and cell.row < row < cell.row + cell.row_span
    ]


def _passage(paragraph: Paragraph, facts: Sequence[tuple[int, Fact]]) -> Passage:
    """The paragraph cut where the evidence of facts begins and ends; evidence that overlaps is joined."""
    found = [
        (at, at + len(fact.evidence), (i, fact))
        for i, fact in facts
        if fact.evidence and (at := paragraph.text.find(fact.evidence)) >= 0
    ]
    spans: list[tuple[int, int, list[tuple[int, Fact]]]] = []
    for start, stop, fact in sorted(found, key=lambda each: (each[0], -each[1])):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], stop), [*spans[-1][2], fact])
        else:
            spans.append((start, stop, [fact]))
    pieces, at = [], 0
    for start, stop, told in spans:
        pieces.append(Piece(paragraph.text[at:start]))
        pieces.append(Piece(paragraph.text[start:stop], tuple(told)))
        at = stop
    pieces.append(Piece(paragraph.text[at:]))
    boxes = tuple(box for n, box in zip(paragraph.pages, paragraph.boxes, strict=False) if n == paragraph.pages[0])
    return Passage(paragraph, boxes, tuple(piece for piece in pieces if piece.text))


@dataclass(frozen=True)
class Leaf:
    """One page in the rail of small pages: its size, where its tables lie, and where numbers are open or decided."""

    page: Page
    tables: tuple[Box, ...]
    open: tuple[Box, ...]
    decided: tuple[Box, ...]


def leaves(docket: Docket) -> list[Leaf]:
    """All pages, small."""
    found: dict[int, tuple[list[Box], list[Box], list[Box]]] = {p.page: ([], [], []) for p in docket.report.pages}
    for table in docket.report.tables:
        for page, cells in groupby(table.cells, key=attrgetter("page")):
            kept = list(cells)
            if page in found:
                flagged = [cell for cell in kept if cell.flags]
                found[page][0].append(union(cell.box for cell in kept))
                found[page][1].extend(cell.box for cell in flagged if not cell.header and is_open(cell))
                found[page][2].extend(cell.box for cell in flagged if is_decided(cell))
    return [Leaf(page, *(tuple(boxes) for boxes in found[page.page])) for page in docket.report.pages]
