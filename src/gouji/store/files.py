"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from gouji.errors import OutputError

DRAFT_NAME = 40  # characters of the file's name in its draft's: a name may be as long as the disk allows


def write_text(path: Path, text: str) -> None:
    """Write the file whole or not at all; see `write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write the file whole or not at all.

    Raises:
        OutputError: the folder cannot be written, or the disk is full; what stood there before still does.
    """
    with drafted(path) as file:
        file.write(content)


@contextmanager
def drafted(path: Path) -> Iterator[BinaryIO]:
    """A draft beside the file, open to write; it takes the file's place when it is whole, and goes when it is not.

    Raises:
        OutputError: the folder cannot be written, or the disk is full; what stood there before still does.
    """
    draft = path.with_name(f".{path.name[:DRAFT_NAME]}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise OutputError(why_unwritten(path, error)) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Take the file away; nothing when it is not there.

    Raises:
        OutputError: it cannot be taken away.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(why_unwritten(path, error)) from error


def stamp(path: Path) -> tuple[int, int]:
    """Time (ns) and size of the file; (0, 0) when there is none."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


def why_unwritten(path: Path, error: OSError) -> str:
    """One sentence on a file that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path}: the disk is full; what was read so far is kept, make room and run again"
    return f"{path}: it cannot be written ({error.strerror}); look at the folder's rights or give another with --out"
