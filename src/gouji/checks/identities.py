"""All identities of one report, evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from gouji.checks.book import Book
from gouji.checks.codes import evaluate_codes, evaluate_levels
from gouji.checks.names import evaluate_names
from gouji.checks.performance import (
    evaluate_funds,
    evaluate_projects,
    evaluate_rate,
    evaluate_scores,
    evaluate_weights,
)
from gouji.checks.projects import evaluate_single_projects
from gouji.checks.prose import evaluate_prose
from gouji.checks.refs import evaluate_refs
from gouji.checks.rows import evaluate_classes, evaluate_row, evaluate_same
from gouji.checks.rules import Identities, Rule
from gouji.checks.stated import evaluate_facts
from gouji.checks.sums import Evaluation, skip
from gouji.records import Document, Fact, Paragraph

# Within one sheet: who evaluates it, and why there may be nothing to evaluate in any.
_IN_SHEETS = {
    "row": (evaluate_row, "缺表、缺栏或有关单元格为空"),
    "codes": (evaluate_codes, "缺表，或没有上下级科目"),
    "levels": (evaluate_levels, "缺表，或没有上下级"),
    "rate": (evaluate_rate, "缺表，或没有预算数与执行数"),
    "funds": (evaluate_funds, "缺表，或没有资金总额与各项来源"),
    "scores": (evaluate_scores, "缺表，或没有分值与得分"),
    "weights": (evaluate_weights, "缺表，或没有分值"),
}
_BETWEEN_FORMS = {
    "refs": evaluate_refs, "classes": evaluate_classes, "same": evaluate_same, "projects": evaluate_projects
}  # fmt: skip


def evaluate_rule(book: Book, rule: Rule, identities: Identities) -> list[Evaluation]:
    """The evaluations of one rule; a rule without operands gives one that is skipped."""
    if rule.family in _IN_SHEETS:
        return _in_sheets(book, rule)
    return evaluate_names(book, rule) if rule.family == "names" else _of_all_bodies(book, rule, identities)


def _in_sheets(book: Book, rule: Rule) -> list[Evaluation]:
    evaluate, reason = _IN_SHEETS[rule.family]
    sheets = [sheet for form in rule.forms for sheet in book.sheets.get(form, ())]
    found = [each for sheet in sheets for each in book.recall(partial(evaluate, sheet, rule), sheet, rule)]
    return found or [skip(rule.id, rule.says, reason)]


def _between_forms(book: Book, number: int, rule: Rule, identities: Identities) -> list[Evaluation]:
    """The rule over the sheets of the forms that it names, in the `number`-th set of forms."""
    forms = dict.fromkeys(ref.partition(":")[0] for ref in (*rule.left, *rule.right))
    sheets = tuple(tuple(book.sheets.get(form, ())) for form in forms)
    evaluate = _BETWEEN_FORMS[rule.family]
    return book.recall(partial(evaluate, book, rule, identities), number, rule, sheets, identities)


def _of_all_bodies(book: Book, rule: Rule, identities: Identities) -> list[Evaluation]:
    """The rule over each body's forms by themselves.

    Where it is not sure which forms are one body's, what holds is told, and what does not is left open.
    """
    found = [each for i, part in enumerate(book.sets) for each in _between_forms(part, i, rule, identities)]
    if len(book.sets) == 1:
        return found
    sure = book.is_paired or len({ref.partition(":")[0] for ref in (*rule.left, *rule.right)}) == 1
    return found if sure else [_left_open(each) for each in found]


def _left_open(each: Evaluation) -> Evaluation:
    check = each.check
    failed = check.status == "fail"
    return skip(check.rule, check.message, "同一报表有多张，无法确定哪几张属于同一单位") if failed else each


def _concerns(book: Book, rule: Rule) -> bool:
    """Whether the report has forms of a family that the rule speaks of: a budget says nothing of final accounts."""
    names = [*rule.forms, *(ref.partition(":")[0] for ref in (*rule.left, *rule.right) if ":" in ref)]
    families = {name.partition(".")[0] for name in names}
    return not families or any(form.partition(".")[0] in families for form in book.sheets)


def evaluate_all(
    book: Book, facts: Sequence[Fact], narrative: Sequence[Paragraph], document: Document, identities: Identities
) -> list[Evaluation]:
    """Every rule, in the order of the data: inside forms, performance, between forms, facts, running text."""
    rules = [rule for rule in identities.rules if _concerns(book, rule)]
    found = [each for rule in rules for each in evaluate_rule(book, rule, identities)]
    found += evaluate_single_projects(book, facts, identities)
    found += evaluate_facts(book, facts, document.fiscal_year, identities)
    return found + evaluate_prose(book, narrative, document, identities)
