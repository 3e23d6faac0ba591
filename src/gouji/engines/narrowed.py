"""Lines read narrowed first: words lose nothing by it and take so much less time; figures are read in full.

Chinese characters keep all that tells them apart at little more than half their width (`engine.rec_narrow`). Figures
do not: at that width two of three 1 may be read as one, and surely so. So what of a line is no word, with a character
of words on either side, is cut out and read once more in full. A line in which the two readings differ is read in full
as a whole: alone among words a 0 may be taken for a letter. So is a line with a word that is not sure, as worn print
has them, and one with room for a character that was not read: narrowed, it may be lost between two others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gouji.protocols import Image, Reading
from gouji.zh import is_chinese, normalise, squeeze

MOST_IN_FULL = 0.7  # of a line's width: where more must be read in full, all of it is
SNAP = 0.25  # of a line's height: so far from the middle between two characters the white between them may lie
WORDS = "，。；：、！？（）“”《》〈〉·…:;()"  # read narrowed as safely as characters
SURE = 0.95  # a character of words less likely than this has its line read in full
# From the middle of a character to the next, counted in the usual step between words; to the crop's end its margin
# comes on top. A mark stands at its square's left, so a step and a half is common.
MOST_STEP, MOST_END = 1.65, 1.3
LEAST_STEPS, USUAL_PITCH = 3, 0.85  # with fewer steps between words: of the crop's height
MAX_ALTERNATIVES = 3

Read = Callable[[Sequence[Image], float], list[Reading]]
"""Reads crops narrowed to a share of their width, one reading for each."""


@dataclass(frozen=True)
class Span:
    """The characters `first` to `last` of a reading, and the columns `left` to `right` of its crop that they fill."""

    first: int
    last: int
    left: int
    right: int


def read_narrowed(crops: Sequence[Image], read: Read, share: float) -> list[Reading]:
    """One reading for each crop: words as read narrowed to this share of their width, all else as read in full."""
    readings = read(crops, share)
    spans = [_to_read_again(reading, crop) for reading, crop in zip(readings, crops, strict=True)]
    cut = [crop[:, span.left : span.right] for crop, own in zip(crops, spans, strict=True) for span in own or ()]
    again, whole = iter(read(cut, 1.0)), []
    for i, own in enumerate(spans):
        together = None if own is None else _put_together(readings[i], crops[i], own, [next(again) for _ in own])
        if together is None:
            whole.append(i)
        else:
            readings[i] = together
    for i, reading in zip(whole, read([crops[i] for i in whole], 1.0), strict=True):
        readings[i] = reading
    return readings


def _to_read_again(reading: Reading, crop: Image) -> list[Span] | None:
    """The spans that are to be read in full, from left to right; None: the whole line, or most of it."""
    text = reading.text
    if not any(map(is_chinese, text)) or not _is_sure_of_words(reading) or _has_room(reading, crop):
        return None
    spans = [
        Span(first, last, _edge(reading, crop, first), _edge(reading, crop, last + 1))
        for first, last in _stretches(text)
    ]
    much = sum(span.right - span.left for span in spans) > MOST_IN_FULL * crop.shape[1]
    return None if much or any(span.right - span.left < 2 for span in spans) else spans


def _is_sure_of_words(reading: Reading) -> bool:
    """Of clear print hardly a line is not; worn print needs its full width."""
    return all(chance >= SURE for char, chance in zip(reading.text, reading.chars, strict=True) if is_chinese(char))


def _has_room(reading: Reading, crop: Image) -> bool:
    """Whether another character would fit between two, or before the first or behind the last."""
    height, width = crop.shape[:2]
    middles = np.array(reading.places) * width
    steps, words = np.diff(middles), np.array(list(map(is_chinese, reading.text)))
    between = steps[words[1:] & words[:-1]]
    pitch = float(np.median(between)) if len(between) >= LEAST_STEPS else USUAL_PITCH * height
    ends = max(middles[0], width - middles[-1])
    return bool(ends > MOST_END * pitch or (steps > MOST_STEP * pitch).any())


def _stretches(text: str) -> list[tuple[int, int]]:
    """First and last index of each stretch that is no word, with a neighbour on either side; those that meet join."""
    found: list[tuple[int, int]] = []
    for i in (i for i, char in enumerate(text) if not (is_chinese(char) or char in WORDS)):
        first, last = max(0, i - 1), min(len(text) - 1, i + 1)
        if found and first <= found[-1][1] + 1:
            first = found.pop()[0]
        found.append((first, last))
    return found


def _edge(reading: Reading, crop: Image, index: int) -> int:
    """The column between the characters `index` - 1 and `index`: the whitest near the middle between them."""
    height, width = crop.shape[:2]
    if index <= 0 or index >= len(reading.text):
        return 0 if index <= 0 else width
    middle = round((reading.places[index - 1] + reading.places[index]) / 2 * width)
    start = max(0, middle - round(SNAP * height))
    near: np.ndarray[Any, Any] = crop[:, start : middle + round(SNAP * height) + 1]
    light = near.reshape(height, near.shape[1], -1).mean(axis=(0, 2))
    whitest = np.flatnonzero(light >= light.max() - 1)
    return int(start + whitest[np.abs(whitest + start - middle).argmin()])


def _put_together(reading: Reading, crop: Image, spans: Sequence[Span], parts: Sequence[Reading]) -> Reading | None:
    """The reading with its spans as the parts say; None when a part says otherwise than the reading does."""
    said = (reading.text[span.first : span.last + 1] for span in spans)
    if any(squeeze(normalise(part.text)) != squeeze(normalise(text)) for part, text in zip(parts, said, strict=True)):
        return None
    return _joined(reading, crop.shape[1], spans, parts) if spans else reading


def _joined(reading: Reading, width: int, spans: Sequence[Span], parts: Sequence[Reading]) -> Reading:
    said, at = "", 0
    chars: list[float] = []
    places: list[float] = []
    others: list[tuple[str, float]] = []
    for span, part in zip(spans, parts, strict=True):
        before, behind = said + reading.text[at : span.first], reading.text[span.last + 1 :]
        others += [(before + other + behind, chance) for other, chance in part.alternatives]
        said = before + part.text
        chars += [*reading.chars[at : span.first], *part.chars]
        share = (span.right - span.left) / width
        places += [*reading.places[at : span.first], *(span.left / width + place * share for place in part.places)]
        at = span.last + 1
    said, chars, places = said + reading.text[at:], [*chars, *reading.chars[at:]], [*places, *reading.places[at:]]
    inked = [chance for char, chance in zip(said, chars, strict=True) if not char.isspace()]
    others.sort(key=lambda other: -other[1])
    return Reading(said, float(np.mean(inked)), tuple(chars), tuple(places), tuple(others[:MAX_ALTERNATIVES]))
