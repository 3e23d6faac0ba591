"""What a file is, by its content; what servers say of it counts for nothing."""

from __future__ import annotations

import io
import re
import zipfile

# The kinds of documents that are kept, with the ending that each gets.
DOCUMENTS = {
    "application/pdf": ".pdf",
    "image/tiff": ".tif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/rtf": ".rtf",
    "application/ofd": ".ofd",
    "application/zip": ".zip",
    "application/vnd.rar": ".rar",
    "application/x-7z-compressed": ".7z",
}
PAGE = "text/html"
UNKNOWN = "application/octet-stream"

_MAGIC = (
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"{\\rtf", "application/rtf"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"<(!doctype html|html|head|body|meta|title|div|table|script|ul|a)\b", re.I)


def media_type(content: bytes) -> str:
    """The media type; `UNKNOWN` when it is nothing that gouji knows."""
    head = content[:1024]
    if b"%PDF-" in head:
        return "application/pdf"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(_OLE):
        return _ole_type(content)
    if head.startswith(b"PK\x03\x04"):
        return _zip_type(content)
    return PAGE if _HTML.search(content[:4096]) else UNKNOWN


def _ole_type(content: bytes) -> str:
    """Word and Excel of before 2007 name their chief stream in UTF-16."""
    if "WordDocument".encode("utf-16-le") in content:
        return "application/msword"
    names = ("Workbook".encode("utf-16-le"), "Book\0".encode("utf-16-le"))
    return "application/vnd.ms-excel" if any(name in content for name in names) else UNKNOWN


def _zip_type(content: bytes) -> str:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return "application/zip"
    office = "application/vnd.openxmlformats-officedocument."
    if "word/document.xml" in names:
        return office + "wordprocessingml.document"
    if "xl/workbook.xml" in names:
        return office + "spreadsheetml.sheet"
    return "application/ofd" if "OFD.xml" in names else "application/zip"
