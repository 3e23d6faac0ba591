"""Scans as image files: JPEG, PNG and TIFF with one or more pages."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from gouji.config import PagesSettings
from gouji.errors import BrokenFileError, InputError, PageError, TooLargeError
from gouji.pages.raster import Raster, check_page_count, fitting_scale, sheet_dpi
from gouji.records import Source

if TYPE_CHECKING:
    from types import TracebackType

    from gouji.protocols import Image

# What damaged image files raise, as seen: each of these from one or other of Pillow's decoders.
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError)
CM_PER_INCH = 2.54


class ImageFile:
    """An open image file; see `raster.Opened`."""

    def __init__(self, path: Path, sha256: str, media_type: str, settings: PagesSettings) -> None:
        self._settings = settings
        self._file = path.open("rb")  # held here: on damage Pillow forgets to close what it opened
        try:
            self._image = _open_image(self._file, path.name)
        except InputError:
            self._file.close()
            raise
        pages, whole = _count_pages(self._image)
        try:
            check_page_count(path.name, pages, settings.max_pages)
        except InputError:
            self.close()
            raise
        self.source = Source(file=path.name, sha256=sha256, media_type=media_type, pages=pages)
        self.warnings: tuple[str, ...] = () if whole else ("input.truncated",)

    def close(self) -> None:
        """Let go of the file."""
        self._image.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def raster(self, number: int) -> Raster:
        """The page `number`, from 1.

        Raises:
            PageError: the page is damaged or missing.
        """
        if not 1 <= number <= self.source.pages:
            raise PageError(f"page {number}: the file has pages 1 to {self.source.pages}")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._image.seek(number - 1)
                return _frame_to_raster(self._image, number, self._settings)
        except (Pillow.DecompressionBombError, MemoryError) as error:
            raise PageError(f"page {number}: it holds too many pixels to be unpacked; scan it at 300 dpi") from error
        except _DAMAGE as error:
            raise PageError(f"page {number}: the image is damaged or cut off ({error})") from error


def _open_image(file: BinaryIO, name: str) -> Pillow.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large scans and odd tags; both are read or refused below
            return Pillow.open(file)
    except Pillow.DecompressionBombError as error:
        raise TooLargeError(f"{name}: it holds too many pixels to be unpacked; scan it at 300 dpi") from error
    except (UnidentifiedImageError, *_DAMAGE) as error:
        raise BrokenFileError(f"{name}: the image is damaged or cut off; scan it again") from error


def _count_pages(image: Pillow.Image) -> tuple[int, bool]:
    """The number of pages, and whether that is all: of a TIFF that breaks off, those before the break count."""
    pages = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return int(getattr(image, "n_frames", 1)), True
        except _DAMAGE:
            image.seek(0)
        try:
            while True:
                image.seek(pages)
                pages += 1
        except _DAMAGE:
            return pages, False


def _frame_to_raster(frame: Pillow.Image, number: int, settings: PagesSettings) -> Raster:
    claimed = _claimed_dpi(frame)
    plain = _to_grey_or_rgb(ImageOps.exif_transpose(frame))
    plain = _square_pixels(plain, claimed)
    dpi = sheet_dpi(plain.width, plain.height, max(claimed))
    goal = settings.scan_dpi or min(settings.max_dpi, dpi)
    scale = goal / dpi
    scale *= fitting_scale(plain.width * scale, plain.height * scale, settings.max_page_px)
    if scale != 1:
        size = max(1, int(plain.width * scale)), max(1, int(plain.height * scale))
        plain = plain.resize(size, Pillow.Resampling.BOX if scale < 1 else Pillow.Resampling.BICUBIC)
    pixels: Image = np.array(plain, np.uint8)
    if pixels.ndim == 3:
        pixels = np.ascontiguousarray(pixels[:, :, ::-1])
    return Raster(number, pixels, max(1, round(dpi * scale)), "scan")


def _claimed_dpi(frame: Pillow.Image) -> tuple[float, float]:
    """Horizontal and vertical resolution as the file says; zeros when it says nothing."""
    claimed = frame.info.get("dpi")
    if not claimed:
        return 0.0, 0.0
    try:
        x, y = (float(side) for side in claimed)
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    if frame.getexif().get(0x0112, 1) in (5, 6, 7, 8):  # lying on its side
        x, y = y, x
    return (x, y) if 0 < x < 1e5 and 0 < y < 1e5 else (0.0, 0.0)


def _square_pixels(image: Pillow.Image, claimed: tuple[float, float]) -> Pillow.Image:
    """A fax of 204 × 98 dpi stretched to 204 × 204."""
    x, y = claimed
    if not x or not y or 0.95 < x / y < 1.05 or not 0.2 < x / y < 5:
        return image
    goal = max(x, y)
    return image.resize((round(image.width * goal / x), round(image.height * goal / y)), Pillow.Resampling.BICUBIC)


def _to_grey_or_rgb(frame: Pillow.Image) -> Pillow.Image:
    """Mode L or RGB, transparent parts white."""
    if frame.mode in ("1", "L"):
        return frame.convert("L")
    if frame.mode.startswith("I") or frame.mode == "F":
        return _wide_to_grey(frame)
    if (
        "A" in frame.mode.removeprefix("L").removeprefix("P")
        or frame.mode in ("LA", "PA")
        or "transparency" in frame.info
    ):
        layer = frame.convert("RGBA")
        paper = Pillow.new("RGBA", layer.size, "white")
        return Pillow.alpha_composite(paper, layer).convert("RGB")
    return frame.convert("RGB")


def _wide_to_grey(frame: Pillow.Image) -> Pillow.Image:
    """16 or 32 bits a pixel: full range for 16-bit files, else what the image spans."""
    values = np.asarray(frame).astype(np.float64)
    top = float(values.max(initial=0))
    full = 255.0 if top <= 255 else 65535.0 if top <= 65535 else top
    low = min(0.0, float(values.min(initial=0)))
    grey = np.clip((values - low) / max(full - low, 1e-9) * 255, 0, 255)
    return Pillow.fromarray(grey.astype(np.uint8))
