"""Digital PDFs draw their tables in many ways; all of them give the same table."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tables.pages import texts

from gouji.config import Settings, load_settings
from gouji.pipeline import assemble, open_report, read_page
from gouji.reading import Readers
from gouji.records import Report
from gouji.synth.fonts import font_path

ROWS = [
    ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
    ["201", "一般公共服务支出", "1,860.50", "860.50", "1,000.00"],
    ["20126", "档案事务", "1,860.50", "860.50", "1,000.00"],
    ["208", "社会保障和就业支出", "214.38", "214.38", ""],
    ["", "合计", "2,074.88", "1,074.88", "1,000.00"],
]
WIDTHS, HEIGHT = (60, 150, 90, 90, 90), 24
XS = [57 + sum(WIDTHS[:i]) for i in range(6)]
YS = [150 + HEIGHT * i for i in range(6)]
Draw = Callable[[Any], None]


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(overrides=["facts.ner=false"])


def unused() -> Any:
    raise AssertionError("no engine is needed")


def sheet() -> Any:
    from fpdf import FPDF

    pdf = FPDF(unit="pt", format="A4")
    pdf.add_font("song", fname=str(font_path()))
    pdf.set_font("song", size=16)
    pdf.add_page()
    pdf.text(180, 115, "一般公共预算支出表")
    pdf.set_font("song", size=11)
    pdf.text(470, 140, "单位：万元")
    return pdf


def fill(pdf: Any, shuffled: bool = False, spread: float = 1.0) -> None:
    """The texts of the cells: words at the left, amounts at the right."""
    cells = [(r, c, text) for r, row in enumerate(ROWS) for c, text in enumerate(row) if text]
    if shuffled:
        random.Random(1).shuffle(cells)
    for r, c, text in cells:
        x = XS[c] + 4 if c < 2 else XS[c + 1] - 4 - spread * pdf.get_string_width(text)
        for char in text if spread > 1 else [text]:
            pdf.text(x, YS[r] + 16, char)
            x += spread * pdf.get_string_width(char)


def rule(pdf: Any, draw: Callable[[float, float, float, float], None], across: int = 1, down: int = 1) -> None:
    for y in YS[::across]:
        draw(XS[0], y, XS[-1], y)
    for x in XS[::down] if down else []:
        draw(x, YS[0], x, YS[-1])


def thin_rectangles(pdf: Any) -> None:
    fill(pdf)
    pdf.set_fill_color(0)
    rule(pdf, lambda a, b, c, d: pdf.rect(a, b, max(c - a, 0.6), max(d - b, 0.6), style="F"))


def dash_pattern(pdf: Any) -> None:
    fill(pdf)
    pdf.set_dash_pattern(dash=3, gap=2)
    rule(pdf, pdf.line)


def dashes_one_by_one(pdf: Any) -> None:
    def dashed(a: float, b: float, c: float, d: float) -> None:
        for i in range(int(max(c - a, d - b) // 5)):
            pdf.line(*((a + 5 * i, b, a + 5 * i + 3, b) if c > a else (a, b + 5 * i, a, b + 5 * i + 3)))

    fill(pdf)
    rule(pdf, dashed)


def shuffled_text(pdf: Any) -> None:
    fill(pdf, shuffled=True)
    rule(pdf, pdf.line)


def letters_apart(pdf: Any) -> None:
    fill(pdf, spread=1.2)
    rule(pdf, pdf.line)


def a_rectangle_each(pdf: Any) -> None:
    fill(pdf)
    for r in range(5):
        for c in range(5):
            pdf.rect(XS[c], YS[r], WIDTHS[c], HEIGHT)


def thick_lines(pdf: Any) -> None:
    fill(pdf)
    pdf.set_line_width(2.2)
    rule(pdf, pdf.line)


def faint_lines(pdf: Any) -> None:
    fill(pdf)
    pdf.set_draw_color(200)
    pdf.set_line_width(0.3)
    rule(pdf, pdf.line)


def no_outer_frame(pdf: Any) -> None:
    fill(pdf)
    rule(pdf, pdf.line, down=0)
    for x in XS[1:-1]:
        pdf.line(x, YS[0], x, YS[-1])


def lines_between_rows(pdf: Any) -> None:
    fill(pdf)
    rule(pdf, pdf.line, down=0)


def three_lines(pdf: Any) -> None:
    fill(pdf)
    for y in (YS[0], YS[1], YS[-1]):
        pdf.line(XS[0], y, XS[-1], y)


def shaded_rows(pdf: Any) -> None:
    for r in range(5):
        pdf.set_fill_color(210 if r == 0 else 240 if r % 2 else 225)
        pdf.rect(XS[0], YS[r], XS[-1] - XS[0], HEIGHT, style="F")
    fill(pdf)


def shaded_cells(pdf: Any) -> None:
    for r in range(5):
        for c in range(5):
            pdf.set_fill_color(200 if r == 0 else 235)
            pdf.rect(XS[c] + 0.75, YS[r] + 0.75, WIDTHS[c] - 1.5, HEIGHT - 1.5, style="F")
    fill(pdf)


def no_lines(pdf: Any) -> None:
    fill(pdf)
    for i in range(4):
        pdf.text(57, 400 + i * 22, "本部门支出预算合计二千零七十四万元，比上年增加一百万元，主要是人员经费增加。")


RULED = [
    thin_rectangles, dash_pattern, dashes_one_by_one, shuffled_text, letters_apart, a_rectangle_each, thick_lines,
    faint_lines,
]  # fmt: skip
INFERRED = [no_outer_frame, lines_between_rows, three_lines, shaded_rows, shaded_cells, no_lines]


def report_of(path: Path, settings: Settings) -> Report:
    with open_report(path, settings) as opened:
        readings = [read_page(opened, n, Readers(unused, unused), settings) for n in range(1, opened.source.pages + 1)]
        return assemble(opened.source, readings, settings)


def turned(path: Path, degrees: int) -> Path:
    """The file with its pages displayed turned."""
    import pypdfium2

    other = path.with_name(f"turned-{path.name}")
    with pypdfium2.PdfDocument(path) as document:
        document[0].set_rotation(degrees)
        document.save(str(other))
    return other


@pytest.mark.parametrize("rotation", [0, 90, 180])
@pytest.mark.parametrize("draw", [*RULED, *INFERRED], ids=lambda draw: draw.__name__)
def test_however_it_is_drawn_it_is_the_same_table(
    draw: Draw, rotation: int, tmp_path: Path, settings: Settings
) -> None:
    """Lines as rectangles, dashes, shades or none, text in any order, the page turned: one table, all its cells."""
    pdf = sheet()
    draw(pdf)
    path = tmp_path / "table.pdf"
    pdf.output(str(path))
    (table,) = report_of(turned(path, rotation) if rotation else path, settings).tables
    assert texts(table) == ROWS
    assert (table.title, table.unit, table.form) == ("一般公共预算支出表", "万元", "budget.gpb")
    assert any("inferred_line" in cell.flags for cell in table.cells) == (draw in INFERRED)


def test_a_mixed_file_is_read_page_by_page(tmp_path: Path, settings: Settings) -> None:
    """Of a file with a digital page, a scan and a digital page again, each page is read in its own way."""
    scan = io.BytesIO()
    Image.new("L", (827, 1169), 255).save(scan, "PNG")
    pdf = sheet()
    thin_rectangles(pdf)
    pdf.add_page()
    pdf.image(scan, 0, 0, 595, 842)
    pdf.add_page()
    pdf.text(80, 100, "第二部分 情况说明")
    path = tmp_path / "mixed.pdf"
    pdf.output(str(path))
    with open_report(path, settings) as opened:
        origins = [opened.raster(number).origin for number in (1, 2, 3)]
    assert origins == ["digital", "scan", "digital"]
