"""The corridor: open_report -> read_page (each page) -> assemble. The command line and the flow both walk it."""

from __future__ import annotations

from pathlib import Path

from gouji.config import Settings
from gouji.engines.registry import open_engine
from gouji.errors import PageError
from gouji.pages.raster import Opened
from gouji.pages.rasterise import open_source
from gouji.reading import Readers, find_frames, read_digital, read_scan
from gouji.records import Page, PageReading


def open_report(path: Path, settings: Settings, password: str | None = None) -> Opened:
    """The document opened; a context manager.

    Raises:
        InputError: the kinds in `errors`.
    """
    return open_source(path, settings.pages, password)


def open_readers(settings: Settings) -> Readers:
    """The engine and the detector that the settings name.

    Raises:
        SetupError: something of them is missing.
    """
    from gouji.engines.detectors import open_detector

    return Readers(open_engine(settings.engine), open_detector(settings.detector, find_frames))


def read_page(opened: Opened, number: int, readers: Readers, settings: Settings) -> PageReading:
    """The reading of one page; a page that cannot be read gives status "unread" and its error, never an exception."""
    try:
        raster = opened.raster(number)
        if raster.origin == "digital":
            return read_digital(raster)
        return read_scan(raster, readers, settings)
    except PageError as error:
        return PageReading(page=Page(page=number, width=0, height=0, dpi=0, origin="scan", status="unread", error=str(error)))
