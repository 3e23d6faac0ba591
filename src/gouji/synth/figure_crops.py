"""Crops of printed figures as scanners and fax machines leave them, to train the reader of figures on.

    python -m gouji.synth.figure_crops OUT.npz [COUNT] [SEED]

Writes `strips` (uint8, all crops side by side, `figure_strip.HEIGHT` high, ink 255), `stops` (where each ends) and
`texts`. A sign that no figure has is "?" in the text, and a crop of words is all "?": the reader learns what to leave.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image as Pil
from PIL import ImageDraw, ImageFont

from gouji.ink import as_strip
from gouji.synth.fonts import font_path
from gouji.zh import FIGURE_SIGNS, NO_FIGURE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]  # (height, width), paper 255

PART = 1000  # crops drawn from one seed
DRAWN = 64  # pixels of type size at which a figure is drawn before it is scanned
MARGIN = 32
LATIN = ("Serif", "Sans", "Mono", "Carlito", "Caladea", "Tinos", "Arimo")
SLANTED = ("Italic", "Oblique", "ExtraLight")
UNITS = "年月日人辆台个元万亿项次类款条户米天"  # what stands beside figures; words are of all common characters
COMMON = bytes(
    byte for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF if high < 0xD7 else 0xFA) for byte in (high, low)
).decode("gb2312")
SIGNS = "/()~*+=<>:#&[]≥≤×±℃ⅠⅡ①②ABCDabcdxkmt"
Rng = np.random.Generator


def draw_text(rng: Rng) -> str:
    """A figure, or now and then something that is none."""
    kinds: tuple[tuple[float, Callable[[Rng], str]], ...] = (
        (0.40, _amount), (0.14, _code), (0.13, _row_number), (0.09, _percent), (0.08, _zero), (0.04, _dash),
        (0.03, _date), (0.09, _words), (0.04, _compound),
    )  # fmt: skip
    shares = np.array([share for share, _ in kinds])
    return kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))][1](rng)


def _amount(rng: Rng) -> str:
    digits = int(rng.integers(1, 10))
    whole = int(rng.integers(0, 10**digits))
    places = int(rng.choice([0, 1, 2, 2, 2, 2, 4, 6], 1)[0])
    text = f"{whole:,}" if rng.random() < 0.35 else str(whole)
    if places:
        text += "." + "".join(str(d) for d in rng.integers(0, 10, places))
    return ("-" if rng.random() < 0.06 else "") + text


def _code(rng: Rng) -> str:
    return str(rng.integers(1, 4)) + "".join(str(d) for d in rng.integers(0, 10, int(rng.choice([2, 4, 4, 6, 6]))))


def _row_number(rng: Rng) -> str:
    return str(rng.integers(1, 130))


def _percent(rng: Rng) -> str:
    return str(rng.choice(["100%", "100.00%", "0.00%", f"{rng.integers(0, 101)}%", f"{rng.uniform(0, 150):.2f}%"]))


def _zero(rng: Rng) -> str:
    return str(rng.choice(["0", "0.00", "0.00", "0.0", "0.000000"]))


def _dash(rng: Rng) -> str:
    return str(rng.choice(["-", "—", "--"]))


def _date(rng: Rng) -> str:
    return f"{rng.integers(2015, 2031)}.{rng.integers(1, 13)}" + str(rng.choice(["", f".{rng.integers(1, 32)}"]))


def _words(rng: Rng) -> str:
    letters = COMMON if rng.random() < 0.7 else UNITS + SIGNS
    word = "".join(rng.choice(list(letters), int(rng.integers(1, 5))))
    return str(rng.choice([word, word, word + _row_number(rng), _row_number(rng) + word[:1]]))


def _compound(rng: Rng) -> str:
    """Figures with a sign between or around them that no figure has: scores of a maximum, ranges, ratios."""
    one, other = (str(rng.integers(0, 10 ** int(rng.integers(1, 4)))) for _ in range(2))
    sign = str(rng.choice(["/", "/", "/", "~", ":", "+", "×"]))
    return str(rng.choice([one + sign + other, one + sign + other, f"({one})", f"≥{one}%", f"≤{one}"]))


def label_of(text: str) -> str:
    """What the reader should say: the figure, dashes as "-", other signs as "?"."""
    plain = text.replace("—", "-")
    return "".join(char if char in FIGURE_SIGNS else NO_FIGURE for char in plain)


@cache
def fonts(words: bool) -> tuple[str, ...]:
    """Files of the upright fonts that this machine has for figures; for `words`, those with Chinese."""
    asked = [":lang=zh-cn" if words else ":", "file", "family", "style"]
    listed = subprocess.run(["fc-list", *asked], capture_output=True, text=True).stdout.splitlines()
    faces = [line.partition(": ")[::2] for line in listed if not any(slant in line for slant in SLANTED)]
    chinese = {path for path, _ in faces if Path(path).suffix in (".ttc", ".otf") or "arphic" in path}
    latin = {path for path, name in faces if any(family in name for family in LATIN)}
    return tuple(sorted({str(font_path()), *chinese, *latin}))


@cache
def _font(path: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, DRAWN)


def print_text(text: str, rng: Rng) -> Grey:
    """The text in a font of this machine, large and clean, in wide margins."""
    words = any(ord(char) > 0x2000 for char in text)
    choice = fonts(words)
    font = _font(choice[int(rng.integers(len(choice)))])
    x0, y0, x1, y1 = (int(v) for v in font.getbbox(text))
    sheet = Pil.new("L", (x1 - x0 + 2 * MARGIN, y1 - y0 + 2 * MARGIN), 255)
    ImageDraw.Draw(sheet).text((MARGIN - x0, MARGIN - y0), text, font=font, fill=0)
    return np.asarray(sheet)


def scan_text(clean: Grey, rng: Rng) -> Grey:
    """The drawn text as a scanner sees it: small, askew, blurred, grainy, squeezed by JPEG or made black and white."""
    size = float(np.exp(rng.uniform(np.log(11), np.log(44))))  # pixels of type size: 7 pt at 110 dpi to 10 pt at 300
    page = _feed(clean, size / DRAWN, float(rng.normal(0, 0.012)), rng)
    page = np.asarray(cv2.GaussianBlur(page, (0, 0), max(0.05, float(rng.uniform(0, 0.05)) * size)))
    ink, paper = rng.uniform(0, 110), rng.uniform(200, 255)
    grey = ink + (paper - ink) * (page.astype(np.float32) / 255)
    grey += rng.normal(0, rng.uniform(0, 12), grey.shape)
    grey8 = np.asarray(np.clip(grey, 0, 255), np.uint8)
    if rng.random() < 0.45:
        grey8 = _fax(grey8, rng)
    elif rng.random() < 0.7:
        _, packed = cv2.imencode(".jpg", grey8, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])
        grey8 = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    # Levelling the page draws every pixel anew, between its neighbours.
    return _feed(grey8, 1.0, float(rng.normal(0, 0.004)), rng) if rng.random() < 0.8 else grey8


def _feed(page: Grey, scale: float, angle: float, rng: Rng) -> Grey:
    """Scaled (by area) and turned by `angle` radians, with a part of a pixel of shift, a little wider or narrower."""
    wide = scale * float(rng.uniform(0.9, 1.1)) if scale != 1.0 else 1.0
    if scale < 1.0:
        page = np.asarray(cv2.resize(page, None, fx=wide, fy=scale, interpolation=cv2.INTER_AREA))
    height, width = page.shape
    matrix = np.array([[1, -angle, angle * height / 2], [angle, 1, -angle * width / 2]]) + np.array(
        [[0, 0, rng.uniform(-0.5, 0.5)], [0, 0, rng.uniform(-0.5, 0.5)]]
    )
    paper = int(np.median(page))
    flags = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), flags=flags, borderValue=paper))


def _fax(grey: Grey, rng: Rng) -> Grey:
    """Black and white: strokes grow or vanish with the threshold, pepper and pin holes, lines lost by the drum."""
    soft = cv2.GaussianBlur(grey, (0, 0), float(rng.uniform(0.3, 0.9))).astype(np.float32)
    paper, ink = float(np.percentile(soft, 80)), float(np.percentile(soft, 1))
    black = soft < paper - (paper - ink) * rng.uniform(0.25, 0.85)
    black |= rng.random(grey.shape) < rng.uniform(0, 0.004)
    holes = (rng.random(grey.shape) < rng.uniform(0, 0.02)).astype(np.uint8)
    black &= cv2.dilate(holes, np.ones((int(rng.integers(1, 3)), 2), np.uint8)) == 0
    if rng.random() < 0.12:
        y = int(rng.integers(grey.shape[0]))
        black[y : y + int(rng.integers(1, 3))] = False
    return np.asarray(np.where(black, 0, 255), np.uint8)


def cut_text(page: Grey, clean: tuple[int, ...], rng: Rng) -> Grey:
    """The crop that a cell's line gives: about its ink, with margins; now and then with remains of the cell's border.

    `clean` is the shape of the sheet that was scanned, on which the print leaves `MARGIN` on all sides.
    """
    (high, wide), (rows, cols) = page.shape, clean
    up, left = MARGIN * high / rows, MARGIN * wide / cols
    least, most = rng.uniform(0, 0.1, 4), 0.45 * min(up, left)
    y0, y1 = up - least[0] * high - rng.uniform(0, most), high - up + least[1] * high + rng.uniform(0, most)
    x0, x1 = left - rng.uniform(0, 1.4 * most), wide - left + rng.uniform(0, 1.4 * most)
    crop = page[max(0, int(y0)) : int(np.ceil(y1)), max(0, int(x0)) : int(np.ceil(x1))].copy()
    if rng.random() < 0.04:
        crop[:, : int(rng.integers(1, 3))] = int(page.min())
    if rng.random() < 0.04:
        crop[int(rng.choice([0, -1]))] = int(page.min())
    return crop


def draw_crop(rng: Rng) -> tuple[Grey, str]:
    """One strip and what it says."""
    text = draw_text(rng)
    dash = set(text) <= set("-—")
    clean = print_text(text, rng)
    crop = cut_text(scan_text(clean, rng), clean.shape, rng)
    if dash:  # a line's crop is never lower than the print beside it
        pad = round(float(rng.uniform(0.25, 0.5)) * max(crop.shape[1], 10))
        crop = np.asarray(cv2.copyMakeBorder(crop, pad, pad, 0, 0, cv2.BORDER_REPLICATE))
    return as_strip(crop), label_of(text)


def draw_crops(count: int, seed: Sequence[int]) -> tuple[list[Grey], list[str]]:
    """`count` strips with their texts."""
    rng = np.random.default_rng(seed)
    drawn = [draw_crop(rng) for _ in range(count)]
    return [strip for strip, _ in drawn], [text for _, text in drawn]


def main(given: Sequence[str]) -> None:
    """The command line."""
    out, count, seed = given[0], int(given[1] if len(given) > 1 else 160_000), int(given[2] if len(given) > 2 else 0)
    strips: list[Grey] = []
    texts: list[str] = []
    parts = count // PART
    with ProcessPoolExecutor() as pool:
        for drawn, said in pool.map(draw_crops, [PART] * parts, [(seed, i) for i in range(parts)]):
            strips += drawn
            texts += said
    stops = np.cumsum([strip.shape[1] for strip in strips])
    np.savez(out, strips=np.concatenate(strips, axis=1), stops=stops, texts=np.array(texts))


if __name__ == "__main__":
    main(sys.argv[1:])
