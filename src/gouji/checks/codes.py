"""Identities down the columns of coded forms: 类 = Σ款, 款 = Σ项, 合计 = Σ类, over the levels that are printed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from gouji.checks.book import Book, Figure, Row, Sheet
from gouji.checks.rules import Rule
from gouji.checks.sums import Evaluation, compare, skip


def evaluate_codes(book: Book, rule: Rule) -> list[Evaluation]:
    """For each column and each code with codes below it, and for the total row: the evaluation of the sum."""
    found: list[Evaluation] = []
    for form in rule.forms:
        for sheet in book.sheets.get(form, ()):
            found.extend(_sheet(sheet, rule))
    return found or [skip(rule.id, rule.says, "缺表，或没有上下级科目")]


def _sheet(sheet: Sheet, rule: Rule) -> list[Evaluation]:
    coded = [row for row in sheet.rows if row.code]
    counts = Counter(row.code for row in coded)
    if any(count > 1 for count in counts.values()):
        return [skip(rule.id, rule.says, "同一科目编码出现多次")]
    tops, below = _tree(coded) if coded else ([row for row in sheet.rows if row.numbered], {})
    found: list[Evaluation] = []
    for measure in sheet.measures:
        for code, children in below.items():
            parent = sheet.coded(code)
            if parent is not None:
                found.extend(_sum(rule, f"{rule.says}（{code}{parent.name}）", parent, children, measure))
        if sheet.total is not None:
            found.extend(_sum(rule, f"{rule.says}（合计）", sheet.total, tops, measure))
    return found


def _tree(rows: Sequence[Row]) -> tuple[list[Row], dict[str, list[Row]]]:
    """The rows with no code above them, and for each code the rows whose nearest printed code above it is."""
    codes = {row.code for row in rows}
    tops: list[Row] = []
    below: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        code = row.code or ""
        above = next((code[:size] for size in (7, 5, 3) if size < len(code) and code[:size] in codes), None)
        if above is None:
            tops.append(row)
        else:
            below[above].append(row)
    return tops, below


def _sum(rule: Rule, says: str, parent: Row, children: Sequence[Row], measure: str) -> list[Evaluation]:
    whole = parent.figures.get(measure)
    parts: list[Figure] = [row.figures[measure] for row in children if measure in row.figures]
    return [compare(rule.id, says, [whole], parts)] if whole is not None and parts else []


def evaluate_levels(book: Book, rule: Rule) -> list[Evaluation]:
    """A list whose rows stand in levels by the column of their names: the total row is the sum of the highest level."""
    found: list[Evaluation] = []
    for form in rule.forms:
        for sheet in book.sheets.get(form, ()):
            levels = _levels(sheet)
            for parent, children in levels:
                for measure in sheet.measures:
                    says = f"{rule.says}（{parent.name}）"
                    found.extend(_sum(rule, says, parent, children, measure))
    return found or [skip(rule.id, rule.says, "缺表，或没有上下级")]


def _levels(sheet: Sheet) -> list[tuple[Row, list[Row]]]:
    """Each row with the rows of the next level below it; the total row with those of the highest level."""
    depths = _depths(sheet)
    body = [row for row in sheet.rows if not row.is_total and id(row) in depths]
    found: list[tuple[Row, list[Row]]] = []
    if not body:
        return found
    highest = min(depths[id(row)] for row in body)
    if sheet.total is not None:
        found.append((sheet.total, [row for row in body if depths[id(row)] == highest]))
    for i, row in enumerate(body):
        own = depths[id(row)]
        under = []
        for other in body[i + 1 :]:
            if depths[id(other)] <= own:
                break
            under.append(other)
        if under:
            nearest = min(depths[id(other)] for other in under)
            found.append((row, [other for other in under if depths[id(other)] == nearest]))
    return found


def _depths(sheet: Sheet) -> dict[int, int]:
    """The column in which a row's name stands."""
    columns = {
        (table.id, cell.row, "".join(cell.text.split())): cell.col
        for table in sheet.tables
        for cell in reversed(table.cells)
        if cell.text and cell.value is None
    }
    keys = {id(row): (row.table, row.row, row.name) for row in sheet.rows}
    return {row: columns[key] for row, key in keys.items() if key in columns}
