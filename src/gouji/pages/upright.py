"""A scanned page brought upright: which of four turns, how much skew, and what perspective or curl is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.geometry import Box
from gouji.ink import Mask, find_content, ink_of, print_height, straight_ink
from gouji.protocols import Image, Reading

Turn = Literal[0, 90, 180, 270]
ReadLines = Callable[[Sequence[Image]], list[Reading]]

SKEW_LIMIT = 6.0  # degrees either way
FINE = 4  # bins of a profile in a pixel
LOOKS = ((75, 0.5, SKEW_LIMIT), (75, 0.1, 0.5), (150, 0.03, 0.12))  # most dpi, step and reach in degrees of each look
MOST_POINTS = 20_000  # inked pixels that are looked at: more make no angle surer
PROBE_LINES = 6  # text lines read per turn when the turn is in doubt
FIRST_LINES = 3  # of them are read first: mostly they settle it
PROBE_DPI = 200  # lines to read are looked for on a page of no higher resolution
PROBE_CHARS = 8  # of a line that are read at most, counted as squares of its height
PROBE_ASPECT = 2.5  # a text line worth reading is this many times longer than high
PROBE_GAP = 0.22  # of the height of print: gaps up to this stand between characters, not between lines
# So many well-read Chinese characters settle the turn, unless cells stacked in columns look like lines too. Upside
# down, or along the wrong axis, six lines of a page seldom give three.
SURE_CHARS = 12
# Laid four ways, the first lines of a page that has some score 16 and more when it is upright, nine tenths of what they
# say; the wrong way up, or sideways, they score 11 at most.
UPRIGHT_CHARS, UPRIGHT_SHARE = 16, 0.8
ALIKE = "一二三十口日田中"  # look the same upside down
QUARTERS: tuple[Turn, ...] = (0, 90, 180, 270)
ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def find_skew(flat: Mask, dpi: int) -> float:
    """Degrees (positive: the page leans counter-clockwise and is to be turned clockwise) in ±`SKEW_LIMIT`.

    The angle at which the ink's profile along rows or columns is sharpest (Postl 1986): 0.5° steps, then finer.
    """
    looks = [(-(-dpi // most), step, reach) for most, step, reach in LOOKS]
    points = {times: _ink_points(flat, times) for times in {times for times, _, _ in looks}}
    if not all(part.size for part in points.values()):
        return 0.0
    best = 0.0
    for times, step, reach in looks:
        angles = best + np.arange(-reach, reach + step / 2, step)
        best = float(max(angles, key=lambda angle: _sharpness(points[times], float(angle))))
    return round(best, 3)


def _ink_points(flat: Mask, times: int) -> NDArray[np.float32]:
    """Inked pixels of the page made so many times smaller as columns of x, y (from its middle) and darkness.

    Of many, every so-manieth.
    """
    high, wide = (side // times for side in flat.shape)
    if not (high and wide):
        return np.zeros((3, 0), np.float32)
    whole = flat[: high * times, : wide * times]  # by whole numbers pixels are averaged several times faster
    ink = 255 - cv2.resize(whole, (wide, high), interpolation=cv2.INTER_AREA)
    inked = cv2.findNonZero(cv2.threshold(ink, 48, 255, cv2.THRESH_BINARY)[1])
    if inked is None:
        return np.zeros((3, 0), np.float32)
    x, y = inked[:: max(1, -(-len(inked) // MOST_POINTS)), 0].T
    return np.stack([x - ink.shape[1] / 2, y - ink.shape[0] / 2, ink[y, x]]).astype(np.float32)


def _sharpness(points: NDArray[np.float32], angle: float) -> float:
    """How sharply the profiles of the points, turned clockwise, change along either axis."""
    x, y, dark = points
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return max(_contrast(x * cos - y * sin, dark), _contrast(x * sin + y * cos, dark))


def _contrast(at: NDArray[np.float32], dark: NDArray[np.float32]) -> float:
    """Of one profile: binned finer than a pixel and smoothed, so that no angle fits the pixels better than another."""
    bins = np.rint((at - at.min()) * FINE).astype(np.int32)
    profile = cv2.GaussianBlur(np.bincount(bins, dark)[None], (8 * FINE + 1, 1), FINE)
    return float(np.square(np.diff(profile[0, ::FINE])).sum())


def rotate(flat: Mask, degrees: float) -> Mask:
    """The flattened page turned clockwise about its middle by a small angle, same size, white where nothing was."""
    if abs(degrees) < 0.02:
        return flat
    height, width = flat.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    x0, y0, x1, y1 = _turned_box(find_content(flat, 0), matrix, width, height)
    matrix[:, 2] -= x0, y0
    level = np.full_like(flat, 255)
    size, part = (x1 - x0, y1 - y0), level[y0:y1, x0:x1]
    cv2.warpAffine(flat, matrix, size, dst=part, flags=cv2.INTER_CUBIC, borderValue=(255,))
    return level


def _turned_box(box: Box, matrix: NDArray[np.float64], width: int, height: int) -> Box:
    """The box on a page of this size in which a box of it lies after the turn."""
    x0, y0, x1, y1 = box
    corners = matrix @ np.array([(x0, y0, 1), (x1, y0, 1), (x0, y1, 1), (x1, y1, 1)], np.float64).T
    (left, top), (right, bottom) = np.floor(corners.min(axis=1)), np.ceil(corners.max(axis=1))
    return max(0, int(left) - 2), max(0, int(top) - 2), min(width, int(right) + 2), min(height, int(bottom) + 2)


def telling_lines(crops: Sequence[Image]) -> list[int]:
    """The indices of the crops that tell best which way up a page is, a few of the longest."""
    order = sorted(range(len(crops)), key=lambda i: -_worth(crops[i]))
    return [i for i in order[:FIRST_LINES] if _worth(crops[i]) >= PROBE_ASPECT]


def _worth(crop: Image) -> float:
    """A line's length in characters, of which more than a few say no more."""
    return min(float(crop.shape[1] / crop.shape[0]), PROBE_CHARS)


def is_upright(readings: Sequence[Reading]) -> bool:
    """Whether so many characters were read, and nearly all so well, that the page can lie no other way."""
    told = sum(_weight(char) for reading in readings for char in reading.text)
    return score_turn(readings) >= max(UPRIGHT_CHARS, UPRIGHT_SHARE * told)


def turn_image(image: Image, turn: Turn) -> Image:
    """The image turned clockwise by 0, 90, 180 or 270 degrees."""
    return image if turn == 0 else np.asarray(cv2.rotate(image, ROTATIONS[turn]))


def find_turn(flat: Mask, dpi: int, read_lines: ReadLines) -> Turn:
    """The clockwise turn that makes a level page upright; 0 when no line of text can be read either way."""
    across, down = probe_lines(flat, dpi)
    order: tuple[Turn, ...] = (0, 180, 90, 270) if _total(across) >= _total(down) else (90, 270, 0, 180)
    clear = max(_total(across), _total(down)) > 2 * min(_total(across), _total(down))
    scores: dict[Turn, float] = {}
    for turn in order:
        crops = across if turn in (0, 180) else down
        crops = [turn_image(crop, 180) for crop in crops] if turn in (180, 270) else crops
        scores[turn] = _score_lines(crops, read_lines)
        if scores[turn] >= SURE_CHARS and clear:
            return turn
    best = max(scores, key=lambda turn: scores[turn])
    return best if scores[best] > 1.0 else 0


def _score_lines(crops: Sequence[Image], read_lines: ReadLines) -> float:
    """The score of the first lines, and of the others too when the first don't settle it."""
    score = 0.0
    for part in (crops[:FIRST_LINES], crops[FIRST_LINES:]):
        if part and score < SURE_CHARS:
            score += score_turn(read_lines(part))
    return score


def _total(crops: Sequence[Image]) -> float:
    return float(sum(crop.shape[1] / crop.shape[0] for crop in crops))


def score_turn(readings: Sequence[Reading]) -> float:
    """How many characters were read well, less those read badly; figures count little, being alike upside down."""
    return sum(
        _weight(char) * (1.0 if chance > 0.9 else -0.5 if chance < 0.6 else 0.0)
        for reading in readings
        for char, chance in zip(reading.text, reading.chars, strict=False)
    )


def _weight(char: str) -> float:
    if "\u4e00" <= char <= "\u9fff":
        return 0.0 if char in ALIKE else 1.0
    return 0.2 if char.isalnum() or char == "%" else 0.0


def probe_lines(flat: Mask, dpi: int) -> tuple[list[Image], list[Image]]:
    """Crops of up to `PROBE_LINES` lines of print each along the rows of a page, and along its columns (turned by 90).

    The longest that look like print.
    """
    scale = min(1.0, PROBE_DPI / dpi)
    small = flat if scale == 1 else np.asarray(cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    ink = ink_of(small, round(dpi * scale))
    for horizontal in (True, False):
        ink &= ~straight_ink(ink, round(dpi * scale * 0.4), horizontal, 2)
    usual = print_height(ink, round(dpi * scale))
    across, down = _lines_of(ink, usual), _lines_of(turn_image(ink, 90), usual)
    pad = round(dpi * 0.015)
    turned = turn_image(flat, 90)
    return [_cut(flat, box, scale, pad) for box in across], [_cut(turned, box, scale, pad) for box in down]


def _lines_of(ink: Mask, usual: float) -> list[Box]:
    """Boxes of the lines along the rows that are worth reading first; of long ones the beginning."""
    # Characters stand closer along a line than lines above each other (O'Gorman 1993): only those may run together.
    smear = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, int(PROBE_GAP * usual) + 1), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(smear)
    low, high = 0.6 * usual, 1.7 * usual  # single lines: of lines set close together nothing can be read
    found = [s for s in stats[1:count].tolist() if low <= s[3] <= high and s[2] >= PROBE_ASPECT * s[3]]
    found.sort(key=lambda s: min(s[2] / s[3], PROBE_CHARS) * min(1.0, s[4] / (s[2] * s[3]) * 2), reverse=True)
    return [(x, y, x + min(w, PROBE_CHARS * h), y + h) for x, y, w, h, _ in found[:PROBE_LINES]]


def _cut(flat: Mask, box: Box, scale: float, pad: int) -> Image:
    """What stands in a box of the reduced page, with a margin."""
    x0, y0, x1, y1 = (round(value / scale) for value in box)
    return np.ascontiguousarray(flat[max(0, y0 - pad) : y1 + pad, max(0, x0 - pad) : x1 + pad])


def turn_box(box: Box, turn: Turn, width: int, height: int) -> Box:
    """Where a box of a page of this size lies after the page was turned clockwise."""
    x0, y0, x1, y1 = box
    return {
        0: box,
        90: (height - y1, x0, height - y0, x1),
        180: (width - x1, height - y1, width - x0, height - y0),
        270: (y0, width - x1, y1, width - x0),
    }[turn]
