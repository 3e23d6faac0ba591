"""The narrative's facts: each figure, the rule that names it, and the clause that says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from gouji.config import FactsSettings
from gouji.facts.absence import stated_zeros
from gouji.facts.bodies import may_name_body, same_body
from gouji.facts.drafts import Draft, settle, to_fact
from gouji.facts.matching import Match, match_item
from gouji.facts.narrative import Narrative, Passage
from gouji.facts.sightings import Sighting, clause_offset, find_sightings, heading_scope
from gouji.facts.subjects import clause_subject, opening_subject, split_names, title_subject
from gouji.facts.wording import load_grammar
from gouji.facts.worktext import WorkText, to_work_text
from gouji.records import Document, Fact
from gouji.zh import squeeze

if TYPE_CHECKING:
    from gouji.facts.ner import Entities, Recogniser

_SEVERALLY = re.compile(r"分别(?:为|是|达|有|得|约为|达到)?：?$")
_EACH = re.compile(r"(?:均|都|皆|各)(?:为|是)?$")
_OWN_UNITS = frozenset({"money", "vehicle", "set", "area"})
_LIST_JOINT = re.compile(r"(?:[、，；]|和|及|与|以及|为|分别)*")
_COMPARISON = re.compile(
    r"(?:与|比|较|同|和|跟|相比)?(?:20\d\d年度?|上年度?|去年|上一年度?|前一年度?)(?:的)?(?:一般公共预算|财政拨款|部门)?"
    r"(?:年初)?(?:决算|预算|执行|支出|收入|同期|批复)*(?:数|额|总额)?(?:相比|相较|对比|比较|比|基础上)?|同比|相比|上年同期"
)
_NO_ITEM = re.compile(
    r"(?:[，、；：。（）]|万?元|20\d\d年度?|各|均|又|也|则|总体|整体|其中|同比|较|比|与|年度|本年|相应|合计|共|总计|净|当年|预算|决算|数)*"
)


@dataclass
class _Reading:
    """What has been understood of one paragraph so far."""

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
        reading = _begin(passage, document, scope, title, nlp if settings.ner else None)
        _read(reading)
        drafts += reading.drafts
        title = title_subject(passage.text) if len(passage.text) <= 60 else None
    return tuple(to_fact(draft, document) for draft in settle(drafts, document))


def _begin(
    passage: Passage, document: Document, scope: str | None, title: str | None, nlp: Recogniser | None
) -> _Reading:
    work = to_work_text(passage.text, passage.confidences())
    sightings = find_sightings(work.text, scope, squeeze("".join(passage.paragraph.section[-2:])))
    subject = None
    if any(sighting.scope == "performance" for sighting in sightings) or scope == "performance":
        headings = (title_subject(heading) for heading in reversed(passage.paragraph.section[-1:]))
        subject = opening_subject(work.text) or title or next((name for name in headings if name), None)
    return _Reading(passage, work, sightings, document, subject, nlp)


def _read(reading: _Reading) -> None:
    for sighting in reading.sightings:
        if sighting.form == "change":
            _read_change(reading, sighting)
        elif sighting.form in ("level", "completion"):
            _read_level(reading, sighting)
    _read_unchanged(reading)
    reading.drafts += stated_zeros(reading.passage, reading.work, reading.document)


# --- levels ---------------------------------------------------------------------------------------------------


def _read_level(reading: _Reading, sighting: Sighting) -> None:
    lead = sighting.lead
    if sighting.index not in reading.forced and _SEVERALLY.search(lead):
        _spread(reading, sighting, lead)
    match = match_item(reading.forced.get(sighting.index, lead), sighting, reading.work.text)
    if match is None and _goes_on(reading, sighting):
        lead = (reading.lead if _same_sentence(reading, sighting) else reading.main_lead) + lead.lstrip("）")
        match = match_item(lead, sighting, reading.work.text)
    for found in _each_of(reading, sighting, lead, match) or filter(None, [match]):
        _state(reading, sighting, found)
    _remember(reading, sighting, match, lead)


def _goes_on(reading: _Reading, sighting: Sighting) -> bool:
    """Whether the words before the figure only say 预算 or 决算 of the item before it."""
    grammar, lead, last = load_grammar(), sighting.lead, reading.level_at
    if last is None or not (_same_sentence(reading, sighting) or (reading.main and reading.main.rule.text.total)):
        return False
    return bool(grammar.bare.fullmatch(lead) and grammar.bare_needs.search(lead))


def _same_sentence(reading: _Reading, sighting: Sighting) -> bool:
    return reading.level_at is not None and reading.level_at.sentence == sighting.sentence


def _each_of(reading: _Reading, sighting: Sighting, lead: str, match: Match | None) -> list[Match]:
    """The items of a list of which one figure is said ("甲、乙均为0元"); empty when the lead is no such list."""
    found = _EACH.search(lead)
    start = clause_offset(lead, len(lead))
    names = split_names(lead[start : found.start()]) if found else []
    if len(names) < 2 or (match is not None and match.start - start < len(names[0])):
        return []
    text, ending = reading.work.text, names[-1][-2:]  # "上缴上级、经营支出均为0": the last name's ending is shared
    items = (match_item(name, sighting, text) or match_item(name + ending, sighting, text) for name in names)
    return list(filter(None, items))


def _spread(reading: _Reading, sighting: Sighting, lead: str) -> None:
    """Give each figure of a "分别为" list the name at its place; unequal lists stay unread."""
    found = _SEVERALLY.search(lead)
    names = split_names(lead[clause_offset(lead, len(lead)) : found.start()]) if found else []
    figures = [sighting]
    for other in reading.sightings[sighting.index + 1 :]:
        if not _LIST_JOINT.fullmatch(other.lead) or other.figure.kind != sighting.figure.kind:
            break
        figures.append(other)
    ending = _shared_ending(names, sighting, reading.work.text)
    for index, figure in enumerate(figures):
        name = names[index] if len(names) == len(figures) else "—"
        reading.forced[figure.index] = name + (ending if not name.endswith(ending) else "")


def _shared_ending(names: Sequence[str], sighting: Sighting, text: str) -> str:
    """The item that the last name of a list ends with ("甲、乙项目自评得分"), which holds for all of them."""
    match = match_item(names[-1], sighting, text) if names else None
    return names[-1][match.start :] if match and match.rule.text.subject else ""


def _state(reading: _Reading, sighting: Sighting, match: Match) -> None:
    spec = match.rule.text
    subject = None
    if spec.subject:
        subject = _subject(reading, sighting, match)
        if subject is None:
            return
    elif match.rule.units & _OWN_UNITS and _speaks_of_another(reading, sighting, match):
        return
    for key in _stated_keys(reading, match):
        reading.drafts.append(_draft(reading, sighting, match, key, sighting.figure.value, subject))


def _subject(reading: _Reading, sighting: Sighting, match: Match) -> str | None:
    """The project that the clause names, else the one spoken of so far, else the last that the recogniser saw."""
    named = clause_subject(match.lead, match.start) or _titled(match.lead[: match.start])
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


def _speaks_of_another(reading: _Reading, sighting: Sighting, match: Match) -> bool:
    """Whether the clause's body, as the recogniser sees it, is another than the report's own."""
    organisation = reading.document.organization
    if reading.nlp is None or organisation is None:
        return False
    start, item = _speech(reading, sighting, match)
    if not may_name_body(reading.passage.text[start:item], organisation) or reading.entities is None:
        return False
    spoken = reading.entities.speaker(start, item, reading.passage.text)
    return spoken is not None and not same_body(spoken, organisation)


def _speech(reading: _Reading, sighting: Sighting, match: Match) -> tuple[int, int]:
    """Where the sentence starts, and where the item's name begins, in the paragraph's text."""
    text = reading.work.text
    named = text.rfind(match.lead[match.start : match.end], sighting.sentence, sighting.figure.start)
    position = named if named >= 0 else sighting.figure.start
    return reading.work.span(sighting.sentence, sighting.figure.end)[0], reading.work.origins[position]


def _stated_keys(reading: _Reading, match: Match) -> tuple[str, ...]:
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


def _remember(reading: _Reading, sighting: Sighting, match: Match | None, lead: str) -> None:
    if sighting.figure.kind != "money" or _in_parentheses(reading.work.text, sighting):
        return
    if reading.level_at is None or reading.level_at.sentence != sighting.sentence:
        reading.main, reading.main_lead, reading.named = match, lead, []
    twins = reading.changing if _same_total(reading, sighting, match) else []
    reading.level_at, reading.lead = sighting, lead
    reading.changing = [*twins, *filter(None, [match])]
    reading.named = [*reading.named, *reading.changing]


def _same_total(reading: _Reading, sighting: Sighting, match: Match | None) -> bool:
    """Whether the figure before is another total of the same value ("收入总计10万元，支出总计10万元，比上年…")."""
    last = reading.level_at
    if match is None or not match.rule.text.change or last is None or last.index != sighting.index - 1:
        return False
    return last.sentence == sighting.sentence and last.figure.value == sighting.figure.value


def _in_parentheses(text: str, sighting: Sighting) -> bool:
    before = text[sighting.sentence : sighting.figure.start]
    return before.count("（") > before.count("）")


# --- changes --------------------------------------------------------------------------------------------------


def _read_change(reading: _Reading, sighting: Sighting) -> None:
    grammar, lead = load_grammar(), _compared_lead(reading, sighting)
    if grammar.budget_comparator.search(_year_free(lead)):
        reading.against_budget = True
    elif grammar.comparator.search(lead) or not _follows_change(reading, sighting):
        reading.against_budget = False
    if reading.against_budget or not sighting.compared:
        return
    matches = _changed_items(reading, sighting)
    reading.changing = matches
    if sighting.figure.kind not in ("money", "percent"):
        return
    suffix = ".change" if sighting.figure.kind == "money" else ".change_pct"
    for match in matches:
        for key in match.rule.keys if match.rule.text.change else ():
            reading.drafts.append(_draft(reading, sighting, match, key + suffix, sighting.signed, None))


def _year_free(lead: str) -> str:
    """The lead without comparisons with another year, so that only comparisons with the year's own budget are left."""
    return _COMPARISON.sub("", lead)


def _changed_items(reading: _Reading, sighting: Sighting) -> list[Match]:
    """The items that a change speaks of: named in its own words, or the one before, or the sentence's before.

    "各增加" without a name speaks of all items that the sentence has named.
    """
    lead = _compared_lead(reading, sighting)
    found = load_grammar().change.search(lead)
    words = _COMPARISON.sub("", re.sub(r"（[^（）]*）", "", lead[: found.start()] if found else lead))
    each = "各" in words or "分别" in words
    if each and _opens_list(reading, sighting):
        return []
    if _NO_ITEM.fullmatch(words.replace("分别", "")):
        at = reading.level_at
        if at is not None and at.sentence != sighting.sentence and _opens(reading, sighting):
            return reading.named if each else list(filter(None, [reading.main]))
        return reading.named if each and not _follows_change(reading, sighting) else reading.changing
    return list(filter(None, [match_item(words, sighting, reading.work.text, changes=True)]))


def _compared_lead(reading: _Reading, sighting: Sighting) -> str:
    """The words before a change, with those before the figure that it is compared with ("较上年2,790万元增加")."""
    before = reading.sightings[sighting.index - 1] if sighting.index else None
    if before is None or before.sentence != sighting.sentence or before.form != "void":
        return sighting.lead
    return before.lead + sighting.lead if load_grammar().prior.search(before.lead) else sighting.lead


def _opens_list(reading: _Reading, sighting: Sighting) -> bool:
    """Whether figures of the same kind follow as a list ("分别增加5万元、6万元"); which is whose stays unread."""
    after = reading.sightings[sighting.index + 1 : sighting.index + 2]
    return any(o.figure.kind == sighting.figure.kind and _LIST_JOINT.fullmatch(o.lead) for o in after)


def _follows_change(reading: _Reading, sighting: Sighting) -> bool:
    """Whether the figure before in the same sentence is a change too."""
    before = reading.sightings[sighting.index - 1] if sighting.index else None
    return before is not None and before.form == "change" and before.sentence == sighting.sentence


def _opens(reading: _Reading, sighting: Sighting) -> bool:
    """Whether the sighting is the first of its sentence."""
    return sighting.index == 0 or reading.sightings[sighting.index - 1].sentence != sighting.sentence


def _read_unchanged(reading: _Reading) -> None:
    """A clause like "与上年持平" states a change of 0 for the item before it in the same sentence."""
    text, grammar = reading.work.text, load_grammar()
    for found in re.finditer(r"[^，。；：\d]*(?:20\d\d年)?[^，。；：\d]*", text):
        clause = found.group()
        if not (
            grammar.unchanged.search(clause) and grammar.comparator.search(clause)
        ) or grammar.budget_comparator.search(_year_free(clause)):
            continue
        before = [draft for draft in reading.drafts if draft.rule.text.change and draft.key in draft.rule.keys]
        near = [d for d in before if 0 <= found.start() - _work_end(reading, d) <= 2]
        for draft in near:
            start, end = reading.work.span(found.start(), found.end())
            zero = replace(draft, key=draft.key + ".change", value=Decimal(0), end=end, figure=(start, end))
            reading.drafts.append(zero)


def _work_end(reading: _Reading, draft: Draft) -> int:
    origins = reading.work.origins
    return next((i for i, origin in enumerate(origins) if origin >= draft.end), len(origins))


# --- drafts to facts ------------------------------------------------------------------------------------------


def _draft(reading: _Reading, sighting: Sighting, match: Match, key: str, value: Decimal, subject: str | None) -> Draft:
    first = _evidence_start(reading, sighting, match)
    start, end = reading.work.span(first, _evidence_end(reading, sighting, match))
    return Draft(
        key=key,
        value=value,
        unit=sighting.figure.unit,
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


def _evidence_start(reading: _Reading, sighting: Sighting, match: Match) -> int:
    """Where the evidence begins: the clause of the item's name, behind the figures before it."""
    text = reading.work.text
    name = match.lead[match.start : match.end]
    named = text.rfind(name, sighting.sentence, sighting.figure.start)
    place = named if named >= 0 else sighting.clause_start
    ends = (other.figure.end for other in reading.sightings[: sighting.index] if other.figure.end <= place)
    start = max(clause_offset(text, place), max(ends, default=0))
    return start + len(text[start:place]) - len(text[start:place].lstrip("、，"))


def _evidence_end(reading: _Reading, sighting: Sighting, match: Match) -> int:
    """Where the evidence ends: with the figure, or with the clause when what follows names the item ("设3个科室")."""
    text, end = reading.work.text, sighting.figure.end
    found = match.rule.after.match(text[end:]) if match.rule.after else None
    return end + found.end() if found else end
