"""Doubtful figures read again: by a reader of figures, in other renderings, and put to the vote.

A column is one of numbers when most of its filled cells read as numbers. In it, a text that is no number, a number
read with little confidence, and one that a sure reader of figures reads otherwise are doubtful. What wins is the
candidate with the most weight over all readings and their runners-up, numbers first; its share of the weight is its
confidence, the others stay as alternatives.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np

from gouji.geometry import height, width
from gouji.protocols import Image, LineReader, Reading
from gouji.tables.fill import CellLine, certainty
from gouji.tables.lattice import Lattice
from gouji.zh import NO_FIGURE, normalise, parse_number, squeeze

SURE = 0.9  # a number read with at least this certainty is not read again
MOSTLY = 0.6  # share of a column's filled cells that must be numbers
FIGURES_TRUST = 2.0  # weight of the reader of figures against the engine: of worn figures it misses half as many
ALIKE, LEAST_ALIKE = 0.8, 4  # share and number of a column's figures that tell how many decimals it has
LEAST_SHARE = 0.02  # of the votes: a number with less does not come before what is none
ODD_CERTAINTY = 0.6  # of a figure that keeps fewer decimals than its column, or not its per cent sign
SHAPE_TRUST = 0.5  # weight of a candidate made by mending a reading's shape, against the reading itself
FLAT = 0.3  # of a crop's height: a lower line of print is a stroke, no sign
_JOINTS = frozenset("/~≥≤＜＞<>×±℃")
_LOOKALIKE = str.maketrans(
    {**dict.fromkeys("OoQD〇○", "0"), **dict.fromkeys("lI|!", "1"), ":": ".", "：": ".", "。": ".", "，": ","}
)


def settle(
    lattice: Lattice,
    lines: Sequence[CellLine],
    crops: Sequence[Image],
    readings: Sequence[Reading],
    glances: Sequence[Reading | None],
    reader: LineReader,
    figure_reader: LineReader | None = None,
) -> list[Reading]:
    """The readings of a lattice's lines, all in step: doubtful figures read again, lone dashes told from 一.

    `glances` are what the reader of figures has said of them (see `gouji.tables.glance`).
    """
    settled = [
        _confirmed(_as_dash(reading, line, crop), said)
        for reading, line, crop, said in zip(readings, lines, crops, glances, strict=True)
    ]
    figures = find_figures(lattice, lines, settled, glances)
    doubtful = [i for i in figures if not _is_sure(settled[i]) or _contradicts(glances[i], settled[i])]
    again = partial(_look_again, crops=crops, glances=glances, reader=reader, figure_reader=figure_reader)
    again(settled, dict.fromkeys(doubtful))
    again(settled, find_odd(lattice, lines, settled, figures))
    again(settled, dict.fromkeys(find_unsigned(lattice, lines, settled, figures)))
    for i in find_unsigned(lattice, lines, settled, figures):
        settled[i] = _no_surer(settled[i], ODD_CERTAINTY)
    _read_unread(settled, lines, crops, reader)
    return settled


def _read_unread(settled: list[Reading], lines: Sequence[CellLine], crops: Sequence[Image], reader: LineReader) -> None:
    """Print of which nothing was read is read again in other renderings; the more certain reading is taken."""
    unread = [
        i
        for i, (reading, line, crop) in enumerate(zip(settled, lines, crops, strict=True))
        if not reading.text.strip() and height(line.box) > FLAT * crop.shape[0]
    ]
    looks = [reader.read_lines([render(crops[i]) for i in unread]) for render in (_soft, _roomy)] if unread else []
    for i, *others in zip(unread, *looks, strict=True):
        settled[i] = max(others, key=certainty)


def _look_again(
    settled: list[Reading],
    doubtful: Mapping[int, int | None],
    crops: Sequence[Image],
    glances: Sequence[Reading | None],
    reader: LineReader,
    figure_reader: LineReader | None,
) -> None:
    """Put to the vote what these lines say, each with the decimals that it should have, if that is known."""
    if not doubtful:
        return
    cut = [crops[i] for i in doubtful]
    looks = [reader.read_lines([render(crop) for crop in cut]) for render in (_soft, _roomy)]
    second = figure_reader.read_lines([_soft(crop) for crop in cut]) if figure_reader else [None] * len(cut)
    for (i, places), soft, *others in zip(doubtful.items(), second, *looks, strict=True):
        said = [reading for reading in (glances[i], soft) if reading is not None]
        settled[i] = vote([settled[i], *others], said, places)


def _confirmed(reading: Reading, said: Reading | None) -> Reading:
    """A number that both read: as sure as it is unlikely that both are wrong in the same way."""
    if said is None or said is reading or parse_number(reading.text) is None or not _same(reading.text, said.text):
        return reading
    sure = 1 - (1 - certainty(reading)) * max(0.1, 1 - certainty(said))
    return replace(reading, confidence=sure, chars=(sure,) * len(reading.text))


def _contradicts(said: Reading | None, reading: Reading) -> bool:
    """Whether the reader of figures is sure of another number, or of a number where a lone sign was read."""
    if said is None or parse_number(said.text) is None or certainty(said) < SURE:
        return False
    is_figure = parse_number(reading.text) is not None or len(squeeze(reading.text)) <= 1
    return is_figure and not _same(reading.text, said.text)


def find_odd(
    lattice: Lattice, lines: Sequence[CellLine], readings: Sequence[Reading], figures: Sequence[int]
) -> dict[int, int]:
    """The figures with fewer decimals than nearly all others of their column, each with how many those have."""
    places: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for i in figures:
        _, point, decimals = squeeze(readings[i].text).removesuffix("%").rpartition(".")
        if point and parse_number(readings[i].text) is not None:
            places[lattice.cells[lines[i].cell].col][i] = len(decimals)
    odd: dict[int, int] = {}
    for column in places.values():
        usual, often = Counter(column.values()).most_common(1)[0]
        if often >= max(LEAST_ALIKE, ALIKE * len(column)):
            odd |= {i: usual for i, count in column.items() if count < usual}
    return odd


def find_unsigned(
    lattice: Lattice, lines: Sequence[CellLine], readings: Sequence[Reading], figures: Sequence[int]
) -> list[int]:
    """The figures without a per cent sign in a column nearly all of whose figures have one: 100% may read as 108."""
    signed: defaultdict[int, dict[int, bool]] = defaultdict(dict)
    for i in figures:
        if parse_number(readings[i].text) is not None:
            signed[lattice.cells[lines[i].cell].col][i] = squeeze(readings[i].text).endswith("%")
    columns = [own for own in signed.values() if sum(own.values()) >= max(LEAST_ALIKE, ALIKE * len(own))]
    return [i for own in columns for i, has_sign in own.items() if not has_sign]


def _no_surer(reading: Reading, most: float) -> Reading:
    return replace(reading, confidence=min(reading.confidence, most), chars=tuple(min(c, most) for c in reading.chars))


def _same(a: str, b: str) -> bool:
    return squeeze(normalise(a)) == squeeze(normalise(b))


def _soft(crop: Image) -> Image:
    """Smoothed: mends the ragged strokes of a fax."""
    return np.asarray(cv2.GaussianBlur(crop, (0, 0), max(0.6, crop.shape[0] / 24)))


def _roomy(crop: Image) -> Image:
    """Smaller in a wider margin: another scale of the same print."""
    pad = max(1, round(crop.shape[0] * 0.12))
    return np.asarray(cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=255))


def find_figures(
    lattice: Lattice, lines: Sequence[CellLine], readings: Sequence[Reading], glances: Sequence[Reading | None]
) -> list[int]:
    """Indices of the lines that alone fill a cell and may be figures: in a column of them, or by their look."""
    alone = Counter(line.cell for line in lines)
    columns = number_columns(lattice, lines, readings)
    return [
        i
        for i, (line, reading, said) in enumerate(zip(lines, readings, glances, strict=True))
        if alone[line.cell] == 1
        and (lattice.cells[line.cell].col in columns or _mended(reading.text) == "0" or _seems_figure(reading, said))
    ]


def _seems_figure(reading: Reading, said: Reading | None) -> bool:
    is_figure = said is not None and parse_number(said.text) is not None and certainty(said) >= SURE
    return is_figure and not _has_words(reading.text) and any(char.isdigit() for char in reading.text)


def _is_sure(reading: Reading) -> bool:
    text = squeeze(reading.text)
    if parse_number(text) is not None or _is_compound(text):
        return certainty(reading) >= SURE
    # Words (合计, 栏次) and dashes are none of our business; something with a digit in it is, and so is a faint sign
    # that says nothing: a digit that lost its strokes.
    faint = bool(reading.figure) and certainty(reading) < SURE and (len(text) == 1 or not _has_words(text))
    return not faint and not any(char.isdigit() for char in text) and _mended(text) is None


def _is_compound(text: str) -> bool:
    """Whether a text holds digits and a word or sign that no badly read figure looks like: 8/10, 120份, ≥95%."""
    return any(char.isdigit() for char in text) and (_has_words(text) or not _JOINTS.isdisjoint(text))


def _has_words(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" and char != "一" for char in text)


def number_columns(lattice: Lattice, lines: Sequence[CellLine], readings: Sequence[Reading]) -> set[int]:
    """The columns most of whose filled cells, words aside, are numbers or look like numbers badly read."""
    filled: Counter[int] = Counter()
    numbers: Counter[int] = Counter()
    for line, reading in zip(lines, readings, strict=True):
        if _has_words(reading.text):
            continue
        col = lattice.cells[line.cell].col
        filled[col] += 1
        numbers[col] += _mended(reading.text) is not None
    return {col for col in filled if numbers[col] >= MOSTLY * filled[col]}


def vote(readings: Sequence[Reading], said: Sequence[Reading] = (), places: int | None = None) -> Reading:
    """One reading from several of the same crop; numbers come before what is none.

    `said` are readings of the reader of figures, which has seen more worn figures. With `places`, numbers with so many
    decimals come before others.
    """
    weight, votes = _weigh(readings, said), len(readings) + FIGURES_TRUST * len(said)
    shapes = {
        text: _shape(text, places) if share >= LEAST_SHARE * votes else (False, False) for text, share in weight.items()
    }
    ranked = sorted(weight.items(), key=lambda entry: (shapes[entry[0]], entry[1]), reverse=True)
    text, most = ranked[0] if ranked else ("", 0.0)
    rest = tuple((other, round(chance / votes, 4)) for other, chance in ranked[1:4] if other)
    confidence = most / max(votes, sum(weight.values()))
    if places is not None and _shape(text, places) < (True, True):
        confidence = min(confidence, ODD_CERTAINTY)
    return Reading(text, confidence, (confidence,) * len(text), (), rest)


def _weigh(readings: Sequence[Reading], said: Sequence[Reading]) -> dict[str, float]:
    """The weight of every candidate; what a crop can only be as a figure counts where no candidate is a number."""
    weight: defaultdict[str, float] = defaultdict(float)
    for reading, trust in (*((reading, 1.0) for reading in readings), *((reading, FIGURES_TRUST) for reading in said)):
        for text, chance in ((reading.text, 1.0), *reading.alternatives):
            share = trust * (certainty(reading) if text == reading.text else chance * (1 - certainty(reading)))
            plain = squeeze(normalise(text))
            if NO_FIGURE in plain:
                continue
            weight[plain] += share
            mended = _mended(plain)
            if mended is not None and mended != plain:
                weight[mended] += SHAPE_TRUST * share
    if all(parse_number(text) is None for text in weight):
        for reading in readings:
            if parse_number(reading.figure) is not None:
                weight[reading.figure] += SHAPE_TRUST * (1 - certainty(reading))
    return weight


def _shape(text: str, places: int | None) -> tuple[bool, bool]:
    """Whether a text is a number, and one with so many decimals."""
    is_number = parse_number(text) is not None
    return is_number, is_number and (places is None or len(text.removesuffix("%").rpartition(".")[2]) == places)


def _mended(text: str) -> str | None:
    """The number that a text becomes when letters are taken for the digits they look like; None when it is none.

    "1.353.56" has its thousands point read as a decimal point, "212,76" the other way: groups of three tell.
    """
    plain = squeeze(text).translate(_LOOKALIKE)
    head, point, tail = plain.rpartition(".")
    whole, comma, rest = plain.rpartition(",")
    shapes = [plain, head.replace(".", ",") + point + tail, f"{whole}.{rest}" if comma and len(rest) == 2 else ""]
    return next((shape for shape in shapes if parse_number(shape) is not None), None)


def _as_dash(reading: Reading, line: CellLine, crop: Image) -> Reading:
    """A lone flat stroke in a cell is a dash, whatever it was read as: 一 alone fills no cell of a form."""
    flat = height(line.box) <= min(FLAT * crop.shape[0], width(line.box) / 2)
    if not flat or len(squeeze(reading.text)) != 1:
        return reading
    text = "—" if width(line.box) > 0.6 * crop.shape[0] else "-"
    return Reading(text, reading.confidence, reading.chars[:1] or (reading.confidence,), reading.places[:1])
