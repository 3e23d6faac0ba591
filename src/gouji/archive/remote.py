"""Buckets and other places that fsspec knows: `s3://bucket/folder`, `memory://…`. What is new is fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from gouji.config import ArchiveSettings
from gouji.errors import InputError, OutputError, SetupError, TooLargeError, UsageError
from gouji.store import drafted, why_unwritten

BLOCK = 1 << 20
_WEB = ("http", "https", "ftp")


def is_remote(source: str) -> bool:
    """Whether this is the address of a place elsewhere, and no path."""
    scheme, mark, _ = source.partition("://")
    return bool(mark) and scheme.isalnum() and scheme != "file"


def remote_files(address: str) -> Iterator[tuple[str, int, str]]:
    """The files at or below the address, in steady order: address, size in bytes, and a stamp that tells of changes.

    Raises:
        UsageError: it is a web address, or there is nothing. SetupError: its package is missing.
        InputError: the place does not answer or refuses.
    """
    scheme = address.partition("://")[0]
    if scheme in _WEB:
        raise UsageError(f"{address}: for sites there is gouji crawl; archives are read from disks and buckets")
    system, path = _open(address)
    try:
        found: dict[str, dict[str, Any]] = system.find(path, detail=True)
    except Exception as error:  # each system has its own
        raise _silent(address, error) from error
    if not found:
        raise UsageError(f"{address}: there is nothing there; look at the address")
    for name, about in sorted(found.items()):
        yield system.unstrip_protocol(name), int(about.get("size") or 0), _stamp(about)


def _open(address: str) -> tuple[Any, str]:
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(address, use_listings_cache=False)  # what changed meanwhile is seen
    except ImportError as error:
        raise SetupError(f'{address}: {error.name or "its"} package is missing; pip install "gouji[s3]"') from error
    except ValueError as error:
        raise UsageError(f"{address}: no such kind of place ({error}); s3://bucket/folder is one") from error
    return system, str(path)


def _silent(address: str, error: Exception) -> InputError:
    why = f"{type(error).__name__}: {error}".splitlines()[0]
    return InputError(f"{address}: it cannot be listed or fetched ({why}); look at the address, its keys, the network")


def _stamp(about: dict[str, Any]) -> str:
    keys = ("ETag", "etag", "md5", "LastModified", "mtime", "last_modified", "created", "size")
    return "|".join(str(about[key]) for key in keys if about.get(key))


def fetch(address: str, size: int, stamp: str, folder: Path, settings: ArchiveSettings) -> Path:
    """The file on this disk below `folder`; fetched unless this version of it is there. It appears whole or not at all.

    Raises:
        TooLargeError: it is beyond the limit. InputError: it cannot be fetched. OutputError: no room for it.
    """
    if size > settings.unpack_max_mb * 1_000_000:
        raise TooLargeError(f"{address}: {size / 1e6:.0f} MB, more than archive.unpack_max_mb; raise the limit")
    place = folder / hashlib.sha256(f"{address}\n{stamp}".encode()).hexdigest()[:16]
    target = place / PurePosixPath(address).name
    if target.is_file():
        return target
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(why_unwritten(target, error)) from error
    with drafted(target) as file:
        _copy(address, file)
    return target


def _copy(address: str, file: BinaryIO) -> None:
    system, path = _open(address)
    try:
        source = system.open(path, "rb")
    except Exception as error:
        raise _silent(address, error) from error
    with source:
        while block := _next_block(address, source):
            file.write(block)


def _next_block(address: str, source: Any) -> bytes:
    try:
        return bytes(source.read(BLOCK))
    except Exception as error:
        raise _silent(address, error) from error
