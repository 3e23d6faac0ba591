"""PDF files: scanned pages at the scan's own resolution, digital pages with their text layer; page by page.

The PDF library may not be entered by two threads at once: every way in takes `_ONE_AT_A_TIME`.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import re
import threading
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from gouji.config import PagesSettings
from gouji.errors import BrokenFileError, EmptyFileError, InputError, LockedFileError, PageError
from gouji.pages.raster import Raster, check_page_count, fitting_scale, sheet_dpi
from gouji.pages.text_layer import Turn, page_to_raster, read_chars, read_rulings, sane_share, text_turn, visible
from gouji.records import Source

if TYPE_CHECKING:
    from types import TracebackType

    from gouji.protocols import Image

_ONE_AT_A_TIME = threading.RLock()

POINTS_PER_INCH = 72
MEDIA_TYPE = "application/pdf"
# Bytes from the end of a whole file within which its end mark stands.
TAIL = 2048
# Of a digital page's characters this share must be seen on its raster; else the layer belongs to something hidden.
VISIBLE_SHARE = 0.8
FRESH_PAGES = 100  # drawn from one opening of the document


@dataclass(frozen=True)
class Placed:
    """An image on a page: its pixels, its place in points (left, bottom, right, top), and whether it is grey."""

    obj: pypdfium2.PdfImage
    width: int
    height: int
    bounds: tuple[float, float, float, float]
    grey: bool

    @property
    def decodes(self) -> bool:
        """Whether the image can be unpacked; the library draws nothing, and says nothing, when it can't."""
        try:
            self.obj.get_bitmap().close()
        except pypdfium2.PdfiumError:
            return False
        return True

    @property
    def dpi(self) -> float:
        """The finer of its two resolutions (faxes have two)."""
        across, up = self.bounds[2] - self.bounds[0], self.bounds[3] - self.bounds[1]
        sides = sorted((self.width, self.height)), sorted((across, up))
        return max(POINTS_PER_INCH * px / max(pt, 0.01) for px, pt in zip(*sides, strict=True))


class PdfFile:
    """An open PDF; see `raster.Opened`."""

    def __init__(self, path: Path, sha256: str, settings: PagesSettings, password: str | None) -> None:
        self._settings, self._path, self._password = settings, path, password
        self._document, self._drawn = _open_document(path, password), 0
        self._identity = _identity(path)
        pages = len(self._document)
        try:
            check_page_count(path.name, pages, settings.max_pages)
        except InputError:
            self.close()
            raise
        self.source = Source(file=path.name, sha256=sha256, media_type=MEDIA_TYPE, pages=pages)
        self.warnings: tuple[str, ...] = () if _ends_whole(path) else ("input.truncated",)

    def close(self) -> None:
        """Let go of the file."""
        with _ONE_AT_A_TIME:
            self._document.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def raster(self, number: int) -> Raster:
        """The page `number`, from 1.

        Raises:
            PageError: the page is damaged or missing.
        """
        if not 1 <= number <= self.source.pages:
            raise PageError(f"page {number}: the file has pages 1 to {self.source.pages}")
        with _ONE_AT_A_TIME:
            self._keep_small()
            try:
                with closing(self._document[number - 1]) as page:
                    return _page_to_raster(page, number, self._settings)
            except pypdfium2.PdfiumError as error:
                raise PageError(f"page {number}: the page is damaged and cannot be drawn ({error})") from error
            except MemoryError as error:
                raise PageError(f"page {number}: not enough memory to draw it; lower pages.max_page_px") from error

    def _keep_small(self) -> None:
        """Open the document anew after some pages: the library keeps what it has parsed until a document is closed.

        A file that has gone or is another by now is read on as it was opened.
        """
        self._drawn += 1
        if self._drawn % FRESH_PAGES:
            return
        with contextlib.suppress(OSError, InputError):
            if _identity(self._path) == self._identity:
                before, self._document = self._document, _open_document(self._path, self._password)
                before.close()


def _identity(path: Path) -> tuple[int, ...]:
    told = path.stat()
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns


def _open_document(path: Path, password: str | None) -> pypdfium2.PdfDocument:
    try:
        with _ONE_AT_A_TIME:
            return pypdfium2.PdfDocument(path, password=password)
    except pypdfium2.PdfiumError as error:
        raise _why_closed(path, password, error) from error


def _why_closed(path: Path, password: str | None, error: pypdfium2.PdfiumError) -> InputError:
    """The library's own code may be left over from another file, so the bytes are asked as well."""
    if error.err_code == pdfium.FPDF_ERR_PASSWORD and _holds(path, rb"/Encrypt\b"):
        told = "the password is wrong" if password else "the PDF is encrypted"
        return LockedFileError(f"{path.name}: {told}; give the right one with --password")
    if _holds(path, rb"/Count\s+0\b") and _ends_whole(path):
        return EmptyFileError(f"{path.name}: the file has no pages; ask for it again")
    return BrokenFileError(f"{path.name}: the PDF is damaged or cut off and cannot be opened; ask for the file again")


def _holds(path: Path, pattern: bytes) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return re.search(pattern, content) is not None


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return b"%%EOF" in file.read()


def _page_to_raster(page: pypdfium2.PdfPage, number: int, settings: PagesSettings) -> Raster:
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        raise PageError(f"page {number}: it has no size")
    images = _images(page)
    if _covered(page, images) < settings.scan_cover_share:
        digital = _digital_raster(page, number, settings) if settings.text_layer else None
        return digital or _plain_raster(page, number, settings)
    return _scan_raster(page, number, max(images, key=lambda image: image.width * image.height), settings)


def _images(page: pypdfium2.PdfPage) -> list[Placed]:
    return [_placed(obj) for obj in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE])]


def _placed(obj: Any) -> Placed:
    width, height = obj.get_px_size()
    metadata = pdfium.FPDF_IMAGEOBJ_METADATA()
    known = pdfium.FPDFImageObj_GetImageMetadata(obj, obj.page, metadata)
    grey = bool(known) and (
        metadata.bits_per_pixel == 1
        or metadata.colorspace in (pdfium.FPDF_COLORSPACE_DEVICEGRAY, pdfium.FPDF_COLORSPACE_CALGRAY)
    )
    return Placed(obj, width, height, obj.get_bounds(), grey)


def _covered(page: pypdfium2.PdfPage, images: list[Placed]) -> float:
    """The share of the page under images; strips of one scan count together, beside what sticks out."""
    left, bottom, right, top = page.get_bbox()
    area = 0.0
    for x0, y0, x1, y1 in (image.bounds for image in images):
        area += max(0.0, min(x1, right) - max(x0, left)) * max(0.0, min(y1, top) - max(y0, bottom))
    return area / max(1.0, float((right - left) * (top - bottom)))


def _scan_raster(page: pypdfium2.PdfPage, number: int, scan: Placed, settings: PagesSettings) -> Raster:
    """The page at the scan's resolution, pixel for pixel where nothing has to shrink."""
    native = scan.dpi
    width, height = (side * native / POINTS_PER_INCH for side in page.get_size())
    dpi = sheet_dpi(round(width), round(height), native)  # as on paper; `native` is as in the file
    shrink = _shrink(dpi, settings) * fitting_scale(
        width * _shrink(dpi, settings), height * _shrink(dpi, settings), settings.max_page_px
    )
    size = _native_size(page, scan, width, height) if shrink == 1 else (int(width * shrink), int(height * shrink))
    grey = scan.grey and sum(1 for _ in page.get_objects(max_depth=1)) == 1 and pdfium.FPDFPage_GetAnnotCount(page) == 0
    image = _draw(page, max(1, size[0]), max(1, size[1]), grey=grey)
    if _is_blank(image) and not scan.decodes:
        raise PageError(f"page {number}: the scan in it is damaged and cannot be unpacked; ask for the file again")
    return Raster(number, image, max(1, round(dpi * shrink)), "scan")


def _is_blank(image: Image) -> bool:
    """Whether all pixels are alike; mostly a few rows tell that they aren't."""
    return all(part.min() == part.max() for part in (image[::64], image))


def _shrink(dpi: float, settings: PagesSettings) -> float:
    if settings.scan_dpi:
        return settings.scan_dpi / dpi
    return min(1.0, settings.max_dpi / dpi)


def _native_size(page: pypdfium2.PdfPage, scan: Placed, width: float, height: float) -> tuple[int, int]:
    """The scan's own size when it is the page, so that no pixel is mixed with its neighbour; else the page's."""
    own = (scan.height, scan.width) if page.get_rotation() in (90, 270) else (scan.width, scan.height)
    near = abs(own[0] - width) <= 2 and abs(own[1] - height) <= 2
    return own if near else (round(width), round(height))


def _plain_raster(page: pypdfium2.PdfPage, number: int, settings: PagesSettings) -> Raster:
    """A page without scan or usable text layer, at the settings' resolution, for OCR."""
    width, height, dpi = _size_at(page, settings.dpi, settings.max_page_px)
    return Raster(number, _draw(page, width, height), dpi, "scan")


def _size_at(page: pypdfium2.PdfPage, dpi: int, max_px: int) -> tuple[int, int, int]:
    """Width and height in px, and the resolution that the limit leaves."""
    wide, high = (side * dpi / POINTS_PER_INCH for side in page.get_size())
    shrink = fitting_scale(wide, high, max_px)
    return max(1, int(wide * shrink)), max(1, int(high * shrink)), max(1, round(dpi * shrink))


def _digital_raster(page: pypdfium2.PdfPage, number: int, settings: PagesSettings) -> Raster | None:
    """The page with its text layer, text upright; None when there is no layer or it cannot be trusted."""
    with closing(page.get_textpage()) as textpage:
        if pdfium.FPDFText_CountChars(textpage) == 0:
            return None
        turn = _upright_turn(page, text_turn(textpage))
        width, height, dpi = _size_at(page, settings.dpi, settings.max_page_px)
        if turn in (90, 270):
            width, height = height, width
        image = _draw(page, width, height, turn)
        to_raster = page_to_raster(page, width, height, turn)
        chars = read_chars(textpage, to_raster)
    seen = visible(chars, image)
    if len(seen) < VISIBLE_SHARE * len(chars) or sane_share(seen) < settings.sane_text_share:
        return None
    base = Raster(number, image, dpi, "digital", turn=turn)
    return replace(base, chars=tuple(seen), rulings=tuple(read_rulings(page, to_raster)))


def _upright_turn(page: pypdfium2.PdfPage, text: Turn) -> Turn:
    """How far the text still stands turned, clockwise, on the page as displayed."""
    turns: dict[int, Turn] = {0: 0, 90: 90, 180: 180, 270: 270}
    return turns[(text + page.get_rotation()) % 360]


def _draw(page: pypdfium2.PdfPage, width: int, height: int, turn: Turn = 0, grey: bool = False) -> Image:
    """The page drawn on white in exactly `width` × `height` px, with annotations, turned back by `turn`."""
    back = {0: 0, 90: 3, 180: 2, 270: 1}[turn]
    form, channels = (pdfium.FPDFBitmap_Gray, 1) if grey else (pdfium.FPDFBitmap_BGR, 3)
    stride = width * channels
    buffer = np.full((height, stride), 255, np.uint8)
    pointer = buffer.ctypes.data_as(ctypes.c_void_p)
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, form, pointer, stride)
    if not bitmap:
        raise MemoryError
    try:
        flags = pdfium.FPDF_ANNOT | (pdfium.FPDF_GRAYSCALE if grey else 0)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, back, flags)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    image: Image = buffer
    return image if grey else image.reshape(height, width, 3)
