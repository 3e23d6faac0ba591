"""All identities of one report, evaluated."""

from __future__ import annotations

from collections.abc import Sequence

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

_BETWEEN_FORMS = ("refs", "classes", "same", "projects")


def evaluate_rule(book: Book, rule: Rule, identities: Identities) -> list[Evaluation]:
    """The evaluations of one rule; a rule without operands gives one that is skipped."""
    plain = {
        "row": evaluate_row, "codes": evaluate_codes, "levels": evaluate_levels, "same": evaluate_same,
        "names": evaluate_names, "rate": evaluate_rate, "funds": evaluate_funds, "scores": evaluate_scores,
        "weights": evaluate_weights,
    }  # fmt: skip
    informed = {"refs": evaluate_refs, "classes": evaluate_classes, "projects": evaluate_projects}
    if rule.family in plain:
        return plain[rule.family](book, rule)
    return informed[rule.family](book, rule, identities)


def _of_all_bodies(book: Book, rule: Rule, identities: Identities) -> list[Evaluation]:
    """The rule over the whole report; between forms, over each body's forms by themselves.

    Where it is not sure which forms are one body's, what holds is told, and what does not is left open.
    """
    if rule.family not in _BETWEEN_FORMS or len(book.sets) == 1:
        return evaluate_rule(book, rule, identities)
    found = [each for part in book.sets for each in evaluate_rule(part, rule, identities)]
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
    found = [each for rule in rules for each in _of_all_bodies(book, rule, identities)]
    found += evaluate_single_projects(book, facts, identities)
    found += evaluate_facts(book, facts, document.fiscal_year, identities)
    return found + evaluate_prose(book, narrative, document, identities)
