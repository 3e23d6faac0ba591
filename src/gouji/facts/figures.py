"""Figures with their units in running text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from gouji.facts.wording import load_grammar

# unit as printed -> (class, factor, unit of the fact)
UNITS: dict[str, tuple[str, int, str]] = {
    "亿元": ("money", 100_000_000, "元"),
    "万元": ("money", 10_000, "元"),
    "千元": ("money", 1_000, "元"),
    "元": ("money", 1, "元"),
    "%": ("percent", 1, "%"),
    "平方米": ("area", 1, "平方米"),
    "万平方米": ("area", 10_000, "平方米"),
    "㎡": ("area", 1, "平方米"),
    "m2": ("area", 1, "平方米"),
    "人次": ("times", 1, "人次"),
    "人": ("person", 1, "人"),
    "名": ("person", 1, "人"),
    "批次": ("batch", 1, "批次"),
    "批": ("batch", 1, "批次"),
    "次": ("turn", 1, "次"),
    "辆": ("vehicle", 1, "辆"),
    "台（套）": ("set", 1, "台（套）"),
    "台/套": ("set", 1, "台（套）"),
    "台套": ("set", 1, "台（套）"),
    "套": ("set", 1, "台（套）"),
    "台": ("set", 1, "台（套）"),
    "个": ("count", 1, "个"),
    "家": ("count", 1, "个"),
    "项": ("count", 1, "个"),
    "分": ("score", 1, "分"),
}
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<number>[-－−]?(?:\d{{1,3}}(?:[，,]\d{{3}})+|\d+)(?:\.\d+)?)(?P<unit>{_UNIT})(?!百分点|之|钟|类|局|次|支出)"
    rf"|(?P<hanzi>[零一二两三四五六七八九十]{{1,3}})(?P<hanzi_unit>个|家|名|人|辆|台|批)"
    r"|(?<=[为是：])(?P<bare>0(?:\.0+)?)(?=[，。；、）]|$)"
)
_MASKED = re.compile(r"(?:20|19)\d\d(?:年度?|[-—]\d\d)(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日|\d+号|第\d+")
_THRESHOLD = re.compile(r"(?:人民币)?(?:（含[^）]*）|（[^）]{1,6}含）)?(?:及)?(?:以上|以下|以内)|（含）")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}


@dataclass(frozen=True)
class Figure:
    """One figure with its unit: `value` in the fact's unit, `kind` its class, `start` to `end` in the work text."""

    start: int
    end: int
    value: Decimal
    kind: str
    unit: str


def find_figures(text: str) -> list[Figure]:
    """All figures with a unit, in order. Dates, document numbers, thresholds (50万元以上) and placeholders are none."""
    masked = [found.span() for found in _MASKED.finditer(text)]
    figures = []
    for found in _NUMBER.finditer(text):
        start, end = found.span()
        if any(a < end and start < b for a, b in masked) or not _stands_alone(text, start, end):
            continue
        figures.append(_hanzi(found) if found["hanzi"] else _bare(found) if found["bare"] else _figure(found))
    return figures


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 12]
    placeholder = load_grammar().placeholder
    if (before and placeholder.match(before[-1])) or (before[-1:] == "." and placeholder.match(before[0])):
        return False
    if re.search(r"[\d][.，,。]?$", before) or re.search(r"[A-Za-z./〔]$", before):
        return False
    return not _THRESHOLD.match(after)


def _figure(found: re.Match[str]) -> Figure:
    kind, factor, unit = UNITS[found["unit"]]
    number = re.sub(r"[，,]", "", found["number"]).replace("－", "-").replace("−", "-")
    return Figure(found.start(), found.end(), Decimal(number) * factor, kind, unit)


def _bare(found: re.Match[str]) -> Figure:
    """A 0 without a unit ("支出决算为0，"); what it counts is said by its item."""
    return Figure(found.start(), found.end(), Decimal(0), "zero", "")


def unit_of(kind: str) -> str:
    """The unit of an item of such a kind, however its figure is printed: 3台 of 车辆 are 3辆, a bare 0 is 0元."""
    return next((unit for known, _, unit in UNITS.values() if known == kind), "")


def _hanzi(found: re.Match[str]) -> Figure:
    kind, factor, unit = UNITS[found["hanzi_unit"]]
    return Figure(found.start(), found.end(), Decimal(_parse_hanzi(found["hanzi"]) * factor), kind, unit)


def _parse_hanzi(text: str) -> int:
    """三 → 3, 十二 → 12, 二十 → 20, 二十五 → 25."""
    if "十" in text:
        tens, ones = text.split("十", 1)
        return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    return int("".join(str(_DIGITS[c]) for c in text))
