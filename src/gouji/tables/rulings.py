"""Rulings: the straight lines of tables, from pixels or from a PDF's vectors, as the same records.

Positions are pixels of the upright page; a horizontal ruling has its `at` on y and runs along x.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.ink import Mask, ink_of, straight_ink

SEED_INCH = 0.4  # straight ink at least this long is a ruling by itself: no stroke of body text is
SHORT_INCH = 0.11  # shorter ink is one only when both its ends touch rulings across
GAP_INCH = 0.022  # breaks up to this length are bridged
TOUCH_INCH = 0.04  # ends this near to a ruling across touch it
MAX_THICK_INCH = 0.06
CLEAR_INCH = 0.02  # where the ink beside a ruling is looked for
SURE_INCH = 1.5  # a seed shorter than this must also be clear of ink beside it, as a printed cell border is
SEED_SOLID, SEED_BUSY, SURE_BUSY = 0.5, 0.22, 0.45
SURE_SOLID, SOLID_BUSY = 0.97, 0.33
JOIN_SOLID, JOIN_BUSY = 0.85, 0.15
BREAK_INCH = 0.09  # pieces in line with breaks up to this length between them are one broken or dashed ruling
MAX_BOW_PX = 1.5
CARRIED_INK = 0.7  # share of the way to the next ruling that must be inked
LONE_SOLID = 0.97  # for a loose run that no ruling lies in line with: it may be the stroke of a character
MENDED_SOLID = 0.85  # with its breaks counted: strokes of figures that stand above each other leave larger ones
IN_LINE_INCH = 0.012


Patch = NDArray[np.bool_]


@dataclass(frozen=True)
class Ruling:
    """One straight line: across its run it lies `at`, along it from `start` to `stop`; `thick` is its width.

    `solid` is the share of its run that is really inked, `busy` the share beside which there is ink close by: strokes
    of a line of text that happen to align are neither solid nor clear of ink. `loose` tells of a break right beside one
    of its ends: a stroke that nearly reaches from ruling to ruling.
    """

    at: float
    start: float
    stop: float
    thick: float = 1.0
    solid: float = 1.0
    busy: float = 0.0
    loose: bool = False

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
    across, down = (mend_breaks(_runs(part, dpi), dpi) for part in (ink, np.ascontiguousarray(ink.T)))
    seeds = [[r for r in runs if r.length >= SEED_INCH * dpi and _is_line(r, dpi)] for runs in (across, down)]
    touch = TOUCH_INCH * dpi
    for _ in range(2):
        seeds = [
            seeds[0] + _joining(across, seeds[0], seeds[1], touch),
            seeds[1] + _joining(down, seeds[1], seeds[0], touch),
        ]
    inks = (ink, np.ascontiguousarray(ink.T))
    seeds = [
        [_carried_on(run, own, others, dpi) for run in runs]
        for runs, own, others in zip(seeds, inks, (seeds[1], seeds[0]), strict=True)
    ]
    return Rulings(tuple(sorted(seeds[0], key=_order)), tuple(sorted(seeds[1], key=_order)))


def _carried_on(run: Ruling, ink: Mask, others: Sequence[Ruling], dpi: int) -> Ruling:
    """The ruling drawn out to the next rulings across where it breaks off before them and most of the way is inked."""
    touch = TOUCH_INCH * dpi
    crossing = sorted(other.at for other in others if other.start - touch <= run.at <= other.stop + touch)
    before = max((at for at in crossing if at < run.start - touch), default=None)
    after = min((at for at in crossing if at > run.stop + touch), default=None)
    start = before if before is not None and _inked(ink, run.at, before, run.start, dpi) else run.start
    stop = after if after is not None and _inked(ink, run.at, run.stop, after, dpi) else run.stop
    return run if (start, stop) == (run.start, run.stop) else replace(run, start=start, stop=stop)


def _inked(ink: Mask, at: float, start: float, stop: float, dpi: int) -> bool:
    """Whether a stretch no longer than a cell's side is mostly inked along its middle, and clear beside it."""
    if stop - start > SEED_INCH * dpi:
        return False
    left, right, row, clear = round(start), round(stop), round(at - 0.5), max(3, round(2 * CLEAR_INCH * dpi))
    strip = (ink[max(0, row - 1) : row + 2, left:right] > 0).any(axis=0)
    inner = slice(left + clear, max(right - clear, left + clear + 1))
    beside = (ink[max(0, row - clear) : max(1, row - clear + 1), inner], ink[row + clear :, inner][:1])
    return float(strip.mean()) >= CARRIED_INK and all(
        float((part > 0).mean()) <= JOIN_BUSY for part in beside if part.size
    )


def rulings_of(segments: Iterable[tuple[float, float, float, float]], dpi: int) -> Rulings:
    """The rulings of vector segments (x0, y0, x1, y1) in pixels; slanting ones left out, collinear pieces joined."""
    across, down = [], []
    for x0, y0, x1, y1 in segments:
        if abs(y1 - y0) <= 0.02 * dpi and abs(x1 - x0) > abs(y1 - y0):
            across.append(Ruling((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x1 - x0) <= 0.02 * dpi:
            down.append(Ruling((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return Rulings(_chain(across, dpi), _chain(down, dpi))


def _order(ruling: Ruling) -> tuple[float, float]:
    return ruling.at, ruling.start


def _bow(rows: Patch) -> float:
    """How far the middle third of a run lies off its outer thirds, in pixels: the rim of a seal is no line."""
    thirds = np.array_split(rows, 3, axis=1)
    left, middle, right = (
        float(np.average(np.arange(len(rows)), weights=part.sum(axis=1))) if part.any() else 0.0 for part in thirds
    )
    return abs(middle - (left + right) / 2)


def mend_breaks(runs: Sequence[Ruling], dpi: int) -> list[Ruling]:
    """The runs, those in line with a short break between them made one; runs with ink beside them stay as they are.

    Text makes runs too, but strokes of text have other ink close by.
    """
    mended = [run for run in runs if not _is_piece(run)]
    for piece in sorted(filter(_is_piece, runs), key=lambda run: run.start):
        i = next((i for i, run in enumerate(mended) if _is_piece(run) and _goes_on(run, piece, dpi)), None)
        if i is None:
            mended.append(piece)
        else:
            mended[i] = _one_of(mended[i], piece)
    return mended


def _is_piece(run: Ruling) -> bool:
    return run.solid >= JOIN_SOLID and run.busy <= JOIN_BUSY


def _goes_on(run: Ruling, piece: Ruling, dpi: int) -> bool:
    gap = piece.start - run.stop
    near = 0 <= gap <= BREAK_INCH * dpi and abs(run.at - piece.at) <= IN_LINE_INCH * dpi
    return near and _one_of(run, piece).solid >= MENDED_SOLID


def _one_of(run: Ruling, piece: Ruling) -> Ruling:
    inked = run.length + piece.length
    at = (run.at * run.length + piece.at * piece.length) / inked
    thick = (run.thick * run.length + piece.thick * piece.length) / inked
    solid = (run.solid * run.length + piece.solid * piece.length) / (piece.stop - run.start)
    return replace(
        run,
        at=at,
        stop=piece.stop,
        thick=thick,
        solid=solid,
        busy=max(run.busy, piece.busy),
        loose=run.loose or piece.loose,
    )


def _is_line(run: Ruling, dpi: int) -> bool:
    if run.length >= SURE_INCH * dpi:
        limit = SURE_BUSY
    else:
        limit = SOLID_BUSY if run.solid >= SURE_SOLID else SEED_BUSY if run.solid >= JOIN_SOLID else JOIN_BUSY
    return run.solid >= SEED_SOLID and run.busy <= limit


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
        runs += [_ruling(ink, patch, x, y, band, dpi) for band in _bands(patch, dpi)]
    return runs


def _bands(patch: Patch, dpi: int) -> list[tuple[int, int]]:
    """The bands of rows of one connected patch that are mostly inked; a band too thick for a line is left out."""
    if len(patch) <= MAX_THICK_INCH * dpi:
        return [(0, len(patch))]
    profile = patch.sum(axis=1)
    strong = profile >= max(SHORT_INCH * dpi, 0.3 * profile.max())
    edges = np.flatnonzero(np.diff(np.concatenate(([0], strong.astype(np.int8), [0]))))
    bands = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(top, bottom) for top, bottom in bands if bottom - top <= MAX_THICK_INCH * dpi]


def _ruling(ink: Mask, patch: Patch, x: int, y: int, band: tuple[int, int], dpi: int) -> Ruling:
    rows = patch[band[0] : band[1]]
    weights, columns = rows.sum(axis=1), np.flatnonzero(rows.any(axis=0))
    filled = np.flatnonzero(weights)
    top, bottom = y + band[0] + int(filled[0]), y + band[0] + int(filled[-1]) + 1
    left, right = x + int(columns[0]), x + int(columns[-1]) + 1
    at = y + band[0] + float(np.average(np.arange(len(weights)), weights=weights)) + 0.5
    clear = max(2, round(CLEAR_INCH * dpi))
    inner = slice(left + 2 * clear, max(right - 2 * clear, left + 2 * clear + 1))  # rulings across end here
    beside = (ink[max(0, top - clear - 1) : max(1, top - clear + 1), inner], ink[bottom + clear - 1 :, inner][:2])
    busy = max((float((rows > 0).any(axis=0).mean()) for rows in beside if rows.size), default=0.0)
    inked = np.asarray((ink[top:bottom, left:right] > 0).any(axis=0))
    solid = 0.0 if _bow(rows) > MAX_BOW_PX else float(inked.mean())
    reach = round(TOUCH_INCH * dpi)
    loose = not (inked[:reach].all() and inked[-reach:].all())
    return Ruling(at, float(left), float(right), float(weights.sum()) / len(columns), solid, busy, loose)


def _joining(runs: Sequence[Ruling], known: Sequence[Ruling], others: Sequence[Ruling], touch: float) -> list[Ruling]:
    """The runs not yet known both of whose ends touch a ruling across."""
    seen = set(known)
    return [
        run
        for run in runs
        if run not in seen
        and run.busy <= JOIN_BUSY
        and run.solid >= (LONE_SOLID if run.loose and not _in_line(run, known, touch / 2) else JOIN_SOLID)
        and all(any(_touches(run, end, other, touch) for other in others) for end in _ends(run))
    ]


def _in_line(run: Ruling, known: Sequence[Ruling], near: float) -> bool:
    """Whether a known ruling lies in line with the run: a cell's side mostly goes on the border of its column."""
    return any(abs(other.at - run.at) <= near for other in known)


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
