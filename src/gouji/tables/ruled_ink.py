"""Rulings from pixels: long straight ink, short ink that joins it, and what else is printed along the same borders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from gouji.ink import Mask, ink_of, packed, straight_ink
from gouji.tables.rulings import IN_LINE_INCH, TOUCH_INCH, Ruling, Rulings, group_rulings
from gouji.tables.trace import AIR_INCH, trace_borders

SEED_INCH = 0.4  # straight ink at least this long is a ruling by itself: no stroke of body text is
SHORT_INCH = 0.11  # shorter ink is one only when both its ends touch rulings across
GAP_INCH = 0.022  # breaks up to this length are bridged
MAX_THICK_INCH = 0.06
CLEAR_INCH = 0.02  # where the ink beside a ruling is looked for
SURE_INCH = 1.5  # a seed shorter than this must also be clear of ink beside it, as a printed cell border is
LEAST_AIR = 2  # pixels without ink that are air
MOST_GAPS = 6  # a line with more gaps is dashed, and its gaps are its own
SEED_SOLID, SEED_BUSY, SURE_BUSY = 0.5, 0.22, 0.45
SURE_SOLID, SOLID_BUSY = 0.97, 0.33
JOIN_SOLID, JOIN_BUSY = 0.85, 0.15
BREAK_INCH = 0.09  # pieces in line with breaks up to this length between them are one broken or dashed ruling
MAX_BOW_PX = 1.5
LEAST_RULING = ((0.7, SEED_INCH), (0.25, 1.0))  # inked share and length of a ruling, solid or dotted
CARRIED_INK = 0.7  # share of the way to the next ruling that must be inked
LONGEST_GAP = 25  # times the reach of a touch (an inch): farther away in line lies another table's border
LONE_SOLID = 0.97  # for a loose run that no ruling lies in line with: it may be the stroke of a character
MENDED_SOLID = 0.85  # with its breaks counted: strokes of figures that stand above each other leave larger ones
DASH_GAP_INCH = 0.06
DASH_THICK_INCH = 0.02
DASH_SOLID = 0.4
DASHED_INCH = 0.8  # a dashed line is at least this long
DASH_INCH = 0.16
LEAST_DASHES = 4
DASHES_OF_A_TABLE = 16
DASHES_OF_A_LINE = 8  # in one lane of a page, of this width: a table has a line longer than the least
LANE_INCH = 0.02
FAR_INCH = 0.3  # so far past the last ruling across, a ruling leaves its table
MOST_LABELS = 40_000  # with some at the page's edges they surely fit into sixteen bits, which take half the time
RUNS_THROUGH = 0.37  # beside crossings a run must be inked at least this much as it is elsewhere


Patch = NDArray[np.bool_]


def find_rulings(flat: Mask, dpi: int) -> Rulings:
    """The rulings of an upright, flattened page.

    Long straight ink comes first; then short pieces that join two rulings, so that a head cell's side is found and the
    stroke of a character is not.
    """
    ink = ink_of(flat, dpi, 0.08)
    dashes = find_dashes(ink, dpi)
    if not _has_long(ink, dpi) and all(dash is None for dash in dashes):
        return Rulings((), ())
    inks = (ink, cv2.transpose(ink))
    across, down = (mend_breaks(_runs(part, dpi), dpi) for part in inks)
    seeds = [[r for r in runs if r.length >= SEED_INCH * dpi and _is_line(r, dpi)] for runs in (across, down)]
    seeds = [own + _dashed(dash, part, dpi) for own, dash, part in zip(seeds, dashes, inks, strict=True)]
    touch = TOUCH_INCH * dpi
    seeds = [
        [run for run in runs if _runs_through(run, own, others, dpi)]
        for runs, own, others in zip(seeds, inks, (seeds[1], seeds[0]), strict=True)
    ]
    seeds = [_without_streaks(Rulings(tuple(seeds[0]), tuple(seeds[1])), flip, dpi) for flip in (False, True)]
    for _ in range(2):
        seeds = [
            seeds[0] + _joining(across, seeds[0], seeds[1], touch),
            seeds[1] + _joining(down, seeds[1], seeds[0], touch),
        ]
    seeds = [
        [_carried_on(run, own, others, dpi) for run in runs]
        for runs, own, others in zip(seeds, inks, (seeds[1], seeds[0]), strict=True)
    ]
    return trace_borders(flat, Rulings(tuple(seeds[0]), tuple(seeds[1])), dpi)


def _has_long(ink: Mask, dpi: int) -> bool:
    """Whether anything across is as long as the least ruling, solid or dotted; in prose nothing is."""
    looks = ((packed(ink, dpi, share), inch) for share, inch in LEAST_RULING)
    return any(straight_ink(small, round(inch * dpi / wide), True).any() for (small, wide), inch in looks)


def _without_streaks(rulings: Rulings, flip: bool, dpi: int) -> list[Ruling]:
    """The rulings across (down with `flip`) without those that run on past their table, where its others end.

    Dust on the glass draws a line over the whole sheet.
    """
    kept: list[Ruling] = []
    far, near = FAR_INCH * dpi, 2 * TOUCH_INCH * dpi
    for group in group_rulings(rulings, dpi):
        own, others = (group.down, group.across) if flip else (group.across, group.down)
        first, last = min((o.at for o in others), default=0.0), max((o.at for o in others), default=0.0)
        ending = min(
            sum(abs(run.start - first) <= near for run in own), sum(abs(run.stop - last) <= near for run in own)
        )
        past = [run.at for run in own if run.start < first - far or run.stop > last + far]
        if not others or ending < max(2, len(past)):
            past = []
        kept += [run for run in own if not any(abs(run.at - at) <= IN_LINE_INCH * dpi for at in past)]
    return kept


def _runs_through(run: Ruling, ink: Mask, others: Sequence[Ruling], dpi: int) -> bool:
    """Whether a broken run is inked on both sides of the rulings that it crosses; print in a lane leaves air there."""
    if run.solid >= SURE_SOLID:
        return True
    near, row, reach = TOUCH_INCH * dpi, round(run.at - 0.5), max(1, round(AIR_INCH * dpi))
    sides: list[float] = []
    for other in others:
        if not (other.start - near <= run.at <= other.stop + near and run.start - near <= other.at <= run.stop + near):
            continue
        before, after = round(other.at - other.thick / 2) - 1, round(other.at + other.thick / 2) + 1
        lanes = ((before - reach, before), (after, after + reach))
        sides += [
            float((ink[max(0, row - 1) : row + 2, a:b] > 0).any(axis=0).mean())
            for a, b in lanes
            if a >= run.start + near / 2 and b <= run.stop - near / 2
        ]
    return len(sides) < 2 or sum(sides) >= RUNS_THROUGH * run.solid * len(sides)


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


def _bow(rows: Patch) -> float:
    """How far the middle third of a run lies off its outer thirds, in pixels: the rim of a seal is no line."""
    third = max(1, rows.shape[1] // 3)
    parts = (rows[:, :third], rows[:, third:-third], rows[:, -third:])
    left, middle, right = (_middle(part.sum(axis=1)) for part in parts)
    return abs(middle - (left + right) / 2)


def _middle(weights: NDArray[np.int64]) -> float:
    """The mean index by weight; 0 when nothing weighs."""
    return float(np.arange(len(weights)) @ weights) / max(1, int(weights.sum()))


def mend_breaks(runs: Sequence[Ruling], dpi: int) -> list[Ruling]:
    """The runs, those in line with a short break between them made one; runs with ink beside them stay as they are.

    Text makes runs too, but strokes of text have other ink close by.
    """
    mended: list[Ruling] = []
    for piece in sorted(filter(_is_piece, runs), key=lambda run: run.start):
        i = next((i for i, run in enumerate(mended) if _goes_on(run, piece, dpi)), None)
        if i is None:
            mended.append(piece)
        else:
            mended[i] = _one_of(mended[i], piece)
    return [run for run in runs if not _is_piece(run)] + mended


def _is_piece(run: Ruling) -> bool:
    return run.solid >= JOIN_SOLID and run.busy <= JOIN_BUSY


def _goes_on(run: Ruling, piece: Ruling, dpi: int) -> bool:
    if abs(run.at - piece.at) > IN_LINE_INCH * dpi:
        return False
    return 0 <= piece.start - run.stop <= BREAK_INCH * dpi and _one_of(run, piece).solid >= MENDED_SOLID


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
        crowd=max(run.crowd, piece.crowd),
        loose=run.loose or piece.loose,
    )


def _dashed(dashes: Mask | None, ink: Mask, dpi: int) -> list[Ruling]:
    """Dashed lines: thin strokes in line, with breaks as long as a dash and hardly anything beside."""
    if dashes is None:
        return []
    lane = cv2.dilate(dashes, np.ones((3, 1), np.uint8))  # a line that drifts by a pixel is one line
    return [
        run
        for run in _runs(ink, dpi, DASHED_INCH, DASH_GAP_INCH, lane)
        if run.solid >= DASH_SOLID and run.busy <= SEED_BUSY and _pieces(ink, run) >= LEAST_DASHES
    ]


def find_dashes(ink: Mask, dpi: int) -> tuple[Mask | None, Mask | None]:
    """The ink of what may be dashes or where dashes cross, for lines across and, transposed, for lines down.

    Such components are small and nothing but thin strokes. None where too few lie lengthwise, or in one line.
    """
    _, labels, stats, middles = cv2.connectedComponentsWithStats(ink)
    wide, high, area = (stats[:, c] for c in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    thin = area <= max(3.0, DASH_THICK_INCH * dpi) * (wide + high)
    dash = thin & (np.maximum(wide, high) <= DASH_INCH * dpi) & (np.maximum(wide, high) >= DASH_INCH / 4 * dpi)
    dash[0] = False
    enough = [_line_up(middles[dash & (a >= 2 * b), axis], dpi) for a, b, axis in ((wide, high, 1), (high, wide, 0))]
    if not any(enough):
        return None, None
    mask = np.asarray(dash[labels].astype(np.uint8) * 255)
    return mask if enough[0] else None, np.ascontiguousarray(mask.T) if enough[1] else None


def _line_up(places: NDArray[np.float64], dpi: int) -> bool:
    """Whether enough dashes lie at one place across their line; strokes of print lie anywhere."""
    if len(places) < DASHES_OF_A_TABLE:
        return False
    ordered = np.sort(places)
    return bool((ordered[DASHES_OF_A_LINE - 1 :] - ordered[: 1 - DASHES_OF_A_LINE] <= LANE_INCH * dpi).any())


def _pieces(ink: Mask, run: Ruling) -> int:
    row = round(run.at - 0.5)
    inked = (ink[max(0, row - 1) : row + 2, round(run.start) : round(run.stop)] > 0).any(axis=0)
    return int(np.count_nonzero(np.diff(inked.astype(np.int8)) == 1)) + 1


def _is_line(run: Ruling, dpi: int) -> bool:
    if run.solid >= SURE_SOLID and run.crowd <= JOIN_BUSY:
        return True
    if run.length >= SURE_INCH * dpi:
        limit = SURE_BUSY
    else:
        limit = SOLID_BUSY if run.solid >= SURE_SOLID else SEED_BUSY if run.solid >= JOIN_SOLID else JOIN_BUSY
    return run.solid >= SEED_SOLID and run.busy <= limit


def _runs(
    ink: Mask, dpi: int, least: float = SHORT_INCH, gap: float = GAP_INCH, only: Mask | None = None
) -> list[Ruling]:
    """Every straight horizontal run of ink of at least `least` inches that may be a line, gaps of `gap` inches bridged.

    `only` is the part of the ink that may belong to one.
    """
    length = max(8, round(least * dpi))
    long = straight_ink(ink if only is None else only, length, True, max(2, round(gap * dpi)))
    # A run that drifts by a pixel falls apart into steps: a little height joins them.
    joined = cv2.dilate(long, np.ones((3, 3), np.uint8))
    small = cv2.countNonZero(long) < MOST_LABELS * length
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, ltype=cv2.CV_16U if small else cv2.CV_32S)
    runs = []
    for i in np.flatnonzero(_may_be_lines(ink, stats, dpi)).tolist():
        x, y, w, h, _ = stats[i].tolist()
        patch = (labels[y : y + h, x : x + w] == i) & (long[y : y + h, x : x + w] > 0)
        for start, stop in _between_air(ink, patch, x, y, dpi):
            part = patch[:, start:stop]
            runs += [_ruling(ink, part, x + start, y, band, dpi) for band in _bands(part, dpi)]
    return runs


def _between_air(ink: Mask, patch: Patch, x: int, y: int, dpi: int) -> list[tuple[int, int]]:
    """The columns of a patch that may be one ruling: where a stroke keeps air from a ruling across, it is cut off.

    The bridge over a short gap may join a ruling with a stroke of text that lies in line with it in the next cell. A
    cut part shorter than a seed is left out: it is the stroke.
    """
    high, wide = patch.shape
    inked = np.asarray((ink[y : y + high, x : x + wide] > 0).any(axis=0))
    edges = np.flatnonzero(np.diff(inked.astype(np.int8)))
    gaps = [(a + 1, b + 1) for a, b in pairwise(edges.tolist()) if not inked[a + 1]]
    cuts = [gap for gap in gaps if gap[1] - gap[0] >= LEAST_AIR and _ends_at_crossing(ink, gap, x, y, high, dpi)]
    if not cuts or len(gaps) > MOST_GAPS:
        return [(0, wide)]
    starts, stops = [0, *(stop for _, stop in cuts)], [*(start for start, _ in cuts), wide]
    return [(a, b) for a, b in zip(starts, stops, strict=True) if b - a >= SEED_INCH * dpi]


def _ends_at_crossing(ink: Mask, gap: tuple[int, int], x: int, y: int, high: int, dpi: int) -> bool:
    """Whether a ruling across passes right before or behind the gap: there is ink on both sides of the run."""
    clear = 2 * _clear(dpi)
    above, below = ink[max(0, y - clear) : max(1, y - clear + 1)], ink[y + high + clear - 1 : y + high + clear]
    if not (above.size and below.size):
        return False
    return any(
        bool((above[:, x + a : x + a + 2] > 0).any()) and bool((below[:, x + a : x + a + 2] > 0).any())
        for a in (gap[0] - 2, gap[1])
    )


def _may_be_lines(ink: Mask, stats: NDArray[np.int32], dpi: int) -> Patch:
    """Which components of runs made thicker by a pixel are to be looked at; the others have too much ink beside them.

    Most runs are strokes of text. Thick components, and those at the edge of the page, are looked at in any case.
    """
    high, wide, clear = *ink.shape, _clear(dpi)
    left, top, w, h = (stats[:, c] for c in (cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP, cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT))
    far = clear + 2
    look = (h > MAX_THICK_INCH * dpi) | (left < far) | (left + w > wide - far) | (top < far) | (top + h > high - far)
    some = np.flatnonzero(~look)
    left, top, right, bottom = left[some] + 1, top[some] + 1, (left + w)[some] - 1, (top + h)[some] - 1
    start = np.minimum(left + 2 * clear, wide - 1)
    stop = np.clip(right - 2 * clear, start + 1, wide)
    pairs = cv2.integral(cv2.max(ink[:-1], ink[1:]) & 1)  # of row k and the next, in row k
    sides = [
        (pairs[k + 1, stop] - pairs[k, stop] - pairs[k + 1, start] + pairs[k, start]) / (stop - start)
        for k in (top - clear - 1, bottom + clear - 1)
    ]
    busy, crowd = np.maximum(*sides), np.minimum(*sides)
    long = right - left >= SEED_INCH * dpi
    look[some] = np.where(long, (busy <= SURE_BUSY) | (crowd <= JOIN_BUSY), busy <= JOIN_BUSY)
    look[0] = False
    return np.asarray(look)


def _clear(dpi: int) -> int:
    return max(2, round(CLEAR_INCH * dpi))


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
    at = y + band[0] + _middle(weights) + 0.5
    clear = _clear(dpi)
    inner = slice(left + 2 * clear, max(right - 2 * clear, left + 2 * clear + 1))  # rulings across end here
    beside = (ink[max(0, top - clear - 1) : max(1, top - clear + 1), inner], ink[bottom + clear - 1 :, inner][:2])
    crowds = [float((rows > 0).any(axis=0).mean()) for rows in beside if rows.size] or [0.0]
    inked = np.asarray((ink[top:bottom, left:right] > 0).any(axis=0))
    solid = 0.0 if _bow(rows) > MAX_BOW_PX else float(inked.mean())
    reach = round(TOUCH_INCH * dpi)
    loose = not (inked[:reach].all() and inked[-reach:].all())
    return Ruling(
        at, float(left), float(right), float(weights.sum()) / len(columns), solid, max(crowds), min(crowds), loose
    )


def _joining(runs: Sequence[Ruling], known: Sequence[Ruling], others: Sequence[Ruling], touch: float) -> list[Ruling]:
    """The runs not yet known both of whose ends touch a ruling across; without air, when nothing known is in line."""
    seen, joining = set(known), []
    for run in runs:
        if run in seen or run.busy > JOIN_BUSY:
            continue
        lone = not any(_in_line(run, other, touch) for other in known)
        if run.solid < (LONE_SOLID if lone and run.loose else JOIN_SOLID):
            continue
        if all(any(_touches(run, end, other, touch, lone) for other in others) for end in _ends(run)):
            joining.append(run)
    return joining


def _in_line(run: Ruling, other: Ruling, touch: float) -> bool:
    """Whether a ruling of the same table lies in line with the run: a side mostly goes on the border of its column."""
    apart = max(run.start, other.start) - min(run.stop, other.stop)
    return abs(other.at - run.at) <= touch / 2 and apart <= LONGEST_GAP * touch


def _ends(run: Ruling) -> tuple[float, float]:
    return run.start, run.stop


def _touches(run: Ruling, end: float, other: Ruling, touch: float, closely: bool) -> bool:
    """Whether a run's end lies at a ruling across; `closely`: it may go on past it, but not end in air before it."""
    short = other.at - end if end == run.stop else end - other.at
    most = min(touch, other.thick / 2 + LEAST_AIR) if closely else touch
    return -touch <= short <= most and other.start - touch <= run.at <= other.stop + touch
