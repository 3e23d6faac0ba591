"""Files to rasters: a PDF (scanned, digital or mixed), a TIFF, a JPEG or a PNG, told apart by content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gouji.config import PagesSettings
from gouji.errors import BrokenFileError, InputError, TooLargeError, UnsupportedError
from gouji.pages.bound_images import MARK as BOUND_MARK
from gouji.pages.bound_images import MEDIA_TYPE as BOUND_TYPE
from gouji.pages.bound_images import BoundImages
from gouji.pages.image_file import ImageFile
from gouji.pages.pdf_file import MEDIA_TYPE, PdfFile
from gouji.pages.raster import Char, Opened, Raster, Segment

__all__ = ["Char", "Opened", "Raster", "Segment", "file_sha256", "media_type", "open_source"]

# A PDF's mark may stand behind other bytes (mail headers, a byte order mark) within the first kilobyte.
HEAD = 1024
_IMAGES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
)
_OTHERS = (
    (b"PK\x03\x04", "a ZIP, OFD or Office file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"Rar!", "a RAR archive"),
    (b"<", "a web page or XML"),
)


def open_source(path: Path, settings: PagesSettings, password: str | None = None) -> Opened:
    """The file opened; its pages are drawn when asked for. Use as a context manager.

    Raises:
        InputError: the kinds in `errors`: unsupported, broken, locked, empty, too large.
    """
    kind = media_type(path)
    size_mb = path.stat().st_size / 1e6
    if size_mb > settings.max_file_mb:
        raise TooLargeError(
            f"{path.name}: {size_mb:.0f} MB, more than pages.max_file_mb = {settings.max_file_mb}; raise the limit"
        )
    sha256 = file_sha256(path)
    if kind == BOUND_TYPE:
        return BoundImages(path, settings, media_type)
    if kind == MEDIA_TYPE:
        return PdfFile(path, sha256, settings, password)
    return ImageFile(path, sha256, kind, settings)


def media_type(path: Path) -> str:
    """What the file is, by its first bytes.

    Raises:
        InputError: it is missing, unreadable, empty or of no kind that is read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}); look at its name and rights") from error
    if not head:
        raise BrokenFileError(f"{path.name}: the file is empty; ask for it again")
    for mark, kind in _IMAGES:
        if head.startswith(mark):
            return kind
    if head.startswith(BOUND_MARK):
        return BOUND_TYPE
    if b"%PDF-" in head:
        return MEDIA_TYPE
    known = next((name for mark, name in _OTHERS if head.lstrip().startswith(mark)), "no kind that gouji knows")
    raise UnsupportedError(f"{path.name}: this is {known}, not a PDF, TIFF, JPEG or PNG; print or scan it to PDF first")


def file_sha256(path: Path) -> str:
    """The hash of the content, in hex.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}); look at its name and rights") from error
