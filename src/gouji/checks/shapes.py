"""Cells whose text can't be what their column holds, and numbers that their place alone confirms: 行次, codes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from gouji.checks.book import Book, CellKey, Figure, decimals
from gouji.records import Cell, Table
from gouji.zh import edits, plain, squeeze

_LINES = re.compile(r"^行次$")
_CODE = re.compile(r"\d{3}(?:\d\d){0,2}")
_PIECE = re.compile(r"\d{2,3}")
_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")
_NONE = re.compile(r"^[-—–－/\s]*$")
_FEWEST_LINES = 5
_MOSTLY = 0.5
_FEW_OUT = 0.15
_PER_CENT, _LIKE_PER_CENT = ("%", "％"), ("8", "6", "3", "9")
_NEARLY_ALL, _FEWEST_FIGURES = 0.9, 20


@dataclass(frozen=True)
class Shapes:
    """`odd`: cells to be looked at. `sure`: numbers confirmed by their place."""

    odd: frozenset[CellKey]
    sure: frozenset[CellKey]


def judge_shapes(book: Book) -> Shapes:
    """Over all tables of known forms: figures that are no numbers, line numbers out of step, codes that are none.

    In all forms: numbers that should be percentages.
    """
    odd: set[CellKey] = set()
    sure: set[CellKey] = set()
    for table in book.tables:
        figures, codes = book.figures(table.id), book.code_columns(table.id)
        own = book.recall(partial(_of_table, table, figures, codes), table, book.sheet_of(table.id), codes)
        odd |= own.odd
        sure |= own.sure
    known, stray = _known_codes(book)
    odd |= stray
    return Shapes(frozenset(odd), frozenset(sure | known) - frozenset(odd))


def _of_table(table: Table, figures: Sequence[Figure], codes: Iterable[int]) -> Shapes:
    """What the table itself tells."""
    odd, sure = set(_no_per_cent(table)), set()
    if table.form is None or not table.header_rows:
        return Shapes(frozenset(odd), frozenset())
    odd |= {*_no_numbers(figures, table), *_odd_decimals(figures)}
    for column in _columns(table, _headed(table, _LINES)):
        in_step, out = _line_numbers(table, column)
        sure |= in_step
        odd |= out
    for column in _columns(table, codes):
        odd |= {*_no_codes(table, column), *_out_of_order(table, column)}
    return Shapes(frozenset(odd), frozenset(sure))


def _headed(table: Table, head: re.Pattern[str]) -> list[int]:
    return [cell.col for cell in table.cells if cell.row < table.header_rows and head.search(squeeze(cell.text))]


def _columns(table: Table, cols: Iterable[int]) -> list[list[Cell]]:
    """The body cells of each of the columns, one column wide, from the top."""
    body = [cell for cell in table.cells if cell.row >= table.header_rows and cell.col_span == 1]
    return [sorted((cell for cell in body if cell.col == col), key=lambda cell: cell.row) for col in cols]


def _no_numbers(figures: Sequence[Figure], table: Table) -> Iterator[CellKey]:
    """Cells under a measure that hold something, but no number."""
    cols = {figure.key[2] for figure in figures if figure.key is not None}
    heads = {squeeze(cell.text) for cell in table.cells if cell.row < table.header_rows}
    for cell in table.cells:
        words = cell.row < table.header_rows or cell.col not in cols or cell.col_span > 1 or squeeze(cell.text) in heads
        if not words and cell.value is None and not _NONE.match(cell.text):
            yield table.id, cell.row, cell.col


def _odd_decimals(every: Sequence[Figure]) -> Iterator[CellKey]:
    """Figures with fewer or more decimals than nearly all others of the table: a digit or the point was lost."""
    figures = [figure for figure in every if figure.factor > 1]
    common, count = Counter(decimals(figure.text) for figure in figures).most_common(1)[0] if figures else (0, 0)
    if common and count >= _NEARLY_ALL * len(figures) and len(figures) >= _FEWEST_FIGURES:
        yield from (figure.key for figure in figures if decimals(figure.text) != common and figure.key is not None)


def _line_numbers(table: Table, column: list[Cell]) -> tuple[set[CellKey], set[CellKey]]:
    """行次 rises by one from row to row: the cells in step with a run of others, and those that are not."""
    steps = Counter(int(cell.value) - cell.row for cell in column if cell.value is not None)
    common = {step for step, count in steps.items() if count >= _FEWEST_LINES}
    if not common:
        return set(), set()
    in_step = {(table.id, c.row, c.col) for c in column if c.value is not None and int(c.value) - c.row in common}
    filled = {(table.id, c.row, c.col) for c in column if c.text}
    return in_step, filled - in_step


def _no_codes(table: Table, column: list[Cell]) -> Iterator[CellKey]:
    whole = sum(_CODE.fullmatch(squeeze(cell.text)) is not None for cell in column)
    if whole < _MOSTLY * sum(bool(cell.text) for cell in column):
        return  # codes of bodies, or of something else
    pieces = any(_PIECE.fullmatch(squeeze(cell.text)) and len(squeeze(cell.text)) == 2 for cell in column)
    for cell in column:
        text = squeeze(cell.text)
        shape = _PIECE if pieces else _CODE
        words = bool(_WORDS.search(text)) and not any(char.isdigit() for char in text)
        if text and not words and not shape.fullmatch(text) and not _CODE.fullmatch(text):
            yield table.id, cell.row, cell.col


def _out_of_order(table: Table, column: list[Cell]) -> list[CellKey]:
    """Codes rise down the column, a code before those below it (205, 20502, 2050201, 208): those few that don't."""
    coded = [cell for cell in column if _CODE.fullmatch(squeeze(cell.text))]
    texts = [squeeze(cell.text) for cell in coded]
    kept = _longest_rise(texts)
    out = [(table.id, cell.row, cell.col) for i, cell in enumerate(coded) if i not in kept]
    return out if len(coded) >= _FEWEST_LINES and len(out) <= len(coded) * _FEW_OUT else []


def _longest_rise(texts: list[str]) -> set[int]:
    """The places of the longest series of texts, in their order, of which each is more than the one before."""
    best: list[tuple[int, int]] = []  # for each place: the length of the series that ends there, and the place before
    for i, text in enumerate(texts):
        best.append(max(((best[j][0] + 1, j) for j in range(i) if texts[j] < text), default=(1, -1)))
    place = max(range(len(best)), key=lambda i: best[i][0], default=-1)
    kept = set()
    while place >= 0:
        kept.add(place)
        place = best[place][1]
    return kept


def _no_per_cent(table: Table) -> Iterator[CellKey]:
    """Numbers whose last digit may be a misread %, in a column where the same number stands with its %."""
    columns: dict[int, set[str]] = defaultdict(set)
    for cell in table.cells:
        if cell.value is not None and cell.text.endswith(_PER_CENT):
            columns[cell.col].add(squeeze(cell.text)[:-1])
    for cell in table.cells:
        text = squeeze(cell.text)
        if cell.value is not None and text.endswith(_LIKE_PER_CENT) and text[:-1] in columns[cell.col]:
            yield table.id, cell.row, cell.col


def _known_codes(book: Book) -> tuple[set[CellKey], set[CellKey]]:
    """Cells of codes that stand with the same name in another table; and those whose name has a like code there."""
    places: dict[str, dict[str, set[CellKey]]] = defaultdict(lambda: defaultdict(set))
    names: dict[str, list[tuple[CellKey, str]]] = defaultdict(list)
    for key, code, name in _coded(book):
        places[name][code].add(key)
        names[code].append((key, name))
    known: set[CellKey] = set()
    stray: set[CellKey] = set()
    for codes in places.values():
        tables = {code: {key[0] for key in keys} for code, keys in codes.items()}
        shared = [code for code in codes if len(tables[code]) > 1]
        for code, keys in codes.items():
            if code in shared:
                known |= keys
            elif len(shared) == 1 and not tables[code] & tables[shared[0]] and _misread(code, shared[0]):
                stray |= keys
    return known | _with_like_names(names), stray


def _coded(book: Book) -> Iterator[tuple[CellKey, str, str]]:
    """Each cell that holds its row's whole code, with the code and the row's plain name."""
    for row in (row for sheets in book.sheets.values() for sheet in sheets for row in sheet.rows if row.code):
        for col in book.code_columns(row.table) if row.name else ():
            cell = book.cells.get((row.table, row.row, col))
            if cell is not None and squeeze(cell.text) == row.code:
                yield (row.table, cell.row, cell.col), row.code, plain(row.name)


def _with_like_names(names: Mapping[str, Sequence[tuple[CellKey, str]]]) -> set[CellKey]:
    """Cells whose code stands in another table too, with a name that differs by misread characters at most."""
    return {key for places in names.values() for key in _named_alike(places)}


def _named_alike(places: Sequence[tuple[CellKey, str]]) -> Iterator[CellKey]:
    tables: dict[str, set[str]] = defaultdict(set)
    for key, name in places:
        tables[name].add(key[0])
    for key, name in places:
        limit = len(name) // 4
        if any(there - {key[0]} and edits(name, like, limit) <= limit for like, there in tables.items()):
            yield key


def _misread(code: str, other: str) -> bool:
    """Whether one code may be the other, misread; a function and an economic code of one name differ by more."""
    return edits(code, other, 2) <= len(other) // 3
