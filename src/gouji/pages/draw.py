"""Pictures of what was read: regions, cells, confidences, flags and seals over the upright page, with a legend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from gouji.geometry import Box, union
from gouji.protocols import Image
from gouji.records import Cell, Paragraph, Report

Colour = tuple[int, int, int]  # BGR

CELL, HEADER, TABLE, PROSE, HEADING, SEAL, INFERRED = (
    (90, 150, 40), (170, 130, 20), (200, 80, 0), (150, 150, 150), (150, 60, 150), (60, 60, 230), (0, 0, 220),
)  # fmt: skip
LOW, FAILED, JOINED = (0, 140, 255), (90, 90, 255), (200, 180, 0)
INK = (40, 40, 40)
HAZE = 0.35  # white laid under notes, so that they can be read over print
PLAIN_CONFIDENCE = 0.99  # cells read with less carry their confidence as a number
WASH = 0.35  # opacity of the colour laid over a flagged cell
WASHES = {"check:": FAILED, "low_confidence": LOW, "alternatives": LOW, "joined": JOINED}  # the first that fits
SHOWN = ("low_confidence", "alternatives", "inferred_line", "joined")  # flags that a colour tells
LEGEND = (
    (TABLE, "frame", "table: id, form"), (CELL, "frame", "cell"), (HEADER, "frame", "head"),
    (INFERRED, "frame", "cell, border not printed"), (LOW, "wash", "doubtful reading"),
    (FAILED, "wash", "failed check (its rule)"), (JOINED, "wash", "joined over a page break"),
    (PROSE, "frame", "paragraph"), (HEADING, "frame", "heading"), (SEAL, "frame", "seal"),
)  # fmt: skip


@dataclass(frozen=True)
class Pen:
    """Sizes that fit the page's resolution, in pixels; `font` is OpenCV's scale."""

    thin: int
    thick: int
    font: float

    @property
    def line(self) -> int:
        """Height of a line of notes."""
        return round(30 * self.font)


def pen_of(dpi: int) -> Pen:
    """Notes are about 1.6 mm high on paper."""
    return Pen(max(1, round(dpi / 150)), max(2, round(dpi / 60)), max(0.35, dpi / 400))


def draw_page(image: Image, report: Report, page: int) -> Image:
    """The upright page's picture (BGR, as wide as the page) with all that the report has on it, over a legend.

    A cell's note gives its confidence in percent below `PLAIN_CONFIDENCE`, and the rules that fail.
    """
    canvas = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image.copy()
    pen = pen_of(next((p.dpi for p in report.pages if p.page == page), 150))
    cells = [(table, cell) for table in report.tables for cell in table.cells if cell.page == page]
    for _, cell in cells:
        _wash(canvas, cell)
    _draw_prose(canvas, report, page, pen)
    for _, cell in cells:
        _draw_cell(canvas, cell, pen)
    for table in report.tables:
        boxes = [cell.box for owner, cell in cells if owner is table]
        if boxes:
            _frame(canvas, union(boxes), TABLE, pen.thick)
            _note(canvas, f"{table.id} {table.form or ''}".strip(), _above(union(boxes), pen), TABLE, pen)
    for seal in next((p.seals for p in report.pages if p.page == page), ()):
        _frame(canvas, seal, SEAL, pen.thick)
        _note(canvas, "seal", (seal[0], seal[1]), SEAL, pen)
    return np.vstack([canvas, _legend(canvas.shape[1], pen)])


def _draw_prose(canvas: Image, report: Report, page: int, pen: Pen) -> None:
    for paragraph in report.narrative:
        colour = HEADING if paragraph.kind == "heading" else PROSE
        boxes = [box for number, box in lines_by_page(paragraph) if number == page]
        for box in boxes:
            _frame(canvas, box, colour, pen.thin)


def lines_by_page(paragraph: Paragraph) -> list[tuple[int, Box]]:
    """The boxes of a paragraph's lines with their pages: a line higher than the one before stands on the next page."""
    placed: list[tuple[int, Box]] = []
    pages = list(paragraph.pages)
    for box in paragraph.boxes:
        if placed and box[3] < placed[-1][1][1] and len(pages) > 1:
            pages.pop(0)
        placed.append((pages[0], box))
    return placed


def _wash(canvas: Image, cell: Cell) -> None:
    """A colour laid over a flagged cell, by the first of its flags that has one."""
    colour = next((c for start, c in WASHES.items() if any(flag.startswith(start) for flag in cell.flags)), None)
    if colour is not None:
        x0, y0, x1, y1 = cell.box
        _tint(canvas[y0:y1, x0:x1], colour)


def _tint(part: Image, colour: Colour) -> None:
    part[:] = np.asarray(part * (1 - WASH) + np.array(colour) * WASH, np.uint8)


def _draw_cell(canvas: Image, cell: Cell, pen: Pen) -> None:
    inset = pen.thin + 1
    inner = (cell.box[0] + inset, cell.box[1] + inset, cell.box[2] - inset, cell.box[3] - inset)
    colour = INFERRED if "inferred_line" in cell.flags else HEADER if cell.header else CELL
    _frame(canvas, inner, colour, pen.thin)
    note = note_of(cell)
    if note:
        _note(canvas, note, (inner[0], inner[1]), INK, pen)


def note_of(cell: Cell) -> str:
    """What is written into a cell: its confidence where it is doubtful, and the flags that no colour tells."""
    told = [f"{cell.confidence:.0%}"] if cell.text and cell.confidence < PLAIN_CONFIDENCE else []
    told += [flag.removeprefix("check:") for flag in cell.flags if flag not in SHOWN]
    return " ".join(told)


def _above(box: Box, pen: Pen) -> tuple[int, int]:
    return box[0], max(0, box[1] - pen.line)


def _frame(canvas: Image, box: Box, colour: Colour, thick: int) -> None:
    cv2.rectangle(canvas, box[:2], box[2:], colour, thick)


def _note(canvas: Image, text: str, at: tuple[int, int], colour: Colour, pen: Pen) -> None:
    """A note with its upper left corner at `at`, moved in from the page's edge; the print below it still shows."""
    (wide, high), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, pen.font, pen.thin)
    x, y = min(at[0], max(0, canvas.shape[1] - wide - 2)), at[1]
    part = canvas[y : y + high + below, x : x + wide + 2]
    part[:] = np.asarray(part * (1 - HAZE) + 255 * HAZE, np.uint8)
    cv2.putText(canvas, text, (x + 1, y + high), cv2.FONT_HERSHEY_SIMPLEX, pen.font, colour, pen.thin, cv2.LINE_AA)


def _legend(width: int, pen: Pen) -> Image:
    """A strip as wide as the page that tells what each colour means."""
    places = list(_legend_places(width, pen))
    strip = np.full((places[-1][1] + 2 * pen.line, width, 3), 255, np.uint8)
    strip[: pen.thin] = INK
    for (x, y), (colour, kind, text) in zip(places, LEGEND, strict=True):
        box = (x, y, x + 2 * pen.line, y + pen.line)
        if kind == "wash":
            _tint(strip[box[1] : box[3], box[0] : box[2]], colour)
        else:
            _frame(strip, box, colour, pen.thick if colour == TABLE else pen.thin)
        _note(strip, text, (box[2] + pen.line // 2, y), INK, pen)
    return strip


def _legend_places(width: int, pen: Pen) -> Iterable[tuple[int, int]]:
    """Where each entry begins: side by side, in as many rows as the width asks for."""
    x, y = pen.line, pen.line // 2
    for _, _, text in LEGEND:
        wide = 3 * pen.line + cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, pen.font, pen.thin)[0][0]
        if x > pen.line and x + wide > width:
            x, y = pen.line, y + round(1.5 * pen.line)
        yield x, y
        x += wide + pen.line
