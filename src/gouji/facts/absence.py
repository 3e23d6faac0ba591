"""Stated absence: a clause like "未发生公务接待费" states 0, unless the document gives a figure elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from gouji.facts.drafts import Draft
from gouji.facts.narrative import Passage
from gouji.facts.wording import Rule, load_grammar, load_rules
from gouji.facts.worktext import WorkText
from gouji.records import Document

ABSENCE_RANK = -1  # a figure of any rule comes first


def stated_zeros(passage: Passage, work: WorkText, document: Document) -> list[Draft]:
    """A draft of 0 for each item whose absence a clause without figures states."""
    drafts: list[Draft] = []
    for clause in re.finditer(r"[^，。；：！？]+", work.text):
        if re.search(r"\d", re.sub(r"20\d\d年", "", clause.group())):
            continue
        place = work.span(clause.start(), clause.end())
        for part in _denials(clause.group()):
            for rule in load_rules():
                if rule.text.zero and _denies(rule, part):
                    drafts += _zeros(rule, passage, place, document)
    return drafts


def _denials(clause: str) -> list[str]:
    """The clause's parts, each with its denial: "未发生甲、乙" denies both of them."""
    grammar = load_grammar()
    denial, parts = "", []
    for part in re.split(r"、|(?:(?<=费)|(?<=费用))(?:和|及)(?=[^运购])", clause):
        found = re.search(grammar.zero_before, part)
        denial = found.group() if found else denial
        parts.append(part if found or not denial else denial + part)
    return parts


def _denies(rule: Rule, clause: str) -> bool:
    return bool(rule.zero_item.search(clause)) and not (rule.denied and rule.denied.search(clause))


def _zeros(rule: Rule, passage: Passage, place: tuple[int, int], document: Document) -> Iterator[Draft]:
    """Drafts for the rule's keys; in a budget for the budgeted amount too."""
    spec = rule.text
    budgeted = (spec.budget_key,) if document.kind == "budget" and spec.budget_both and spec.budget_key else ()
    for key in (*rule.keys, *budgeted):
        yield Draft(key, Decimal(0), "元", None, None, passage, *place, place, rule, ABSENCE_RANK)
