"""Terms of the trade that OCR misread in one character, put right where the reading itself is in doubt."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache

from gouji.config import data_dir

_GAP = "\0"
_LONG = 5


@lru_cache(maxsize=1)
def _terms() -> tuple[dict[str, tuple[str, int]], frozenset[str], tuple[int, ...], float, float]:
    """Each term with one character blanked -> the term and the place; all terms; their lengths; the two doubts."""
    raw = tomllib.loads((data_dir("configs") / "facts" / "terms.toml").read_text("utf-8"))
    blanked = {
        term[:place] + _GAP + term[place + 1 :]: (term, place) for term in raw["terms"] for place in range(len(term))
    }
    lengths = tuple(sorted({len(term) for term in raw["terms"]}, reverse=True))
    return blanked, frozenset(raw["terms"]), lengths, raw["doubt_short"], raw["doubt_long"]


def mend_terms(text: str, confidences: Sequence[float]) -> str:
    """The text with doubtful characters of terms replaced; `confidences` runs along it; the length stays the same."""
    blanked, terms, lengths, short, long = _terms()
    chars = list(text)
    for place, confidence in enumerate(confidences):
        if confidence >= long:
            continue
        for length in lengths:
            if confidence < (short if length < _LONG else long) and _mend(chars, place, length, blanked, terms):
                break
    return "".join(chars)


def _mend(
    chars: list[str], place: int, length: int, blanked: dict[str, tuple[str, int]], terms: frozenset[str]
) -> bool:
    """Try every term of a length that the character may belong to; True when it belongs to one."""
    for start in range(max(0, place - length + 1), min(place, len(chars) - length) + 1):
        window = "".join(chars[start : start + length])
        if window in terms:
            return True
        found = blanked.get(window[: place - start] + _GAP + window[place - start + 1 :])
        if found is not None and found[1] == place - start:
            chars[place] = found[0][found[1]]
            return True
    return False
