"""From drafts to facts: weaker and repeated statements give way, and each fact gets its words, place and confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gouji.facts.narrative import Passage
from gouji.facts.wording import Rule
from gouji.records import Document, Fact, Place

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


def settle(drafts: Sequence[Draft], document: Document) -> list[list[Draft]]:
    """The drafts of each fact: one fact per key, value and subject, the statements of it in reading order.

    Weaker rules and other years give way to stronger ones of the same key.
    """
    kept: dict[tuple[str, Decimal, str | None], list[Draft]] = {}
    for draft in drafts:
        rivals = [other for other in drafts if other.key == draft.key and other.subject == draft.subject]
        if draft.rank < max(other.rank for other in rivals):
            continue
        years = {other.year or document.fiscal_year for other in rivals if other.rank == draft.rank}
        if document.fiscal_year in years and (draft.year or document.fiscal_year) != document.fiscal_year:
            continue
        kept.setdefault((draft.key, draft.value, draft.subject), []).append(draft)
    return list(kept.values())


def to_fact(said: Sequence[Draft], document: Document) -> Fact:
    """The fact of its drafts, at the first of their places; the document's year stands in where the clause names none.

    What is said twice alike is believed as the better of the two.
    """
    draft = said[0]
    places = _places(said)
    return Fact(
        key=draft.key,
        value=draft.value,
        unit=draft.unit,
        subject=draft.subject,
        year=draft.year or document.fiscal_year,
        evidence=places[0].evidence,
        page=places[0].page,
        box=places[0].box,
        confidence=max(_confidence(other) for other in said),
        method=f"{'ner+' if draft.ner else ''}rule:{draft.rule.text.id}",
        places=places,
    )


def _places(said: Sequence[Draft]) -> tuple[Place, ...]:
    """The places of the drafts, each once."""
    found = []
    for draft in said:
        page, box = draft.passage.place(draft.start, draft.end)
        found.append(Place(evidence=draft.passage.text[draft.start : draft.end].strip(), page=page, box=box))
    return tuple(dict.fromkeys(found))


def _confidence(draft: Draft) -> float:
    """How far one statement is believed: the worst of its figure's characters, times the trust in the rule."""
    return round(min(1.0, draft.passage.confidence(*draft.figure)) * TRUST[draft.rank], 4)
