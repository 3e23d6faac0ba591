"""Rulings: the straight lines of tables, as the same records whether they come from pixels or a PDF's vectors.

Positions are pixels of the upright page; a horizontal ruling has its `at` on y and runs along x.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

TOUCH_INCH = 0.04  # ends this near to a ruling across touch it
SAME_INCH = 0.03  # borders nearer than this are one border (double lines)
IN_LINE_INCH = 0.012  # pieces of one line lie this near to its course
BREAK_INCH = 0.2  # and this far from each other at most
MIN_GAP_INCH = 0.07  # the smallest print is 0.1 inch high with its leading


@dataclass(frozen=True)
class Ruling:
    """One straight line: across its run it lies `at`, along it from `start` to `stop`; `thick` is its width.

    `solid` is the share of its run that is really inked, `busy` the share beside which there is ink close by, and
    `crowd` that on its clearer side: strokes of a line of text that happen to align are neither solid nor clear of ink,
    text that touches a ruling stands on one side of it. `loose` tells of a break right beside one
    of its ends: a stroke that nearly reaches from ruling to ruling.
    """

    at: float
    start: float
    stop: float
    thick: float = 1.0
    solid: float = 1.0
    busy: float = 0.0
    crowd: float = 0.0
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


def rulings_of(segments: Iterable[tuple[float, float, float, float]], dpi: int) -> Rulings:
    """The rulings of vector segments (x0, y0, x1, y1) in pixels; slanting ones left out, collinear pieces joined."""
    across, down = [], []
    for x0, y0, x1, y1 in segments:
        if abs(y1 - y0) <= 0.02 * dpi and abs(x1 - x0) > abs(y1 - y0):
            across.append(Ruling((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x1 - x0) <= 0.02 * dpi:
            down.append(Ruling((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return Rulings(_chain(across, dpi), _chain(down, dpi))


def order_of(ruling: Ruling) -> tuple[float, float]:
    """By place, then by start."""
    return ruling.at, ruling.start


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
    return tuple(sorted(chained, key=order_of))


def group_rulings(rulings: Rulings, dpi: int) -> list[Rulings]:
    """Rulings that touch or cross each other or lie in line with a break between them, group by group."""
    touch = TOUCH_INCH * dpi
    parents = list(range(len(rulings.across) + len(rulings.down)))

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    for i, a in enumerate(rulings.across):
        for j, d in enumerate(rulings.down, len(rulings.across)):
            if a.start - touch <= d.at <= a.stop + touch and d.start - touch <= a.at <= d.stop + touch:
                parents[root(i)] = root(j)
    for i, j in (*_in_line(rulings.across, dpi), *_in_line(rulings.down, dpi, len(rulings.across))):
        parents[root(i)] = root(j)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for i, ruling in enumerate((*rulings.across, *rulings.down)):
        groups.setdefault(root(i), ([], []))[i >= len(rulings.across)].append(ruling)
    return [Rulings(tuple(across), tuple(down)) for across, down in groups.values()]


def _in_line(rulings: Sequence[Ruling], dpi: int, first: int = 0) -> list[tuple[int, int]]:
    """Pairs of indices, counted from `first`, of rulings that go on in each other after a break."""
    near, gap = IN_LINE_INCH * dpi, BREAK_INCH * dpi
    order = sorted(range(len(rulings)), key=lambda i: rulings[i].at)
    pairs = []
    for place, i in enumerate(order):
        for j in order[place + 1 :]:
            if rulings[j].at - rulings[i].at > near:
                break
            if max(rulings[i].start, rulings[j].start) - min(rulings[i].stop, rulings[j].stop) <= gap:
                pairs.append((first + i, first + j))
    return pairs


def cluster(rulings: Sequence[Ruling], dpi: int) -> list[int]:
    """Positions of rulings: those nearer than `SAME_INCH` made one (weighted by length).

    No row or column is narrower than `MIN_GAP_INCH`: of two borders nearer than that, that with less ruling goes.
    """
    clusters: list[list[Ruling]] = []
    for ruling in sorted(rulings, key=lambda r: r.at):
        if clusters and ruling.at - _middle(clusters[-1]) <= SAME_INCH * dpi:
            clusters[-1].append(ruling)
        else:
            clusters.append([ruling])
    while (i := _narrowest(clusters)) is not None and _gap(clusters, i) < MIN_GAP_INCH * dpi:
        clusters.pop(i if _total(clusters[i]) < _total(clusters[i + 1]) else i + 1)
    return [round(_middle(group)) for group in clusters]


def _narrowest(clusters: Sequence[Sequence[Ruling]]) -> int | None:
    return min(range(len(clusters) - 1), key=lambda i: _gap(clusters, i), default=None)


def _gap(clusters: Sequence[Sequence[Ruling]], i: int) -> float:
    return _middle(clusters[i + 1]) - _middle(clusters[i])


def _total(rulings: Sequence[Ruling]) -> float:
    return sum(ruling.length for ruling in rulings)


def _middle(rulings: Sequence[Ruling]) -> float:
    return float(np.average([r.at for r in rulings], weights=[r.length for r in rulings]))
