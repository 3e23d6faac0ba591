"""The text layer of a PDF page: characters and vector rulings, in raster pixels.

Text layers lie: Kangxi radicals stand for common characters, fonts map to nonsense, hidden text covers scans. What is
given here is normalised and visible; whether it is sane is for `sane_share` to say.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import pypdfium2.raw as pdfium

from gouji.geometry import Box
from gouji.pages.raster import Char, Segment
from gouji.zh import normalise

if TYPE_CHECKING:
    from gouji.protocols import Image

Point = tuple[float, float]
Turn = Literal[0, 90, 180, 270]

# Points. A filled rectangle up to this thick is a ruled line, a thicker one a shade.
THICKEST_LINE = 3.0
# Points. Pieces of one line touch within this; a piece shorter than LEAST_LINE is a dot, a dash of text or a corner.
JOIN = 1.0
LEAST_LINE = 4.0
# Points. At least so many pieces no longer than DASH, with gaps up to DASH_GAP, are one dashed or dotted line.
DASH, DASH_GAP, LEAST_DASHES = 12.0, 5.0, 6
# Of 255. Lines lighter than this do not show on paper; a character must differ from its ground by CONTRAST.
WHITE = 245
CONTRAST = 40
AROUND = 2  # pixels of its ground that are looked at around a character
MAX_DEPTH = 12


@dataclass(frozen=True)
class Affine:
    """`x' = a x + c y + e`, `y' = b x + d y + f`: PDF's order of the six numbers."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def apply(self, x: float, y: float) -> Point:
        """The point carried over."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def then(self, outer: Affine) -> Affine:
        """This map followed by `outer`."""
        e, f = outer.apply(self.e, self.f)
        return Affine(
            self.a * outer.a + self.b * outer.c,
            self.a * outer.b + self.b * outer.d,
            self.c * outer.a + self.d * outer.c,
            self.c * outer.b + self.d * outer.d,
            e,
            f,
        )

    @property
    def scale(self) -> float:
        """Pixels per unit."""
        return math.sqrt(abs(self.a * self.d - self.b * self.c))


def page_to_raster(page: Any, width: int, height: int, turn: Turn) -> Affine:
    """The map from the page's canvas to its raster of `width` × `height` px, with crop box and rotation."""
    fine = 100  # the library answers in whole pixels, so ask for a raster that much finer
    back = {0: 0, 90: 3, 180: 2, 270: 1}[turn]

    def carry(x: float, y: float) -> Point:
        px, py = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, width * fine, height * fine, back, x, y, px, py)
        return px.value / fine, py.value / fine

    span = 1000.0
    e, f = carry(0, 0)
    ax, ay = carry(span, 0)
    cx, cy = carry(0, span)
    return Affine((ax - e) / span, (ay - f) / span, (cx - e) / span, (cy - f) / span, e, f)


# --- characters ------------------------------------------------------------------------------------------------


def text_turn(textpage: Any) -> Turn:
    """The clockwise turn that most characters have on the page as displayed; 0 without characters."""
    turns: Counter[Turn] = Counter()
    for index in range(pdfium.FPDFText_CountChars(textpage)):
        if pdfium.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        angle = pdfium.FPDFText_GetCharAngle(textpage, index)
        if angle >= 0:
            turns[_quarter(math.degrees(angle))] += 1
    return turns.most_common(1)[0][0] if turns else 0


def _quarter(degrees: float) -> Turn:
    quarters: tuple[Turn, ...] = (0, 90, 180, 270)
    return quarters[round(degrees / 90) % 4]


def read_chars(textpage: Any, to_raster: Affine) -> list[Char]:
    """The printed characters in the order of the file, without white space; visibility is not looked at."""
    chars = []
    for index, text in _codes(textpage):
        plain = normalise(text).strip()
        box = _char_box(textpage, index, plain, to_raster) if plain else None
        if box is not None:
            chars.append(Char(plain, box))
    return chars


def _codes(textpage: Any) -> Iterator[tuple[int, str]]:
    high = 0
    for index in range(pdfium.FPDFText_CountChars(textpage)):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if 0xD800 <= code < 0xDC00:  # the first half of a rare character; the second follows
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        if pdfium.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        if code in (0x02, 0xAD, 0xFFFE):  # a hyphen at the end of a line
            code = ord("-")
        if code >= 0x20:
            yield index, chr(code)


def _char_box(textpage: Any, index: int, text: str, to_raster: Affine) -> Box | None:
    tight = _tight_box(textpage, index)
    loose = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(textpage, index, loose):
        return None if tight is None else _carry_box(tight, to_raster)
    box = (loose.left, loose.bottom, loose.right, loose.top)
    # A font that lies about its height gives boxes over several lines. Points and dashes are small by right.
    if tight is not None and text.isalnum() and _longest(box) > 4 * max(_longest(tight), 1.0):
        box = tight
    return _carry_box(box, to_raster)


def _tight_box(textpage: Any, index: int) -> tuple[float, float, float, float] | None:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not pdfium.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
        return None
    return left.value, bottom.value, right.value, top.value


def _longest(box: tuple[float, float, float, float]) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def _carry_box(box: tuple[float, float, float, float], to_raster: Affine) -> Box:
    xs, ys = zip(*(to_raster.apply(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])), strict=True)
    x0, y0 = round(min(xs)), round(min(ys))
    return x0, y0, max(x0 + 1, round(max(xs))), max(y0 + 1, round(max(ys)))


def visible(chars: Iterable[Char], image: Image) -> list[Char]:
    """The characters that stand on the page and differ from their ground there; hidden text layers give none."""
    height, width = image.shape[:2]
    seen = []
    for char in chars:
        x0, y0, x1, y1 = char.box
        # Some fonts give 一 and － boxes that their ink fills: what it differs from lies just outside.
        patch = image[max(0, y0 - AROUND) : min(height, y1 + AROUND), max(0, x0 - AROUND) : min(width, x1 + AROUND)]
        if patch.size and int(patch.max()) - int(patch.min()) >= CONTRAST:
            seen.append(char)
    return seen


def sane_share(chars: Iterable[Char]) -> float:
    """The share (0..1) of characters that a Chinese report prints: ASCII and GB 2312; 0 without characters.

    A font whose mapping to Unicode is broken gives private-use codes or characters at random, of which GB 2312 holds
    few; the rare characters in the names of people and places are few as well.
    """
    sane = [_in_gb2312(char.text) for char in chars]
    return sum(sane) / len(sane) if sane else 0.0


def _in_gb2312(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return text.isprintable()


# --- rulings ---------------------------------------------------------------------------------------------------


def read_rulings(page: Any, to_raster: Affine) -> list[Segment]:
    """The printed ruling lines in raster px, pieces of one line joined, sorted by direction and place."""
    unit = to_raster.scale
    level: list[tuple[float, float, float]] = []  # (place across, start, end), px
    upright: list[tuple[float, float, float]] = []
    for obj, form in _objects(page, Affine()):
        for x0, y0, x1, y1 in _object_lines(obj, form.then(to_raster), THICKEST_LINE * unit):
            if y1 - y0 <= x1 - x0:
                level.append(((y0 + y1) / 2, x0, x1))
            else:
                upright.append(((x0 + x1) / 2, y0, y1))
    lines = [_px(start, place, end, place) for place, start, end in _join(level, unit)]
    return lines + [_px(place, start, place, end) for place, start, end in _join(upright, unit)]


def _px(x0: float, y0: float, x1: float, y1: float) -> Segment:
    return round(x0), round(y0), round(x1), round(y1)


def _objects(container: Any, form: Affine, depth: int = 0) -> Iterator[tuple[Any, Affine]]:
    """Paths and images, with the map of the forms around them to the page's canvas."""
    count, get = (
        (pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject)
        if depth
        else (pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject)
    )
    for index in range(count(container)):
        obj = get(container, index)
        if not obj:
            continue
        kind = pdfium.FPDFPageObj_GetType(obj)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
            yield from _objects(obj, _matrix(obj).then(form), depth + 1)
        elif kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE):
            yield obj, form


def _matrix(obj: Any) -> Affine:
    raw = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(obj, raw):
        return Affine()
    return Affine(raw.a, raw.b, raw.c, raw.d, raw.e, raw.f)


Rect = tuple[float, float, float, float]


def _object_lines(obj: Any, form: Affine, thickest: float) -> Iterator[Rect]:
    """The thin, axis-parallel marks that the object leaves, as rectangles in px."""
    to_raster = _matrix(obj).then(form)
    if pdfium.FPDFPageObj_GetType(obj) == pdfium.FPDF_PAGEOBJ_IMAGE:
        # Some printers draw lines as images of one pixel.
        yield from _thin([_bounds([to_raster.apply(x, y) for x in (0, 1) for y in (0, 1)])], thickest)
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(obj, fill, stroke):
        return
    loops = _loops(obj, to_raster)
    if fill.value and _shows(obj, pdfium.FPDFPageObj_GetFillColor):
        yield from _thin([_bounds(loop) for loop in loops if _axis_parallel(loop)], thickest)
    if (
        stroke.value
        and _shows(obj, pdfium.FPDFPageObj_GetStrokeColor)
        and _stroke_width(obj) * to_raster.scale <= thickest
    ):
        for loop in loops:
            yield from _thin([_bounds(pair) for pair in pairwise(loop)], thickest)


def _bounds(points: Iterable[Point]) -> Rect:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _thin(rects: Iterable[Rect], thickest: float) -> Iterator[Rect]:
    return (rect for rect in rects if min(rect[2] - rect[0], rect[3] - rect[1]) <= thickest)


def _axis_parallel(loop: list[Point]) -> bool:
    """Whether each side runs along an axis, within a pixel: rectangles do, letters and curves don't."""
    return all(min(abs(x1 - x0), abs(y1 - y0)) <= 1 for (x0, y0), (x1, y1) in pairwise(loop))


def _loops(obj: Any, to_raster: Affine) -> list[list[Point]]:
    """The straight runs of the path in px; a curve breaks a run, a closed one ends where it began."""
    loops: list[list[Point]] = []
    for index in range(pdfium.FPDFPath_CountSegments(obj)):
        segment = pdfium.FPDFPath_GetPathSegment(obj, index)
        x, y = ctypes.c_float(), ctypes.c_float()
        if not segment or not pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        point = to_raster.apply(x.value, y.value)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO and loops:
            loops[-1].append(point)
        else:
            loops.append([point])
        if pdfium.FPDFPathSegment_GetClose(segment):
            loops[-1].append(loops[-1][0])
    return [loop for loop in loops if len(loop) > 1]


def _stroke_width(obj: Any) -> float:
    width = ctypes.c_float()
    return width.value if pdfium.FPDFPageObj_GetStrokeWidth(obj, width) else 0.0


def _shows(obj: Any, get_colour: Any) -> bool:
    """Whether ink of this colour can be seen on white paper."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not get_colour(obj, red, green, blue, alpha):
        return True
    return alpha.value > 0 and min(red.value, green.value, blue.value) < WHITE


def _join(pieces: list[tuple[float, float, float]], unit: float) -> list[tuple[float, float, float]]:
    """Pieces that lie on one line and touch become one; what stays too short for a ruling is dropped."""
    joined: list[tuple[float, float, float]] = []
    for row in _rows(sorted(pieces), JOIN * unit):
        place = sum(piece[0] for piece in row) / len(row)
        row.sort(key=lambda piece: piece[1])
        row = _undashed(row, unit)
        _, start, end = row[0]
        for _, begin, stop in row[1:]:
            if begin > end + JOIN * unit:
                joined.append((place, start, end))
                start, end = begin, stop
            end = max(end, stop)
        joined.append((place, start, end))
    return [line for line in joined if line[2] - line[1] >= LEAST_LINE * unit]


def _undashed(row: list[tuple[float, float, float]], unit: float) -> list[tuple[float, float, float]]:
    """The pieces of one line, runs of dashes drawn one by one made whole."""
    whole: list[tuple[float, float, float]] = []
    run: list[tuple[float, float, float]] = []
    for piece in row:
        if run and (piece[2] - piece[1] > DASH * unit or not -JOIN * unit <= piece[1] - run[-1][2] <= DASH_GAP * unit):
            whole += _one_dashed(run)
            run = []
        if piece[2] - piece[1] > DASH * unit:
            whole.append(piece)
        else:
            run.append(piece)
    return sorted(whole + _one_dashed(run), key=lambda piece: piece[1])


def _one_dashed(run: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    return [(run[0][0], run[0][1], run[-1][2])] if len(run) >= LEAST_DASHES else run


def _rows(pieces: list[tuple[float, float, float]], reach: float) -> Iterator[list[tuple[float, float, float]]]:
    """Pieces whose places differ by no more than `reach` from the first of their row."""
    row: list[tuple[float, float, float]] = []
    for piece in pieces:
        if row and piece[0] - row[0][0] > reach:
            yield row
            row = []
        row.append(piece)
    if row:
        yield row
