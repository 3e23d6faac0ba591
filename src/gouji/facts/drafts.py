"""From drafts to facts: weaker and repeated statements give way, and each fact gets its words, place and confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gouji.facts.narrative import Passage
from gouji.facts.wording import Rule
from gouji.records import Document, Fact

TRUST = {1: 0.98, 0: 0.85, -1: 0.8}  # how far a fact of a rule of each rank is believed; -1: stated absence


@dataclass(frozen=True)
class Draft:
    """A fact before it is told from its twins; `start` to `end` is its evidence in the paragraph's text."""

    key: str
    value: Decimal
    unit: str
    subject: str | None
    year: int | None
    passage: Passage
    start: int
    end: int
    figure: tuple[int, int]
    rule: Rule
    rank: int
    ner: bool = False


def settle(drafts: Sequence[Draft], document: Document) -> list[Draft]:
    """One draft per key, value and subject; weaker rules and other years give way to stronger ones of the same key."""
    kept: list[Draft] = []
    for draft in drafts:
        rivals = [other for other in drafts if other.key == draft.key and other.subject == draft.subject]
        if draft.rank < max(other.rank for other in rivals):
            continue
        years = {other.year or document.fiscal_year for other in rivals if other.rank == draft.rank}
        if document.fiscal_year in years and (draft.year or document.fiscal_year) != document.fiscal_year:
            continue
        if not any((k.key, k.value, k.subject) == (draft.key, draft.value, draft.subject) for k in kept):
            kept.append(draft)
    return kept


def to_fact(draft: Draft, document: Document) -> Fact:
    """The fact of a draft; the document's year stands in where the clause names none."""
    page, box = draft.passage.place(draft.start, draft.end)
    read = draft.passage.confidence(*draft.figure)
    trust = TRUST[draft.rank]
    return Fact(
        key=draft.key,
        value=draft.value,
        unit=draft.unit,
        subject=draft.subject,
        year=draft.year or document.fiscal_year,
        evidence=draft.passage.text[draft.start : draft.end].strip(),
        page=page,
        box=box,
        confidence=round(min(1.0, read) * trust, 4),
        method=f"{'ner+' if draft.ner else ''}rule:{draft.rule.text.id}",
    )
