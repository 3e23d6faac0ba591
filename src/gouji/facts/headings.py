"""Headings: recognised by numbering, size, place and wording, and ranked so that paragraphs know those above them."""

from __future__ import annotations

import re

from gouji.zh import squeeze

_CN = "一二三四五六七八九十"
# Numbering from the outermost to the innermost rank. Rank 0 is for unnumbered titles.
_RANKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第[{_CN}\d]{{1,3}}[部章篇编]分?")),
    (2, re.compile(rf"[{_CN}]{{1,3}}[、.．，,:：]")),
    (3, re.compile(rf"[（(][{_CN}]{{1,3}}[）)]、?")),
    (4, re.compile(r"\d{1,2}[、.．](?!\d)")),
    (5, re.compile(r"[（(]\d{1,2}[）)]|[①②③④⑤⑥⑦⑧⑨⑩]")),
)
_SENTENCE_END = ("。", "；", "，", ";", ",", "、")
_STATEMENT = re.compile(r"\d(?:万元|亿元|元|人|个|辆|%|分)|[，；]")
_HEADING_WORDS = re.compile(
    r"(?:情况|说明|概况|职责|职能|设置|构成|结果|综述|解释|附件|总表|决算表|预算表|明细表|支出表|收入表|工作|内容|安排|事项|信息|公开|决算|预算|管理|评价)"
    r"(?:[（(][^（）()]*[）)])?$"
)
_CLOSED_HEADING = re.compile(r"(?:情况|说明|综述|结果|概况)[。:：]$")
_DATE = re.compile(
    r"[〇○零一二三四五六七八九十\d]{4}年(?:[一二三四五六七八九十\d]{1,2}月)?(?:[一二三四五六七八九十\d]{1,3}日)?"
)
MAX_HEADING = 60
MAX_PLAIN_HEADING = 36
TALLER = 1.12  # a heading's characters against the body's


def rank_of(text: str) -> int | None:
    """The rank of the numbering that the text begins with; None without numbering."""
    plain = squeeze(text)
    return next((rank for rank, pattern in _RANKS if pattern.match(plain)), None)


def strip_number(text: str) -> str:
    """The squeezed text without its leading numbering."""
    plain = squeeze(text)
    for _, pattern in _RANKS:
        found = pattern.match(plain)
        if found:
            return plain[found.end() :]
    return plain


def is_heading(text: str, *, lines: int, centred: bool, size: float) -> bool:
    """Whether a paragraph of so many lines is a heading. `size` is its character height as a share of the body's."""
    plain = squeeze(text)
    rank = rank_of(plain)
    if len(plain) > MAX_HEADING or lines > 3 or _STATEMENT.search(plain) or _DATE.fullmatch(plain):
        return False
    if rank == 1:
        return not plain.endswith(_SENTENCE_END)
    if rank is not None and _CLOSED_HEADING.search(plain):
        return len(plain) <= MAX_PLAIN_HEADING + 10
    ends_open = not plain.endswith((*_SENTENCE_END, "：", ":"))
    if rank in (2, 3):
        return (ends_open and len(plain) <= MAX_PLAIN_HEADING) or bool(_HEADING_WORDS.search(plain))
    if rank in (4, 5):
        return bool(_HEADING_WORDS.search(plain)) and len(strip_number(plain)) <= MAX_PLAIN_HEADING + 14
    return ends_open and (centred or size >= TALLER) and len(plain) <= MAX_PLAIN_HEADING


class SectionPath:
    """The headings above the current place, outermost first."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    @property
    def path(self) -> tuple[str, ...]:
        """The headings above, as read."""
        return tuple(text for _, text in self._open)

    def enter(self, text: str) -> tuple[str, ...]:
        """Open the section of a heading and return the path above it."""
        rank = rank_of(text) or 0
        self._open = [(other, kept) for other, kept in self._open if other < rank]
        above = self.path
        self._open.append((rank, text))
        return above
