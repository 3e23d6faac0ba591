"""Comparing printed titles and heads with a form's words, forgiving marks, blanks and single misread characters."""

from __future__ import annotations

import re
from functools import lru_cache

from gouji.zh import edits, plain, squeeze

# "2024年度预算数", "其中：教育收费", "金额（万元）": what provinces put around a head without changing its meaning.
_YEAR = re.compile(r"^(?:20\d\d|[×xX]{2,4})年度?")
_UNIT = re.compile(r"[(（](?:单位[:：]?)?(?:千|万|亿)?元[)）]$")
# Characters that scans confuse with each other, told as one in comparing: 收人 is 收入, 年未 is 年末.
_ALIKE = str.maketrans("人八未已己日教敎額決換預撥収", "入入末巳巳目数数额决换预拨收")
_LONG = 8
_NUMBERING = re.compile(
    r"^(?:其中[:：])?(?:[(（][一二三四五六七八九十百]+[)）]|[一二三四五六七八九十百ー]+[、.．·・•:：;；]+|、|\d+[、.．](?!\d)|[(（]\d+[)）]|[①-⑩])*(?:其中[:：])?"
)


@lru_cache(maxsize=8192)
def head_of(text: str) -> str:
    """A head or title in the form in which it is compared: no blanks, marks, year, unit in parentheses or 其中."""
    return _YEAR.sub("", plain(_UNIT.sub("", squeeze(text)).removeprefix("其中"))).translate(_ALIKE)


def unnumbered(text: str) -> str:
    """A row's name without its numbering (一、 （一） 1. 其中：), squeezed."""
    squeezed = squeeze(text)
    return squeezed[_NUMBERING.match(squeezed).end() :] if squeezed else ""  # type: ignore[union-attr]


def slips(length: int) -> int:
    """How many misread characters are forgiven in a word of this length."""
    return 0 if length < 3 else 1 if length < _LONG else length // 4


@lru_cache(maxsize=16384)
def nearest(text: str, words: tuple[str, ...]) -> str | None:
    """The one of `words` that the text says: the same, or the only one within a slip; else None."""
    if text in words:
        return text
    near = [(_distance(text, word), word) for word in words if slips(len(word))]
    close = sorted((distance, word) for distance, word in near if distance <= slips(len(word)))
    if not close or (len(close) > 1 and close[0][0] == close[1][0]):
        return None
    return close[0][1]


def _distance(text: str, word: str) -> int:
    """Edits between them; of a shorter word no character may be missing or too many, as 指标值 is not 指标分值."""
    limit = slips(len(word))
    return limit + 1 if len(word) < _LONG and len(text) != len(word) else edits(text, word, limit)


@lru_cache(maxsize=16384)
def holds(text: str, word: str) -> bool:
    """Whether the word stands in the text; in a long word one misread character is forgiven. "a|b": either."""
    return any(_holds_one(text, part.translate(_ALIKE)) for part in word.split("|"))


def _holds_one(text: str, word: str) -> bool:
    if word in text:
        return True
    if len(word) < 5:
        return False
    spans = (text[i : i + len(word)] for i in range(len(text) - len(word) + 1))
    return any(sum(a != b for a, b in zip(span, word, strict=True)) <= 1 for span in spans)


@lru_cache(maxsize=4096)
def plain_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words in the form in which heads are compared."""
    return tuple(dict.fromkeys(head_of(word) for word in words))
