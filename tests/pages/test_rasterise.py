from __future__ import annotations

import io
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import img2pdf
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw

from gouji.config import PagesSettings, load_settings
from gouji.errors import (
    BrokenFileError,
    EmptyFileError,
    InputError,
    LockedFileError,
    PageError,
    TooLargeError,
    UnsupportedError,
)
from gouji.pages import pdf_file
from gouji.pages.raster import Char, Raster, sheet_dpi
from gouji.pages.rasterise import open_source
from gouji.pages.text_layer import visible

A4_PT = (595.28, 841.89)


@pytest.fixture(scope="module")
def settings() -> PagesSettings:
    return load_settings().pages


def cjk_font() -> Path:
    import layoutparser

    return Path(layoutparser.__file__).parent / "misc" / "NotoSerifCJKjp-Regular.otf"


def first(path: Path, settings: PagesSettings, number: int = 1) -> Raster:
    with open_source(path, settings) as opened:
        return opened.raster(number)


def scan_of(width: int, height: int, mode: str = "L") -> Image.Image:
    """A page with one black bar in its upper left quarter."""
    image = Image.new(mode, (width, height), "white" if mode not in ("1", "L") else 255)
    ImageDraw.Draw(image).rectangle((width // 10, height // 10, width // 3, height // 9), fill=0)
    return image


def jpeg_bytes(image: Image.Image, dpi: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, dpi=(dpi, dpi))
    return out.getvalue()


def scanned_pdf(path: Path, images: list[bytes]) -> Path:
    path.write_bytes(img2pdf.convert(images))
    return path


def printed(path: Path, draw: Any, **options: Any) -> Path:
    pdf = FPDF(format="A4", **options)
    pdf.add_font("song", fname=str(cjk_font()))
    pdf.set_font("song", size=14)
    draw(pdf)
    pdf.output(str(path))
    return path


def one_table(pdf: FPDF) -> None:
    pdf.add_page()
    pdf.rect(20, 20, 100, 40)
    pdf.line(20, 40, 120, 40)
    pdf.text(25, 35, "支出合计 123.45")


class TestDigital:
    def test_characters_stand_where_they_are_printed(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A digital page gives its characters in raster pixels, without white space."""
        raster = first(printed(tmp_path / "a.pdf", one_table), settings)
        assert raster.origin == "digital"
        assert raster.dpi == 200
        assert "".join(char.text for char in raster.chars) == "支出合计123.45"
        x0, y0, _, y1 = raster.chars[0].box
        px_per_mm = 200 / 25.4
        assert x0 == pytest.approx(25 * px_per_mm, abs=4)
        assert y0 < 33 * px_per_mm < y1

    def test_rulings_are_the_drawn_lines(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A box with a bar across gives three level and two upright lines in raster pixels."""
        raster = first(printed(tmp_path / "a.pdf", one_table), settings)
        mm = 200 / 25.4
        level = sorted(y0 for _, y0, _, y1 in raster.rulings if y0 == y1)
        upright = sorted(x0 for x0, _, x1, _ in raster.rulings if x0 == x1)
        assert level == pytest.approx([20 * mm, 40 * mm, 60 * mm], abs=2)
        assert upright == pytest.approx([20 * mm, 120 * mm], abs=2)

    def test_pieces_of_one_line_are_one_ruling(self, tmp_path: Path, settings: PagesSettings) -> None:
        """Cell borders drawn cell by cell as thin filled boxes join to one line; white and thick ones are no lines."""

        def draw(pdf: FPDF) -> None:
            pdf.add_page()
            pdf.text(25, 15, "表")
            pdf.set_fill_color(0)
            for k in range(5):
                pdf.rect(20 + 20 * k, 50, 20, 0.3, style="F")
            pdf.rect(20, 100, 100, 10, style="F")
            pdf.set_fill_color(255)
            pdf.rect(20, 80, 100, 0.3, style="F")

        raster = first(printed(tmp_path / "a.pdf", draw), settings)
        assert len(raster.rulings) == 1
        x0, _, x1, _ = raster.rulings[0]
        assert (x0, x1) == pytest.approx((20 * 200 / 25.4, 120 * 200 / 25.4), abs=2)

    def test_forms_within_forms_are_followed(self, tmp_path: Path, settings: PagesSettings) -> None:
        """Lines and characters inside a form XObject are found, where the form puts them."""
        inner = pypdfium2.PdfDocument(printed(tmp_path / "a.pdf", one_table))
        outer = pypdfium2.PdfDocument.new()
        page = outer.new_page(*A4_PT)
        form = inner.page_as_xobject(0, outer).as_pageobject()
        form.set_matrix(pypdfium2.PdfMatrix().scale(0.5, 0.5).translate(100, 100))
        page.insert_obj(form)
        page.gen_content()
        outer.save(str(tmp_path / "b.pdf"))
        raster = first(tmp_path / "b.pdf", settings)
        assert raster.origin == "digital"
        xs = sorted(x0 for x0, _, x1, _ in raster.rulings if x0 == x1)
        expected = [(100 + 0.5 * x * 72 / 25.4) * 200 / 72 for x in (20, 120)]
        assert xs == pytest.approx(expected, abs=2)

    @pytest.mark.parametrize("turned", [0, 90, 180, 270])
    def test_page_rotation_and_crop_box_are_followed(
        self, tmp_path: Path, settings: PagesSettings, turned: int
    ) -> None:
        """Characters lie on their ink whatever the page's rotation and crop box, and the text is upright."""
        printed(tmp_path / "a.pdf", one_table)
        document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
        document[0].set_rotation(turned)
        document[0].set_cropbox(30, 300, 500, 800)
        document.save(str(tmp_path / "b.pdf"))
        raster = first(tmp_path / "b.pdf", settings)
        assert (raster.origin, raster.turn) == ("digital", turned)
        assert len(raster.chars) == 10
        boxes = [char.box for char in raster.chars]
        assert all(a[0] < b[0] and abs(a[1] - b[1]) < 12 for a, b in pairwise(boxes))
        assert all(raster.image[y0:y1, x0:x1].min() < 100 for x0, y0, x1, y1 in boxes)

    @pytest.mark.parametrize(("angle", "turn"), [(90, 270), (-90, 90), (180, 180)])
    def test_text_printed_sideways_is_turned_upright(
        self, tmp_path: Path, settings: PagesSettings, angle: int, turn: int
    ) -> None:
        """A table printed sideways on an upright sheet is given upright, and says how far it was turned back."""

        def draw(pdf: FPDF) -> None:
            pdf.add_page()
            with pdf.rotation(angle, x=100, y=150):
                pdf.line(60, 160, 140, 160)
                pdf.text(70, 150, "支出合计 123.45")

        raster = first(printed(tmp_path / "a.pdf", draw), settings)
        assert raster.turn == turn
        (line,) = raster.rulings
        assert line[1] == line[3]
        tops = [char.box[1] for char in raster.chars]
        assert max(tops) - min(tops) < 12
        assert max(tops) < line[1]

    def test_hidden_text_is_not_read(self, tmp_path: Path, settings: PagesSettings) -> None:
        """White text is not printed, so a page of nothing else goes to OCR."""

        def draw(pdf: FPDF) -> None:
            pdf.add_page()
            pdf.set_text_color(255)
            pdf.text(25, 35, "看不见的文字")

        assert first(printed(tmp_path / "a.pdf", draw), settings).origin == "scan"

    def test_a_stroke_that_fills_its_box_is_seen(self) -> None:
        """一 in a font whose box is its ink differs from the ground around it; a character on blank paper from none."""
        page = np.full((60, 120), 255, np.uint8)
        page[28:34, 20:70] = 0
        one, hidden = Char("一", (20, 28, 70, 34)), Char("二", (90, 28, 110, 50))
        assert visible([one, hidden], page) == [one]

    def test_garbage_text_goes_to_ocr(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A text layer of characters that no Chinese report prints is not believed."""

        def draw(pdf: FPDF) -> None:
            pdf.add_page()
            pdf.text(25, 35, "嫃媻孒寗屵崺巃帹庯弙")

        assert first(printed(tmp_path / "a.pdf", draw), settings).origin == "scan"

    def test_text_layer_can_be_switched_off(self, tmp_path: Path, settings: PagesSettings) -> None:
        """With `pages.text_layer = false` a digital page is drawn for OCR."""
        path = printed(tmp_path / "a.pdf", one_table)
        raster = first(path, settings.model_copy(update={"text_layer": False}))
        assert (raster.origin, raster.chars) == ("scan", ())


class TestScans:
    def test_scan_is_given_pixel_for_pixel(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A scanned page keeps the scan's own size and its grey values."""
        scan = scan_of(1241, 1754)
        raster = first(scanned_pdf(tmp_path / "a.pdf", [jpeg_bytes(scan, 150)]), settings)
        assert (raster.origin, raster.dpi, raster.image.shape) == ("scan", 150, (1754, 1241))
        assert np.abs(raster.image.astype(int) - np.asarray(scan).astype(int)).mean() < 1

    def test_fine_scan_is_reduced(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A scan of 600 dpi is given at max_dpi; --dpi (scan_dpi) asks for another resolution."""
        path = scanned_pdf(tmp_path / "a.pdf", [jpeg_bytes(scan_of(2480, 3508), 600)])
        assert first(path, settings).dpi == 300
        assert first(path, settings.model_copy(update={"scan_dpi": 100})).image.shape[0] == pytest.approx(585, abs=2)

    def test_pages_of_the_wrong_size_get_a_sensible_resolution(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A scan put into the PDF at 72 dpi keeps its pixels and counts as an A4 sheet."""
        path = scanned_pdf(tmp_path / "a.pdf", [jpeg_bytes(scan_of(1654, 2339), 72)])
        raster = first(path, settings)
        assert raster.image.shape == (2339, 1654)
        assert raster.dpi == 200

    def test_rotated_scan_is_given_as_displayed(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A scan on a page with /Rotate 90 is given turned, at its own size."""
        scanned_pdf(tmp_path / "a.pdf", [jpeg_bytes(scan_of(1241, 1754), 150)])
        document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
        document[0].set_rotation(90)
        document.save(str(tmp_path / "b.pdf"))
        raster = first(tmp_path / "b.pdf", settings)
        assert raster.image.shape == (1241, 1754)
        assert raster.image[200, 1570] < 60  # the bar moved to the upper right

    def test_scan_with_hidden_text_is_a_scan(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A scan that some OCR put a text layer over is read afresh."""
        scan_of(1241, 1754).save(tmp_path / "scan.png")

        def draw(pdf: FPDF) -> None:
            pdf.add_page()
            pdf.image(str(tmp_path / "scan.png"), 0, 0, 210, 297)
            pdf.text(25, 35, "支出合计 123.45")

        assert first(printed(tmp_path / "a.pdf", draw), settings).origin == "scan"

    def test_mixed_file_is_judged_page_by_page(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A file of one scan and one printed page gives one of each."""
        scan_of(1241, 1754).save(tmp_path / "scan.png")

        def draw(pdf: FPDF) -> None:
            pdf.add_page()
            pdf.image(str(tmp_path / "scan.png"), 0, 0, 210, 297)
            one_table(pdf)

        path = printed(tmp_path / "a.pdf", draw)
        assert [first(path, settings, number).origin for number in (1, 2)] == ["scan", "digital"]


class TestImages:
    @pytest.mark.parametrize("mode", ["1", "L", "RGB", "CMYK", "P"])
    def test_every_kind_of_tiff_is_read(self, tmp_path: Path, settings: PagesSettings, mode: str) -> None:
        """Black-and-white, grey, colour, CMYK and palette TIFFs give white paper with a black bar."""
        scan = scan_of(1240, 1754, "RGB").convert(mode)
        scan.save(tmp_path / "a.tif", dpi=(150, 150))
        raster = first(tmp_path / "a.tif", settings)
        assert (raster.dpi, raster.image.shape[:2]) == (150, (1754, 1240))
        assert raster.image[5, 5].min() > 250
        assert raster.image[185, 200].max() < 40

    def test_sixteen_bits_are_brought_down_to_eight(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A 16-bit PNG keeps its greys."""
        values = np.full((1754, 1240), 65535, np.uint16)
        values[100:200, 100:400] = 32768
        Image.fromarray(values).save(tmp_path / "a.png", dpi=(150, 150))
        image = first(tmp_path / "a.png", settings).image
        assert image[5, 5] == 255
        assert image[150, 150] == pytest.approx(128, abs=1)

    def test_transparent_paper_is_white(self, tmp_path: Path, settings: PagesSettings) -> None:
        """Transparent parts of a PNG are paper."""
        layer = Image.new("RGBA", (1240, 1754), (0, 0, 0, 0))
        ImageDraw.Draw(layer).rectangle((100, 100, 300, 300), fill=(0, 0, 255, 255))
        layer.save(tmp_path / "a.png")
        image = first(tmp_path / "a.png", settings).image
        assert image[5, 5].tolist() == [255, 255, 255]
        assert image[150, 150].tolist() == [255, 0, 0]  # BGR

    def test_photo_is_turned_as_its_camera_says(self, tmp_path: Path, settings: PagesSettings) -> None:
        """The EXIF orientation of a JPEG is followed."""
        scan = scan_of(1240, 1754).rotate(90, expand=True)
        exif = Image.Exif()
        exif[0x0112] = 6
        scan.save(tmp_path / "a.jpg", exif=exif, dpi=(150, 150))
        image = first(tmp_path / "a.jpg", settings).image
        assert image.shape[:2] == (1754, 1240)
        assert image[185, 200].max() < 60

    def test_unknown_resolution_is_that_of_a4(self, tmp_path: Path, settings: PagesSettings) -> None:
        """Without a believable resolution the sheet counts as A4, whichever way it lies."""
        scan_of(2339, 1654).save(tmp_path / "a.png")
        assert first(tmp_path / "a.png", settings).dpi == 200
        assert sheet_dpi(1654, 2339, 72) == pytest.approx(200, abs=1)
        assert sheet_dpi(1654, 2339, 200) == 200

    def test_fax_pixels_become_square(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A fax of 204 × 98 dpi is stretched to 204 × 204."""
        scan_of(1728, 1143).save(tmp_path / "a.tif", dpi=(204, 98))
        raster = first(tmp_path / "a.tif", settings)
        assert raster.dpi == 204
        assert raster.image.shape == pytest.approx((2379, 1728), abs=3)

    def test_tiff_pages_are_read_in_any_order(self, tmp_path: Path, settings: PagesSettings) -> None:
        """Each page of a multi-page TIFF is given by its number."""
        pages = [Image.new("L", (1240, 1754), grey) for grey in (50, 100, 150)]
        pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], dpi=(150, 150))
        with open_source(tmp_path / "a.tif", settings) as opened:
            assert opened.source.pages == 3
            assert [int(opened.raster(n).image[0, 0]) for n in (3, 1, 2)] == [150, 50, 100]


class TestBadInput:
    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"", BrokenFileError),
            (b"PK\x03\x04 and so on", UnsupportedError),
            (b"just words", UnsupportedError),
            (b"%PDF-1.7\nnothing more", BrokenFileError),
            (b"\x89PNG\r\n\x1a\n", BrokenFileError),
            (b"II*\x00\x08\x00\x00\x00", BrokenFileError),
            (b"\xff\xd8\xff\xe0", BrokenFileError),
        ],
    )
    def test_what_is_no_report_is_refused(
        self, tmp_path: Path, settings: PagesSettings, content: bytes, error: type[InputError]
    ) -> None:
        """Files of other kinds and cut-off ones are refused in one sentence that names the file."""
        path = tmp_path / "a.pdf"
        path.write_bytes(content)
        with pytest.raises(error, match=r"^a\.pdf: [^\n]+$"):
            open_source(path, settings)

    def test_missing_file_is_refused(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A file that is not there, and a folder, are input errors."""
        for path in (tmp_path / "none.pdf", tmp_path):
            with pytest.raises(InputError):
                open_source(path, settings)

    def test_truncated_pdf_says_so(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A PDF cut off near its end that still opens carries a warning."""
        path = scanned_pdf(tmp_path / "a.pdf", [jpeg_bytes(scan_of(1241, 1754), 150)] * 2)
        path.write_bytes(path.read_bytes().rsplit(b"startxref", 1)[0])
        with open_source(path, settings) as opened:
            assert opened.warnings == ("input.truncated",)

    def test_encrypted_pdf_needs_its_password(self, tmp_path: Path, settings: PagesSettings) -> None:
        """Without or with a wrong password the error says so; with the right one the page is read."""

        def draw(pdf: FPDF) -> None:
            pdf.set_encryption(owner_password="owner", user_password="open")
            one_table(pdf)

        path = printed(tmp_path / "a.pdf", draw)
        with pytest.raises(LockedFileError, match="encrypted"):
            open_source(path, settings)
        with pytest.raises(LockedFileError, match="wrong"):
            open_source(path, settings, "no")
        with open_source(path, settings, "open") as opened:
            assert len(opened.raster(1).chars) == 10

    def test_pdf_without_pages_is_refused(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A PDF of zero pages is refused."""
        pypdfium2.PdfDocument.new().save(str(tmp_path / "a.pdf"))
        with pytest.raises(EmptyFileError):
            open_source(tmp_path / "a.pdf", settings)

    def test_huge_page_is_drawn_smaller(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A page of 20,000 × 20,000 points is drawn within max_page_px."""
        document = pypdfium2.PdfDocument.new()
        document.new_page(20000, 20000)
        document.save(str(tmp_path / "a.pdf"))
        small = settings.model_copy(update={"max_page_px": 1_000_000})
        raster = first(tmp_path / "a.pdf", small)
        assert 900_000 < raster.image.shape[0] * raster.image.shape[1] <= 1_000_000
        assert raster.dpi == 4

    def test_huge_scan_is_reduced(self, tmp_path: Path, settings: PagesSettings) -> None:
        """An image of more than max_page_px pixels is given smaller."""
        scan_of(1240, 1754).save(tmp_path / "a.png")
        image = first(tmp_path / "a.png", settings.model_copy(update={"max_page_px": 500_000})).image
        assert image.size <= 500_000

    def test_pixel_bomb_is_refused(
        self, tmp_path: Path, settings: PagesSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An image that would unpack to more pixels than memory should hold is refused."""
        scan_of(1240, 1754).save(tmp_path / "a.png")
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
        with pytest.raises(TooLargeError):
            open_source(tmp_path / "a.png", settings)

    def test_ten_thousand_pages_open_at_once(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A file of 10,000 pages opens without reading them, and gives its last page; max_pages refuses it."""
        document = pypdfium2.PdfDocument.new()
        for _ in range(10_000):
            pdfium.FPDFPage_New(document, 10_000, 100, 100)
        document.save(str(tmp_path / "a.pdf"))
        with open_source(tmp_path / "a.pdf", settings) as opened:
            assert opened.source.pages == 10_000
            assert opened.raster(10_000).page == 10_000
        with pytest.raises(TooLargeError, match="10000 pages"):
            open_source(tmp_path / "a.pdf", settings.model_copy(update={"max_pages": 9_999}))

    def test_one_broken_page_leaves_the_others(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A page whose object is gone is a PageError; the pages around it are read."""
        path = scanned_pdf(tmp_path / "a.pdf", [jpeg_bytes(scan_of(620, 877), 75)] * 3)
        break_page(path, 2)
        with open_source(path, settings) as opened:
            assert opened.raster(1).page == 1
            with pytest.raises(PageError, match="page 2"):
                opened.raster(2)
            assert opened.raster(3).page == 3

    def test_broken_scan_in_a_page_is_a_page_error(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A page whose image cannot be unpacked is not taken for an empty page."""
        path = scanned_pdf(tmp_path / "a.pdf", [jpeg_bytes(scan_of(1241, 1754), 150)])
        content = path.read_bytes()
        start = content.index(b"\xff\xd8\xff")
        path.write_bytes(content[:start] + bytes(2000) + content[start + 2000 :])
        with pytest.raises(PageError, match="page 1"):
            first(path, settings)

    def test_page_beyond_the_end_is_a_page_error(self, tmp_path: Path, settings: PagesSettings) -> None:
        """Page numbers outside the file are told."""
        path = printed(tmp_path / "a.pdf", one_table)
        with open_source(path, settings) as opened:
            for number in (0, 2):
                with pytest.raises(PageError, match="pages 1 to 1"):
                    opened.raster(number)

    def test_cut_off_image_is_a_page_error(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A JPEG that ends in the middle is no page."""
        whole = jpeg_bytes(scan_of(1240, 1754), 150)
        (tmp_path / "a.jpg").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(PageError, match="page 1"):
            first(tmp_path / "a.jpg", settings)

    def test_broken_off_tiff_gives_the_pages_before_the_break(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A TIFF cut off in its third page gives the first two, and a warning."""
        pages = [Image.new("L", (300, 400), grey) for grey in (50, 100, 150)]
        pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], dpi=(150, 150))
        content = (tmp_path / "a.tif").read_bytes()
        (tmp_path / "a.tif").write_bytes(content[: len(content) * 2 // 3 + 20])
        with open_source(tmp_path / "a.tif", settings) as opened:
            assert (opened.source.pages, opened.warnings) == (2, ("input.truncated",))
            assert opened.raster(2).image[0, 0] == 100

    def test_file_of_the_wrong_name_is_told_by_content(self, tmp_path: Path, settings: PagesSettings) -> None:
        """A PNG called .pdf is read as the PNG that it is."""
        scan_of(1240, 1754).save(tmp_path / "a.png")
        shutil.copy(tmp_path / "a.png", tmp_path / "b.pdf")
        with open_source(tmp_path / "b.pdf", settings) as opened:
            assert opened.source.media_type == "image/png"


def break_page(path: Path, number: int) -> None:
    """Make the page's dictionary something that is no page, leaving every offset as it is."""
    content = path.read_bytes()
    page = list(re.finditer(rb"\d+ 0 obj\s*<<(?=[^\n]*/Type /Page\b)", content))[number - 1]
    path.write_bytes(content[: page.end() - 2] + b"42" + content[page.end() :])


class TestLongDocuments:
    """A document is opened anew after some pages, so that what the library keeps of them does not grow."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """Six pages, each wider than the one before."""
        return scanned_pdf(tmp_path / "long.pdf", [jpeg_bytes(scan_of(400 + 20 * i, 560), 50) for i in range(6)])

    @pytest.fixture(autouse=True)
    def soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """After every other page."""
        monkeypatch.setattr(pdf_file, "FRESH_PAGES", 2)

    def test_every_page_comes_as_before(self, path: Path, settings: PagesSettings) -> None:
        """The pages before and behind an opening are those of the file."""
        with open_source(path, settings) as opened:
            before = opened._document  # type: ignore[attr-defined]
            assert [opened.raster(n).image.shape[1] for n in range(1, 7)] == [400, 420, 440, 460, 480, 500]
            assert opened._document is not before  # type: ignore[attr-defined]

    def test_file_that_became_another_is_read_on(self, path: Path, settings: PagesSettings) -> None:
        """A file that was replaced while it is read gives the pages that it had."""
        with open_source(path, settings) as opened:
            opened.raster(1)
            other = scanned_pdf(path.with_name("other.pdf"), [jpeg_bytes(scan_of(300, 400), 50)])
            other.replace(path)
            assert [opened.raster(n).image.shape[1] for n in range(2, 7)] == [420, 440, 460, 480, 500]
