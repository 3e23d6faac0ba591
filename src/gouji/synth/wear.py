"""Defects of single pages, on demand: each takes an RGB raster with its dpi and gives another of the same shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]  # (height, width, 3), RGB
    Defect = Callable[[Pixels, np.random.Generator, int], Pixels]


def punch_holes(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """Two filing holes near the left edge, dark as the scanner's lid."""
    out = pixels.copy()
    height = out.shape[0]
    x, radius = int(9 / 25.4 * dpi), int(2.8 / 25.4 * dpi)
    for dy in (-40, 40):
        y = int(height / 2 + dy / 25.4 * dpi + rng.integers(-4, 5))
        cv2.circle(out, (x, y), radius, (38, 38, 40), -1, cv2.LINE_AA)
    return out


def spill(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """Brown stains with a darker rim."""
    height, width = pixels.shape[:2]
    veil = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        middle = (int(rng.integers(width)), int(rng.integers(height)))
        axes = tuple(int(a / 25.4 * dpi) for a in rng.uniform(8, 26, 2))
        turn = float(rng.uniform(0, 180))
        cv2.ellipse(veil, middle, axes, turn, 0, 360, 0.55, -1)
        cv2.ellipse(veil, middle, axes, turn, 0, 360, 1.0, max(2, dpi // 50))
    veil = cv2.GaussianBlur(veil, (0, 0), dpi / 50)[..., None]
    tint = np.array([0.80, 0.70, 0.52], np.float32)
    stained: Pixels = (pixels * (1 - veil * (1 - tint))).astype(np.uint8)
    return stained


def lid_border(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """Black strips where the lid shows past the sheet."""
    out = pixels.copy()
    sizes = rng.integers(0, int(7 / 25.4 * dpi), 4)
    top, right, bottom, left = (int(s) for s in sizes)
    height, width = out.shape[:2]
    out[:top] = 24
    out[height - bottom :] = 24
    out[:, :left] = 24
    out[:, width - right :] = 24
    return out


def fade(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """Pale print: black becomes a middle grey."""
    strength = rng.uniform(0.28, 0.45)
    return (255 - (255 - pixels.astype(np.float32)) * strength).astype(np.uint8)


def _lines(pixels: Pixels, dpi: int) -> NDArray[np.uint8]:
    """A mask (0 or 255) of ruled lines: dark runs of more than about 8 mm across or down."""
    dark = (cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) < 150).astype(np.uint8) * 255
    run = max(9, int(8 / 25.4 * dpi))
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    down = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((run, 1), np.uint8))
    lines: NDArray[np.uint8] = np.asarray(cv2.max(across, down), np.uint8)
    return lines


def break_lines(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """Ruled lines with gaps of one to four millimetres."""
    mask = _lines(pixels, dpi)
    gaps = np.zeros_like(mask)
    height, width = mask.shape
    for _ in range(int(height * width / dpi**2 * 12)):
        y, x = int(rng.integers(height)), int(rng.integers(width))
        reach = int(rng.uniform(0.5, 2) / 25.4 * dpi)
        gaps[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach] = 255
    out = pixels.copy()
    out[(cv2.dilate(mask, np.ones((3, 3), np.uint8)) > 0) & (gaps > 0)] = 255
    return out


def thicken_lines(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """Ruled lines about half a millimetre thicker."""
    size = max(3, int(0.5 / 25.4 * dpi))
    thick = cv2.dilate(_lines(pixels, dpi), np.ones((size, size), np.uint8))
    out = pixels.copy()
    out[thick > 0] = 20
    return out


def pale_lines(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """Ruled lines so light that they hardly show."""
    mask = cv2.dilate(_lines(pixels, dpi), np.ones((3, 3), np.uint8)) > 0
    out = pixels.copy()
    out[mask] = np.maximum(out[mask], np.uint8(rng.integers(185, 215)))
    return out


def curl(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """A sheet that does not lie flat: lines bow by up to three millimetres."""
    height, width = pixels.shape[:2]
    depth = float(rng.uniform(1.2, 3.0) / 25.4 * dpi) * float(rng.choice([-1, 1]))
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    bow = np.float32(depth) * np.sin(np.pi * xs / width) * (0.3 + 0.7 * ys / height)
    white = (255, 255, 255)
    bent: Pixels = cv2.remap(pixels, xs, (ys + bow).astype(np.float32), cv2.INTER_CUBIC, borderValue=white)
    return bent


def show_through(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """The print of the sheet's other side, mirrored and faint."""
    back = cv2.GaussianBlur(pixels[:, ::-1], (0, 0), dpi / 90).astype(np.float32)
    strength = np.float32(rng.uniform(0.08, 0.16))
    mixed: Pixels = np.clip(pixels.astype(np.float32) - (255 - back) * strength, 0, 255).astype(np.uint8)
    return mixed


def draw_streaks(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """Thin grey streaks along the feed, from a dirty glass."""
    out = pixels.astype(np.int16)
    for _ in range(int(rng.integers(1, 5))):
        x = int(rng.integers(out.shape[1] - 3))
        out[:, x : x + int(rng.integers(1, 3))] -= int(rng.integers(30, 110))
    return np.clip(out, 0, 255).astype(np.uint8)


def tilt(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """A camera held at a slant: one side of the sheet is farther away."""
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    lean = rng.uniform(0.008, 0.014) * width
    pulls = np.array([[1, 1], [-1, 0], [0, 0], [0, -1]], np.float32) * np.float32(lean)
    if rng.random() < 0.5:
        pulls = pulls[::-1] * np.float32(-1)
    matrix = cv2.getPerspectiveTransform(corners, corners + pulls)
    white = (255, 255, 255)
    seen: Pixels = cv2.warpPerspective(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=white)
    return seen


def shadow(pixels: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """Uneven light: the gutter of a bound book on one side, a hand's shadow in a corner."""
    height, width = pixels.shape[:2]
    xs, ys = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
    gutter = np.exp(-xs / np.float32(rng.uniform(0.06, 0.14)))
    hand = 1 / (1 + np.exp((np.hypot(xs - 1, ys - 1) - np.float32(rng.uniform(0.4, 0.7))) / np.float32(0.06)))
    light = (1 - np.float32(0.55) * gutter) * (1 - np.float32(0.4) * hand)
    return np.asarray(pixels * light[..., None], np.uint8)


WEAR: dict[str, Defect] = {
    "holes": punch_holes,
    "stains": spill,
    "borders": lid_border,
    "low_contrast": fade,
    "broken_lines": break_lines,
    "thick_lines": thicken_lines,
    "pale_lines": pale_lines,
    "curl": curl,
    "show_through": show_through,
    "streaks": draw_streaks,
    "perspective": tilt,
    "shadow": shadow,
}
