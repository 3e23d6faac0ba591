"""Titles of disclosures: whose, of which year, budget or final account."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal

from gouji.records import Record
from gouji.zh import squeeze

Kind = Literal["final_account", "budget"]
KINDS: dict[str, Kind] = {"决算": "final_account", "预算": "budget"}

_HANZI_YEAR = re.compile(r"二[〇○零Oo0]([一二三四五六七八九〇○零])([一二三四五六七八九〇○零])年")
_DIGIT = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"○": "0", "零": "0"}
_ENDING = re.compile(r"\.[A-Za-z]{2,4}$")


class Named(Record):
    """What titles say; None where they don't."""

    department: str | None = None
    year: int | None = None
    kind: Kind | None = None


def read_titles(titles: Iterable[str], patterns: Iterable[str]) -> Named:
    """What these titles say, the first one first; each group counts from the first pattern that has it."""
    found: dict[str, str] = {}
    tried = list(patterns)
    for title in map(_plain, titles):
        for pattern in tried:
            match = _compiled(pattern).search(title)
            for name, value in (match.groupdict() if match else {}).items():
                if value and name not in found:
                    found[name] = value
    year = found.get("year")
    return Named(
        department=found.get("department"),
        year=int(year) if year and year.isdecimal() else None,
        kind=KINDS.get(found.get("kind", "")),
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _plain(title: str) -> str:
    text = _ENDING.sub("", squeeze(title))
    return _HANZI_YEAR.sub(lambda year: f"20{_DIGIT[year[1]]}{_DIGIT[year[2]]}年", text)
