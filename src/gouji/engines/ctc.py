"""From a recogniser's probabilities to a reading with its doubts: CTC's best path, its places and its runners-up.

Greedy CTC decoding (Graves et al. 2006): the best class per frame, repeats merged, blanks dropped. A traditional form
is read as the simplified one that mainland reports print, and Chinese characters in doubt are weighed by how the field
writes. Figures are read as they look, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from gouji.engines.language import DOUBT, Language, Place, choose
from gouji.protocols import Reading
from gouji.zh import FIGURE_SIGNS, is_chinese, squeeze

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLANK = 0
SURE = 0.98  # a character at least this likely has no runner-up worth telling
MIN_OPTION = 0.002  # a character less likely than this is no option
MIN_DROPPED = 0.08  # where none was read, a character at least this likely may have been dropped
OPTIONS = 6
MIN_RUNNER_UP = 0.02  # share of the winner's probability below which a runner-up is not worth telling
MAX_ALTERNATIVES = 3
LONGEST_FIGURE = 16  # characters; what reads longer is no figure
FOLD = str.maketrans("，。：；（）", ",.:;()")  # a punctuation mark's width is no other reading


class Decoder:
    """Reads probabilities over an alphabet (blank first); `twins` names the characters that are read as others."""

    def __init__(
        self, alphabet: Sequence[str], language: Language | None = None, twins: Mapping[str, str] | None = None
    ) -> None:
        self.alphabet = alphabet
        self._language = language
        self._twins = twins or {}

    def decode(self, probabilities: NDArray[np.float32], used: float = 1.0) -> Reading:
        """One crop's reading from its `(frames, classes)` probabilities.

        `used` is the share of the frames that the crop fills (the rest is padding); places count along the crop alone.
        Confidence is the mean of the characters' confidences, 0 for no text.
        """
        frames = max(1, round(len(probabilities) * used))
        places = self.find_places(probabilities)
        chosen = choose(places, self._language)
        read = [(place, char, chance) for place, (char, chance) in zip(places, chosen, strict=True) if char]
        if not read:
            return Reading("", 0.0)
        text = "".join(char for _, char, _ in read)
        inked = [chance for _, char, chance in read if not char.isspace()]
        return Reading(
            text,
            float(np.mean(inked)) if inked else 0.0,
            tuple(chance for _, _, chance in read),
            tuple(min(1.0, (place.frame + 0.5) / frames) for place, _, _ in read),
            _alternatives(places, chosen, text),
            self._figure(probabilities, text) if min(chance for _, _, chance in read) < DOUBT else "",
        )

    def _figure(self, probabilities: NDArray[np.float32], text: str) -> str:
        """What the best path reads among the signs of figures alone; "" when the text is too long for one.

        Where thin strokes are lost a digit looks more like a sign of another script than like itself.
        """
        if len(text) > LONGEST_FIGURE:
            return ""
        best = probabilities[:, self._figure_labels].argmax(axis=1)
        return "".join(self.alphabet[self._figure_labels[label]] for _, _, label in _runs(best) if label != BLANK)

    @cached_property
    def _figure_labels(self) -> list[int]:
        """The classes of blank and of the signs that figures are written with."""
        return [BLANK, *(i for i, char in enumerate(self.alphabet) if char and char in FIGURE_SIGNS)]

    def find_places(self, probabilities: NDArray[np.float32]) -> list[Place]:
        """Where characters were read, and where one may have been dropped, each with what it may be, best first."""
        best = probabilities.argmax(axis=1)
        runs, most = _runs(self._folded[best]), probabilities[np.arange(len(best)), best].tolist()
        unsure = (probabilities[:, BLANK] <= 1 - MIN_DROPPED).tolist()
        places: list[Place] = []
        for i, (start, stop, label) in enumerate(runs):
            if label != BLANK:
                places.append(self._read_place(probabilities, most, start, stop, label))
            elif self._language is not None and any(unsure[start:stop]):
                beside = {runs[j][2] for j in (i - 1, i + 1) if 0 <= j < len(runs)}
                place = self._dropped_place(probabilities[start:stop], start, beside)
                places += [place] if place else []
        return places

    def _read_place(
        self, probabilities: NDArray[np.float32], most: list[float], start: int, stop: int, label: int
    ) -> Place:
        """The place of a run of frames of one class, at the frame where that class is likeliest.

        `most` is the likeliest class's probability in each frame.
        """
        alike = self._alike.get(label)
        chances = most[start:stop] if alike is None else probabilities[start:stop, alike].sum(axis=1).tolist()
        peak = chances.index(max(chances))
        winner = (self.alphabet[label], chances[peak])
        if winner[1] >= SURE:
            return Place(start + peak, (winner,))
        others = self._options(probabilities[start + peak], {label})
        return Place(start + peak, (winner, *others))

    def _dropped_place(self, frames: NDArray[np.float32], start: int, beside: set[int]) -> Place | None:
        """An unsure blank stretch's frame in which a character is likeliest, if likely enough and no rim of another."""
        peak = int(frames[:, BLANK].argmin())
        options = self._options(frames[peak], beside | {BLANK})
        if not options or options[0][1] < MIN_DROPPED or not is_chinese(options[0][0]):
            return None
        return Place(start + peak, (("", float(frames[peak, BLANK])), *options))

    def _options(self, frame: NDArray[np.float32], without: set[int]) -> list[tuple[str, float]]:
        """The likeliest classes of a frame as characters ("" for blank), twins added up, best first."""
        chances: dict[int, float] = {}
        for label in np.argpartition(frame, -OPTIONS)[-OPTIONS:].tolist():
            twin = int(self._folded[label])
            if twin not in without and frame[label] >= MIN_OPTION:
                chances[twin] = chances.get(twin, 0.0) + float(frame[label])
        ranked = sorted(chances.items(), key=lambda option: -option[1])
        return [("" if label == BLANK else self.alphabet[label], chance) for label, chance in ranked]

    @cached_property
    def _folded(self) -> NDArray[np.int64]:
        """For each class the class that it is read as."""
        index = {char: i for i, char in enumerate(self.alphabet)}
        folded = np.arange(len(self.alphabet))
        for char, twin in self._twins.items():
            if char in index and twin in index:
                folded[index[char]] = index[twin]
        return folded

    @cached_property
    def _alike(self) -> dict[int, list[int]]:
        """Of each class that others are read as: itself and those."""
        alike: dict[int, list[int]] = {}
        for label, twin in enumerate(self._folded.tolist()):
            if label != twin:
                alike.setdefault(twin, [twin]).append(label)
        return alike


def _runs(best: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Runs of one class as (first frame, frame after the last, class)."""
    runs, start = [], 0
    for label, frames in groupby(best.tolist()):
        stop = start + sum(1 for _ in frames)
        runs.append((start, stop, label))
        start = stop
    return runs


def _alternatives(
    places: Sequence[Place], chosen: Sequence[tuple[str, float]], text: str
) -> tuple[tuple[str, float], ...]:
    """The readings that differ in one character, another option in place of the chosen; the most likely first."""
    found: list[tuple[float, str]] = []
    at = 0
    for place, (char, chance) in zip(places, chosen, strict=True):
        for other, likely in place.options:
            ratio = likely / max(chance, 1e-6)
            reading = text[:at] + other + text[at + len(char) :]
            if other != char and ratio >= MIN_RUNNER_UP and _differ(reading, text):
                found.append((ratio, reading))
        at += len(char)
    found.sort(reverse=True)
    return tuple((reading, round(ratio / (1 + ratio), 4)) for ratio, reading in found[:MAX_ALTERNATIVES])


def _differ(a: str, b: str) -> bool:
    return squeeze(a).translate(FOLD) != squeeze(b).translate(FOLD)
