"""What stands on a page beside the prose: page numbers, running heads, the table of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gouji.geometry import center
from gouji.records import Line, Page
from gouji.zh import is_page_number, squeeze

Pages = Sequence[tuple[Page, Sequence[Line]]]

BAND = 0.12  # heads and feet stand in this share of the page's height
MIN_REPEATS = 3
_TOC_TITLE = re.compile(r"目[录錄次]")
_LEADERS = re.compile(r"(?:[.．·…。•‥_]{4,}|[…⋯]{2,})[\s(（\-]*\d{0,4}[)）\-]*$")
_ENTRY_TAIL = re.compile(r"[.．·…。•‥_\-—]*[(（]?\d{0,4}[)）]?$")
_NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十]+[部章篇]|[一二三四五六七八九十]{1,3}[、.．,，]|[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,2}[、.．])"
)


@dataclass(frozen=True)
class Sorted:
    """The pages' lines sorted by what they are; `prose` keeps one list per page, in order."""

    prose: list[list[Line]]
    toc: tuple[str, ...]
    furniture: tuple[str, ...]


def sort_lines(pages: Pages) -> Sorted:
    """Take page numbers, running heads and the table of contents out of the pages' rows."""
    heads = _running_heads(pages)
    prose: list[list[Line]] = []
    dropped: list[str] = []
    for page, lines in pages:
        kept = [line for line in lines if not _is_furniture(page, line, heads)]
        dropped += [line.text for line in lines if _is_furniture(page, line, heads)]
        prose.append(kept)
    toc = _contents(prose)
    taken = {(number, index) for number, index in toc}
    listed = tuple(prose[number][index].text for number, index in toc)
    prose = [[line for i, line in enumerate(lines) if (n, i) not in taken] for n, lines in enumerate(prose)]
    return Sorted(prose, listed, tuple(dropped))


def _in_band(page: Page, line: Line) -> bool:
    middle = center(line.box)[1]
    return middle < BAND * page.height or middle > (1 - BAND) * page.height


def _masked(line: Line) -> str:
    return re.sub(r"\d+", "#", squeeze(line.text))


def _running_heads(pages: Pages) -> set[str]:
    """Texts (figures masked) that stand in the head or foot of at least three pages and of a sixth of all pages."""
    seen = Counter(text for page, lines in pages for text in {_masked(x) for x in _edge_lines(page, lines)})
    needed = max(MIN_REPEATS, len(pages) // 6)
    return {text for text, count in seen.items() if count >= needed and text and not _NUMBERED.match(text)}


def _edge_lines(page: Page, lines: Sequence[Line]) -> list[Line]:
    """The first and the last two lines of the page, where they stand in its head or foot."""
    ordered = sorted(lines, key=lambda line: line.box[1])
    edge = ordered[:1] + ordered[-2:] if len(ordered) > 2 else ordered
    return [line for line in edge if _in_band(page, line)]


def _is_furniture(page: Page, line: Line, heads: set[str]) -> bool:
    if not _in_band(page, line):
        return False
    text = squeeze(line.text)
    return is_page_number(text) or _masked(line) in heads or not text


def _contents(prose: Sequence[Sequence[Line]]) -> list[tuple[int, int]]:
    """Where the lines of the table of contents stand: page index and line index, the title with them."""
    titled = next(
        (
            (n, i)
            for n, lines in enumerate(prose[:8])
            for i, line in enumerate(lines)
            if _TOC_TITLE.fullmatch(squeeze(line.text))
        ),
        None,
    )
    if titled is not None:
        return _listed_from(prose, *titled)
    return [(n, i) for n in range(min(8, len(prose))) if _is_contents(prose, n) for i in range(len(prose[n]))]


def _listed_from(prose: Sequence[Sequence[Line]], start: int, first: int) -> list[tuple[int, int]]:
    """The entries after the title, to the end of its page and over the next pages that hold entries only."""
    found = [(start, first)]
    opening = ""
    for i in range(first + 1, len(prose[start])):
        bare = _bare(prose[start][i].text)
        if not _is_entry(prose[start][i]) or bare == opening:  # the body begins on the same page, with the first entry
            return found
        opening = opening or bare
        found.append((start, i))
    for n in range(start + 1, min(start + 4, len(prose))):
        few = len(prose[n]) < 4 and all(_NUMBERED.match(squeeze(x.text)) and _is_entry(x) for x in prose[n])
        if not (_is_contents(prose, n) or (few and prose[n])):
            break
        found += [(n, i) for i in range(len(prose[n]))]
    return found


def _is_entry(line: Line) -> bool:
    text = squeeze(line.text)
    if _LEADERS.search(text):
        return True
    return len(text) <= 48 and not text.endswith(("。", "；", "，", ";", ","))


def _is_contents(prose: Sequence[Sequence[Line]], number: int) -> bool:
    """Whether a page holds nothing but entries: dot leaders, or lines that come again later as headings."""
    texts = [squeeze(line.text) for line in prose[number]]
    if len(texts) < 4 or any(text.endswith(("。", "；")) for text in texts):
        return False
    if sum(bool(_LEADERS.search(text)) for text in texts) >= 0.5 * len(texts):
        return True
    later = {_bare(line.text) for lines in prose[number + 1 :] for line in lines}
    return sum(_bare(line.text) in later for line in prose[number]) >= 0.6 * len(texts)


def _bare(text: str) -> str:
    return _ENTRY_TAIL.sub("", squeeze(text))
