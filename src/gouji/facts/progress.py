"""What has been understood of one paragraph so far, and how a figure in it becomes a draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from gouji.facts.drafts import Draft
from gouji.facts.figures import unit_of
from gouji.facts.matching import Match
from gouji.facts.narrative import Passage
from gouji.facts.sightings import Sighting, clause_offset
from gouji.facts.worktext import WorkText
from gouji.records import Document

if TYPE_CHECKING:
    from gouji.facts.ner import Entities, Recogniser


@dataclass
class Progress:
    """One paragraph, its sightings, the drafts made of them, and what a later clause may refer back to.

    `level_at` and `lead` are the last amount and the words before it, `main` is the first item of that sentence,
    `named` are all of its items, `changing` those that a change without a name speaks of. `subject` is the project
    spoken of, `seen` whether the recogniser named it, `forced` the names that a list gives to its figures.
    """

    passage: Passage
    work: WorkText
    sightings: list[Sighting]
    document: Document
    subject: str | None
    nlp: Recogniser | None
    drafts: list[Draft] = field(default_factory=list)
    level_at: Sighting | None = None
    main: Match | None = None
    main_lead: str = ""
    changing: list[Match] = field(default_factory=list)
    named: list[Match] = field(default_factory=list)
    lead: str = ""
    inherited: str = "none"
    against_budget: bool = False
    seen: bool = False
    forced: dict[int, str] = field(default_factory=dict)

    @cached_property
    def entities(self) -> Entities | None:
        """What the recogniser sees in the paragraph; looked up only when a clause asks."""
        return self.nlp.entities(self.passage.text) if self.nlp else None

    def before(self, sighting: Sighting) -> Sighting | None:
        """The sighting before this one in the same sentence."""
        last = self.sightings[sighting.index - 1] if sighting.index else None
        return last if last is not None and last.sentence == sighting.sentence else None

    def in_sentence_of_level(self, sighting: Sighting) -> bool:
        """Whether the last amount stands in the same sentence."""
        return self.level_at is not None and self.level_at.sentence == sighting.sentence


def make_draft(
    reading: Progress, sighting: Sighting, match: Match, key: str, value: Decimal, subject: str | None
) -> Draft:
    """The draft of a figure that an item's name says; its evidence runs from the name to the figure."""
    first = _evidence_start(reading, sighting, match)
    start, end = reading.work.span(first, _evidence_end(reading, sighting, match))
    return Draft(
        key=key,
        value=value,
        unit=sighting.figure.unit if sighting.form == "change" else unit_of(match.rule.kind),
        subject=subject,
        year=None if subject else sighting.year,
        passage=reading.passage,
        start=start,
        end=end,
        figure=reading.work.span(sighting.figure.start, sighting.figure.end),
        rule=match.rule,
        rank=match.rule.text.rank,
        ner=reading.seen and subject is not None,
    )


def _evidence_start(reading: Progress, sighting: Sighting, match: Match) -> int:
    """Where the evidence begins: the clause of the item's name, behind the figures before it."""
    text = reading.work.text
    name = match.lead[match.start : match.end]
    named = text.rfind(name, sighting.sentence, sighting.figure.start)
    place = named if named >= 0 else sighting.clause_start
    ends = (other.figure.end for other in reading.sightings[: sighting.index] if other.figure.end <= place)
    start = max(clause_offset(text, place), max(ends, default=0))
    return start + len(text[start:place]) - len(text[start:place].lstrip("、，"))


def _evidence_end(reading: Progress, sighting: Sighting, match: Match) -> int:
    """Where the evidence ends: with the figure, or with the clause when what follows names the item ("设3个科室")."""
    text, end = reading.work.text, sighting.figure.end
    found = match.rule.after.match(text[end:]) if match.rule.after else None
    return end + found.end() if found else end
