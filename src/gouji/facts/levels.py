"""Amounts and counts: which item a figure is said of, and which keys it states."""

from __future__ import annotations

import re

from gouji.facts.lists import each_of, spread
from gouji.facts.matching import Match, match_item
from gouji.facts.progress import Progress, make_draft
from gouji.facts.sightings import Sighting
from gouji.facts.whose import project_of, speaks_of_another
from gouji.facts.wording import load_grammar

_MEASURED = re.compile("预算|决算")
_AGAIN = re.compile(r"^[）、，；]*")
_ASIDE = re.compile(r"（[^（）]*）")


def read_level(reading: Progress, sighting: Sighting) -> None:
    """Draft what a figure states, and remember its item for the changes that follow."""
    spread(reading, sighting)
    lead, text = sighting.lead, reading.work.text
    match = _match(reading.forced.get(sighting.index, lead), sighting, text)
    if match is None and (before := reading.before(sighting)) and load_grammar().risen.search(lead):
        lead = load_grammar().prior.sub("", before.lead)  # "由上年的98万元增加到103万元"
        match = match_item(lead, sighting, text)
    if match is None and _goes_on(reading, sighting):
        lead = (reading.lead if reading.in_sentence_of_level(sighting) else reading.main_lead) + _AGAIN.sub("，", lead)
        match = match_item(lead, sighting, text)
    found = each_of(sighting, lead, match, text) or list(filter(None, [match]))
    for item in found:
        _state(reading, sighting, item)
    _remember(reading, sighting, found, lead)


def _match(lead: str, sighting: Sighting, text: str) -> Match | None:
    """The item that the lead names; where it names none, without what its parentheses add."""
    return match_item(lead, sighting, text) or (
        match_item(_ASIDE.sub("", lead), sighting, text) if "（" in lead else None
    )


def _goes_on(reading: Progress, sighting: Sighting) -> bool:
    """Whether the words before the figure only say 预算 or 决算 of the item before it."""
    grammar, lead = load_grammar(), sighting.lead
    if "支出" in lead and any(key.startswith("revenue.") for match in reading.changing for key in match.rule.keys):
        return False
    if not (reading.in_sentence_of_level(sighting) or _main_goes_on(reading, sighting)):
        return False
    return bool(grammar.bare.fullmatch(lead) and grammar.bare_needs.search(lead))


def _main_goes_on(reading: Progress, sighting: Sighting) -> bool:
    """Whether an earlier sentence's item may still be spoken of: a total, or the budget of the sentence before."""
    if reading.level_at is None or reading.main is None:
        return False
    follows = reading.work.text.find("。", reading.level_at.figure.end) + 1 == sighting.sentence
    budgeted = reading.main.rule.text.budget_key is not None and bool(_MEASURED.search(sighting.lead))
    return reading.main.rule.text.total or (follows and budgeted)


def _state(reading: Progress, sighting: Sighting, match: Match) -> None:
    subject = project_of(reading, sighting, match) if match.rule.text.subject else None
    if (match.rule.text.subject and subject is None) or speaks_of_another(reading, sighting, match):
        return
    for key in _stated_keys(reading, match):
        if subject is None and _is_part(reading, sighting, key, match.rule.text.rank):
            continue
        reading.drafts.append(make_draft(reading, sighting, match, key, sighting.figure.value, subject))


def _is_part(reading: Progress, sighting: Sighting, key: str, rank: int) -> bool:
    """Whether the whole has been stated already, as surely, and this is a part ("18批次，其中：…10批次")."""
    sentence = reading.work.origins[_whole_start(reading.work.text, sighting.sentence)]
    figure = reading.work.origins[sighting.figure.start]
    for draft in reading.drafts:
        whole = draft.key == key and draft.start >= sentence and draft.rank >= rank
        whole = whole and sighting.figure.value <= draft.value
        if whole and "其中" in reading.passage.text[draft.end : figure]:
            return True
    return False


def _whole_start(text: str, sentence: int) -> int:
    """Where the whole may be stated: from the sentence's start, or the one's before when it begins with 其中."""
    return text.rfind("。", 0, sentence - 1) + 1 if sentence and text.startswith("其中", sentence) else sentence


def _stated_keys(reading: Progress, match: Match) -> tuple[str, ...]:
    """The keys that a figure of this name states in this kind of report."""
    rule, spec = match.rule, match.rule.text
    if reading.document.kind == "budget":
        return (*rule.keys, spec.budget_key) if spec.budget_both and spec.budget_key else rule.keys
    measure = match.measure
    if measure == "none" and spec.budget_key and not spec.total:
        measure = "budget" if reading.inherited == "budget" else "none"
    if spec.total:
        reading.inherited = measure
    if measure == "both" and spec.budget_key:
        return (*rule.keys, spec.budget_key)
    if measure == "budget" and rule.units == {"money"} and not spec.any_measure and not spec.subject:
        return (spec.budget_key,) if spec.budget_key else ()
    return rule.keys


def _remember(reading: Progress, sighting: Sighting, found: list[Match], lead: str) -> None:
    if sighting.figure.kind not in ("money", "zero") or _in_parentheses(reading.work.text, sighting):
        return
    if reading.in_sentence_of_level(sighting) and load_grammar().aside.search(sighting.lead):
        return
    if not reading.in_sentence_of_level(sighting):
        reading.main, reading.main_lead, reading.named = next(iter(found), None), lead, []
    twins = reading.changing if _same_total(reading, sighting, found) else []
    reading.level_at, reading.lead = sighting, lead
    reading.changing = [*twins, *found]
    reading.named = [*reading.named, *reading.changing]


def _same_total(reading: Progress, sighting: Sighting, found: list[Match]) -> bool:
    """Whether the figure before is another total of the same value ("收入总计10万元，支出总计10万元，比上年…")."""
    last = reading.level_at
    if not any(match.rule.text.change for match in found) or last is None or last.index != sighting.index - 1:
        return False
    return last.sentence == sighting.sentence and last.figure.value == sighting.figure.value


def _in_parentheses(text: str, sighting: Sighting) -> bool:
    before = text[sighting.sentence : sighting.figure.start]
    return before.count("（") > before.count("）")
