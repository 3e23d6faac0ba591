"""Identities that hold in rows: sums across a row, figures of the same row in two forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gouji.checks.book import Book, Figure, Row, Sheet
from gouji.checks.rules import Identities, Rule
from gouji.checks.sums import Evaluation, compare, judge, skip
from gouji.zh import plain


def evaluate_row(sheet: Sheet, rule: Rule) -> list[Evaluation]:
    """One evaluation for each row with figures on both sides; none when the sheet has no such column."""
    if not _has_columns(sheet, rule):
        return []
    return [each for row in sheet.rows if (each := _row(sheet, row, rule)) is not None]


def _has_columns(sheet: Sheet, rule: Rule) -> bool:
    needs = rule.needs or ("|".join(rule.left), "|".join(rule.right))
    return all(any(measure in sheet.measures for measure in need.split("|")) for need in needs)


def _row(sheet: Sheet, row: Row, rule: Rule) -> Evaluation | None:
    left, right = _take(row, rule.left), _take(row, rule.right)
    if not left or not right:
        return None
    says = f"{rule.says}（{row.code or ''}{row.name}）" if row.name else rule.says
    if (row.table, row.row) in sheet.unread and judge(left, right) == "fail":
        return skip(rule.id, says, "该行有未识别的栏")
    return compare(rule.id, says, left, right, rule.relation)


def _take(row: Row, measures: Sequence[str]) -> list[Figure]:
    """The row's figures of the measures; of "a|b" the first that is there."""
    figures = []
    for measure in measures:
        figures.extend([row.figures[name] for name in measure.split("|") if name in row.figures][:1])
    return figures


# --- the same figures in two forms ----------------------------------------------------------------------------------


def evaluate_classes(book: Book, rule: Rule, identities: Identities) -> list[Evaluation]:
    """For each function class that both forms state: the same figure."""
    (left_form, _, left_measure), (right_form, _, right_measure) = (
        rule.left[0].partition(":"),
        rule.right[0].partition(":"),
    )
    left, right = book.one(left_form), book.one(right_form)
    if left is None or right is None:
        return [skip(rule.id, rule.says, "缺表或不止一张")]
    names = {plain(name): code for code, name in identities.classes.items()}
    ours = _by_class(left, left_measure, names)
    theirs = _by_class(right, right_measure, names)
    found = [
        compare(rule.id, f"{rule.says}（{identities.classes[code]}）", ours[code], theirs[code])
        for code in ours
        if code in theirs and ours[code] and theirs[code]
    ]
    return found or [skip(rule.id, rule.says, "没有两表都列出的功能分类")]


def _by_class(sheet: Sheet, measure: str, names: dict[str, str]) -> dict[str, list[Figure]]:
    """The figures that make up each class: its own row's, or where that is not printed the highest rows'."""
    found: dict[str, list[Figure]] = {}
    coded = [row for row in sheet.rows if row.code]
    for row in sheet.rows if not coded else ():
        code = names.get(row.plain_name)
        if code and code not in found and measure in row.figures and (row.numbered or row.side):
            found[code] = [row.figures[measure]]
    highest = min((len(row.code or "") for row in coded), default=0)
    for row in coded:
        figure = row.figures.get(measure)
        if row.code and figure is not None and len(row.code) == highest:
            found.setdefault(row.code[:3], []).append(figure)
    return found


def evaluate_same(book: Book, rule: Rule, identities: Identities) -> list[Evaluation]:
    """Row by row by code (by printed name in a form without), when the total rows of the first measures agree."""
    pairs = [(a.partition(":"), b.partition(":")) for a, b in zip(rule.left, rule.right, strict=True)]
    left, right = book.one(pairs[0][0][0]), book.one(pairs[0][1][0])
    if left is None or right is None or left.total is None or right.total is None:
        return [skip(rule.id, rule.says, "缺表或缺合计行")]
    ours, theirs = _by_key(left), _by_key(right)
    whole = [left.total.figures.get(pairs[0][0][2]), right.total.figures.get(pairs[0][1][2])]
    if whole[0] is None or whole[1] is None or judge([whole[0]], [whole[1]]) == "fail":
        return [skip(rule.id, rule.says, "两表合计不同，不逐行比较")]
    found: list[Evaluation] = []
    for key in ours.keys() & theirs.keys():
        for (_, _, a), (_, _, b) in pairs:
            one, other = ours[key].figures.get(a), theirs[key].figures.get(b)
            if one is not None and other is not None:
                says = f"{rule.says}（{ours[key].code or ''}{ours[key].name}）"
                found.append(compare(rule.id, says, [one], [other]))
    return sorted(found, key=lambda each: each.left[0].key or ("", 0, 0))


def _by_key(sheet: Sheet) -> dict[str, Row]:
    keys = [row.code or ("" if row.is_total else row.printed) for row in sheet.rows]
    counts = Counter(keys)
    rows = {key: row for key, row in zip(keys, sheet.rows, strict=True) if key and counts[key] == 1}
    return rows | ({"合计": sheet.total} if sheet.total is not None else {})
