"""What every export takes beside the report, and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gouji.geometry import Box

Files = dict[str, bytes]
"""The contents of files by their path below the output folder."""

Crop = Callable[[int, Box], bytes | None]
"""The WebP picture of a box on a page; None when the page cannot be had."""


@dataclass(frozen=True)
class Choices:
    """`excel`: data files that Excel opens by double click; `crop`: gives pieces of the source's pages, if at hand."""

    excel: bool = False
    crop: Crop | None = None
