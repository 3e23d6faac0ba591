"""What tests of several rooms share: small files of every kind, and a corridor without OCR."""

from __future__ import annotations

import gc
import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PdfMaker = Callable[..., Path]


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """One Prefect server for all tests of flows; it takes seconds to start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=180):
            yield
        gc.collect()  # here, where what it left open is expected


@pytest.fixture(scope="session")
def cjk_font() -> Path:
    """The CJK font that layoutparser's wheel carries."""
    from importlib.util import find_spec

    spec = find_spec("layoutparser")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "misc" / "NotoSerifCJKjp-Regular.otf"


@pytest.fixture
def digital_pdf(tmp_path: Path, cjk_font: Path) -> PdfMaker:
    """A maker of small digital PDFs: a line of text on each page; `password` locks the file."""
    from fpdf import FPDF

    def make(name: str = "report.pdf", pages: int = 2, password: str | None = None, text: str = "本年支出合计") -> Path:
        pdf = FPDF(format="A4")
        if password:
            pdf.set_encryption(owner_password="owner", user_password=password)
        pdf.add_font("song", fname=str(cjk_font))
        pdf.set_font("song", size=14)
        for number in range(1, pages + 1):
            pdf.add_page()
            pdf.text(30, 40, f"{text}{number}00.50万元。")
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pdf.output(str(path))
        return path

    return make


@pytest.fixture
def scanned_pdf(tmp_path: Path) -> PdfMaker:
    """A maker of PDFs of blank scanned pages."""
    import img2pdf
    from PIL import Image

    def make(name: str = "scan.pdf", pages: int = 3) -> Path:
        images = []
        for _ in range(pages):
            out = io.BytesIO()
            Image.new("L", (620, 877), 255).save(out, "JPEG", dpi=(75, 75))
            images.append(out.getvalue())
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(img2pdf.convert(images))
        return path

    return make


@pytest.fixture
def no_ocr(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The corridor with scans taken for blank; gives the numbers of the scanned pages that were asked for."""
    from gouji import pipeline, run
    from gouji.records import Page, PageReading

    asked: list[int] = []

    def read_scan(raster: object, *_: object) -> PageReading:
        asked.append(raster.page)  # type: ignore[attr-defined]
        return PageReading(page=Page(page=asked[-1], width=10, height=10, dpi=75, origin="scan"))

    monkeypatch.setattr(pipeline, "open_readers", lambda _: None)
    monkeypatch.setattr(pipeline, "read_scan", read_scan)
    run._readers.cache_clear()
    yield asked
    run._readers.cache_clear()


@pytest.fixture
def thin(no_ocr: list[int], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The corridor without OCR whose reports hold the pages and nothing else; see `no_ocr`."""
    from gouji import pipeline
    from gouji.records import Document, MadeBy, PageReading, Report, Source

    def assemble(source: Source, readings: list[PageReading], settings: object) -> Report:
        made_by = MadeBy(gouji="0", engine="none", models=(), detector="none", ner=None, settings="0")
        pages = tuple(reading.page for reading in readings)
        return Report(source=source, made_by=made_by, document=Document(), pages=pages)

    monkeypatch.setattr(pipeline, "assemble", assemble, raising=False)
    return no_ocr
