"""The crawl folder's files, each named for its content: what is there is whole, and is never written over.

DIR/
    crawl.sqlite                    the journal
    documents/<sha256>/<12 of it>.pdf   documents, one to a folder
    pages/<2 of sha256>/<sha256>    lists and disclosures' own pages as they were sent
    jobs/<site>/                    Scrapy's queue of a crawl that was stopped
    locks/                          which hosts are being asked now
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from gouji.crawl.content import DOCUMENTS, PAGE
from gouji.errors import OutputError
from gouji.store import write_bytes


def put_document(out: Path, content: bytes, kind: str) -> tuple[str, str]:
    """Keep the document; gives its sha256 and its path below the crawl folder.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    ending = ".html" if kind == PAGE else DOCUMENTS[kind]
    path = out / "documents" / sha256 / f"{sha256[:12]}{ending}"
    _put(path, content)
    return sha256, path.relative_to(out).as_posix()


def put_page(out: Path, content: bytes) -> str:
    """Keep the web page; gives its sha256.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    _put(page_path(out, sha256), content)
    return sha256


def _put(path: Path, content: bytes) -> None:
    if path.is_file() and path.stat().st_size == len(content):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent}: the folder cannot be made ({error.strerror}); give another --out") from error
    write_bytes(path, content)


def page_path(out: Path, sha256: str) -> Path:
    """Where the web page is kept."""
    return out / "pages" / sha256[:2] / sha256


def kept(out: Path, sha256: str) -> bytes | None:
    """What is kept under this hash, page or document; None when it is not there or damaged."""
    for path in (page_path(out, sha256), *sorted((out / "documents" / sha256).glob("[0-9a-f]*"))):
        try:
            content = path.read_bytes()
        except OSError:
            continue
        if hashlib.sha256(content).hexdigest() == sha256:
            return content
    return None


def sweep(out: Path) -> None:
    """Take away the drafts of crawls that were killed; those of processes that still run are left alone."""
    for room in ("documents", "pages"):
        for draft in (out / room).glob("*/.*.part"):
            if not _is_running(int(draft.suffixes[-2][1:])):
                draft.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
