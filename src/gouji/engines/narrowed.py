"""Lines read narrowed first: words lose nothing by it and take so much less time; figures are read in full.

Chinese characters keep all that tells them apart at little more than half their width (`engine.rec_narrow`). Figures
do not: at that width two of three 1 may be read as one, and surely so. So a figure that stands alone among words is
cut out and shown to the reader of figures, and stands if that surely says the same. What else of a line is no word is
cut out with a character of words on either side and read once more in full. A line in which two readings differ is
read in full as a whole: alone among words a 0 may be taken for a letter. So is a line with a word that is not sure, as
worn print has them, and one with print where no character was read: narrowed, it may be lost between two others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gouji.protocols import Image, LineReader, Reading
from gouji.zh import FIGURE_SIGNS, NO_FIGURE, is_chinese, squeeze

MOST_IN_FULL = 0.7  # of a line's width: where more must be read in full, all of it is
SNAP = 0.25  # of a line's height: so far from the middle between two characters the white between them may lie
WORDS = "，。；：、！？（）“”《》〈〉·…:;()"  # read narrowed as safely as characters
SURE = 0.95  # a character of words less likely than this has its line read in full
SURE_FIGURE = 0.99  # of the reader of figures, for each sign of a figure
# A dash: no higher than this share of the line, and so far from its head and foot; ink is darker than that.
FLAT, LOW, INK = 0.3, 0.3, 160
# From the middle of a character to the next, counted in the usual step between words; to the crop's end its margin
# comes on top. A mark stands at its square's left, so a step and a half is common.
MOST_STEP, MOST_END = 1.65, 1.3
LEAST_STEPS, USUAL_PITCH = 3, 0.85  # with fewer steps between words: of the crop's height
MAX_ALTERNATIVES = 3
_FIGURE = re.compile(rf"-?\d[{re.escape(FIGURE_SIGNS)}]*", re.ASCII)
_STRANGE = re.escape(NO_FIGURE)
_FOLD = str.maketrans("，：；（）！？", ",:;()!?")  # marks that differ in width alone

Read = Callable[[Sequence[Image], float], list[Reading]]
"""Reads crops narrowed to a share of their width, one reading for each."""


@dataclass(frozen=True)
class Span:
    """The characters `first` to `last` of a reading, and the columns `left` to `right` of its crop that they fill."""

    first: int
    last: int
    left: int
    right: int


Part = tuple[Span, Reading]
"""What a span was read as once more."""


def read_narrowed(crops: Sequence[Image], read: Read, share: float, figures: LineReader | None = None) -> list[Reading]:
    """One reading for each crop: words as read narrowed to this share of their width, all else as read in full."""
    readings = read(crops, share)
    known = _read_figures(readings, crops, figures)
    spans = [_to_read_again(*line) for line in zip(readings, crops, known, strict=True)]
    cut = [_cut(crop, span) for crop, own in zip(crops, spans, strict=True) for span in own or ()]
    again, whole = iter(read(cut, 1.0)), []
    for i, own in enumerate(spans):
        parts = None if own is None else _agreed(readings[i], [(span, next(again)) for span in own])
        if parts is None:
            whole.append(i)
        else:
            readings[i] = _joined(readings[i], crops[i].shape[1], [*known[i], *parts])
    for i, reading in zip(whole, read([crops[i] for i in whole], 1.0), strict=True):
        readings[i] = reading
    return readings


def _read_figures(readings: Sequence[Reading], crops: Sequence[Image], figures: LineReader | None) -> list[list[Part]]:
    """Of each line the figures that stand alone and of which the reader of figures surely says the same.

    It sees the neighbours too, so that a digit lost between them and the figure is in sight.
    """
    known: list[list[Part]] = [[] for _ in crops]
    if figures is None:
        return known
    asked = [
        (i, span)
        for i, (reading, crop) in enumerate(zip(readings, crops, strict=True))
        if any(map(is_chinese, reading.text))
        for span in _figures_alone(reading, crop)
    ]
    said = figures.read_lines([_cut(crops[i], span) for i, span in asked])
    for (i, span), reading in zip(asked, said, strict=True):
        text = readings[i].text
        figure = _same_figure(reading, text[span.first : span.last + 1], behind=text[span.last + 1 :])
        if figure is not None and not _is_signed(_cut(crops[i], span), figure):
            known[i].append((span, figure))
    return known


def _figures_alone(reading: Reading, crop: Image) -> list[Span]:
    """The figures of a line that stand between words, a mark between two figures being none; with their neighbours."""
    text = reading.text
    found = [(match.start(), match.end() - 1) for match in _FIGURE.finditer(text)]
    alone = [(a, b) for a, b in found if _ends(text[:a][::-1]) and _ends(text[b + 1 :])]
    seen = [_span(reading, crop, _before(text, a), _behind(text, b)) for a, b in alone]
    return [replace(span, first=a, last=b) for span, (a, b) in zip(seen, alone, strict=True) if span.right > span.left]


def _before(text: str, index: int) -> int:
    """The place of the sign before this one, spaces aside; its own if there is none."""
    return len(text[:index].rstrip()) - 1 if text[:index].strip() else index


def _behind(text: str, index: int) -> int:
    """The place of the sign behind this one, spaces aside; its own if there is none."""
    return len(text) - len(text[index + 1 :].lstrip()) if text[index + 1 :].strip() else index


def _same_figure(reading: Reading, figure: str, behind: str) -> Reading | None:
    """The figure in what the reader of figures says of it and its neighbours; None when that is unsure or another.

    A mark that the line does not have `behind` it was lost; a point in the room of a space is none.
    """
    match = re.fullmatch(rf"{_STRANGE}*\.?({re.escape(figure)})([.,]?){_STRANGE}*[.,]?", reading.text)
    if match is None or (match[2] and behind and is_chinese(behind[0])):
        return None
    first, stop = match.span(1)
    chars, places = reading.chars[first:stop], reading.places[first:stop]
    return Reading(figure, min(chars), chars, places) if min(chars) >= SURE_FIGURE else None


def _is_signed(crop: Image, figure: Reading) -> bool:
    """Whether what stands before a figure looks like a dash; the reader takes it for a part of the word before it."""
    if figure.text.startswith("-"):
        return False
    height, width = crop.shape[:2]
    dark = crop.reshape(height, width, -1).min(axis=2) < INK
    before = np.flatnonzero(dark.any(axis=0)[: round(figure.places[0] * width)])[::-1]
    runs = np.split(before, np.flatnonzero(np.diff(before) < -1) + 1)  # of inked columns, from right to left
    if len(runs) < 2:
        return False
    rows = np.flatnonzero(dark[:, runs[1]].any(axis=1))
    return bool(rows[-1] - rows[0] < FLAT * height and LOW * height < rows.mean() < (1 - LOW) * height)


def _ends(beyond: str) -> bool:
    """Whether a figure ends where this goes on: at a word, or at a mark that no other figure follows."""
    beside = beyond.lstrip()
    if not beside or is_chinese(beside[0]):
        return True
    return beside[0] in WORDS and not beside[1:].lstrip()[:1].isdigit()


def _span(reading: Reading, crop: Image, first: int, last: int) -> Span:
    return Span(first, last, _edge(reading, crop, first), _edge(reading, crop, last + 1))


def _cut(crop: Image, span: Span) -> Image:
    return crop[:, span.left : span.right]


def _to_read_again(reading: Reading, crop: Image, known: Sequence[Part]) -> list[Span] | None:
    """The spans that are to be read in full, from left to right; None: the whole line, or most of it."""
    text = reading.text
    if not any(map(is_chinese, text)) or not _is_sure_of_words(reading) or _has_room(reading, crop):
        return None
    read = {i for span, _ in known for i in range(span.first, span.last + 1)}
    spans = [_span(reading, crop, *stretch) for stretch in _stretches(text, read)]
    much = sum(span.right - span.left for span in spans) > MOST_IN_FULL * crop.shape[1]
    return None if much or any(span.right - span.left < 2 for span in spans) else spans


def _is_sure_of_words(reading: Reading) -> bool:
    """Of clear print hardly a line is not; worn print needs its full width."""
    return all(chance >= SURE for char, chance in zip(reading.text, reading.chars, strict=True) if is_chinese(char))


def _has_room(reading: Reading, crop: Image) -> bool:
    """Whether print stands where another character would fit between two, before the first or behind the last."""
    height, width = crop.shape[:2]
    middles = np.array(reading.places) * width
    steps, words = np.diff(middles), np.array(list(map(is_chinese, reading.text)))
    between = steps[words[1:] & words[:-1]]
    pitch = float(np.median(between)) if len(between) >= LEAST_STEPS else USUAL_PITCH * height
    wide = np.flatnonzero(steps > MOST_STEP * pitch)
    gaps = [(float(middles[i]) + pitch / 2, float(middles[i + 1]) - pitch / 2) for i in wide]
    gaps += [(0, float(middles[0]) - pitch / 2)] if middles[0] > MOST_END * pitch else []
    gaps += [(float(middles[-1]) + pitch / 2, width)] if width - middles[-1] > MOST_END * pitch else []
    return any((crop[:, round(start) : round(stop)] < INK).any() for start, stop in gaps)


def _stretches(text: str, known: set[int]) -> list[tuple[int, int]]:
    """First and last index of each stretch that is no word and not known, with a neighbour on either side.

    Those that meet join.
    """
    found: list[tuple[int, int]] = []
    for i, char in enumerate(text):
        if i in known or is_chinese(char) or char in WORDS or char.isspace():
            continue
        first, last = _before(text, i), _behind(text, i)
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


def _agreed(reading: Reading, parts: Sequence[Part]) -> list[Part] | None:
    """The parts as the reading has them; None when one says otherwise than it does."""
    agreed = [(span, _as_in_line(part, reading.text[span.first : span.last + 1])) for span, part in parts]
    kept = [(span, part) for span, part in agreed if part is not None]
    return kept if len(kept) == len(parts) else None


def _as_in_line(part: Reading, said: str) -> Reading | None:
    """The part, its marks as wide as they were in the line; None when it is not what the line says there.

    A comma within may be a figure's and is as the part has it.
    """
    text, line = squeeze(part.text), squeeze(said)
    if not text or text.translate(_FOLD) != line.translate(_FOLD):
        return None
    own, inked = [*part.text], [i for i, char in enumerate(part.text) if not char.isspace()]
    for at, read, printed in zip(inked, text, line, strict=False):
        own[at] = read if read in ",，" and at not in (inked[0], inked[-1]) else printed
    return replace(part, text="".join(own)) if len(inked) == len(text) else part


def _joined(reading: Reading, width: int, parts: Sequence[Part]) -> Reading:
    """The reading with its parts in place."""
    if not parts:
        return reading
    said, at = "", 0
    chars: list[float] = []
    places: list[float] = []
    others: list[tuple[str, float]] = []
    for span, part in sorted(parts, key=lambda part: part[0].first):
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
