"""What a source gives for each page: its pixels and, on a digital page, its characters and ruling lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, Self

from gouji.errors import EmptyFileError, TooLargeError
from gouji.geometry import Box
from gouji.records import Source

if TYPE_CHECKING:
    from types import TracebackType

    from gouji.protocols import Image

Segment = tuple[int, int, int, int]

A4_SHORT_IN = 8.27
# A sheet is taken for what its resolution says when its short side is between A6 and A2; other claims (72 dpi written
# by a camera or a converter) are nonsense.
SHEET_SHORT_IN = (4.0, 16.6)
# No report was ever legibly scanned with less; a smaller figure is a default that some software wrote.
LEAST_DPI = 100


@dataclass(frozen=True)
class Char:
    """One printed character of a text layer.

    `text` is normalised (`zh.normalise`) and never white space; a ligature or a sign such as ㎡ is several letters.
    `box` spans the font's whole height, so that the characters of one line share top and bottom.
    """

    text: str
    box: Box


@dataclass(frozen=True)
class Raster:
    """One page as it is seen: `image` (height, width) grey or (height, width, 3) BGR, uint8.

    `turn`: the clockwise turn, in degrees, that was undone because a digital page's text runs sideways.
    `chars` (in the order of the file) and `rulings` (axis-parallel middle lines, `x0 <= x1` and `y0 <= y1`) are in
    pixels of `image` and empty on scans.
    """

    page: int
    image: Image
    dpi: int
    origin: Literal["scan", "digital"]
    chars: tuple[Char, ...] = ()
    rulings: tuple[Segment, ...] = ()
    turn: Literal[0, 90, 180, 270] = 0


class Opened(Protocol):
    """An open document; a context manager. Pages are read only when asked for."""

    source: Source
    warnings: tuple[str, ...]  # codes of what is wrong with the file as a whole: "input.truncated"

    def raster(self, number: int) -> Raster:
        """The page `number`, from 1.

        Raises:
            PageError: this page is damaged or missing; others may be sound.
        """
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def sheet_dpi(width_px: int, height_px: int, claimed_dpi: float) -> float:
    """The claimed resolution when it makes a plausible sheet of paper, else that of an A4 sheet of so many pixels."""
    short = min(width_px, height_px)
    if claimed_dpi >= LEAST_DPI and SHEET_SHORT_IN[0] <= short / claimed_dpi <= SHEET_SHORT_IN[1]:
        return claimed_dpi
    return short / A4_SHORT_IN


def check_page_count(name: str, pages: int, most: int) -> None:
    """Refuse a file without pages, or with more than the settings allow.

    Raises:
        EmptyFileError, TooLargeError: with what to do.
    """
    if pages <= 0:
        raise EmptyFileError(f"{name}: the file has no pages; ask for it again")
    if pages > most:
        raise TooLargeError(f"{name}: {pages} pages, more than pages.max_pages = {most}; split it or raise the limit")


def fitting_scale(width: float, height: float, max_px: int) -> float:
    """The factor, at most 1, by which an image of this size must shrink to hold no more than `max_px` pixels."""
    return min(1.0, math.sqrt(max_px / max(1.0, width * height)))
