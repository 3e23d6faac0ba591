"""Whose figure it is: the project that a clause speaks of, and whether it speaks of another body."""

from __future__ import annotations

import re

from gouji.facts.bodies import may_name_body, same_body
from gouji.facts.matching import Match
from gouji.facts.progress import Progress
from gouji.facts.sightings import Sighting
from gouji.facts.subjects import clause_subject, clean_subject, opening_subject, title_subject

_ITEM_NUMBER = re.compile(
    r"(?:[（(]?\d{1,2}[）)、.．]|[①-⑩]|[一二三四五六七八九十]{1,2}[是、]|[（(][一二三四五六七八九十]{1,2}[）)])(?!\d)"
)
_OWN_UNITS = frozenset({"money", "vehicle", "set", "area"})


def project_of(reading: Progress, sighting: Sighting, match: Match) -> str | None:
    """The project that the clause names, else the one spoken of so far, else the last that the recogniser saw.

    A numbered sentence speaks of a project of its own: where its name cannot be read, the one before is not meant.
    """
    named = clause_subject(match.lead, match.start) or _titled(match.lead[: match.start]) or _opened(reading, sighting)
    if named is None and _begins_item(reading, sighting):
        reading.subject = None
    if named and reading.entities:
        start, end = reading.work.span(sighting.clause_start, sighting.figure.start)
        better = reading.entities.project_within(start, end, named)
        reading.seen = better is not None
        named = better or named
    elif reading.subject is None and reading.entities:
        sentence, figure = reading.work.origins[sighting.sentence], reading.work.origins[sighting.figure.start]
        seen = reading.entities.last_project(sentence if sighting.sentence else 0, figure)
        named = seen if seen and clean_subject(seen) else None
        reading.seen = named is not None
    reading.subject = named or reading.subject
    return reading.subject


def _begins_item(reading: Progress, sighting: Sighting) -> bool:
    """Whether the figure is the first of a numbered sentence or of its numbered part, not the paragraph's first."""
    start = _part_start(reading, sighting)
    return start > 0 and bool(_ITEM_NUMBER.match(reading.work.text, start))


def _part_start(reading: Progress, sighting: Sighting) -> int:
    """Where the figure's sentence, or its part behind a semicolon, begins; -1 when another figure stands before it."""
    text = reading.work.text
    start = max(sighting.sentence, text.rfind("；", 0, sighting.figure.start) + 1)
    number = _ITEM_NUMBER.match(text, start)
    after = number.end() if number else start
    return -1 if any(after <= other.figure.start for other in reading.sightings[: sighting.index]) else start


def _titled(before: str) -> str | None:
    """The project that a short sentence before the figure's names ("项目二：路灯电费。预算资金60万元")."""
    return title_subject(before[: before.rfind("。")].strip("，、；")) if "。" in before else None


def _opened(reading: Progress, sighting: Sighting) -> str | None:
    """The project that the sentence, or its part behind a semicolon, opens with ("；“甲”项目，自评得分98分")."""
    start = _part_start(reading, sighting)
    return opening_subject(reading.work.text[start:]) if start > 0 else None


def speaks_of_another(reading: Progress, sighting: Sighting, match: Match) -> bool:
    """Whether the clause's body, as the recogniser sees it, is another than the report's own."""
    organisation = reading.document.organization
    if match.rule.text.subject or not match.rule.units & _OWN_UNITS or reading.nlp is None or organisation is None:
        return False
    start, item = _speech(reading, sighting, match)
    if not may_name_body(reading.passage.text[start:item], organisation) or reading.entities is None:
        return False
    spoken = reading.entities.speaker(start, item, reading.passage.text)
    return spoken is not None and not same_body(spoken, organisation)


def _speech(reading: Progress, sighting: Sighting, match: Match) -> tuple[int, int]:
    """Where the sentence starts, and where the item's name begins, in the paragraph's text."""
    text = reading.work.text
    named = text.rfind(match.lead[match.start : match.end], sighting.sentence, sighting.figure.start)
    position = named if named >= 0 else sighting.figure.start
    return reading.work.span(sighting.sentence, sighting.figure.end)[0], reading.work.origins[position]
