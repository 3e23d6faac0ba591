"""From a recogniser's probabilities to a reading with its doubts: CTC's best path, its places and its runners-up.

Greedy CTC decoding (Graves et al. 2006): the best class per frame, repeats merged, blanks dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gouji.protocols import Reading
from gouji.zh import squeeze

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLANK = 0
MIN_RUNNER_UP = 0.02  # share of the winner's probability below which a runner-up is not worth telling
MAX_ALTERNATIVES = 3
FOLD = str.maketrans("，。：；（）", ",.:;()")  # a punctuation mark's width is no other reading


def decode(probabilities: NDArray[np.float32], alphabet: Sequence[str], used: float = 1.0) -> Reading:
    """One crop's reading from its `(frames, classes)` probabilities.

    `alphabet` names the classes, blank first. `used` is the share of the frames that the crop fills (the rest is
    padding); places count along the crop alone. Confidence is the mean of the characters' confidences, 0 for no text.
    """
    frames = max(1, round(len(probabilities) * used))
    best = probabilities.argmax(axis=1)
    runs = _runs(best)
    if not runs:
        return Reading("", 0.0)
    peaks = [start + int(probabilities[start:stop, label].argmax()) for start, stop, label in runs]
    chars = [float(probabilities[peak, label]) for peak, (_, _, label) in zip(peaks, runs, strict=True)]
    text = "".join(alphabet[label] for _, _, label in runs)
    places = tuple(min(1.0, (peak + 0.5) / frames) for peak in peaks)
    inked = [chance for chance, char in zip(chars, text, strict=True) if not char.isspace()]
    confidence = float(np.mean(inked)) if inked else 0.0
    alternatives = _alternatives(probabilities, alphabet, runs, peaks, text)
    return Reading(text, confidence, tuple(chars), places, alternatives)


def _runs(best: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Runs of one class that is not blank, as (first frame, frame after the last, class)."""
    edges = np.flatnonzero(np.diff(best)) + 1
    starts = [0, *edges.tolist()]
    stops = [*edges.tolist(), len(best)]
    return [(a, b, int(best[a])) for a, b in zip(starts, stops, strict=True) if best[a] != BLANK]


def _alternatives(
    probabilities: NDArray[np.float32],
    alphabet: Sequence[str],
    runs: list[tuple[int, int, int]],
    peaks: list[int],
    text: str,
) -> tuple[tuple[str, float], ...]:
    """The readings that differ in one character, a runner-up in place of its winner; the most likely first."""
    found: list[tuple[float, str]] = []
    for i, (peak, (_, _, label)) in enumerate(zip(peaks, runs, strict=True)):
        frame = probabilities[peak]
        for other in np.argpartition(frame, -3)[-3:]:
            ratio = float(frame[other] / max(frame[label], 1e-6))
            reading = text[:i] + ("" if other == BLANK else alphabet[other]) + text[i + 1 :]
            if ratio >= MIN_RUNNER_UP and squeeze(reading).translate(FOLD) != squeeze(text).translate(FOLD):
                found.append((ratio, reading))
    found.sort(reverse=True)
    return tuple((reading, round(ratio / (1 + ratio), 4)) for ratio, reading in found[:MAX_ALTERNATIVES])
