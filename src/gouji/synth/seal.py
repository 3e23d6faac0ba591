"""Red round seals: a ring, a star, and the owner's name along the ring."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gouji.synth.fonts import font_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEAL_MM = 42


@cache
def _font(size: int) -> Any:
    return ImageFont.truetype(str(font_path()), size)


def draw_seal(owner: str, size: int) -> NDArray[np.float32]:
    """How much red ink lies where: `(size, size)`, 0..1. The name runs clockwise over the top of the ring."""
    scale = 2
    side = size * scale
    ink = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(ink)
    edge = side * 0.03
    draw.ellipse((edge, edge, side - edge, side - edge), outline=255, width=int(side * 0.028))
    _draw_star(draw, side)
    step = min(24.0, 260.0 / max(1, len(owner)))
    for i, char in enumerate(owner):
        _draw_char(ink, char, (i - (len(owner) - 1) / 2) * step, side)
    small = ink.resize((size, size), Image.Resampling.LANCZOS)
    return np.asarray(small, np.float32) / np.float32(255)


def _draw_star(draw: ImageDraw.ImageDraw, side: int) -> None:
    turns = np.radians(np.arange(10) * 36 - 90)
    radii = np.where(np.arange(10) % 2 == 0, 0.17, 0.068) * side
    points = np.stack([np.cos(turns) * radii, np.sin(turns) * radii], axis=1) + side / 2
    draw.polygon([tuple(p) for p in points.tolist()], fill=255)


def _draw_char(ink: Image.Image, char: str, degrees: float, side: int) -> None:
    """One character at `degrees` clockwise from the top, its foot towards the middle."""
    layer = Image.new("L", ink.size, 0)
    draw = ImageDraw.Draw(layer)
    draw.text((side / 2, side * 0.145), char, font=_font(int(side * 0.105)), fill=255, anchor="mm")
    turned = layer.rotate(-degrees, resample=Image.Resampling.BICUBIC)
    ink.paste(255, (0, 0), turned)


def stamp(pixels: NDArray[np.uint8], owner: str, rng: np.random.Generator, dpi: int) -> NDArray[np.uint8]:
    """The page with a seal pressed on it, unevenly inked, somewhere right of the middle."""
    height, width = pixels.shape[:2]
    size = min(int(SEAL_MM / 25.4 * dpi), height // 2, width // 2)
    ink = draw_seal(owner[:16], size)
    turned = Image.fromarray((ink * 255).astype(np.uint8)).rotate(float(rng.uniform(-12, 12)), Image.Resampling.BICUBIC)
    worn = rng.uniform(0.75, 1.0, (size, size)).astype(np.float32)
    cover = np.asarray(turned, np.float32)[..., None] / 255 * worn[..., None] * np.float32(rng.uniform(0.6, 0.85))
    x = int(rng.uniform(0.4, 0.8) * (width - size))
    y = int(rng.uniform(0.2, 0.7) * (height - size))
    red = np.array([rng.uniform(195, 230), rng.uniform(20, 50), rng.uniform(25, 55)], np.float32)
    under = pixels[y : y + size, x : x + size].astype(np.float32)
    mixed = under * (1 - cover) + np.minimum(under, red) * cover
    out = pixels.copy()
    out[y : y + size, x : x + size] = mixed.astype(np.uint8)
    return out
