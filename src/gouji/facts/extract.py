"""The narrative's facts: each figure, the rule that names it, and the clause that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gouji.config import FactsSettings
from gouji.facts.absence import stated_zeros
from gouji.facts.changes import note_comparison, read_change, read_unchanged
from gouji.facts.drafts import Draft, settle, to_fact
from gouji.facts.levels import read_level
from gouji.facts.narrative import Narrative, Passage
from gouji.facts.progress import Progress
from gouji.facts.sightings import find_sightings, heading_scope
from gouji.facts.subjects import opening_subject, title_subject
from gouji.facts.wording import load_grammar
from gouji.facts.worktext import to_work_text
from gouji.records import Document, Fact
from gouji.zh import squeeze

if TYPE_CHECKING:
    from gouji.facts.ner import Recogniser

MAX_TITLE = 60  # a longer paragraph is no title of what follows


def extract_facts(
    narrative: Narrative, document: Document, settings: FactsSettings, nlp: Recogniser | None = None
) -> tuple[Fact, ...]:
    """All facts that the narrative states, in reading order; money in 元, changes signed.

    `nlp` is the loaded recogniser (`ner.load_recogniser`); without it the rules work alone.
    """
    drafts: list[Draft] = []
    title: str | None = None
    for passage in narrative.passages:
        if passage.paragraph.kind == "heading":
            title = None
            continue
        scope = heading_scope(passage.paragraph.section)
        if scope == "silent":
            continue
        drafts += _read(_begin(passage, document, scope, title, nlp if settings.ner else None))
        title = title_subject(passage.text) if len(passage.text) <= MAX_TITLE else None
    return tuple(to_fact(said, document) for said in settle(drafts, document))


def _begin(
    passage: Passage, document: Document, scope: str | None, title: str | None, nlp: Recogniser | None
) -> Progress:
    work = to_work_text(passage.text, passage.confidences())
    sightings = find_sightings(work.text, scope, squeeze("".join(passage.paragraph.section[-2:])))
    subject = None
    if any(sighting.scope == "performance" for sighting in sightings) or scope == "performance":
        headings = (title_subject(heading) for heading in reversed(passage.paragraph.section[-1:]))
        subject = opening_subject(work.text) or title or next((name for name in headings if name), None)
    return Progress(passage, work, sightings, document, subject, nlp)


def _read(reading: Progress) -> list[Draft]:
    for sighting in reading.sightings:
        if sighting.form == "change":
            read_change(reading, sighting)
        elif sighting.form in ("level", "completion"):
            read_level(reading, sighting)
        elif load_grammar().comparator.search(
            sighting.lead
        ):  # "比上年增加（减少）8万元，增长3%": only the rate is told
            note_comparison(reading, sighting, sighting.lead)
    read_unchanged(reading)
    return [*reading.drafts, *stated_zeros(reading.passage, reading.work, reading.document)]
