"""What a document is called: by its server, its link or its address."""

from __future__ import annotations

import re
from email.header import decode_header
from urllib.parse import unquote_to_bytes, urlsplit

LONGEST = 120
_EXTENDED = re.compile(r"""filename\*\s*=\s*"?([\w-]+)'[\w-]*'([^;"\s]+)""", re.I)
_PLAIN = re.compile(r"""filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]+))""", re.I)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')


def document_name(disposition: bytes, url: str) -> str:
    """The file's name from its Content-Disposition header (b"": none), else from its address; "" when neither has one.

    Servers write the header in every way: RFC 5987, percent signs, MIME words, bare UTF-8 or GB 18030.
    """
    return _clean(_told(disposition)) or _clean(_decoded(unquote_to_bytes(urlsplit(url).path.rpartition("/")[2])))


def _told(disposition: bytes) -> str:
    text = disposition.decode("latin-1")
    extended = _EXTENDED.search(text)
    if extended:
        return _decoded(unquote_to_bytes(extended[2]), extended[1])
    plain = _PLAIN.search(text)
    if not plain:
        return ""
    value = (plain[1] if plain[1] is not None else plain[2]).strip()
    if value.startswith("=?"):
        return _mime_words(value)
    raw = value.encode("latin-1")
    return _decoded(unquote_to_bytes(raw) if re.search(r"%[0-9A-Fa-f]{2}", value) else raw)


def _mime_words(value: str) -> str:
    try:
        parts = decode_header(value)
        return "".join(p if isinstance(p, str) else p.decode(name or "utf-8", "replace").strip() for p, name in parts)
    except (LookupError, UnicodeError, ValueError):
        return ""


def _decoded(raw: bytes, encoding: str = "utf-8") -> str:
    for name in (encoding, "utf-8", "gb18030"):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")


def _clean(name: str) -> str:
    """The name without folders, control and direction marks."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _UNSAFE.sub("", last).strip(" .")[:LONGEST]
