"""What a file of an archive is, by its content first and its name second."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from typing import Literal

from gouji.errors import InputError
from gouji.pages.rasterise import media_type

Kind = Literal["document", "image", "office", "packed", "other"]

IMAGES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
# PDF, and what disclosures come in that gouji can't read: these are set aside, not passed over.
DOCUMENTS = (".pdf", ".ofd", ".ppt", ".pptx", ".ceb", ".caj", ".bmp", ".gif", ".webp", ".jp2")
OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".doc": "application/msword",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
    ".html": "text/html",
    ".htm": "text/html",
    ".wps": "application/vnd.ms-works",
    ".et": "application/vnd.ms-excel",
    ".rtf": "application/rtf",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
PACKED = (".zip", ".tar", ".7z", ".rar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
_PACKED_MARKS = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
)
_OFFICE_PARTS = ("[Content_Types].xml", "mimetype", "OFD.xml")


def kind_of(path: Path) -> Kind:
    """The file's kind. A damaged or empty file is what its name says, so that it is set aside and not passed over."""
    if path.name.startswith("."):
        return "other"
    ending = path.suffix.lower()
    if _begins_packed(path):  # before PDF, whose mark may stand a little later: a stored zip shows that of its member
        return (
            "packed" if ending not in (*OFFICE, *DOCUMENTS) and not _is_office_zip(path) else _kind_by_name("", ending)
        )
    try:
        return "document" if media_type(path) == "application/pdf" else "image"
    except InputError:
        return kind_by_name(path.name)


def kind_by_name(name: str) -> Kind:
    """What the file should be, where its content is not at hand."""
    return _kind_by_name(name.lower(), PurePosixPath(name.lower()).suffix)


def _kind_by_name(name: str, ending: str) -> Kind:
    if ending in OFFICE:
        return "office"
    if ending in DOCUMENTS:
        return "document"
    if ending in IMAGES:
        return "image"
    return "packed" if name.endswith(PACKED) and not is_later_volume(name) else "other"


def _begins_packed(path: Path) -> bool:
    if is_later_volume(path.name):
        return False
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(_PACKED_MARKS)
    except OSError:
        return False


def _is_office_zip(path: Path) -> bool:
    """Whether this is a zip only inside: an office file or an OFD without its ending."""
    try:
        with zipfile.ZipFile(path) as packed:
            return any(name in _OFFICE_PARTS for name in packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def is_later_volume(name: str) -> bool:
    """Whether this is a second or later volume of a RAR set, which is unpacked with the first."""
    stem, dot, ending = name.lower().rpartition(".")
    if not dot or ending != "rar":
        return False
    _, mark, number = stem.rpartition(".part")
    return bool(mark) and number.isdecimal() and int(number) > 1
