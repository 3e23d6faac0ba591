from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from PIL import Image as PillowImage
from tables.drawing import blank, draw, plan_of, write, write_in
from tables.pages import centred, grid_of, line, page_of, texts

from gouji import pipeline
from gouji.config import Settings, load_settings
from gouji.errors import InputError, PageError
from gouji.pages.raster import Char, Raster
from gouji.pipeline import assemble, open_readers, open_report, read_page
from gouji.reading import Readers
from gouji.records import Page, PageReading, Report, Source

SOURCE = Source(file="report.pdf", sha256="0" * 64, media_type="application/pdf", pages=2)
HEAD = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]
ROWS = [
    ["201", "一般公共服务支出", "1,860.50", "860.50", "1,000.00"],
    ["20126", "档案事务", "1,860.50", "860.50", "1,000.00"],
    ["208", "社会保障和就业支出", "214.38", "214.38", ""],
    ["", "合计", "2,074.88", "1,074.88", "1,000.00"],
]


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(overrides=["engine.name=openvino", "facts.ner=false"])


@dataclass
class OnePage:
    """A document whose only page is given, or broken."""

    given: Raster | None
    source: Source = SOURCE
    warnings: tuple[str, ...] = ()

    def raster(self, number: int) -> Raster:
        """The given page."""
        if self.given is None:
            raise PageError(f"page {number} is damaged; look at the original")
        return self.given

    def close(self) -> None:
        """Nothing to let go of."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Unused:
    """Readers that must not be asked."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError("no engine is needed")


NO_READERS = Readers(Unused, Unused)  # type: ignore[arg-type]


def test_broken_page_is_unread(settings: Settings) -> None:
    """A page that cannot be had is a reading with its error, and never an exception."""
    reading = read_page(OnePage(None), 7, NO_READERS, settings)
    assert (reading.page.page, reading.page.status) == (7, "unread")
    assert reading.page.error == "page 7 is damaged; look at the original"
    assert (reading.lines, reading.grids) == ((), ())


def test_digital_page_needs_no_engine(settings: Settings) -> None:
    """A digital page is read without the engine."""
    raster = Raster(1, blank(200, 300), 100, "digital", (Char("收", (10, 10, 30, 30)), Char("入", (30, 10, 50, 30))))
    reading = read_page(OnePage(raster), 1, NO_READERS, settings)
    assert [line.text for line in reading.lines] == ["收入"]
    assert (reading.page.origin, reading.page.status) == ("digital", "read")


def test_scan_goes_to_the_readers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scanned page is read by the readers."""
    asked: list[object] = []

    def read_scan(raster: Raster, readers: Readers, _: Settings) -> PageReading:
        asked.append(readers)
        return page_of(raster.page)

    monkeypatch.setattr(pipeline, "read_scan", read_scan)
    assert read_page(OnePage(Raster(3, blank(9, 9), 100, "scan")), 3, NO_READERS, settings) == page_of(3)
    assert asked == [NO_READERS]


def two_pages() -> list[PageReading]:
    """A cover's title, prose, and a table that runs over to the second page."""
    table = [HEAD, *ROWS]
    upper = grid_of(table[:4], top=1169 - 4 * 24 - 70, widths=[100, 220, 130, 120, 130])
    lower = grid_of([HEAD, *table[4:]], top=90, widths=[100, 220, 130, 120, 130])
    first = [
        centred("云岭县档案馆2024年度部门决算", 80, 30),
        line("一、收入支出决算总体情况说明", 92, 180),
        line("2024年度支出总计2,074.88万元，与上年相比增加，主要原因是人员经费增加和", 92, 210),
        line("项目支出增加。", 60, 240),
        centred("一般公共预算财政拨款支出决算表", upper.box[1] - 60, 20),
        line("单位：万元", 660, upper.box[1] - 26),
        centred("- 1 -", 1140),
    ]
    return [page_of(1, upper, lines=first), page_of(2, lower, lines=[centred("- 2 -", 1140)])]


def test_report_is_assembled(settings: Settings) -> None:
    """Readings become a report with the joined table, the prose around it and where it all comes from."""
    report = assemble(SOURCE, two_pages(), settings)
    (table,) = report.tables
    assert texts(table) == [HEAD, *ROWS]
    assert (table.title, table.unit, table.pages) == ("一般公共预算财政拨款支出决算表", "万元", (1, 2))
    told = [paragraph.text for paragraph in report.narrative]
    assert "一、收入支出决算总体情况说明" in told
    assert "2024年度支出总计2,074.88万元，与上年相比增加，主要原因是人员经费增加和项目支出增加。" in told
    assert not any("单位：万元" in text or text.startswith("- ") for text in told)
    assert [page.page for page in report.pages] == [1, 2]
    assert report.source == SOURCE
    assert report.document.fiscal_year == 2024
    assert (report.made_by.engine, report.made_by.detector) == ("openvino", "rulings")
    assert report.made_by.settings == settings.digest()


def test_report_is_a_record(settings: Settings) -> None:
    """A report comes back from its JSON unchanged; pointers and places lie in the report."""
    report = assemble(SOURCE, two_pages(), settings)
    assert Report.model_validate_json(report.model_dump_json()) == report
    pages = {page.page for page in report.pages}
    assert {cell.page for table in report.tables for cell in table.cells} <= pages
    assert {fact.page for fact in report.facts} <= pages
    names = {table.id for table in report.tables}
    assert {item.table for item in report.items} <= names


def test_same_readings_give_the_same_report(settings: Settings) -> None:
    """Assembling twice gives the same bytes."""
    assert (
        assemble(SOURCE, two_pages(), settings).model_dump_json()
        == assemble(SOURCE, two_pages(), settings).model_dump_json()
    )


def test_unread_page_is_in_the_report(settings: Settings) -> None:
    """A page that could not be read is in the report with its error and is pointed out; the others are read."""
    broken = Page(page=2, width=0, height=0, dpi=0, origin="scan", status="unread", error="damaged")
    report = assemble(SOURCE, [two_pages()[0], PageReading(page=broken)], settings)
    assert report.pages[1] == broken
    assert len(report.tables) == 1
    assert any(pointer.page == 2 for finding in report.findings for pointer in finding.pointers)


def test_document_without_print(settings: Settings) -> None:
    """Blank pages give a report without content, not an error."""
    report = assemble(SOURCE, [page_of(1), page_of(2)], settings)
    assert (report.tables, report.narrative, report.facts, report.items) == ((), (), (), ())
    assert len(report.pages) == 2


def test_file_that_is_no_report_is_refused(tmp_path: Path, settings: Settings) -> None:
    """What cannot be opened is an input error at once."""
    path = tmp_path / "notes.txt"
    path.write_text("收入", "utf-8")
    with pytest.raises(InputError):
        open_report(path, settings)


def test_scanned_page_end_to_end(tmp_path: Path, settings: Settings) -> None:
    """A drawn scan walks the whole corridor: opened, read by the real engine, and a report with its figures."""
    pytest.importorskip("openvino")
    path = tmp_path / "scan.png"
    page = blank(1754, 1240)
    plan = plan_of([130, 340, 180, 170, 180], [60] * 5, at=120)
    lowered = type(plan)(plan.xs, tuple(y + 500 for y in plan.ys), plan.spans)
    draw(lowered, 3, image=page)
    for row, col, *span in lowered.spans:
        text = [HEAD, *ROWS][row][col]
        if text:
            write_in(page, lowered.box((row, col, *span)), text, 26)  # type: ignore[arg-type]
    write(page, 300, 120, "云岭县2024年度部门决算", 48)
    write(page, 180, 260, "一、支出决算总体情况", 30)
    write(page, 240, 320, "2024年度支出总计2,074.88万元，比上年略有增加，原因", 30)
    write(page, 180, 370, "是人员经费增加。", 30)
    write(page, 330, 500, "一般公共预算财政拨款支出决算表", 38)
    write(page, 950, 570, "单位：万元", 26)
    PillowImage.fromarray(page).save(path, dpi=(150, 150))
    readers = open_readers(settings)
    with open_report(path, settings) as opened:
        reading = read_page(opened, 1, readers, settings)
        report = assemble(opened.source, [reading], settings)
    (table,) = report.tables
    assert texts(table) == [HEAD, *ROWS]
    assert (table.title, table.unit) == ("一般公共预算财政拨款支出决算表", "万元")
    assert report.source.file == "scan.png"
    assert report.pages[0].origin == "scan"
    assert [paragraph.text for paragraph in report.narrative][-1] == (
        "2024年度支出总计2,074.88万元，比上年略有增加，原因是人员经费增加。"
    )
    assert report.made_by.models == ("PP-OCRv6_small_det", "PP-OCRv6_small_rec")
