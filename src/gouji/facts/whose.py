"""Whose figure it is: the project that a clause speaks of, and whether it speaks of another body."""

from __future__ import annotations

from gouji.facts.bodies import may_name_body, same_body
from gouji.facts.matching import Match
from gouji.facts.progress import Progress
from gouji.facts.sightings import Sighting
from gouji.facts.subjects import clause_subject, opening_subject, title_subject

_OWN_UNITS = frozenset({"money", "vehicle", "set", "area"})


def project_of(reading: Progress, sighting: Sighting, match: Match) -> str | None:
    """The project that the clause names, else the one spoken of so far, else the last that the recogniser saw."""
    named = clause_subject(match.lead, match.start) or _titled(match.lead[: match.start]) or _opened(reading, sighting)
    if named and reading.entities:
        start, end = reading.work.span(sighting.clause_start, sighting.figure.start)
        better = reading.entities.project_within(start, end, named)
        reading.seen = better is not None
        named = better or named
    elif reading.subject is None and reading.entities:
        named = reading.entities.last_project(reading.work.origins[sighting.figure.start])
        reading.seen = named is not None
    reading.subject = named or reading.subject
    return reading.subject


def _titled(before: str) -> str | None:
    """The project that a short sentence before the figure's names ("项目二：路灯电费。预算资金60万元")."""
    return title_subject(before[: before.rfind("。")].strip("，、；")) if "。" in before else None


def _opened(reading: Progress, sighting: Sighting) -> str | None:
    """The project that the sentence, or its part behind a semicolon, opens with ("；“甲”项目，自评得分98分")."""
    text = reading.work.text
    start = max(sighting.sentence, text.rfind("；", 0, sighting.figure.start) + 1)
    if start == 0 or any(start <= other.figure.start for other in reading.sightings[: sighting.index]):
        return None
    return opening_subject(text[start:])


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
