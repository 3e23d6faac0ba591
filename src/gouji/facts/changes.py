"""Changes on the year before: of which items, by how much, and "与上年持平"."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from gouji.facts.drafts import Draft
from gouji.facts.lists import joins
from gouji.facts.matching import Match, match_item
from gouji.facts.progress import Progress, make_draft
from gouji.facts.sightings import Sighting
from gouji.facts.wording import load_grammar

# With another year: "与2022年度决算数相比", "比上年"; the long form holds an item's own name, up to its 数.
_SUMS = r"(?:决算|预算|执行|支出|收入|同期|批复|收支|收、支|总计|总|合计)"
_COMPARISON = re.compile(
    r"(?:与|比|较|同|和|跟|相比)?(?:20\d\d年度?|上年度?|去年|上一年度?|前一年度?)(?:的)?(?:一般公共预算|财政拨款|部门)?"
    r"(?:年初)?(?:决算|预算|执行|支出|收入|同期|批复)*(?:数|额|总额)?(?:相比|相较|对比|比较|比|基础上)?|同比|相比|上年同期"
)
_LONG_COMPARISON = re.compile(
    rf"(?:与|比|较|同|和|跟)(?:20\d\d年度?|上年度?|去年|上一年度?|前一年度?)[^，。；]{{0,16}}?{_SUMS}+(?:数|额)"
)
_AGAINST = re.compile(r"(?:比|较|与|低于|高于)[^，。；]{0,12}预算(?:数|安排|批复数)?(?:相比)?，?$")
_NO_ITEM = re.compile(
    r"(?:[，、；：。（）]|万?元|20\d\d年度?|各|均|又|也|则|总体|整体|其中|同比|较|比|与|年度|本年|相应|合计|共|总计|净|当年|预算|决算|数)*"
)


def read_change(reading: Progress, sighting: Sighting) -> None:
    """Draft a change on the year before; one against the year's own budget states nothing."""
    lead = _compared_lead(reading, sighting)
    note_comparison(reading, sighting, lead)
    if not sighting.compared and not reading.against_budget:
        return
    matches = _changed_items(reading, sighting)
    if reading.against_budget:
        reading.changing = matches or reading.changing
        return
    reading.changing = matches
    if sighting.figure.kind not in ("money", "percent"):
        return
    suffix = ".change" if sighting.figure.kind == "money" else ".change_pct"
    for match in matches:
        for key in match.rule.keys if match.rule.text.change else ():
            reading.drafts.append(make_draft(reading, sighting, match, key + suffix, sighting.signed, None))


def note_comparison(reading: Progress, sighting: Sighting, lead: str) -> None:
    """Remember whether what follows is compared with the year's own budget or with another year."""
    grammar = load_grammar()
    if grammar.budget_comparator.search(_without_comparisons(reading, lead)):
        reading.against_budget = True
    elif grammar.comparator.search(lead) or not _follows_change(reading, sighting):
        reading.against_budget = False


def _without_comparisons(reading: Progress, lead: str) -> str:
    """The lead without comparisons with another year, so that only comparisons with the year's own budget are left."""
    own = str(reading.document.fiscal_year)

    def drop(found: re.Match[str]) -> str:
        return found.group() if own in found.group() and "预算" in found.group() else ""

    return _COMPARISON.sub(drop, _LONG_COMPARISON.sub(drop, lead))


def _changed_items(reading: Progress, sighting: Sighting) -> list[Match]:
    """The items that a change speaks of: named in its own words, or the one before, or the sentence's before.

    "各增加" without a name speaks of all items that the sentence has named.
    """
    words = _words_before_change(_compared_lead(reading, sighting))
    if reading.against_budget:
        words = _AGAINST.sub("", words)
    each = "各" in words or "分别" in words
    if each and _opens_list(reading, sighting):
        return []
    if _NO_ITEM.fullmatch(words.replace("分别", "")):
        at = reading.level_at
        if at is not None and at.sentence != sighting.sentence and reading.before(sighting) is None:
            return reading.named if each else list(filter(None, [reading.main]))
        return reading.named if each and not _follows_change(reading, sighting) else reading.changing
    return list(filter(None, [match_item(words, sighting, reading.work.text, changes=True)]))


def _words_before_change(lead: str) -> str:
    """What is left of the lead that may name an item: no comparison, no parentheses, no reason of the change before."""
    found = load_grammar().change.search(lead)
    words = re.sub(r"（[^（）]*）", "", lead[: found.start()] if found else lead)
    if load_grammar().reason.search(words):
        words = words[words.rfind("；") + 1 :]
    return _COMPARISON.sub("", _LONG_COMPARISON.sub("", words))


def _compared_lead(reading: Progress, sighting: Sighting) -> str:
    """The words before a change, with those before the figure that it is compared with ("较上年2,790万元增加")."""
    before = reading.before(sighting)
    if before is None or before.form != "void":
        return sighting.lead
    return before.lead + sighting.lead if load_grammar().prior.search(before.lead) else sighting.lead


def _opens_list(reading: Progress, sighting: Sighting) -> bool:
    """Whether figures of the same kind follow as a list ("分别增加5万元、6万元"); which is whose stays unread."""
    after = reading.sightings[sighting.index + 1 : sighting.index + 2]
    return any(other.figure.kind == sighting.figure.kind and joins(other.lead) for other in after)


def _follows_change(reading: Progress, sighting: Sighting) -> bool:
    """Whether the figure before in the same sentence is a change too."""
    before = reading.before(sighting)
    return before is not None and before.form == "change"


def read_unchanged(reading: Progress) -> None:
    """A clause like "与上年持平" states a change of 0 for the item before it in the same sentence."""
    for found in re.finditer(r"[^，。；：\d]*(?:20\d\d年)?[^，。；：\d]*", reading.work.text):
        if not _says_unchanged(reading, found.group()):
            continue
        before = [draft for draft in reading.drafts if draft.rule.text.change and draft.key in draft.rule.keys]
        for draft in [d for d in before if 0 <= found.start() - _work_end(reading, d) <= 2]:
            start, end = reading.work.span(found.start(), found.end())
            zero = replace(draft, key=draft.key + ".change", value=Decimal(0), end=end, figure=(start, end))
            reading.drafts.append(zero)


def _says_unchanged(reading: Progress, clause: str) -> bool:
    grammar = load_grammar()
    if not grammar.unchanged.search(clause) or not grammar.comparator.search(clause):
        return False
    return not grammar.budget_comparator.search(_without_comparisons(reading, clause))


def _work_end(reading: Progress, draft: Draft) -> int:
    origins = reading.work.origins
    return next((i for i, origin in enumerate(origins) if origin >= draft.end), len(origins))
