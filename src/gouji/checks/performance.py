"""Identities of the performance forms (绩效): rates, funds, scores, weights, and executed amounts in all."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from gouji.checks.book import Book, Figure, Row, Sheet
from gouji.checks.refs import resolve
from gouji.checks.rules import Identities, Rule
from gouji.checks.sums import Evaluation, compare, judge, share_check, skip, total
from gouji.records import Pointer
from gouji.zh import plain

_LEAST_WEIGHTS = Decimal(80)  # with less than this not all weights were read
_WEIGHTS = (Decimal(100), Decimal(90))
_FUNDS_TOTALS = ("年度资金总", "部门预算总额", "资金总额", "预算资金总额", "项目资金总额")
_SCORES = ("weight", "score")
_FEET = ("总分", "合计", "总计", "总分值", "自评总分", "自评得分")


def evaluate_rate(sheet: Sheet, rule: Rule) -> list[Evaluation]:
    """In each row with a rate, an executed amount and a budget: the rate is their quotient."""
    found: list[Evaluation] = []
    for row in sheet.rows:
        figures = [row.figures.get(name) for name in (*rule.left, *rule.right)]
        if all(figures):
            each = share_check(rule.id, f"{rule.says}（{row.name}）", *figures)  # type: ignore[arg-type]
            found.extend([each] if each is not None else [])
    return found


def evaluate_funds(sheet: Sheet, rule: Rule) -> list[Evaluation]:
    """The row of all funds against the sum of the rows of single sources, per column of money."""
    found: list[Evaluation] = []
    for measure in [name for name in sheet.measures if name.startswith("funds.") and name != "funds.rate"]:
        rows = [row for row in sheet.rows if measure in row.figures]
        whole = [row for row in rows if is_funds_total(row.name)]
        parts = [row.figures[measure] for row in rows if not is_funds_total(row.name)]
        if len(whole) == 1 and parts:
            found.append(_funds(rule, whole[0].figures[measure], parts))
    return found


def _funds(rule: Rule, whole: Figure, parts: Sequence[Figure]) -> Evaluation:
    each = compare(rule.id, rule.says, [whole], parts)
    filled = [part for part in parts if part.amount]
    if each.check.status == "fail" and not filled:
        return skip(rule.id, rule.says, "各项资金来源均为空")
    nested = each.check.status == "fail" and _is_nested(whole, filled)
    return skip(rule.id, rule.says, "资金来源之下又分来源") if nested else each


def _is_nested(whole: Figure, parts: Sequence[Figure]) -> bool:
    """Whether rows say what a row above is made of: some parts are the whole, and the rest is one of them."""
    for size in range(1, len(parts)):
        for chosen in combinations(parts, size):
            rest = total(part for part in parts if part not in chosen)
            if total(chosen) == whole.amount and any(part.amount == rest for part in chosen):
                return True
    return False


def is_funds_total(name: str) -> bool:
    """Whether a row of funds is that of all sources together."""
    return plain(name).startswith(_FUNDS_TOTALS) or plain(name) in ("总额", "总和", "合计")


def evaluate_scores(sheet: Sheet, rule: Rule) -> list[Evaluation]:
    """No score above its weight; the sum at the foot is that of the scores."""
    found: list[Evaluation] = []
    for row in sheet.rows:
        if all(name in row.figures for name in _SCORES):
            left, right = [row.figures["score"]], [row.figures["weight"]]
            found.append(compare(rule.id, f"{rule.says}（{row.name}）", left, right, "<="))
    whole, parts = _scored(sheet, "score", rule)
    if whole is not None and len(parts) > 1:
        with_rate = [*parts, *_rate_score(sheet)]
        parts = parts if judge([whole], parts) != "fail" else with_rate
        found.append(compare(rule.id, f"{rule.says}（总分）", [whole], parts))
    return found


def _scored(sheet: Sheet, measure: str, rule: Rule) -> tuple[Figure | None, list[Figure]]:
    """The figure at the foot, and those above it; of the funds only the row that has a weight counts."""
    totals = {plain(name) for name in rule.left}
    rows = [row for row in sheet.rows if measure in row.figures]
    whole = [row.figures[measure] for row in rows if plain(row.name) in totals]
    weighed = "weight" in sheet.measures
    parts = [
        row.figures[measure]
        for row in rows
        if plain(row.name) not in totals and not (weighed and _is_fund(row) and "weight" not in row.figures)
    ]
    return (whole[0] if len(whole) == 1 else None), parts


def _rate_score(sheet: Sheet) -> list[Figure]:
    """The score of the execution rate, in the first row of funds that has one, where no weight is printed beside it."""
    rows = [row for row in sheet.rows if _is_fund(row) and "weight" not in row.figures and "score" in row.figures]
    return [row.figures["score"] for row in rows if row.figures["score"].amount][:1]


def _is_fund(row: Row) -> bool:
    return any(name.startswith("funds.") for name in row.figures)


def total_score(sheet: Sheet) -> Figure | None:
    """The score at the foot of a form; None when it prints none, or more than one."""
    found = [row.figures["score"] for row in sheet.rows if plain(row.name) in _FEET and "score" in row.figures]
    return found[0] if len(found) == 1 else None


def evaluate_weights(sheet: Sheet, rule: Rule) -> list[Evaluation]:
    """All weights sum to 100, or to 90 where the 10 points of the execution rate are not printed."""
    _, parts = _scored(sheet, "weight", rule)
    enough = len(parts) > 2 and total(parts) >= _LEAST_WEIGHTS
    return [_weights(rule, parts, bool(_rate_score(sheet)))] if enough else []


def _weights(rule: Rule, parts: Sequence[Figure], rate_scored: bool) -> Evaluation:
    """`rate_scored`: the execution rate has a score, and its 10 points may not be printed among the weights."""
    actual = total(parts)
    nearest = min(_WEIGHTS, key=lambda weight: abs(actual - weight))
    whole = actual if actual in _WEIGHTS else _WEIGHTS[1] if rate_scored else nearest
    return compare(rule.id, rule.says, parts, [Figure(whole, Decimal(0), Pointer(), str(whole))])


def evaluate_projects(book: Book, rule: Rule, identities: Identities) -> list[Evaluation]:
    """The executed amounts of all projects against 项目支出: a note, as a report need not evaluate every project."""
    against = [resolve(book, ref, identities) for ref in rule.right]
    whole = next((found.figures[0] for found in against if found.figures), None)
    if whole is None:
        return [skip(rule.id, rule.says, "缺项目支出决算数")]
    form, _, measure = rule.left[0].partition(":")
    parts = [
        row.figures[measure] for sheet in book.sheets.get(form, ()) for row in sheet.rows if measure in row.figures
    ]
    parts = [figure for figure in parts if figure.label not in ("合计", "总计")]
    if not parts:
        return [skip(rule.id, rule.says, "没有项目自评汇总表")]
    return [compare(rule.id, rule.says, [whole], parts)]
