"""Pictures of what was read: regions, cells, doubts and seals drawn over the upright page."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from gouji.geometry import Box, union
from gouji.protocols import Image
from gouji.records import Cell, Report

# BGR
CELL, HEADER, TABLE, PROSE, HEADING, SEAL, DOUBT, INFERRED = (
    (120, 180, 60), (180, 150, 40), (200, 80, 0), (170, 170, 170),
    (150, 90, 170), (60, 60, 230), (0, 140, 255), (0, 0, 220),
)  # fmt: skip
PLAIN_CONFIDENCE = 0.99  # cells read with less carry their confidence as a number
WASH = 0.35  # opacity of the colour laid over a doubtful cell


def draw_page(image: Image, report: Report, page: int) -> Image:
    """The upright page's picture (BGR, same size) with all that the report has on this page.

    Blue frames: tables, with form and page-wise box; green cells (heads ochre); orange wash: flagged cells; red frames:
    cells with an inferred border; grey: paragraphs; violet: headings; light red: seals. Confidence in percent where
    it is below `PLAIN_CONFIDENCE`.
    """
    canvas = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image.copy()
    cells = [(table, cell) for table in report.tables for cell in table.cells if cell.page == page]
    _wash(canvas, [cell.box for _, cell in cells if cell.flags])
    for _, cell in cells:
        _draw_cell(canvas, cell)
    for table in report.tables:
        boxes = [cell.box for owner, cell in cells if owner is table]
        if boxes:
            _frame(canvas, union(boxes), TABLE, 3, f"{table.id} {table.form or ''}")
    for paragraph in report.narrative:
        for number, box in zip(paragraph.pages, paragraph.boxes, strict=False):
            if number == page:
                _frame(canvas, box, HEADING if paragraph.kind == "heading" else PROSE, 1)
    for seal in next((p.seals for p in report.pages if p.page == page), ()):
        _frame(canvas, seal, SEAL, 2, "seal")
    return canvas


def _wash(canvas: Image, boxes: Iterable[Box]) -> None:
    for x0, y0, x1, y1 in boxes:
        part = canvas[y0:y1, x0:x1]
        part[:] = np.asarray(part * (1 - WASH) + np.array(DOUBT) * WASH, np.uint8)


def _draw_cell(canvas: Image, cell: Cell) -> None:
    inner = (cell.box[0] + 2, cell.box[1] + 2, cell.box[2] - 2, cell.box[3] - 2)
    colour = INFERRED if "inferred_line" in cell.flags else HEADER if cell.header else CELL
    note = f"{cell.confidence:.0%}" if cell.text and cell.confidence < PLAIN_CONFIDENCE else ""
    _frame(canvas, inner, colour, 1, note)


def _frame(canvas: Image, box: Box, colour: tuple[int, int, int], thick: int, note: str = "") -> None:
    cv2.rectangle(canvas, box[:2], box[2:], colour, thick)
    if note:
        cv2.putText(
            canvas, note, (box[0] + 2, max(12, box[1] + 11)), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA
        )
