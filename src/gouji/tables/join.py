"""Grids of pages to tables of the document: a table that runs over pages becomes one, every cell with its own place.

Joined is only what certainly belongs together: nothing but page numbers and a repeated or continued caption lies
between, and the columns (or, sideways, the rows) stand in the same places. Otherwise the parts stay tables of their
own, and where that is in doubt a finding says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gouji.config import TablesSettings
from gouji.records import Cell, Finding, Grid, GridCell, Line, Page, PageReading, Pointer, Table
from gouji.tables.captions import common_unit
from gouji.tables.columns import common_columns, head_again, in_common_columns, repeated_rows, similar, without_head
from gouji.tables.leaves import readings_to_leaves
from gouji.tables.marks import mend_marks
from gouji.tables.placing import Placed, place_grids, running_texts
from gouji.tables.seams import Seam, Verdict, judge_seam, regular_columns, sew
from gouji.tables.sideways import CONTINUED, add_columns, goes_on_sideways, stands_beside
from gouji.zh import UNITS, parse_number, squeeze

MAX_ROOM = 0.35  # of the page's height: a page with more room left was not full, even if the next row is tall
DOUBTFUL = "table.join_doubtful"


@dataclass(frozen=True)
class Joined:
    """The document's tables; what of each leaf, in reading order, belongs to none of them; doubts about joins."""

    tables: tuple[Table, ...]
    prose: tuple[tuple[Page, tuple[Line, ...]], ...]
    findings: tuple[Finding, ...] = ()


def join_pages(readings: Sequence[PageReading], settings: TablesSettings) -> Joined:
    """The tables of a document from its pages' readings, in page order."""
    placed: list[Placed] = []
    prose = []
    leaves = readings_to_leaves(readings)
    running = running_texts(leaves)
    for leaf in leaves:
        found = place_grids(leaf, running)
        placed += found
        used = {id(line) for part in found for line in part.caption.lines}
        prose.append((leaf.page, tuple(line for line in leaf.lines if id(line) not in used)))
    known = Counter(squeeze(cell.text) for part in placed for cell in part.grid.cells)
    tables, findings = _chains_to_tables(_to_chains(placed), known, settings)
    tables = tuple(map(mend_marks, tables))
    return Joined(_with_common_unit(tables, prose), tuple(prose), findings)


def _with_common_unit(tables: tuple[Table, ...], prose: Sequence[tuple[Page, tuple[Line, ...]]]) -> tuple[Table, ...]:
    """Where no table has a unit of its own, the one given once for all of them is each table's."""
    unit = common_unit(line for _, lines in prose for line in lines)
    if unit is None or any(table.unit for table in tables):
        return tables
    return tuple(table.model_copy(update={"unit": unit, "unit_factor": UNITS[unit]}) for table in tables)


def _to_chains(placed: Sequence[Placed]) -> list[list[Placed]]:
    chains: list[list[Placed]] = []
    for part in placed:
        if chains and continues(chains[-1], part):
            chains[-1].append(part)
        else:
            chains.append([part])
    return chains


def _chains_to_tables(
    chains: Sequence[Sequence[Placed]], known: Counter[str], settings: TablesSettings
) -> tuple[tuple[Table, ...], tuple[Finding, ...]]:
    tables: list[Table] = []
    findings: list[Finding] = []
    first: Sequence[Placed] = ()  # of the table that the last chain belongs to
    for chain in chains:
        name = f"t{len(tables) + 1}"
        table, doubts = chain_to_table(name, chain, known, settings)
        whole = add_columns(tables[-1], table) if first and goes_on_sideways(first, chain) else None
        if whole is not None:
            tables[-1] = whole
            first = [_move(part, chain[-1].leaf - first[-1].leaf) for part in first]
            continue
        if tables and _says_continued(chain[0]):
            findings.append(_doubt_of_table(tables[-1], table))
        first = chain
        tables.append(table)
        findings += doubts
    return tuple(tables), tuple(findings)


def _move(part: Placed, leaves: int) -> Placed:
    """The part as if it stood so many leaves farther on: what is beside it may go on from there."""
    return replace(part, leaf=part.leaf + leaves)


# --- what goes on -------------------------------------------------------------------------------------------------


def continues(chain: Sequence[Placed], part: Placed) -> bool:
    """Whether `part` carries on the table that `chain` began.

    A table runs over only where its page is full. One that comes under the same title again, without 续, is the next
    table of its kind unless its head is repeated too.
    """
    before = chain[-1]
    if part.leaf != before.leaf + 1 or not (before.last and part.first) or before.caption.notes:
        return False
    if before.room > MAX_ROOM or part.grid.box[1] > MAX_ROOM * part.height:
        return False
    if stands_beside(before.grid, part.grid):
        return False
    if common_columns(before, part) is None and not head_again(part.grid, chain[0].grid):
        return False
    title = part.caption.title
    return title is None or _carries_on(title, chain, part)


def _carries_on(title: str, chain: Sequence[Placed], part: Placed) -> bool:
    bare = CONTINUED.sub("", title)
    if bare and not similar(bare, CONTINUED.sub("", chain[0].caption.title or "")):
        return False
    parts, _ = in_common_columns([chain[0], part])
    return bare != title or repeated_rows(parts[1], parts[0]) > 0


def _says_continued(part: Placed) -> bool:
    return any(CONTINUED.search(squeeze(line.text)) for line in part.caption.lines)


# --- one table ----------------------------------------------------------------------------------------------------


def chain_to_table(
    name: str, chain: Sequence[Placed], known: Counter[str], settings: TablesSettings
) -> tuple[Table, list[Finding]]:
    """One table from the parts on its pages, and what is doubtful about rows at its page breaks."""
    parts, n_cols = in_common_columns(chain)
    cells: list[Cell] = []
    n_rows = 0
    doubtful = []
    for i, part in enumerate(parts):
        kept = part if i == 0 else without_head(part, parts[0])
        fresh = [_cell(cell, part.page, n_rows, settings) for cell in kept.cells]
        above, below = [c for c in cells if c.row + c.row_span == n_rows], [c for c in fresh if c.row == n_rows]
        is_open = i > 0 and (
            _open_foot(chain[i - 1].grid) or (kept.n_rows == part.n_rows and _open_head(chain[i].grid))
        )
        inner = [cell for cell in (*cells, *fresh) if cell not in above and cell not in below]
        verdict = judge_seam(above, below, Seam(is_open, known, regular_columns(inner))) if i else "apart"
        cells = sew(cells, fresh, n_rows, verdict, known)
        n_rows += kept.n_rows - (verdict == "cut")
        if verdict == "doubtful":
            doubtful.append(n_rows - kept.n_rows)
    first = chain[0].caption
    table = Table(
        id=name, title=first.title, number=first.number, organization=first.organization, unit=first.unit,
        unit_factor=first.unit_factor, pages=tuple(dict.fromkeys(part.page for part in parts)), n_rows=n_rows,
        n_cols=n_cols, notes=tuple(note for placed in chain for note in placed.caption.notes),
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))),
    )  # fmt: skip
    return table, [_doubt_of_row(table, row) for row in doubtful]


def _judge(cells: Sequence[Cell], fresh: Sequence[Cell], seam: int, is_open: bool, known: Counter[str]) -> Verdict:
    above, below = [c for c in cells if c.row + c.row_span == seam], [c for c in fresh if c.row == seam]
    inner = [c for c in cells if c.row + c.row_span < seam] + [c for c in fresh if c.row > seam]
    return judge_seam(above, below, Seam(is_open, known, regular_columns(inner)))


def _open_foot(grid: Grid) -> bool:
    """Whether the border at the grid's foot was not printed, though others were."""
    return _all_inferred(grid, [cell for cell in grid.cells if cell.row + cell.row_span == grid.n_rows])


def _open_head(grid: Grid) -> bool:
    return _all_inferred(grid, [cell for cell in grid.cells if cell.row == 0])


def _all_inferred(grid: Grid, cells: Sequence[GridCell]) -> bool:
    return all(cell.inferred_line for cell in cells) and not all(cell.inferred_line for cell in grid.cells)


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


# --- doubts -------------------------------------------------------------------------------------------------------


def _doubt_of_row(table: Table, row: int) -> Finding:
    """The row after a page break may be the rest of the row before it."""
    cells = [cell for cell in table.cells if cell.row in (row - 1, row) and cell.text]
    pages = "、".join(str(page) for page in dict.fromkeys(cell.page for cell in cells))
    message = (
        f"《{table.title or table.number or table.id}》跨页处（第{pages}页）前后两行可能是同一行，未予合并，请对照原件"
    )
    pointers = tuple(Pointer(table=table.id, row=c.row, col=c.col, page=c.page, box=c.box) for c in cells)
    return Finding(code=DOUBTFUL, severity="info", message=message, pointers=pointers)


def _doubt_of_table(before: Table, table: Table) -> Finding:
    """A table that calls itself a continuation does not fit the one before."""
    title = before.title or before.number or before.id
    message = f"第{table.pages[0]}页的表标明为续表，但与前表《{title}》的行列对不上，未予合并，请对照原件"
    pointers = (Pointer(table=before.id, page=before.pages[-1]), Pointer(table=table.id, page=table.pages[0]))
    return Finding(code=DOUBTFUL, severity="info", message=message, pointers=pointers)
