"""Identities down the columns of coded forms: 类 = Σ款, 款 = Σ项, 合计 = Σ类, over the levels that are printed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from gouji.checks.book import Figure, Row, Sheet
from gouji.checks.rules import Rule
from gouji.checks.sums import Evaluation, compare, skip


def evaluate_codes(sheet: Sheet, rule: Rule) -> list[Evaluation]:
    """For each column and each code with codes below it, and for the total row: the evaluation of the sum."""
    coded = [row for row in sheet.rows if row.code]
    counts = Counter(row.code for row in coded)
    if any(count > 1 for count in counts.values()):
        return [skip(rule.id, rule.says, "同一科目编码出现多次")]
    if not coded:
        return _judge(sheet, rule, [row for row in sheet.rows if row.numbered], {})
    found = _judge(sheet, rule, *_tree(coded, _by_prefix(coded)))
    if any(each.check.status == "fail" for each in found):
        found = _benefit(found, _judge(sheet, rule, *_tree(coded, _by_order(coded))), bool(_without_code(sheet)))
    return found


def _judge(sheet: Sheet, rule: Rule, tops: Sequence[Row], below: dict[str, list[Row]]) -> list[Evaluation]:
    found: list[Evaluation] = []
    for measure in sheet.measures:
        for code, children in below.items():
            parent = sheet.coded(code)
            if parent is not None:
                found.extend(_sum(rule, f"{rule.says}（{code}{parent.name}）", parent, children, measure))
        if sheet.total is not None:
            found.extend(_sum(rule, f"{rule.says}（合计）", sheet.total, tops, measure))
    return found


def _benefit(found: list[Evaluation], others: list[Evaluation], unread: bool) -> list[Evaluation]:
    """Failures that hold when rows are taken in printed order (a code was misread), or with unread codes, are none."""
    held = {each.left[0].key: each for each in others if each.check.status != "fail"}
    judged: list[Evaluation] = []
    for each in found:
        if each.check.status != "fail":
            judged.append(each)
        elif each.left[0].key in held:
            judged.append(held[each.left[0].key])
        else:
            check = each.check
            judged.append(skip(check.rule, check.message, "有行的科目编码未能识读") if unread else each)
    return judged


def _without_code(sheet: Sheet) -> list[Row]:
    """Rows of a coded list that have no code and are no sums: their code was not read."""
    return [row for row in sheet.rows if not row.code and row.name and not row.is_total and "合计" not in row.name]


def _by_prefix(rows: Sequence[Row]) -> list[str | None]:
    """The nearest printed code above each row's, by its digits."""
    codes = {row.code for row in rows}
    return [
        next((code[:size] for size in (7, 5, 3) if size < len(code) and code[:size] in codes), None)
        for code in (row.code or "" for row in rows)
    ]


def _by_order(rows: Sequence[Row]) -> list[str | None]:
    """The code of the nearest row above each that has a shorter code."""
    found: list[str | None] = []
    open_codes: list[str] = []
    for code in (row.code or "" for row in rows):
        while open_codes and len(open_codes[-1]) >= len(code):
            open_codes.pop()
        found.append(open_codes[-1] if open_codes else None)
        open_codes.append(code)
    return found


def _tree(rows: Sequence[Row], above: Sequence[str | None]) -> tuple[list[Row], dict[str, list[Row]]]:
    """The rows with no code above them, and for each code the rows right below it."""
    tops: list[Row] = []
    below: dict[str, list[Row]] = defaultdict(list)
    for row, code in zip(rows, above, strict=True):
        (tops if code is None else below[code]).append(row)
    return tops, below


def _sum(rule: Rule, says: str, parent: Row, children: Sequence[Row], measure: str) -> list[Evaluation]:
    whole = parent.figures.get(measure)
    parts: list[Figure] = [row.figures[measure] for row in children if measure in row.figures]
    return [compare(rule.id, says, [whole], parts)] if whole is not None and parts else []


def evaluate_levels(sheet: Sheet, rule: Rule) -> list[Evaluation]:
    """A list whose rows stand in levels by the column of their names: the total row is the sum of the highest level."""
    return [
        each
        for parent, children in _levels(sheet)
        for measure in sheet.measures
        for each in _sum(rule, f"{rule.says}（{parent.name}）", parent, children, measure)
    ]


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
