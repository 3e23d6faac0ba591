"""Text into boxes: wrapped lines, column widths and row heights, in mm."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gouji.synth.grid import Form, FormCell

Measure = Callable[[str], float]

# A figure, a word of Latin letters or a closing mark with what stands before it is never torn apart.
_PIECE = re.compile(r"[0-9A-Za-z.,%×*/-]+[，。；：、）”％]*|“?.[，。；：、）”]*", re.DOTALL)
_FIGURE = re.compile(r"-?[\d,.]+%?")


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """`text` as lines no wider than `width`; a wider piece is cut by characters. "" gives one empty line."""
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if measure(line + piece) <= width:
            line += piece
            continue
        if line:
            lines.append(line)
        line = piece
        while measure(line) > width and len(line) > 1:
            keep = next((n for n in range(len(line) - 1, 1, -1) if measure(line[:n]) <= width), 1)
            lines.append(line[:keep])
            line = line[keep:]
    return [*lines, line]


def _hard(text: str, measure: Measure) -> float:
    """The narrowest width that a text bears: the whole figure, or about two characters of words."""
    if _FIGURE.fullmatch(text):
        return measure(text)
    pieces = [p for p in _PIECE.findall(text) if len(p) > 1 and p.isascii()]
    return max([measure(p) for p in pieces] + [measure(text[:2])])


def column_widths(form: Form, room: float, pad: float, measure: Measure) -> list[float] | None:
    """Widths that sum to `room`: no figure is torn; None when the table cannot be so narrow."""
    hard, want = [3.0] * form.n_cols, [12.0] * form.n_cols
    for cell in sorted(form.cells, key=lambda c: c.col_span):
        need = _hard(cell.text, measure) + 2 * pad if cell.text else 0.0
        full = measure(cell.text) + 2 * pad if cell.text else 0.0
        if cell.header and not _FIGURE.fullmatch(cell.text):
            full = min(full, max(need, full / 2 + 2 * pad))
        _widen(hard, cell, need)
        _widen(want, cell, min(full, 0.42 * room * cell.col_span**0.5))
    want = [max(w, h) for w, h in zip(want, hard, strict=True)]
    if sum(hard) > room:
        return None
    if sum(want) <= room:
        return [w * room / sum(want) for w in want]
    slack = (room - sum(hard)) / max(sum(want) - sum(hard), 1e-6)
    return [h + (w - h) * slack for h, w in zip(hard, want, strict=True)]


def _widen(widths: list[float], cell: FormCell, need: float) -> None:
    span = range(cell.col, cell.col + cell.col_span)
    lack = need - sum(widths[c] for c in span)
    if lack > 0:
        for c in span:
            widths[c] += lack / cell.col_span


@dataclass(frozen=True)
class Fitted:
    """A form fitted to a width: column borders and row heights in mm, the lines of each cell, and the type."""

    form: Form
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    lines: tuple[tuple[str, ...], ...]
    size_pt: float
    leading: float
    pad: float


def row_heights(form: Form, lines: Sequence[Sequence[str]], leading: float, pad: float, least: float) -> list[float]:
    """Heights in mm that hold all lines, with half of `pad` above and below; a tall cell grows its last row."""
    heights = [least] * form.n_rows
    pairs = sorted(zip(form.cells, lines, strict=True), key=lambda p: p[0].row_span)
    for cell, texts in pairs:
        need = len(texts) * leading + pad
        span = range(cell.row, cell.row + cell.row_span)
        lack = need - sum(heights[r] for r in span)
        if lack > 0:
            heights[span[-1]] += lack
    return heights
