"""RAR archives written by hand: no free program writes them."""

from __future__ import annotations

import io
import struct
import zlib


def rar_of(members: dict[str, bytes], method: int = 0x30) -> bytes:
    """A RAR 3 archive: members stored (0x30), or claimed to be compressed by another method."""
    out = io.BytesIO(b"")
    out.write(b"Rar!\x1a\x07\x00")
    out.write(_block(0x73, 0, b"\0" * 6))
    for name, content in members.items():
        raw = name.encode()
        body = struct.pack("<IIBIIBBHI", len(content), len(content), 3, zlib.crc32(content), 0x5A000000, 29, method,
                           len(raw), 0o100644) + raw  # fmt: skip
        out.write(_block(0x74, 0x8000, body) + content)
    out.write(_block(0x7B, 0x4000, b""))
    return out.getvalue()


def _block(kind: int, flags: int, body: bytes) -> bytes:
    rest = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(rest) & 0xFFFF) + rest
