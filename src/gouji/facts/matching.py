"""Which rule names a figure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from gouji.facts.sightings import Sighting, clause_offset
from gouji.facts.wording import Rule, load_grammar, load_rules

Measure = Literal["budget", "actual", "both", "none"]
CONTEXT = 600  # characters before a figure that may tell what it is about; more would only cost time
_BOTH = re.compile(r"预算(?:数|金额)?[、和与及](?:支出)?决算|决算(?:数|金额)?[、和与及](?:支出)?预算")


@dataclass(frozen=True)
class Match:
    """A rule that fits: `start` to `end` is the item's name in `lead`."""

    rule: Rule
    lead: str
    start: int
    end: int

    @property
    def prefix(self) -> str:
        """What stands before the name in its own clause."""
        return self.lead[clause_offset(self.lead, self.start) : self.start]

    @property
    def measure(self) -> Measure:
        """Whether the figure is a budgeted or an actual amount, by the last word that tells."""
        grammar = load_grammar()
        words = grammar.measure_free.sub("", self.lead[self.start :])
        if _BOTH.search(words):
            return "both"
        budget = max((found.start() for found in grammar.budget.finditer(words)), default=-1)
        actual = max((found.start() for found in grammar.actual.finditer(words)), default=-1)
        if budget == actual:
            return "none"
        return "budget" if budget > actual else "actual"


def match_item(lead: str, sighting: Sighting, text: str, *, changes: bool = False) -> Match | None:
    """The rule whose item name ends the lead: the earliest, then longest name; None when no rule or a void one fits.

    `changes` asks for a name that has changes, whatever the figure's unit.
    """
    matches = []
    for rule in load_rules():
        if not (_can_change(rule) if changes else _takes(rule, sighting.figure.kind)):
            continue
        found = rule.item.search(lead)
        if found and (not rule.keys or _allowed(rule, found, lead, sighting, text)):
            matches.append(Match(rule, lead, found.start(1), found.end(1)))
    if not matches:
        return None
    best = min(matches, key=lambda match: (match.start, -match.end, -match.rule.text.rank))
    return best if best.rule.keys else None


def _takes(rule: Rule, kind: str) -> bool:
    """Whether the item is counted in such units; a bare 0 is an amount."""
    return kind in rule.units or (kind == "zero" and "money" in rule.units)


def _can_change(rule: Rule) -> bool:
    return rule.text.change or (not rule.keys and "money" in rule.units)


def _allowed(rule: Rule, found: re.Match[str], lead: str, sighting: Sighting, text: str) -> bool:
    spec = rule.text
    if spec.scopes and sighting.scope not in spec.scopes:
        return False
    if sighting.scope in spec.not_scopes:
        return False
    if rule.needs and not rule.needs.search(found[1]):
        return False
    if load_grammar().denied_before.search(lead[: found.start(1)]):
        return False
    clause = lead[clause_offset(lead, found.start(1)) :]
    if rule.denied and rule.denied.search(clause):
        return False
    return _fits_surroundings(rule, sighting, text)


def _fits_surroundings(rule: Rule, sighting: Sighting, text: str) -> bool:
    figure = sighting.figure
    after = text[figure.end : figure.end + 60]
    if rule.after and not rule.after.match(after):
        return False
    if rule.after_denied and rule.after_denied.match(after):
        return False
    said = _context(text, figure.start, 40 if rule.after else 0)
    said = f"{sighting.headings}。{said}" if rule.text.context_heading else said
    if rule.context and not rule.context.search(said):
        return False
    if rule.unless and rule.unless.search(_sentence(text, sighting)):
        return False
    if rule.text.least is not None and figure.value < rule.text.least:
        return False
    return not (rule.text.positive and figure.value <= 0)


def _context(text: str, position: int, ahead: int) -> str:
    """The paragraph up to the figure (and a little further), without what earlier parentheses add."""
    before = text[max(0, position - CONTEXT) : position]
    return re.sub(r"（[^（）]{0,30}）", "", before) + text[position : position + ahead]


def _sentence(text: str, sighting: Sighting) -> str:
    end = text.find("。", sighting.figure.end)
    return text[sighting.sentence : end if end >= 0 else len(text)]
