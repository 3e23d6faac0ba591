"""Pieces of a report's pages, cut from the file that was read while that file is at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from gouji import pipeline, store
from gouji.config import Settings
from gouji.errors import InputError
from gouji.geometry import Box
from gouji.protocols import Image
from gouji.reading import page_image
from gouji.records import Report

QUALITY = 60


def find_source(folder: Path, report: Report) -> Path:
    """The file that the run folder belongs to.

    Raises:
        InputError: it is not known or gone.
    """
    entry = store.read_entry(folder)
    path = Path(entry.path) if entry is not None else folder / report.source.file
    if not path.is_file():
        raise InputError(f"{path}: the file that was read is not there any more; name it with --source, or --no-crops")
    return path


@contextmanager
def open_crops(
    path: Path, report: Report, settings: Settings, password: str | None = None
) -> Iterator[Callable[[int, Box], bytes | None]]:
    """A cutter of WebP pictures in the frame of the report's boxes; it gives None for a page that was not read.

    Raises:
        InputError: the file cannot be opened, or it is not the one that was read.
    """
    pages = {page.page: page for page in report.pages if page.status == "read"}
    with pipeline.open_report(path, settings, password) as opened:
        if opened.source.sha256 != report.source.sha256:
            raise InputError(f"{path}: this is not the file that was read; name that one with --source, or --no-crops")

        @lru_cache(maxsize=3)  # tables and findings come page by page, more or less
        def image(number: int) -> Image:
            return page_image(opened.raster(number), pages[number])

        yield lambda number, box: _cut(image(number), box) if number in pages else None


def _cut(image: Image, box: Box) -> bytes | None:
    import cv2

    x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), box[2], box[3]
    part = image[y0:y1, x0:x1]
    return bytes(cv2.imencode(".webp", part, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])[1].tobytes()) if part.size else None
