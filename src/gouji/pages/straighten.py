"""Perspective and curl: a smooth displacement that makes the page's long rulings parallel to its edges.

The rulings of a form are straight and square on paper. Where the scan bends them, two low polynomials dy(x, y) and
dx(x, y) are fitted to their traces by least squares and the page is resampled once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.ink import Mask, find_content, ink_of, packed, straight_ink

MIN_TRACE_INCH = 1.0  # shorter straight runs may be strokes of large characters
MIN_BEND_PX = 0.8  # displacements below this are left: resampling would cost more sharpness than it gains
TRACE_INK = 0.7
SAMPLES = 24  # points taken along a ruling
SQUARE = 32  # pixels
MARGIN_INCH = 0.1  # of paper around what is printed: rulings of a page's edge have two sides
RIDGE = 1e-3
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bend:
    """Displacement polynomials in coordinates scaled to -1..1: coefficients of `_terms` for y and for x."""

    width: int
    height: int
    dy: tuple[float, ...]
    dx: tuple[float, ...]

    def at(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Where the straight page's point (x, y) lies on the bent page, as (x, y) in pixels."""
        u, v = 2 * x / self.width - 1, 2 * y / self.height - 1
        shift_y = np.tensordot(np.asarray(self.dy), _terms(u, v), 1)
        shift_x = np.tensordot(np.asarray(self.dx), _terms(v, u), 1)
        return x + shift_x, y + shift_y

    @property
    def most(self) -> float:
        """The longest way, along either axis, that a point of the page is displaced."""
        points = np.meshgrid(np.linspace(0, self.width, 5), np.linspace(0, self.height, 5))
        moved = self.at(*points)
        return max(float(np.abs(after - before).max()) for after, before in zip(moved, points, strict=True))


def find_bend(flat: Mask, dpi: int) -> Bend | None:
    """The bend of a level page; None when it has too few rulings to tell, or none worth undoing."""
    x0, y0, x1, y1 = find_content(flat, round(MARGIN_INCH * dpi))
    ink = ink_of(flat[y0:y1, x0:x1], dpi)
    height, width = flat.shape
    across = [np.add(trace, (x0, y0)) for trace in _traces(ink, dpi)]
    if not across:
        return None  # prose: where nothing runs across, what runs down is no table's
    down = [np.add(trace, (y0, x0)) for trace in _traces(np.asarray(cv2.transpose(ink)), dpi)]
    dy, dx = _fit(across, width, height), _fit(down, height, width)
    if dy is None and dx is None:
        return None
    none = np.zeros(5)
    bend = Bend(width, height, _plain(none if dy is None else dy), _plain(none if dx is None else dx))
    return bend if MIN_BEND_PX <= bend.most <= dpi * 0.5 else None


def straighten(flat: Mask, bend: Bend) -> Mask:
    """The page resampled so that its rulings are straight."""
    x0, y0, x1, y1 = find_content(flat, math.ceil(bend.most))
    # The displacement is known in the middle of every square of pixels, and between them by straight lines.
    xs, ys = (np.arange(a - SQUARE, b + SQUARE, SQUARE) + (SQUARE - 1) / 2 for a, b in ((x0, x1), (y0, y1)))
    maps = [_spread(values, x1 - x0, y1 - y0) for values in bend.at(*np.meshgrid(xs, ys))]
    straight = np.full_like(flat, 255)
    cv2.remap(flat, maps[0], maps[1], cv2.INTER_CUBIC, dst=straight[y0:y1, x0:x1], borderValue=(255,))
    return straight


def _spread(values: Floats, width: int, height: int) -> NDArray[np.float32]:
    """The values of squares, of which a row and a column lie before the part asked for, spread to its pixels."""
    size = (values.shape[1] * SQUARE, values.shape[0] * SQUARE)
    wide = cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide[SQUARE : SQUARE + height, SQUARE : SQUARE + width])


def _terms(u: Floats, v: Floats) -> Floats:
    """What a ruling along u may do across: lean, lean that changes across the page, bow, bow that changes, and an S."""
    return np.stack([u, u * v, u * u, u * u * v, u * u * u])


def _traces(ink: Mask, dpi: int) -> list[Floats]:
    """Points (x, y) along each long horizontal ruling."""
    small, wide = packed(ink, dpi, TRACE_INK)
    long = straight_ink(small, round(0.3 * dpi / wide), True)
    long = cv2.dilate(long, np.ones((3, round(0.05 * dpi / wide) | 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(long)
    traces = []
    for i in range(1, count):
        x, y, w, h, _ = stats[i].tolist()
        if w * wide < MIN_TRACE_INCH * dpi or h > max(0.05 * w * wide, 0.12 * dpi):
            continue
        patch = (labels[y : y + h, x : x + w] == i) & (small[y : y + h, x : x + w] > 0)
        traces.append(_points(patch) * (wide, 1) + ((x + 0.5) * wide, y))
    return traces


def _points(patch: NDArray[np.bool_]) -> Floats:
    """Points (x, y) along the ruling in a patch: the medians of as many stretches of its inked columns."""
    inked = patch.sum(axis=0)
    columns = np.flatnonzero(inked)
    rows = (np.arange(len(patch)) @ patch)[columns] / inked[columns]
    each = max(1, len(columns) // SAMPLES)
    whole = len(columns) // each * each
    parts = [values[:whole].reshape(-1, each) for values in (columns, rows)]
    return np.stack([np.median(part, axis=1) for part in parts], axis=1)


def _fit(traces: list[Floats], width: int, height: int) -> Floats | None:
    """Coefficients of `_terms`, each ruling having its own unknown position; outliers are dropped once."""
    if len(traces) < 3 or sum(float(np.ptp(t[:, 0])) for t in traces) < 2.0 * width:
        return None
    keep = [np.ones(len(t), bool) for t in traces]
    coefficients = np.zeros(5)
    for _ in range(3):
        coefficients = _solve(traces, keep, width, height)
        for i, trace in enumerate(traces):
            rest = trace[:, 1] - coefficients @ _scaled(trace, width, height)
            keep[i] = np.abs(rest - np.median(rest)) < 2.5
    return coefficients


def _scaled(trace: Floats, width: int, height: int) -> Floats:
    return _terms(2 * trace[:, 0] / width - 1, 2 * trace[:, 1] / height - 1)


def _solve(traces: list[Floats], keep: list[NDArray[np.bool_]], width: int, height: int) -> Floats:
    rows, aims = [], []
    for trace, good in zip(traces, keep, strict=True):
        if np.count_nonzero(good) < 4:
            continue
        terms = _scaled(trace[good], width, height)
        rows.append(terms - terms.mean(axis=1, keepdims=True))  # the ruling's own position drops out
        aims.append(trace[good, 1] - trace[good, 1].mean())
    design, aim = np.concatenate(rows, axis=1), np.concatenate(aims)
    weight = design @ design.T + RIDGE * aim.size * np.eye(5)
    return np.asarray(np.linalg.solve(weight, design @ aim))


def _plain(coefficients: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in coefficients)
