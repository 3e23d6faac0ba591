"""Rulings: the straight lines of tables, from pixels or from a PDF's vectors, as the same records.

Positions are pixels of the upright page; a horizontal ruling has its `at` on y and runs along x.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from gouji.ink import Mask, ink_of, straight_ink

SEED_INCH = 0.4  # straight ink at least this long is a ruling by itself: no stroke of body text is
SHORT_INCH = 0.11  # shorter ink is one only when both its ends touch rulings across
GAP_INCH = 0.025  # breaks up to this length are bridged
TOUCH_INCH = 0.04  # ends this near to a ruling across touch it
MAX_THICK_INCH = 0.06


@dataclass(frozen=True)
class Ruling:
    """One straight line: across its run it lies `at`, along it from `start` to `stop`; `thick` is its width."""

    at: float
    start: float
    stop: float
    thick: float = 1.0

    @property
    def length(self) -> float:
        """Length in pixels."""
        return self.stop - self.start


@dataclass(frozen=True)
class Rulings:
    """The rulings of one page."""

    across: tuple[Ruling, ...] = ()
    down: tuple[Ruling, ...] = ()


def find_rulings(flat: Mask, dpi: int) -> Rulings:
    """The rulings of an upright, flattened page.

    Long straight ink comes first; then short pieces that join two rulings, so that a head cell's side is found and the
    stroke of a character is not.
    """
    ink = ink_of(flat, dpi, 0.08)
    across, down = _runs(ink, dpi), _runs(np.ascontiguousarray(ink.T), dpi)
    seeds = [[r for r in runs if r.length >= SEED_INCH * dpi] for runs in (across, down)]
    for _ in range(2):
        touch = TOUCH_INCH * dpi
        seeds = [
            seeds[0] + _joining(across, seeds[0], seeds[1], touch),
            seeds[1] + _joining(down, seeds[1], seeds[0], touch),
        ]
    return Rulings(tuple(sorted(seeds[0], key=_order)), tuple(sorted(seeds[1], key=_order)))


def rulings_of(segments: Iterable[tuple[float, float, float, float]], dpi: int) -> Rulings:
    """The rulings of vector segments (x0, y0, x1, y1) in pixels; slanting ones are left out, collinear pieces joined."""
    across, down = [], []
    for x0, y0, x1, y1 in segments:
        if abs(y1 - y0) <= 0.02 * dpi and abs(x1 - x0) > abs(y1 - y0):
            across.append(Ruling((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x1 - x0) <= 0.02 * dpi:
            down.append(Ruling((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return Rulings(_chain(across, dpi), _chain(down, dpi))


def _order(ruling: Ruling) -> tuple[float, float]:
    return ruling.at, ruling.start


def _runs(ink: Mask, dpi: int) -> list[Ruling]:
    """Every straight horizontal run of ink of at least `SHORT_INCH`."""
    long = straight_ink(ink, max(8, round(SHORT_INCH * dpi)), True, max(2, round(GAP_INCH * dpi)))
    # A run that drifts by a pixel falls apart into steps: a little height joins them.
    joined = cv2.dilate(long, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    runs = []
    for i in range(1, count):
        x, y, w, h, _ = stats[i].tolist()
        patch = (labels[y : y + h, x : x + w] == i) & (long[y : y + h, x : x + w] > 0)
        runs += _split(patch, x, y, dpi)
    return runs


def _split(patch: np.ndarray[tuple[int, int], np.dtype[np.bool_]], x: int, y: int, dpi: int) -> list[Ruling]:
    """The rulings of one connected patch: one for each of its bands of rows that are mostly inked."""
    profile = patch.sum(axis=1)
    if len(profile) <= MAX_THICK_INCH * dpi:
        columns = np.flatnonzero(patch.any(axis=0))
        at = float(np.average(np.arange(len(profile)), weights=profile)) if profile.any() else 0.0
        thick = float(profile.sum()) / max(1, len(columns))
        return [Ruling(y + at + 0.5, float(x + columns[0]), float(x + columns[-1] + 1), thick)]
    strong = profile >= max(SHORT_INCH * dpi, 0.3 * profile.max())
    edges = np.flatnonzero(np.diff(np.concatenate(([0], strong.astype(np.int8), [0]))))
    rulings = []
    for top, bottom in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if bottom - top > MAX_THICK_INCH * dpi:
            continue  # a filled area, not a line
        columns = np.flatnonzero(patch[top:bottom].any(axis=0))
        rulings.append(
            Ruling(y + (top + bottom) / 2, float(x + columns[0]), float(x + columns[-1] + 1), float(bottom - top))
        )
    return rulings


def _joining(runs: Sequence[Ruling], known: Sequence[Ruling], others: Sequence[Ruling], touch: float) -> list[Ruling]:
    """The runs not yet known both of whose ends touch a ruling across."""
    seen = set(known)
    return [
        run
        for run in runs
        if run not in seen and all(any(_touches(run, end, other, touch) for other in others) for end in _ends(run))
    ]


def _ends(run: Ruling) -> tuple[float, float]:
    return run.start, run.stop


def _touches(run: Ruling, end: float, other: Ruling, touch: float) -> bool:
    return abs(other.at - end) <= touch and other.start - touch <= run.at <= other.stop + touch


def _chain(pieces: list[Ruling], dpi: int) -> tuple[Ruling, ...]:
    """Pieces of one line (same place within a pixel or two, touching ends) joined to one."""
    near = max(1.5, 0.012 * dpi)
    chained: list[Ruling] = []
    for piece in sorted(pieces, key=lambda r: (round(r.at / near), r.start)):
        last = chained[-1] if chained else None
        if last and abs(last.at - piece.at) <= near and piece.start <= last.stop + near:
            chained[-1] = replace(last, stop=max(last.stop, piece.stop))
        else:
            chained.append(piece)
    return tuple(sorted(chained, key=_order))
