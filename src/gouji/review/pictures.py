"""Pictures of pages and crops of them, drawn from the source file when they are asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

import cv2
import numpy as np

from gouji import pipeline
from gouji.config import Settings
from gouji.errors import GoujiError, InputError
from gouji.geometry import Box
from gouji.pages.raster import Opened
from gouji.protocols import Image
from gouji.reading import page_image
from gouji.records import Page
from gouji.review.shelf import Standing
from gouji.review.source import Source

PAGE_WIDTH = 1400  # px of the page picture that is looked at
THUMB_WIDTH = 120
CROP_WIDTH = 720  # px to which the crop of one number is enlarged, at most `CROP_TIMES`
CROP_TIMES = 6.0
QUALITY = {".webp": 72, ".jpg": 82}
PAGES_KEPT, PICTURES_KEPT, FILES_KEPT = 6, 240, 3
MEDIA_TYPE = {".webp": "image/webp", ".jpg": "image/jpeg"}
_MARK = (30, 60, 200)  # BGR of the frame around the number


class Gallery:
    """Pictures: whole pages as JPEG, which takes a twentieth of the time to make, all else as WebP, which is sharper.

    One page is drawn at a time; what was drawn is kept for a while.
    """

    def __init__(self, source: Source, settings: Settings, password: str | None = None) -> None:
        self._source = source
        self._settings = settings
        self._password = password
        self._lock = threading.Lock()
        self._files: OrderedDict[str, Opened] = OrderedDict()
        self._pages: OrderedDict[tuple[str, int], Image] = OrderedDict()
        self._pictures: OrderedDict[tuple[object, ...], bytes] = OrderedDict()

    def page(self, standing: Standing, number: int) -> bytes:
        """The upright page, in whose frame the report's boxes are.

        Raises:
            InputError: there is no such page, or the source file is gone or another one now.
        """
        return self._kept(
            (standing.read.source.sha256, number, "page"),
            lambda: _encode(_to_width(self._page(standing, number), PAGE_WIDTH), ".jpg"),
        )

    def thumb(self, standing: Standing, number: int) -> bytes:
        """The page small.

        Raises:
            InputError: as for `page`.
        """
        return self._kept(
            (standing.read.source.sha256, number, "thumb"),
            lambda: _encode(_to_width(self._page(standing, number), THUMB_WIDTH)),
        )

    def crop(self, standing: Standing, number: int, box: Box, room: int = 0) -> bytes:
        """The part of the page in the box, enlarged; with `room` (px) around it, the box framed.

        Raises:
            InputError: as for `page`, or the box is not on the page.
        """
        return self._kept(
            (standing.read.source.sha256, number, box, room),
            lambda: _encode(_crop(self._page(standing, number), box, room)),
        )

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            for opened in self._files.values():
                opened.close()
            self._files.clear()

    def _kept(self, key: tuple[object, ...], draw: Callable[[], bytes]) -> bytes:
        found = self._pictures.get(key)
        if found is not None:
            return found
        with self._lock:
            if key not in self._pictures:
                self._pictures[key] = draw()
                while len(self._pictures) > PICTURES_KEPT:
                    self._pictures.popitem(last=False)
            return self._pictures[key]

    def _page(self, standing: Standing, number: int) -> Image:
        page = next((page for page in standing.report.pages if page.page == number), None)
        if page is None:
            raise InputError(f"page {number}: the report has no such page")
        key = (standing.read.source.sha256, number)
        if key not in self._pages:
            self._pages[key] = self._draw(standing, page)
            while len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        self._pages.move_to_end(key)
        return self._pages[key]

    def _draw(self, standing: Standing, page: Page) -> Image:
        raster = self._file(standing).raster(page.page)
        return page_image(raster, page) if page.status == "read" else raster.image

    def _file(self, standing: Standing) -> Opened:
        sha256 = standing.read.source.sha256
        if sha256 not in self._files:
            path = self._source.original(standing.id, standing.read.source.file)
            opened = pipeline.open_report(path, self._settings, self._password)
            if opened.source.sha256 != sha256:
                opened.close()
                raise InputError(f"{standing.read.source.file}: the file has changed since it was read; read it again")
            self._files[sha256] = opened
            while len(self._files) > FILES_KEPT:
                with suppress(GoujiError):
                    self._files.popitem(last=False)[1].close()
        self._files.move_to_end(sha256)
        return self._files[sha256]


def _encode(image: Image, kind: str = ".webp") -> bytes:
    how = cv2.IMWRITE_WEBP_QUALITY if kind == ".webp" else cv2.IMWRITE_JPEG_QUALITY
    return bytes(cv2.imencode(kind, image, [how, QUALITY[kind]])[1].tobytes())


def _to_width(image: Image, width: int) -> Image:
    scale = width / image.shape[1]
    if scale >= 1:
        return image
    size = width, max(1, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _crop(image: Image, box: Box, room: int) -> Image:
    height, width = image.shape[:2]
    x0, y0 = max(0, box[0] - room * 6), max(0, box[1] - room)
    x1, y1 = min(width, box[2] + room * 6), min(height, box[3] + room)
    if x0 >= x1 or y0 >= y1:
        raise InputError("this place is not on the page")
    inset = 0 if room else min(3, (y1 - y0) // 8)  # without the rulings
    part = image[y0 + inset : y1 - inset, x0 + inset : x1 - inset]
    scale = min(CROP_TIMES, CROP_WIDTH / part.shape[1]) if not room else max(1.0, CROP_WIDTH * 2 / part.shape[1] / 2)
    part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
    if not room:
        return part
    framed = cv2.cvtColor(part, cv2.COLOR_GRAY2BGR) if part.ndim == 2 else part
    corners = [round((a - b) * scale) for a, b in zip(box, (x0, y0, x0, y0), strict=True)]
    cv2.rectangle(framed, (corners[0], corners[1]), (corners[2], corners[3]), _MARK, 2)
    return np.asarray(framed)
