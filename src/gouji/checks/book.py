"""The report's figures in order: sheets (one official form each, over as many tables as it took), rows and lines."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial

from gouji.recall import Recall
from gouji.records import Cell, Item, Pointer, Table
from gouji.zh import edits, plain, squeeze

CellKey = tuple[str, int, int]

_SIDES = ("revenue", "expenditure")
# The mark after a numeral is small and often misread; of 二、 a scan may lose the strokes.
_NUMBERING = re.compile(r"^(?:[一二三四五六七八九十ー]+[、.．,，·・•:：;；]+|、)")
_NUMBERING_HEAD = re.compile(r"行次|序号|编码|代码|^[类款项]$")
_CODE_HEAD = re.compile(r"(?:编码|代码)$")
_MOST_CODE_COLUMNS, _FEWEST_CODES = 12, 3
_EXACT = ("weight", "score")  # points are given, not rounded
_TOTALS = ("合计", "总计", "支出合计", "收入合计", "本年收入合计", "本年支出合计")
_NEVER = 99
# A printed step that fewer than this share of a sheet's figures have is taken for a slip of the reader.
_COMMON_STEP = 0.04


@dataclass(frozen=True)
class Figure:
    """One stated figure: `amount` in 元 (or as printed, for percentages and scores), rounded to `step`."""

    amount: Decimal
    step: Decimal
    pointer: Pointer
    text: str
    confidence: float = 1.0
    factor: Decimal = Decimal(1)
    label: str = ""

    @cached_property
    def key(self) -> CellKey | None:
        """The cell that holds it; None for a fact."""
        place = self.pointer
        if place.table is None or place.row is None or place.col is None:
            return None
        return place.table, place.row, place.col


@dataclass
class Row:
    """One row of a sheet (of one side of a two-sided one), with its figures by measure."""

    table: str
    row: int
    side: str
    code: str | None
    name: str
    printed: str
    figures: dict[str, Figure] = field(default_factory=dict)

    @cached_property
    def plain_name(self) -> str:
        """The name as names are compared."""
        return plain(_NUMBERING.sub("", squeeze(self.name)))

    @property
    def numbered(self) -> bool:
        """Whether it is a line of the first order (一、 二、)."""
        return bool(_NUMBERING.match(self.printed))

    @property
    def is_total(self) -> bool:
        """Whether it is the row of the whole sheet's sums."""
        return not self.code and self.plain_name in _TOTALS


@dataclass
class Sheet:
    """One official form of the report. `tables` are its parts in order."""

    form: str
    tables: list[Table]
    rows: list[Row]

    @cached_property
    def body(self) -> str:
        """The body that the form names as its own, as names are compared; "" when it names none."""
        return plain(self.tables[0].organization or "")

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The measures with at least one figure, in the order in which they appear."""
        return tuple(dict.fromkeys(measure for row in self.rows for measure in row.figures))

    @cached_property
    def total(self) -> Row | None:
        """The row of sums; None when none or several are printed."""
        found = [row for row in self.rows if row.is_total]
        return found[0] if len(found) == 1 else None

    @cached_property
    def closed(self) -> bool:
        """Whether it has the sums that a form ends in."""
        return any(row.is_total or row.plain_name.endswith(("总计", "合计")) for row in self.rows)

    @cached_property
    def texts(self) -> frozenset[str]:
        """Every printed text that is no number, as names are compared."""
        cells = (cell for table in self.tables for cell in table.cells if cell.text and cell.value is None)
        return frozenset(plain(_NUMBERING.sub("", squeeze(cell.text))) for cell in cells)

    @cached_property
    def unread(self) -> frozenset[tuple[str, int]]:
        """Rows (table, row) with a number that belongs to no known column: their sums can't be judged."""
        numbering = {table.id: _numbering_columns(table) for table in self.tables}
        known = {figure.key for row in self.rows for figure in row.figures.values()}
        first: dict[str, int] = {}
        for key in known:
            if key is not None:
                first[key[0]] = min(first.get(key[0], key[2]), key[2])
        return frozenset(
            (table.id, cell.row)
            for table in self.tables
            for cell in table.cells
            if cell.value is not None
            and not cell.header
            and cell.row >= table.header_rows
            and cell.col not in numbering[table.id]
            and cell.col > first.get(table.id, table.n_cols)
            and (table.id, cell.row, cell.col) not in known
        )

    def named(self, names: Sequence[str], side: str = "") -> Row | None:
        """The row of one of the names (as printed, numbering aside); a slip in a long name is forgiven."""
        rows = [row for row in self.rows if row.side == side]
        wanted = [plain(name) for name in names]
        exact = [row for row in rows if row.plain_name in wanted]
        if exact:
            return exact[0]
        slips = [(min(_slips(row.plain_name, name) for name in wanted), i) for i, row in enumerate(rows)]
        close = sorted(pair for pair in slips if pair[0] < _NEVER)
        if not close or (len(close) > 1 and close[0][0] == close[1][0]):
            return None
        return rows[close[0][1]]

    def coded(self, code: str) -> Row | None:
        """The row of a subject code; None when none or several have it."""
        return self._coded.get(code)

    @cached_property
    def _coded(self) -> dict[str, Row]:
        counts = Counter(row.code for row in self.rows)
        return {row.code: row for row in self.rows if row.code and counts[row.code] == 1}


def _slips(name: str, wanted: str) -> int:
    """How many characters of a longer name are misread; `_NEVER` when too many for it to be the same name."""
    limit = len(wanted) // 5
    distance = edits(name, wanted, limit) if limit else _NEVER
    return distance if distance <= limit else _NEVER


class Book:
    """All sheets of a report, by form; several sheets of one form stand in the order of the report.

    With the `recall` of the time before a sheet of the same tables and items is the very same.
    """

    def __init__(self, tables: Sequence[Table], items: Sequence[Item], recall: Recall | None = None) -> None:
        self.tables = tuple(tables)
        self.recall = recall or Recall()
        self.cells: dict[CellKey, Cell] = {}
        self.words: dict[tuple[str, int], list[Cell]] = {}
        for table in tables:
            cells, words = self.recall(partial(_by_place, table), table)
            self.cells.update(cells)
            self.words.update(words)
        self.sheets: dict[str, list[Sheet]] = defaultdict(list)
        by_table: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            by_table[item.table].append(item)
        for table in tables:
            if table.form is not None:
                self._add(table, tuple(by_table[table.id]))

    def _add(self, table: Table, items: tuple[Item, ...]) -> None:
        sheet = self.recall(partial(_sheet, table, items, self.cells, self.words), table, items)
        before = self.sheets[sheet.form]
        if before and _continues(before[-1], sheet):
            sheet = self.recall(partial(_joined, before[-1], sheet), before.pop(), sheet)
        before.append(sheet)

    def sheet_of(self, table: str) -> Sheet | None:
        """The sheet that the table is or is part of; None when its form is not known."""
        return self._sheet_of.get(table)

    @cached_property
    def _sheet_of(self) -> dict[str, Sheet]:
        every = [sheet for sheets in self.sheets.values() for sheet in sheets]
        return {table.id: sheet for sheet in every for table in sheet.tables}

    def figures(self, table: str) -> Sequence[Figure]:
        """The figures of a table, row by row."""
        return self._figures.get(table, ())

    @cached_property
    def _figures(self) -> dict[str, list[Figure]]:
        found: dict[str, list[Figure]] = defaultdict(list)
        for row in (row for sheets in self.sheets.values() for sheet in sheets for row in sheet.rows):
            found[row.table].extend(row.figures.values())
        return found

    def code_columns(self, table: str) -> frozenset[int]:
        """The columns of a table that hold its rows' codes: by their heads, or because the codes were read there."""
        return self._code_columns.get(table, frozenset())

    @cached_property
    def _code_columns(self) -> dict[str, frozenset[int]]:
        found = {table.id: Counter(_code_heads(table)) for table in self.tables}
        for row in (row for sheets in self.sheets.values() for sheet in sheets for row in sheet.rows if row.code):
            cells = (self.cells.get((row.table, row.row, col)) for col in range(_MOST_CODE_COLUMNS))
            found[row.table].update(c.col for c in cells if c is not None and squeeze(c.text) == row.code)
        return {table: frozenset(c for c, n in cols.items() if n >= _FEWEST_CODES) for table, cols in found.items()}

    @cached_property
    def sets(self) -> tuple[Book, ...]:
        """Books of one sheet a form each, where a report has the forms of several bodies; else just this one.

        Sheets go together that name the same body; where they don't name any, those that follow each other.
        """
        several = [sheet for sheets in self._by_body() for sheet in sheets if len(sheets) > 1]
        if not several:
            return (self,)
        bodies = [sheet.body for sheet in several]
        named = all(bodies) and len({(sheet.form, sheet.body) for sheet in several}) == len(several)
        return tuple(self._with(group) for group in (self._by_name() if named else self._by_order()))

    @cached_property
    def is_paired(self) -> bool:
        """Whether it is sure which of several sheets of a form go together: every set has the same forms."""
        forms = [frozenset(form for form in part.sheets if _is_of_a_body(form)) for part in self.sets]
        named = all(sheet.body for sheets in self._by_body() if len(sheets) > 1 for sheet in sheets)
        return named or len(set(forms)) == 1

    def _by_body(self) -> list[list[Sheet]]:
        return [sheets for form, sheets in self.sheets.items() if _is_of_a_body(form)]

    def _by_name(self) -> list[list[Sheet]]:
        found: dict[str, list[Sheet]] = defaultdict(list)
        for sheet in (sheet for sheets in self._by_body() for sheet in sheets):
            found[sheet.body].append(sheet)
        return list(found.values())

    def _by_order(self) -> list[list[Sheet]]:
        order = {table.id: place for place, table in enumerate(self.tables)}
        sheets = [sheet for sheets in self._by_body() for sheet in sheets]
        found: list[list[Sheet]] = [[]]
        for sheet in sorted(sheets, key=lambda sheet: order[sheet.tables[0].id]):
            if any(other.form == sheet.form for other in found[-1]):
                found.append([])
            found[-1].append(sheet)
        return found

    def _with(self, sheets: Sequence[Sheet]) -> Book:
        part = copy(self)
        part.sheets = defaultdict(list, {form: s for form, s in self.sheets.items() if not _is_of_a_body(form)})
        for sheet in sheets:
            part.sheets[sheet.form] = [sheet]
        for made in ("sets", "is_paired", "_figures", "_code_columns", "_sheet_of"):
            part.__dict__.pop(made, None)
        return part

    def one(self, form: str) -> Sheet | None:
        """The sheet of a form; None when there is none, or several and so no telling which."""
        found = self.sheets.get(form, [])
        return found[0] if len(found) == 1 else None


def _by_place(table: Table) -> tuple[dict[CellKey, Cell], dict[tuple[str, int], list[Cell]]]:
    """The table's cells by their places, and those of words by their rows."""
    words: dict[tuple[str, int], list[Cell]] = defaultdict(list)
    for cell in table.cells:
        if cell.text and cell.value is None:
            words[table.id, cell.row].append(cell)
    return {(table.id, cell.row, cell.col): cell for cell in table.cells}, dict(words)


def _sheet(
    table: Table, items: Sequence[Item], cells: dict[CellKey, Cell], words: dict[tuple[str, int], list[Cell]]
) -> Sheet:
    return Sheet(table.form or "", [table], _rows(table, items, cells, words))


def _joined(first: Sheet, second: Sheet) -> Sheet:
    return Sheet(first.form, [*first.tables, *second.tables], [*first.rows, *second.rows])


def _is_of_a_body(form: str) -> bool:
    """Whether a body has one such form; of performance forms it has as many as projects."""
    return not form.startswith("performance")


def _code_heads(table: Table) -> dict[int, int]:
    cells = (cell for cell in table.cells if cell.row < table.header_rows and _CODE_HEAD.search(squeeze(cell.text)))
    return {cell.col: _FEWEST_CODES for cell in cells}


def _numbering_columns(table: Table) -> frozenset[int]:
    """The columns of 行次 and of subject codes: their numbers are no amounts."""
    return frozenset(
        col
        for cell in table.cells
        if cell.row < table.header_rows and _NUMBERING_HEAD.search(squeeze(cell.text))
        for col in range(cell.col, cell.col + cell.col_span)
    )


def _continues(first: Sheet, second: Sheet) -> bool:
    """Whether the second is the rest of the first (a form torn over pages): only one of them has the sums."""
    if first.form.startswith("performance") or first.form.endswith("sangong"):
        return False
    return first.closed != second.closed


def _rows(
    table: Table, items: Sequence[Item], cells: dict[CellKey, Cell], words: dict[tuple[str, int], list[Cell]]
) -> list[Row]:
    steps, factor = _steps(items), _factor(table, items, cells)
    rows: dict[tuple[int, str, str | None, str], Row] = {}
    for item in items:
        if item.amount is None:
            continue
        side = item.measure.partition(".")[0]
        side = side if side in _SIDES else ""
        key = (item.row, side, item.code, item.name)
        if key not in rows:
            printed = _printed(item, words.get((table.id, item.row), ()))
            rows[key] = Row(item.table, item.row, side, item.code, item.name, printed)
        money = _is_money(item)
        step = Decimal(0) if item.measure.endswith(_EXACT) else steps[money]
        rows[key].figures[item.measure] = _figure(item, step, factor if money else Decimal(1))
    return list(rows.values())


def _printed(item: Item, cells: Iterable[Cell]) -> str:
    """The name with its numbering, as the table has it."""
    texts = [squeeze(cell.text) for cell in cells if cell.col < item.col]
    return next((text for text in reversed(texts) if text.endswith(item.name) and item.name), item.name)


def decimals(text: str) -> int:
    """How many decimals the printed number has."""
    return len(squeeze(text).rstrip("%％").replace("．", ".").partition(".")[2])


def _steps(items: Sequence[Item]) -> dict[bool, Decimal]:
    """The printed step of the table's figures as printed, for money (True) and the rest: the finest that is common."""
    found: dict[bool, Decimal] = {}
    for money in (True, False):
        texts = [item.text for item in items if _is_money(item) == money]
        counts = Counter(decimals(text) for text in texts)
        common = [places for places, count in counts.items() if count >= _COMMON_STEP * len(texts)]
        found[money] = Decimal(1).scaleb(-max(common, default=0))
    return found


def _is_money(item: Item) -> bool:
    return not item.measure.endswith(("rate", "weight", "score", "deviation")) and "score_rate" not in item.measure


def _factor(table: Table, items: Sequence[Item], cells: dict[CellKey, Cell]) -> Decimal:
    """What the table's printed money was multiplied by to be 元."""
    for item in items:
        cell = cells.get((item.table, item.row, item.col))
        if item.amount and cell is not None and cell.value and _is_money(item):
            return item.amount / cell.value
    return Decimal(table.unit_factor or 1)


def _figure(item: Item, step: Decimal, factor: Decimal) -> Figure:
    pointer = Pointer(table=item.table, row=item.row, col=item.col, page=item.page, box=item.box)
    return Figure(item.amount or Decimal(0), step * factor, pointer, item.text, item.confidence, factor, item.name)
