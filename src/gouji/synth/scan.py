"""Scans a printed report: paper, light, lens and feeder of a chosen quality, all drawn from a seed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from gouji.errors import UsageError
from gouji.synth.seal import stamp
from gouji.synth.subjects import synth_data
from gouji.synth.wear import WEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]  # (height, width, 3), RGB


@dataclass(frozen=True)
class Quality:
    """One quality of `configs/synth/scans.toml`, where the fields are explained."""

    name: str
    dpi: int
    colour: bool
    skew_deg: tuple[float, float]
    keystone: float
    blur_px: tuple[float, float]
    paper: tuple[float, float]
    shade: tuple[float, float]
    grain: float
    jpeg: int
    seals: int
    fax: int = 0
    turned: bool = False
    wear: tuple[str, ...] = ()


def load_quality(name: str, wear: Sequence[str] = ()) -> Quality:
    """The quality of that name, with further defects (names of `wear.WEAR`).

    Raises:
        UsageError: there is no such quality or defect.
    """
    known = synth_data("scans")
    if name not in known:
        raise UsageError(f"scan quality {name}: choose one of {', '.join(known)}")
    for defect in wear:
        if defect not in WEAR:
            raise UsageError(f"scan defect {defect}: choose from {', '.join(WEAR)}")
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in known[name].items()}
    return Quality(name=name, wear=tuple(wear), **values)


def scan_pages(pdf: bytes, quality: Quality, seed: int, owner: str = "") -> list[bytes]:
    """Every page of the PDF as an encoded image (JPEG; TIFF G4 for fax pages). `owner` stands on the seals."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        count = len(document)
        sealed = _sealed_pages(count, quality.seals)
        images = []
        for i in range(count):
            pixels = document[i].render(scale=quality.dpi / 72, rev_byteorder=True).to_numpy()[..., :3].copy()
            rng = np.random.default_rng([seed, i, quality.dpi])
            images.append(scan_page(pixels, quality, rng, owner if i in sealed else "", i))
        return images
    finally:
        document.close()


def _sealed_pages(count: int, seals: int) -> set[int]:
    """The pages (from 0) that bear a seal: the first, the last and as many between as there are seals."""
    if seals >= count:
        return set(range(count))
    return {round(k * (count - 1) / max(1, seals - 1)) for k in range(seals)}


def scan_page(pixels: Pixels, quality: Quality, rng: np.random.Generator, owner: str, index: int) -> bytes:
    """One rastered page, scanned and encoded."""
    for name in quality.wear:
        pixels = WEAR[name](pixels, rng, quality.dpi)
    if owner:
        pixels = stamp(pixels, owner, rng, quality.dpi)
    blur = rng.uniform(*quality.blur_px)
    if blur:
        pixels = cv2.GaussianBlur(pixels, (0, 0), blur)
    pixels = _feed(pixels, quality, rng)
    fax = quality.fax and index % quality.fax == quality.fax - 1
    if not quality.colour or fax:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None]
    pixels = _expose(pixels, quality, rng)
    if quality.turned:
        pixels = _turn(pixels, rng)
    return _fax(pixels[..., 0], rng, quality.dpi) if fax else _jpeg(pixels, quality)


def _feed(pixels: Pixels, quality: Quality, rng: np.random.Generator) -> Pixels:
    """The sheet lies askew under the lens: turned about its middle, its corners pulled a little."""
    height, width = pixels.shape[:2]
    angle = np.radians(rng.uniform(*quality.skew_deg))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    middle = corners.mean(axis=0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    pulled = rng.uniform(-1, 1, (4, 2)) * quality.keystone * [width, height]
    target = (corners - middle) @ turn.T + middle + pulled
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target.astype(np.float32))
    white = (255, 255, 255)
    fed: Pixels = cv2.warpPerspective(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=white)
    return fed


def _expose(pixels: Pixels, quality: Quality, rng: np.random.Generator) -> Pixels:
    """Light that falls off to one side and in soft clouds, paper that is not white, and grain."""
    height, width = pixels.shape[:2]
    side = rng.uniform(0, 2 * np.pi)
    across = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :] * np.float32(np.cos(side))
    down = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * np.float32(np.sin(side))
    depth = np.float32(rng.uniform(*quality.shade))
    clouds = rng.normal(0, quality.grain * 0.5, (height // 90 + 3, width // 90 + 3)).astype(np.float32)
    light = cv2.resize(clouds, (width, height), interpolation=cv2.INTER_LINEAR) - depth * (across + down + 0.5)
    light += np.float32(rng.uniform(*quality.paper))
    out = pixels.astype(np.float32) * (light[..., None] / 255)
    out += rng.standard_normal((height, width), dtype=np.float32)[..., None] * np.float32(quality.grain)
    exposed: Pixels = np.clip(out, 0, 255).astype(np.uint8)
    return exposed


def _turn(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A wide sheet is fed sideways; every fourth of the others upside down."""
    sideways, over = int(rng.choice([1, 3])), 2 if rng.random() < 0.25 else 0
    quarters = sideways if pixels.shape[1] > pixels.shape[0] else over
    turned: Pixels = np.rot90(pixels, quarters).copy()
    return turned


def _fax(grey: NDArray[np.uint8], rng: np.random.Generator, dpi: int) -> bytes:
    """Black and white, with pepper, pin holes and short stretches of lines that the drum has lost."""
    soft = cv2.GaussianBlur(grey, (0, 0), 0.7).astype(np.float32)
    around = cv2.blur(soft, (31, 31))
    black = soft < around - 26
    black |= rng.random(grey.shape) < 0.0003
    holes = (rng.random(grey.shape) < 0.0018).astype(np.uint8)
    black &= cv2.dilate(holes, np.ones((2, 2), np.uint8)) == 0
    for _ in range(int(rng.integers(4, 14))):
        y, x = int(rng.integers(grey.shape[0])), int(rng.integers(grey.shape[1]))
        black[y : y + int(rng.integers(1, 3)), x : x + int(rng.integers(20, 160))] = False
    out = io.BytesIO()
    Image.fromarray(~black).save(out, "TIFF", compression="group4", dpi=(dpi, dpi))
    return out.getvalue()


def _jpeg(pixels: Pixels, quality: Quality) -> bytes:
    image = Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[..., 0])
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality.jpeg, dpi=(quality.dpi, quality.dpi))
    return out.getvalue()


def bind_pdf(images: Sequence[bytes]) -> bytes:
    """The page images as one PDF, without a date, so that the same images give the same bytes."""
    import img2pdf

    return bytes(img2pdf.convert(list(images), nodate=True, engine=img2pdf.Engine.internal))


def bind_tiff(images: Sequence[bytes]) -> bytes:
    """The page images as one multi-page TIFF (JPEG pages are kept lossless from here on)."""
    pages: list[Any] = [Image.open(io.BytesIO(i)) for i in images]
    out = io.BytesIO()
    dpi = pages[0].info.get("dpi", (200, 200))
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw", dpi=dpi)
    return out.getvalue()
