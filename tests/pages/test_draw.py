from __future__ import annotations

import numpy as np

from gouji.pages.draw import CELL, FAILED, INFERRED, LEGEND, LOW, TABLE, draw_page, lines_by_page, note_of
from gouji.protocols import Image
from gouji.records import Cell, Document, MadeBy, Page, Paragraph, Report, Source, Table


def cell(row: int, col: int, *flags: str, confidence: float = 1.0) -> Cell:
    box = (100 + 200 * col, 100 + 80 * row, 300 + 200 * col, 180 + 80 * row)
    return Cell(row=row, col=col, text="12.50", page=1, box=box, flags=flags, confidence=confidence)


def report_of(*cells: Cell, narrative: tuple[Paragraph, ...] = ()) -> Report:
    table = Table(id="t1", form="final.income", pages=(1,), n_rows=2, n_cols=2, cells=cells)
    made_by = MadeBy(gouji="0", engine="none", models=(), detector="none", ner=None, settings="0")
    source = Source(file="a.pdf", sha256="0" * 64, media_type="application/pdf", pages=1)
    page = Page(page=1, width=800, height=600, dpi=200, origin="scan")
    return Report(
        source=source, made_by=made_by, document=Document(), pages=(page,), tables=(table,), narrative=narrative
    )


def drawn(*cells: Cell) -> Image:
    return draw_page(np.full((600, 800), 255, np.uint8), report_of(*cells), 1)


def has(picture: Image, colour: tuple[int, int, int]) -> bool:
    return bool((picture == np.array(colour)).all(axis=2).any())


def test_a_picture_is_the_page_over_a_legend() -> None:
    """The picture is as wide as the page; below it a strip names each colour."""
    picture = drawn(cell(0, 0))
    assert picture.shape[1:] == (800, 3)
    assert picture.shape[0] > 600
    legend = picture[600:]
    assert all(has(legend, colour) for colour, kind, _ in LEGEND if kind == "frame")


def test_frames_tell_tables_cells_and_inferred_borders() -> None:
    """A table has its frame, each cell its own, in red where a border was not printed."""
    page = drawn(cell(0, 0), cell(0, 1, "inferred_line"))[:600]
    assert has(page, TABLE)
    assert has(page[100:180, 100:300], CELL)
    assert has(page[100:180, 300:500], INFERRED)
    assert not has(page[100:180, 104:296], INFERRED)


def test_flagged_cells_are_washed_and_noted() -> None:
    """A doubtful cell and one that fails a check have a colour of their own; print below still shows."""
    page = drawn(cell(0, 0, "low_confidence", confidence=0.41), cell(0, 1, "check:I6", "low_confidence"))[:600]
    plain = np.full(3, 255)
    for box, colour in (((100, 300), LOW), ((300, 500), FAILED)):
        middle = page[140, sum(box) // 2]
        assert np.abs(middle - (0.65 * plain + 0.35 * np.array(colour))).max() < 2
    assert note_of(cell(0, 0, "low_confidence", confidence=0.41)) == "41%"
    assert note_of(cell(0, 0, "check:I6", "joined")) == "I6"
    assert note_of(cell(0, 0)) == ""


def test_every_line_of_a_paragraph_is_on_its_page() -> None:
    """Of a paragraph over two pages each line is drawn on the page on which it stands."""
    boxes = ((10, 500, 90, 520), (10, 540, 90, 560), (10, 40, 90, 60), (10, 80, 90, 100))
    paragraph = Paragraph(kind="paragraph", text="一二三四", pages=(3, 4), boxes=boxes)
    assert [page for page, _ in lines_by_page(paragraph)] == [3, 3, 4, 4]
