from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import layoutparser as lp
import numpy as np
import pytest
from tables.drawing import Grey, Plan, blank, draw, leant, plan_of, softened, spans_of, write, write_in

from gouji.config import Settings, load_settings
from gouji.engines.detectors import RulingsDetector
from gouji.engines.registry import open_engine
from gouji.pages.raster import Char, Raster
from gouji.pages.upright import turn_image
from gouji.protocols import Image, Quad, Reading
from gouji.reading import Readers, find_frames, find_lattices, page_image, read_digital, read_scan
from gouji.tables.ruled_ink import find_rulings

DPI = 150
ROWS = [
    ["科目名称", "合计", "基本支出", "项目支出"],
    ["一般公共服务支出", "1,860.50", "860.50", "1,000.00"],
    ["社会保障和就业支出", "214.38", "214.38", ""],
    ["卫生健康支出", "97.06", "97.06", "—"],
    ["合计", "2,171.94", "1,171.94", "1,000.00"],
]
TITLE, UNIT, NOTE = "支出决算总表", "单位：万元", "注：本表金额含上年结转资金。"


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings()


def plan() -> Plan:
    return plan_of([320, 160, 160, 160], [52] * 5, at=170)


def sheet() -> Grey:
    """A page with a title, a unit, a table and a note."""
    page = draw(plan(), image=blank(560, 1140))
    for row, col, *_ in plan().spans:
        if ROWS[row][col]:
            write_in(page, plan().box((row, col, 1, 1)), ROWS[row][col], 25)
    write(page, 480, 60, TITLE, 34)
    write(page, 850, 125, UNIT, 24)
    write(page, 170, 460, NOTE, 24)
    return page


@dataclass
class Echo:
    """An engine that finds one line in all that it sees and reads each crop as its number in the order of asking."""

    name: str = "echo"
    models: tuple[str, ...] = ()
    asked: list[int] = field(default_factory=list)

    def find_lines(self, image: Image) -> list[Quad]:
        """The box of all print."""
        y, x = np.nonzero(image < 128)
        x0, x1, y0, y1 = x.min(), x.max(), y.min(), y.max()
        return [np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)]

    def read_lines(self, crops: Sequence[Image]) -> list[Reading]:
        """The crops' numbers."""
        self.asked.append(len(crops))
        return [Reading(f"词{i}", 0.97, (0.97,) * len(f"词{i}")) for i in range(len(crops))]


def test_lines_that_tell_what_is_up_are_read_first(settings: Settings) -> None:
    """They are not read again with all others; readings come to their cells and lines, blank cells get none."""
    engine = Echo()
    readers = Readers(lambda: engine, lambda: RulingsDetector(find_frames))
    reading = read_scan(Raster(1, sheet(), DPI, "scan"), readers, settings)
    (grid,), (line,) = reading.grids, reading.lines
    told = [cell for cell in grid.cells if cell.text]
    assert engine.asked[0] == 3
    assert engine.asked[-1] == 17
    assert {(cell.row, cell.col) for cell in grid.cells if not cell.text} == {(2, 3)}
    assert [cell.text for cell in told][:7] == ["词0", "词1", "词2", "词3", "词1", "词4", "词5"]
    assert line.text == "词16"


def test_only_tables_of_the_detector_are_read(settings: Settings) -> None:
    """A lattice that the detector calls no table is none."""

    class Blind:
        def detect(self, image: Image) -> lp.Layout:
            return lp.Layout([lp.TextBlock(lp.Rectangle(0, 0, 100, 100), type="table", score=1.0)])

    rulings = find_rulings(sheet(), DPI)
    asked = settings.model_copy(update={"detector": settings.detector.model_copy(update={"name": "blind"})})
    assert find_lattices(sheet(), rulings, DPI, Readers(Echo, Blind), asked) == []
    for own in (settings, asked):
        (lattice,) = find_lattices(sheet(), rulings, DPI, Readers(Echo, lambda: RulingsDetector(find_frames)), own)
        assert spans_of(lattice) == plan().spans


def test_blank_scan_is_read(settings: Settings) -> None:
    """An empty page is read: no lines, no grids, no turn, and the engine is not asked for what is not there."""
    readers = Readers(Echo, lambda: RulingsDetector(find_frames))
    reading = read_scan(Raster(4, blank(500, 400), DPI, "scan"), readers, settings)
    assert (reading.lines, reading.grids) == ((), ())
    assert (reading.page.page, reading.page.status, reading.page.turn, reading.page.skew) == (4, "read", 0, 0.0)
    assert (reading.page.width, reading.page.height, reading.page.dpi) == (400, 500, DPI)


def chars(text: str, x: int, y: int, size: int = 20) -> list[Char]:
    return [Char(char, (x + size * i, y, x + size * (i + 1), y + size)) for i, char in enumerate(text)]


def test_digital_page_is_read_from_its_vectors() -> None:
    """A digital page is read from its characters and rulings with full confidence, without OCR."""
    table = plan_of([200, 200], [60, 60], at=100)
    printed = [*chars("收入总表", 160, 40), *chars("合计", 110, 110), *chars("860.50", 310, 110)]
    raster = Raster(2, blank(400, 600), 100, "digital", tuple(printed), tuple(table.sides()), turn=90)
    reading = read_digital(raster)
    (grid,) = reading.grids
    assert [cell.text for cell in grid.cells] == ["合计", "860.50", "", ""]
    assert [line.text for line in reading.lines] == ["收入总表"]
    assert (reading.page.origin, reading.page.turn, reading.page.page) == ("digital", 90, 2)
    assert {cell.confidence for cell in grid.cells} == {1.0}
    assert page_image(raster, reading.page) is raster.image


@pytest.fixture(scope="module")
def readers(settings: Settings) -> Readers:
    pytest.importorskip("openvino")
    engine = open_engine(settings.engine.model_copy(update={"name": "openvino"}))
    return Readers(lambda: engine, lambda: RulingsDetector(find_frames))


def stamped(page: Grey) -> Image:
    """The page in colour with a red ring over its table."""
    coloured = np.repeat(page[:, :, None], 3, axis=2)
    seal = np.full_like(coloured, 255)
    cv2.circle(seal, (600, 330), 120, (60, 50, 215), 10)
    return np.asarray(coloured.astype(np.uint16) * seal // 255, np.uint8)


@pytest.mark.parametrize("turn", [0, 180, 270])
def test_scan_is_read_end_to_end(readers: Readers, settings: Settings, turn: int) -> None:
    """A leaning, turned, grainy scan with a seal gives every cell, line and figure of the page as printed."""
    scan = turn_image(stamped(sheet()), turn)  # type: ignore[arg-type]
    scan = np.stack([softened(leant(scan[:, :, i], 1.2), 0.6, 3.0) for i in range(3)], axis=2)
    raster = Raster(1, scan, DPI, "scan")
    reading = read_scan(raster, readers, settings)
    (grid,) = reading.grids
    texts = [["" for _ in range(4)] for _ in range(5)]
    for cell in grid.cells:
        texts[cell.row][cell.col] = cell.text
        assert (cell.row_span, cell.col_span) == (1, 1)
    assert texts == ROWS
    assert [line.text for line in reading.lines] == [TITLE, UNIT, NOTE]
    assert reading.page.turn == (360 - turn) % 360
    assert reading.page.skew == pytest.approx(1.2, abs=0.1)
    assert len(reading.page.seals) == 1
    image = page_image(raster, reading.page)
    assert image.shape == (reading.page.height, reading.page.width)
    for x in grid.xs:
        assert image[grid.ys[0] + 5 : grid.ys[-1] - 5, x - 2 : x + 3].min(axis=1).max() < 140


def test_scanned_list_without_lines_is_a_table(readers: Readers, settings: Settings) -> None:
    """On a scan, labels and amounts in columns are a table though no line is printed; the prose below stays prose."""
    page = blank(640, 1140)
    write(page, 480, 60, TITLE, 34)
    for r, row in enumerate(ROWS):
        for x, text in zip((170, 500, 690, 860), row, strict=True):
            if text:
                write(page, x, 150 + 52 * r, text, 25)
    write(page, 170, 500, "以上支出均已按规定公开，接受社会监督。", 25)
    reading = read_scan(Raster(1, softened(page, 0.6, 3.0), DPI, "scan"), readers, settings)
    (grid,) = reading.grids
    texts = [["" for _ in range(grid.n_cols)] for _ in range(grid.n_rows)]
    for cell in grid.cells:
        texts[cell.row][cell.col] = cell.text
    assert [[text.replace("一", "—") if text == "一" else text for text in row] for row in texts] == ROWS
    assert all(cell.inferred_line for cell in grid.cells)
    assert [line.text for line in reading.lines] == [TITLE, "以上支出均已按规定公开，接受社会监督。"]


def test_scanned_three_line_table_with_columns_set_close(readers: Readers, settings: Settings) -> None:
    """Codes and names that stand a character apart are two columns of a three-line table."""
    rows = [
        ["编码", "名称", "金额"],
        ["20501", "教育管理", "12.50"],
        ["20502", "普通教育", "860.75"],
        ["20503", "职业教育", "9.00"],
    ]
    page = blank(560, 1140)
    write(page, 480, 60, TITLE, 34)
    for y in (140, 192, 348):
        page[y : y + 2, 160:900] = 0
    for r, row in enumerate(rows):
        for x, text in zip((170, 265, 760), row, strict=True):
            write(page, x, 153 + 52 * r, text, 25)
    (grid,) = read_scan(Raster(1, softened(page, 0.6, 3.0), DPI, "scan"), readers, settings).grids
    assert [[cell.text for cell in grid.cells if cell.row == r] for r in range(grid.n_rows)] == rows
