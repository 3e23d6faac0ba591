"""X12: one code, one name, everywhere; and where forms have no codes, one name for one row."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from gouji.checks.book import Book, Row, Sheet
from gouji.checks.rules import Rule
from gouji.checks.sums import Evaluation, skip
from gouji.records import Cell, Check, Pointer
from gouji.zh import edits, squeeze

# A name read with less confidence than this may be misread, and is no second name.
_READ_WELL = 0.9


def evaluate_names(book: Book, rule: Rule) -> list[Evaluation]:
    """One evaluation for each code that stands in several tables: fails when its names are clearly not the same."""
    rows: dict[str, list[Row]] = defaultdict(list)
    codes: dict[str, set[str]] = defaultdict(set)
    for row in (row for sheets in book.sheets.values() for sheet in sheets for row in sheet.rows):
        if row.code and row.plain_name and _name_cell(book, row) is not None:
            rows[row.code].append(row)
            codes[row.plain_name].add(row.code)
    several = {code: same for code, same in sorted(rows.items()) if len({row.table for row in same}) > 1}
    found = [_check(book, rule, code, same, codes) for code, same in several.items()]
    found += _uncoded(book, rule)
    return found or [skip(rule.id, rule.says, "没有在多张表中出现的科目")]


def _check(book: Book, rule: Rule, code: str, rows: list[Row], codes: dict[str, set[str]]) -> Evaluation:
    first = rows[0]
    other = next((row for row in rows if not _same(row.plain_name, first.plain_name)), None)
    if other is None:
        return Evaluation(Check(rule=rule.id, status="pass", message=f"{rule.says}（{code}{first.name}）"))
    if len(codes[other.plain_name]) > 1 or len(codes[first.plain_name]) > 1:
        return skip(rule.id, rule.says, f"{code}的两个名称另有编码，也可能是编码误读")
    return _two_names(book, rule, f"科目编码{code}有两个名称", first, other)


def _uncoded(book: Book, rule: Rule) -> list[Evaluation]:
    """Rows of two forms without codes: the same place among the same rows, the same sum, and another name."""
    lists = [sheet for sheets in book.sheets.values() for sheet in sheets if _is_plain_list(sheet)]
    found = []
    for one, other in combinations(lists, 2):
        if len(one.rows) == len(other.rows) and one.form.partition(".")[0] == other.form.partition(".")[0]:
            pairs = list(zip(one.rows, other.rows, strict=True))
            alike = [_same(a.plain_name, b.plain_name) for a, b in pairs]
            for i, (a, b) in enumerate(pairs):
                if not alike[i] and all(alike[max(0, i - 1) : i] + alike[i + 1 : i + 2]) and _same_sum(a, b):
                    found.append(_two_names(book, rule, "同一行在两张表中名称不同", a, b))
    return found


def _is_plain_list(sheet: Sheet) -> bool:
    return not any(row.code or row.side for row in sheet.rows) and "total" in sheet.measures and sheet.total is not None


def _same_sum(one: Row, other: Row) -> bool:
    a, b = one.figures.get("total"), other.figures.get("total")
    return a is not None and b is not None and bool(a.amount) and a.amount == b.amount


def _same(a: str, b: str) -> bool:
    """Whether two names are one, perhaps cut off or read with a slip."""
    shortest = min(len(a), len(b))
    limit = 1 if shortest < 8 else 2
    return a == b or a in b or b in a or edits(a, b, limit) <= limit


def _two_names(book: Book, rule: Rule, says: str, first: Row, other: Row) -> Evaluation:
    message = f"{says}：“{first.name}”与“{other.name}”"
    places = tuple(_place(book, row) for row in (first, other))
    return Evaluation(Check(rule=rule.id, status="fail", message=message, kind="other", operands=places))


def _name_cell(book: Book, row: Row) -> Cell | None:
    """The cell of the row's name, if it was read well."""
    words = book.words.get((row.table, row.row), ())
    found = next((cell for cell in words if squeeze(cell.text).endswith(row.name)), None)
    return found if found is not None and found.confidence >= _READ_WELL else None


def _place(book: Book, row: Row) -> Pointer:
    cell = _name_cell(book, row)
    if cell is not None:
        return Pointer(table=row.table, row=cell.row, col=cell.col, page=cell.page, box=cell.box)
    figure = next(iter(row.figures.values()))
    return Pointer(table=row.table, page=figure.pointer.page, box=figure.pointer.box)
