"""Grids of pages to tables of the document: a table that runs over pages becomes one, every cell with its own place.

Joined is only what certainly belongs together: nothing but page numbers and a repeated or continued caption lies
between, and the columns stand in the same places. Otherwise the parts stay tables of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from gouji.config import TablesSettings
from gouji.geometry import center
from gouji.records import Cell, Grid, GridCell, Line, PageReading, Table
from gouji.tables.captions import Caption, is_passing, read_caption
from gouji.zh import parse_number, squeeze

SAME_BORDER = 0.012  # of the table's width
SAME_FRAME = 0.04  # of the table's width
MAX_ROOM = 0.35  # of the page's height: a page with more room left was not full, even if the next row is tall
EDGE = 0.09  # of the page's height: where running heads and feet stand
RUNNING_PAGES = 3
SAME_TEXT = 0.8  # similarity of head cells that OCR read twice


@dataclass(frozen=True)
class Placed:
    """A grid with its page and caption; `first` and `last` tell whether prose stands above or below it on its page."""

    page: int
    height: int
    grid: Grid
    caption: Caption
    first: bool
    last: bool

    @property
    def room(self) -> float:
        """What of the page is left below the grid, as a share of its height."""
        return 1 - self.grid.box[3] / self.height


@dataclass(frozen=True)
class Joined:
    """The document's tables, and the lines of each page (by its number) that belong to none of them."""

    tables: tuple[Table, ...]
    lines: dict[int, tuple[Line, ...]]


def join_pages(readings: Sequence[PageReading], settings: TablesSettings) -> Joined:
    """The tables of a document from its pages' readings, in page order."""
    placed, lines = [], {}
    running = running_texts(readings)
    for reading in readings:
        found = place_grids(reading, running)
        placed += found
        used = {id(line) for part in found for line in part.caption.lines}
        lines[reading.page.page] = tuple(line for line in reading.lines if id(line) not in used)
    chains: list[list[Placed]] = []
    for part in placed:
        if chains and continues(chains[-1], part):
            chains[-1].append(part)
        else:
            chains.append([part])
    tables = tuple(chain_to_table(f"t{i}", chain, settings) for i, chain in enumerate(chains, 1))
    return Joined(tables, lines)


def running_texts(readings: Sequence[PageReading]) -> frozenset[str]:
    """Texts (figures aside) that stand at the top or foot of three pages or more: running heads and feet."""
    texts: Counter[str] = Counter()
    for reading in readings:
        edge = EDGE * reading.page.height
        ends = [line for line in reading.lines if line.box[3] < edge or line.box[1] > reading.page.height - edge]
        texts.update({_figureless(line) for line in ends})
    return frozenset(text for text, pages in texts.items() if pages >= RUNNING_PAGES)


def _figureless(line: Line) -> str:
    return re.sub(r"\d+", "#", squeeze(line.text))


def place_grids(reading: PageReading, running: frozenset[str] = frozenset()) -> list[Placed]:
    """The grids of one page with their captions; lines that say what is in `running` do not count as prose."""
    placed = []
    grids = sorted(reading.grids, key=lambda grid: grid.box[1])
    used: set[int] = set()
    for i, grid in enumerate(grids):
        top = grids[i - 1].box[3] if i else 0
        bottom = grids[i + 1].box[1] if i + 1 < len(grids) else reading.page.height
        free = [line for line in reading.lines if id(line) not in used and _figureless(line) not in running]
        caption = read_caption(grid.box, free, top, bottom)
        used |= {id(line) for line in caption.lines}
        rest = [line for line in free if id(line) not in used and not is_passing(line)]
        placed.append(
            Placed(
                reading.page.page, reading.page.height, grid, caption,
                first=i == 0 and not any(center(line.box)[1] < grid.box[1] for line in rest),
                last=i == len(grids) - 1 and not any(center(line.box)[1] > grid.box[3] for line in rest),
            )
        )  # fmt: skip
    return placed


def continues(chain: Sequence[Placed], part: Placed) -> bool:
    """Whether `part` carries on the table that `chain` began.

    A table runs over only where its page is full. One that comes under the same title again, without 续, is the next
    table of its kind unless its head is repeated too.
    """
    before = chain[-1]
    if part.page != before.page + 1 or not (before.last and part.first) or before.caption.notes:
        return False
    if before.room > MAX_ROOM or part.grid.box[1] > MAX_ROOM * part.height:
        return False
    if union_borders(before.grid, part.grid) is None:
        return False
    title = part.caption.title
    return title is None or _carries_on(title, chain, part)


def _carries_on(title: str, chain: Sequence[Placed], part: Placed) -> bool:
    bare = re.sub(r"续表|[（(]续[）)]", "", title)
    if bare and not _similar(bare, chain[0].caption.title or ""):
        return False
    parts, _ = _in_common_columns([chain[0], part])
    return bare != title or _repeated_rows(parts[1], parts[0]) > 0


def _similar(a: str, b: str) -> bool:
    return a == b or SequenceMatcher(None, a, b, autojunk=False).ratio() >= SAME_TEXT


def union_borders(a: Grid, b: Grid) -> tuple[list[int], list[int], int] | None:
    """For each column border of a and of b its place among the borders of both, and their number less one (columns).

    None when the frames differ in width, or too few borders stand in the same place: then they are different tables.
    """
    places = sorted([(x, 0, i) for i, x in enumerate(_relative(a))] + [(x, 1, i) for i, x in enumerate(_relative(b))])
    if abs((a.xs[-1] - a.xs[0]) / (b.xs[-1] - b.xs[0]) - 1) > SAME_FRAME:
        return None
    index: tuple[dict[int, int], dict[int, int]] = ({}, {})
    count, last = -1, -1.0
    for x, which, i in places:
        if count < 0 or x - last > SAME_BORDER or count in index[which].values():
            count, last = count + 1, x
        index[which][i] = count
    shared = len(set(index[0].values()) & set(index[1].values()))
    if shared < max(3 if min(a.n_cols, b.n_cols) > 1 else 2, 0.7 * min(len(a.xs), len(b.xs))):
        return None
    return [index[0][i] for i in range(len(a.xs))], [index[1][i] for i in range(len(b.xs))], count


def _relative(grid: Grid) -> list[float]:
    return [(x - grid.xs[0]) / (grid.xs[-1] - grid.xs[0]) for x in grid.xs]


@dataclass(frozen=True)
class Part:
    """The cells of one page's part of a table, in the columns of the whole; rows still count within the part."""

    page: int
    n_rows: int
    cells: tuple[GridCell, ...]


def chain_to_table(name: str, chain: Sequence[Placed], settings: TablesSettings) -> Table:
    """One table from the parts on its pages."""
    parts, n_cols = _in_common_columns(chain)
    cells: list[Cell] = []
    n_rows = 0
    for i, part in enumerate(parts):
        kept = part if i == 0 else _without_head(part, parts[0])
        fresh = [_cell(cell, part.page, n_rows, settings) for cell in kept.cells]
        cells = fresh if i == 0 else _sew(cells, fresh, n_rows)
        n_rows += kept.n_rows
    first = chain[0].caption
    return Table(
        id=name, title=first.title, number=first.number, organization=first.organization, unit=first.unit,
        unit_factor=first.unit_factor, pages=tuple(part.page for part in parts), n_rows=n_rows, n_cols=n_cols,
        notes=tuple(note for placed in chain for note in placed.caption.notes),
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))),
    )  # fmt: skip


def _in_common_columns(chain: Sequence[Placed]) -> tuple[list[Part], int]:
    """The parts with their columns renumbered so that borders in the same place are the same."""
    parts = [Part(chain[0].page, chain[0].grid.n_rows, chain[0].grid.cells)]
    borders, n_cols = chain[0].grid, chain[0].grid.n_cols
    for placed in chain[1:]:
        common = union_borders(borders, placed.grid)
        if common is None:  # wider than its neighbour, but not than the whole: keep it in its own columns
            common = list(range(n_cols + 1)), list(range(placed.grid.n_cols + 1)), max(n_cols, placed.grid.n_cols)
        old, new, n_cols = common
        parts = [replace(part, cells=tuple(_recolumn(cell, old) for cell in part.cells)) for part in parts]
        parts.append(Part(placed.page, placed.grid.n_rows, tuple(_recolumn(cell, new) for cell in placed.grid.cells)))
        borders = _common_grid(borders, placed.grid, old, new, n_cols)
    return parts, n_cols


def _common_grid(a: Grid, b: Grid, old: Sequence[int], new: Sequence[int], n_cols: int) -> Grid:
    """A grid with the borders of both, in the frame of `a`."""
    scale = (a.xs[-1] - a.xs[0]) / (b.xs[-1] - b.xs[0])
    xs = {place: round(a.xs[0] + (b.xs[i] - b.xs[0]) * scale) for i, place in enumerate(new)}
    xs |= {place: a.xs[i] for i, place in enumerate(old)}
    return a.model_copy(update={"xs": tuple(xs[i] for i in range(n_cols + 1))})


def _recolumn(cell: GridCell, places: Sequence[int]) -> GridCell:
    start, stop = places[cell.col], places[cell.col + cell.col_span]
    if (start, stop - start) == (cell.col, cell.col_span):
        return cell
    return cell.model_copy(update={"col": start, "col_span": stop - start})


def _without_head(part: Part, first: Part) -> Part:
    """The part without the rows at its top that repeat the first part's head."""
    rows = _repeated_rows(part, first)
    cells = tuple(cell.model_copy(update={"row": cell.row - rows}) for cell in part.cells if cell.row >= rows)
    return Part(part.page, part.n_rows - rows, cells)


def _repeated_rows(part: Part, first: Part) -> int:
    """How many rows at the top of `part` say the same as those at the top of `first`, merged cells kept whole."""
    count = 0
    for row in range(min(part.n_rows - 1, first.n_rows)):
        ours, theirs = _row(part, row), _row(first, row)
        if not _same_row(ours, theirs) or not any(cell.text for cell in ours):
            break
        count = row + 1
    while count and any(cell.row < count < cell.row + cell.row_span for cell in part.cells):
        count -= 1
    return count


def _row(part: Part, row: int) -> list[GridCell]:
    return [cell for cell in part.cells if cell.row == row]


def _same_row(a: Sequence[GridCell], b: Sequence[GridCell]) -> bool:
    """Whether two rows have the same cells and say the same; of many column numbers OCR may have misread a few."""
    if [(cell.col, cell.col_span) for cell in a] != [(cell.col, cell.col_span) for cell in b]:
        return False
    pairs = [(squeeze(x.text), squeeze(y.text)) for x, y in zip(a, b, strict=True)]
    numbers = [x == y for x, y in pairs if x.isdigit() or y.isdigit()]
    words = all(_similar(x, y) for x, y in pairs if not (x.isdigit() or y.isdigit()))
    forgiven = max(1 if len(numbers) > 2 else 0, round((1 - SAME_TEXT) * len(numbers)))
    return words and numbers.count(False) <= forgiven


def _cell(cell: GridCell, page: int, rows_before: int, settings: TablesSettings) -> Cell:
    value = parse_number(cell.text)
    return Cell(
        row=cell.row + rows_before, col=cell.col, row_span=cell.row_span, col_span=cell.col_span, text=cell.text,
        value=value, page=page, box=cell.box, confidence=cell.confidence,
        flags=_flags(cell, settings), alternatives=cell.alternatives,
    )  # fmt: skip


def _flags(cell: GridCell, settings: TablesSettings) -> tuple[str, ...]:
    doubtful = cell.confidence < settings.doubt_confidence and any(char.isdigit() for char in cell.text)
    flags = ["low_confidence"] if doubtful else []
    flags += ["alternatives"] if doubtful and cell.alternatives else []
    flags += ["inferred_line"] if cell.inferred_line else []
    return tuple(flags)


def _sew(above: list[Cell], below: list[Cell], seam: int) -> list[Cell]:
    """The cells of both parts; a tall cell that the page break cut in two (one half is blank) is made whole."""
    sewn = list(above)
    places = {(cell.col, cell.col_span): i for i, cell in enumerate(sewn) if cell.row + cell.row_span == seam}
    for cell in below:
        i = places.get((cell.col, cell.col_span)) if cell.row == seam else None
        if i is not None and _is_cut(sewn[i], cell):
            sewn[i] = _whole(sewn[i], cell)
        else:
            sewn.append(cell)
    return sewn


def _is_cut(upper: Cell, lower: Cell) -> bool:
    tall = upper.row_span > 1 or lower.row_span > 1
    return tall and (not upper.text or not lower.text) and upper.value is None and lower.value is None


def _whole(upper: Cell, lower: Cell) -> Cell:
    """The cell over both halves; it keeps the place of the half that holds the text."""
    told = upper if upper.text or not lower.text else lower
    return told.model_copy(update={"row": upper.row, "row_span": upper.row_span + lower.row_span})
