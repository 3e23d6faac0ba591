"""Chinese text: widths, figures, units and dates."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

FIGURE_SIGNS = "0123456789.,-%"  # what figures are printed with, dashes of all widths taken as "-"
NO_FIGURE = "?"  # stands for any other sign
UNITS = {"元": 1, "千元": 1_000, "万元": 10_000, "亿元": 100_000_000}

# NFKC would make these half-width or tear them apart; they are kept as printed.
_KEPT = "，。：；！？（）“”‘’、…—－～％＋①②③④⑤⑥⑦⑧⑨⑩"
_HIDE = {ord(c): chr(0xE000 + i) for i, c in enumerate(_KEPT)}
_SHOW = {0xE000 + i: c for i, c in enumerate(_KEPT)}
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")


def normalise(text: str) -> str:
    """Kangxi radicals, full-width digits and letters in their common form; Chinese punctuation stays full-width."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_HIDE)).translate(_SHOW)


# Cells of all forms say the same words again and again, and every room compares them.
_TEXTS_KEPT = 1 << 16


@lru_cache(maxsize=_TEXTS_KEPT)
def squeeze(text: str) -> str:
    """The text normalised and without any white space: the form in which titles and headings are compared."""
    return "".join(normalise(text).split())


# A dash beside a page number may read as any flat stroke: 一, the long sound of katakana, a line of a box.
_BESIDE = r"[-－—–―−一ー─━~～=·•_.…]*"
_PAGE_NUMBER = re.compile(rf"{_BESIDE}第?\d{{1,4}}页?(?:[/／共]{{1,2}}\d{{1,4}}页?)?{_BESIDE}")


def is_page_number(text: str) -> bool:
    """Whether the text is a page number and nothing else: "- 3 -", "第2页共9页"."""
    return bool(_PAGE_NUMBER.fullmatch(squeeze(text)))


def is_chinese(text: str) -> bool:
    """Whether the text holds Chinese characters and nothing else."""
    return bool(text) and all("\u4e00" <= char <= "\u9fff" for char in text)


def parse_number(text: str) -> Decimal | None:
    """The number that a whole cell text is, with its percent sign left aside; None when the text is no number.

    "1,234.50" → 1234.50, "-3" → -3, "12.5%" → 12.5. Dates (2024.12.31), codes with spaces, a lone dash, "×.××" and
    wrongly grouped figures ("2,024.1.2") are no numbers. Nor is "(12.30)": these reports use parentheses for notes.
    """
    plain = squeeze(text).replace("，", ",").replace("．", ".").replace("％", "%").removesuffix("%")
    plain = plain.replace("－", "-").replace("−", "-").replace("—", "-").replace("–", "-")
    if _GROUPED.fullmatch(plain) or _PLAIN.fullmatch(plain):
        return Decimal(plain.replace(",", ""))
    return None


_MARKS = re.compile(r"[\s“”\"'‘’()（）《》〈〉【】\[\]、，,。.．：:；;·•…—–－\-_/]+")


@lru_cache(maxsize=_TEXTS_KEPT)
def plain(text: str) -> str:
    """The text squeezed and without punctuation: what is left to compare when marks may be misread or left out."""
    return _MARKS.sub("", squeeze(text))


@lru_cache(maxsize=_TEXTS_KEPT)
def edits(a: str, b: str, limit: int) -> int:
    """How many characters to change, put in or take out to turn `a` into `b`; `limit + 1` when more than `limit`."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


_PARTY = re.compile("中共|中国共产党")
_PLACE = re.compile(
    r"[\u4e00-\u9fff](?:县|[\u4e00-\u9fff]{1,6}?"
    r"(?:县|省|市|盟|旗|州(?!.?[市区县])|区(?![划域位块间])|自治[区州县旗]|特别行政区))"
)


def place_of(body: str) -> str | None:
    """The place at the head of a body's name, down to its county: "青岫县柳坞镇人民政府" → 青岫县; None: none."""
    party = _PARTY.match(body)
    start = end = party.end() if party else 0
    while found := _PLACE.match(body, end):
        end = found.end()
    return body[start:end] or None
