"""What py7zr writes to: files that count. Loaded only for 7z archives."""

from __future__ import annotations

from typing import BinaryIO

from py7zr.io import Py7zIO, WriterFactory

from gouji.archive.unpack import Bounds


class BoundedWriter(Py7zIO):
    """One member on its way to the disk."""

    def __init__(self, bounds: Bounds, name: str) -> None:
        self._bounds = bounds
        self._size = 0
        self._file: BinaryIO = bounds.place(name).open("wb")

    def write(self, s: bytes | bytearray) -> int:
        """Count, then write."""
        self._bounds.count(len(s))
        self._size += len(s)
        return self._file.write(s)

    def read(self, size: int | None = None) -> bytes:
        """Nothing: py7zr only writes."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """The place as it is."""
        return self._size

    def flush(self) -> None:
        """To the disk."""
        if not self._file.closed:
            self._file.flush()

    def size(self) -> int:
        """Bytes so far."""
        return self._size

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class BoundedWriters(WriterFactory):
    """Gives a writer for each member."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._last: BoundedWriter | None = None

    def create(self, filename: str) -> Py7zIO:
        """The writer of the next member; the one before is done."""
        self.close()
        self._last = BoundedWriter(self._bounds, filename)
        return self._last

    def close(self) -> None:
        """Let go of the last member."""
        if self._last is not None:
            self._last.close()
