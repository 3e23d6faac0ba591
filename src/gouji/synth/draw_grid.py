"""Draws placed cells: shades, lines, texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gouji.synth.fitting import Fitted
from gouji.synth.grid import FormCell
from gouji.synth.sheet import Sheet, TableLook, measurer

Stretch = tuple[float, float, float, float]  # x0, y0, x1, y1 in mm


@dataclass(frozen=True)
class Placed:
    """A cell (or the piece of it on this page) at `box`, with the lines of text that are printed in it."""

    cell: FormCell
    box: Stretch
    lines: tuple[str, ...]


def draw_cells(sheet: Sheet, fitted: Fitted, placed: Sequence[Placed], look: TableLook) -> None:
    """Shades first, then every line once, then the texts."""
    pdf = sheet.pdf
    if look.shaded:
        pdf.set_fill_color(226, 230, 236)
        for p in placed:
            if p.cell.header:
                x0, y0, x1, y1 = p.box
                pdf.rect(x0, y0, x1 - x0, y1 - y0, style="F")
    draw_lines(pdf, placed, look)
    for p in placed:
        _draw_text(pdf, fitted, p)


def draw_lines(pdf: Any, placed: Sequence[Placed], look: TableLook) -> None:
    """Every cell's left and upper edge, the table's right and lower one: none is drawn twice, so dots stay dots."""
    frame = _around(placed)
    dashes = {"dotted": (0.25, 0.7), "dashed": (1.8, 1.2)}.get(look.stroke)
    pdf.set_line_width(look.line_mm)
    if dashes:
        pdf.set_dash_pattern(dash=dashes[0], gap=dashes[1])
    if look.rules in ("all", "open"):
        for line in _edges(placed, frame, sides=look.rules == "all"):
            pdf.line(*line)
    for p in placed:
        if p.cell.slash:
            pdf.line(*p.box)
    if dashes:
        pdf.set_dash_pattern()
    if look.stroke == "double":
        x0, y0, x1, y1 = frame
        pdf.rect(x0 - 0.9, y0 - 0.9, x1 - x0 + 1.8, y1 - y0 + 1.8)
    if look.rules == "three":
        _draw_three(pdf, placed, frame, look.line_mm)


def _around(placed: Sequence[Placed]) -> Stretch:
    x0, y0, x1, y1 = zip(*(p.box for p in placed), strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def _edges(placed: Sequence[Placed], frame: Stretch, *, sides: bool) -> list[Stretch]:
    edges: list[Stretch] = []
    for p in placed:
        x0, y0, x1, y1 = p.box
        edges.append((x0, y0, x1, y0))
        if sides or x0 > frame[0] + 0.01:
            edges.append((x0, y0, x0, y1))
    edges.append((frame[0], frame[3], frame[2], frame[3]))
    if sides:
        edges.append((frame[2], frame[1], frame[2], frame[3]))
    return edges


def _draw_three(pdf: Any, placed: Sequence[Placed], frame: Stretch, line_mm: float) -> None:
    """A heavy line above and below, a thin one under the heading."""
    x0, y0, x1, y1 = frame
    pdf.set_line_width(line_mm * 2.2)
    pdf.line(x0, y0, x1, y0)
    pdf.line(x0, y1, x1, y1)
    pdf.set_line_width(line_mm)
    below = [p.box[1] for p in placed if not p.cell.header]
    if below and min(below) > y0 + 0.01:
        pdf.line(x0, min(below), x1, min(below))


def _draw_text(pdf: Any, fitted: Fitted, placed: Placed) -> None:
    x0, y0, x1, y1 = placed.box
    measure = measurer(pdf, fitted.size_pt)
    if placed.cell.slash:
        upper, _, lower = placed.cell.text.partition(" ")
        pdf.text(x1 - fitted.pad - measure(upper), y0 + fitted.leading, upper)
        pdf.text(x0 + fitted.pad, y1 - fitted.leading * 0.35, lower)
        return
    y = y0 + (y1 - y0 - len(placed.lines) * fitted.leading) / 2
    for line in placed.lines:
        gap = {"left": fitted.pad, "center": (x1 - x0 - measure(line)) / 2}.get(placed.cell.align)
        gap = x1 - x0 - measure(line) - fitted.pad if gap is None else gap
        if line:
            pdf.text(x0 + gap, y + fitted.leading * 0.8, line)
        y += fitted.leading
