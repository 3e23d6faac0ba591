"""Terms of the trade that OCR misread in one character, put right where the reading itself is in doubt."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from gouji.config import data_dir

_GAP = "\0"
_LONG = 5


@dataclass(frozen=True)
class _Terms:
    """`blanked`: each term with one character blanked -> the term and the place; `lengths` from the longest."""

    blanked: dict[str, tuple[str, int]]
    terms: frozenset[str]
    lengths: tuple[int, ...]
    short: float
    long: float
    never: frozenset[str]


@lru_cache(maxsize=1)
def _terms() -> _Terms:
    raw = tomllib.loads((data_dir("configs") / "facts" / "terms.toml").read_text("utf-8"))
    blanked = {
        term[:place] + _GAP + term[place + 1 :]: (term, place) for term in raw["terms"] for place in range(len(term))
    }
    lengths = tuple(sorted({len(term) for term in raw["terms"]}, reverse=True))
    never = frozenset(raw["never"])
    return _Terms(blanked, frozenset(raw["terms"]), lengths, raw["doubt_short"], raw["doubt_long"], never)


def mend_terms(text: str, confidences: Sequence[float]) -> str:
    """The text with doubtful characters of terms replaced; `confidences` runs along it; the length stays the same."""
    known = _terms()
    chars = list(text)
    for place, confidence in enumerate(confidences):
        if confidence >= known.long or chars[place] in known.never:
            continue
        for length in known.lengths:
            doubt = known.short if length < _LONG else known.long
            if confidence < doubt and _mend(chars, place, length, known):
                break
    return "".join(chars)


def _mend(chars: list[str], place: int, length: int, known: _Terms) -> bool:
    """Try every term of a length that the character may belong to; True when it belongs to one."""
    for start in range(max(0, place - length + 1), min(place, len(chars) - length) + 1):
        window = "".join(chars[start : start + length])
        if window in known.terms:
            return True
        found = known.blanked.get(window[: place - start] + _GAP + window[place - start + 1 :])
        if found is not None and found[1] == place - start:
            chars[place] = found[0][found[1]]
            return True
    return False
