"""X12: one code, one name, everywhere."""

from __future__ import annotations

from collections import defaultdict

from gouji.checks.book import Book, Row
from gouji.checks.rules import Rule
from gouji.checks.sums import Evaluation, skip
from gouji.records import Check, Pointer
from gouji.zh import edits

# Names this close are one name read twice (the scan), not two.
_SAME_WITHIN = 2


def evaluate_names(book: Book, rule: Rule) -> list[Evaluation]:
    """One evaluation for each code that stands in several tables: fails when its names are clearly not the same."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for sheets in book.sheets.values():
        for row in (row for sheet in sheets for row in sheet.rows):
            if row.code and row.plain_name:
                rows[row.code].append(row)
    codes: dict[str, set[str]] = defaultdict(set)
    for code, same in rows.items():
        for row in same:
            codes[row.plain_name].add(code)
    found = [
        _check(rule, code, same, codes) for code, same in sorted(rows.items()) if len({row.table for row in same}) > 1
    ]
    return found or [skip(rule.id, rule.says, "没有在多张表中出现的科目编码")]


def _check(rule: Rule, code: str, rows: list[Row], codes: dict[str, set[str]]) -> Evaluation:
    first = rows[0]
    other = next((row for row in rows if not _same(row.plain_name, first.plain_name)), None)
    if other is None:
        return Evaluation(Check(rule=rule.id, status="pass", message=f"{rule.says}（{code}{first.name}）"))
    if len(codes[other.plain_name]) > 1 or len(codes[first.plain_name]) > 1:
        return skip(rule.id, rule.says, f"{code}的两个名称另有编码，也可能是编码误读")
    says = f"科目编码{code}有两个名称：“{first.name}”与“{other.name}”"
    operands = (_place(first), _place(other))
    return Evaluation(Check(rule=rule.id, status="fail", message=says, kind="other", operands=operands))


def _same(a: str, b: str) -> bool:
    return a == b or a in b or b in a or edits(a, b, _SAME_WITHIN) <= _SAME_WITHIN


def _place(row: Row) -> Pointer:
    figure = next(iter(row.figures.values()))
    return Pointer(table=row.table, row=row.row, col=0, page=figure.pointer.page, box=figure.pointer.box)
