"""Lists: names said first and their figures behind them, or one figure said of all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gouji.facts.matching import Match, match_item
from gouji.facts.progress import Progress
from gouji.facts.sightings import Sighting, clause_offset
from gouji.facts.subjects import split_names

_SEVERALLY = re.compile(r"(?:分别|依次)(?:为|是|达|有|得|约为|达到)?：?$")
_EACH = re.compile(r"(?:均|都|皆|各)(?:为|是)?$")
_SUM = re.compile(r"(?:共|共计|合计|总计)(?:为|是)?$")
ENDING = 2  # characters of the last name's ending that the names before it may share
_JOINT = re.compile(r"(?:[、，；]|和|及|与|以及|为|分别)*")
_COUNTED = re.compile(r"(?:等|共|这|上述|以上)*(?:\d+|[一二两三四五六七八九十]+)个(?=(?:二级|一级)?项目)")


def joins(lead: str) -> bool:
    """Whether nothing but a joint of a list stands between two figures."""
    return bool(_JOINT.fullmatch(lead))


def each_of(sighting: Sighting, lead: str, match: Match | None, text: str) -> list[Match]:
    """The items of a list of which one figure is said ("甲、乙均为0元"); empty when the lead is no such list.

    A sum of 0 says 0 of each ("甲、乙共0元").
    """
    found = _EACH.search(lead) or (_SUM.search(lead) if sighting.figure.value == 0 else None)
    start = clause_offset(lead, len(lead))
    names = split_names(lead[start : found.start()]) if found else []
    if len(names) < 2 or (match is not None and match.start - start < len(names[0])):
        return []
    ending = names[-1][-ENDING:]  # "上缴上级、经营支出均为0": the last name's ending is shared
    items = (match_item(name, sighting, text) or match_item(name + ending, sighting, text) for name in names)
    found_items = list(filter(None, items))
    return found_items if len(found_items) > 1 else []  # "预算、决算均为0": one item, said of both measures


def spread(reading: Progress, sighting: Sighting) -> None:
    """Give each figure of a "分别为" list the name at its place; unequal lists stay unread."""
    if sighting.index in reading.forced or not _SEVERALLY.search(sighting.lead):
        return
    names = split_names(_listing(reading, sighting))
    figures = _listed(reading, sighting, alike=True)
    if len(figures) != len(names):
        figures = _listed(reading, sighting, alike=False)
    if len(names) == 1 and len(figures) > 1:  # "对甲、乙两个项目进行了自评，得分分别为": the names stand before
        names = [name + names[0] for name in _named_before(reading, sighting, len(figures))]
    ending = _shared_ending(names, sighting, reading.work.text)
    for index, figure in enumerate(figures):
        name = _whole(names, index, figure, reading.work.text) if len(names) == len(figures) else "—"
        reading.forced[figure.index] = name + (ending if not name.endswith(ending) else "")


def _whole(names: Sequence[str], index: int, figure: Sighting, text: str) -> str:
    """The name at a place, with the last one's ending where it says nothing alone ("行政、事业编制分别为")."""
    name = names[index]
    return name if match_item(name, figure, text) else name + names[-1][-ENDING:]


def _listed(reading: Progress, sighting: Sighting, *, alike: bool) -> list[Sighting]:
    """The figures of the list that starts here; `alike` ends it with the first one counted in another unit."""
    figures = [sighting]
    for other in reading.sightings[sighting.index + 1 :]:
        if not joins(other.lead) or (alike and other.figure.kind != sighting.figure.kind):
            break
        figures.append(other)
    return figures


def _listing(reading: Progress, sighting: Sighting) -> str:
    """The words of the clause before "分别", without how many they are ("甲、乙等2个项目")."""
    before = reading.work.text[sighting.sentence : sighting.figure.start]
    found = _SEVERALLY.search(before)
    words = _COUNTED.sub("", before[: found.start()] if found else before).rstrip("，：")
    return words[clause_offset(words, len(words)) :]


def _named_before(reading: Progress, sighting: Sighting, count: int) -> list[str]:
    """So many names that an earlier clause of the sentence lists as projects; empty when none does."""
    before = reading.work.text[sighting.sentence : sighting.figure.start]
    for clause in reversed(re.split(r"[，；：]", before)):
        found = _COUNTED.search(clause)
        names = split_names(clause[: found.start()]) if found else []
        if len(names) == count:
            return names
    return []


def _shared_ending(names: Sequence[str], sighting: Sighting, text: str) -> str:
    """The item that the last name of a list ends with ("甲、乙项目自评得分"), which holds for all of them."""
    match = match_item(names[-1], sighting, text) if names else None
    return names[-1][match.start :] if match and match.rule.text.subject else ""
