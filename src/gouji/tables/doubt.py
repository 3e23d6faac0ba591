"""Doubtful figures read again: by a reader of figures, in other renderings, and put to the vote.

A column is one of numbers when most of its filled cells read as numbers. In it, a text that is no number, a number
read with little confidence, and one that a sure reader of figures reads otherwise are doubtful. What wins is the
candidate with the most weight over all readings and their runners-up, numbers first; its share of the weight is its
confidence, the others stay as alternatives.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from gouji.geometry import height, width
from gouji.protocols import Image, LineReader, Reading
from gouji.tables.fill import CellLine, certainty
from gouji.tables.lattice import Lattice
from gouji.zh import normalise, parse_number, squeeze

SURE = 0.9  # a number read with at least this certainty is not read again
MOSTLY = 0.6  # share of a column's filled cells that must be numbers
SHAPE_TRUST = 0.5  # weight of a candidate made by mending a reading's shape, against the reading itself
_DASHES = frozenset("-—–－一_ー~")
_LOOKALIKE = str.maketrans(
    {**dict.fromkeys("OoQD〇○", "0"), **dict.fromkeys("lI|!", "1"), ":": ".", "：": ".", "。": ".", "，": ","}
)


def settle(
    lattice: Lattice,
    lines: Sequence[CellLine],
    crops: Sequence[Image],
    readings: Sequence[Reading],
    reader: LineReader,
    figure_reader: LineReader | None = None,
) -> list[Reading]:
    """The readings of a lattice's lines, all in step: doubtful figures read again, lone dashes told from 一."""
    settled = [_as_dash(reading, line, crop) for reading, line, crop in zip(readings, lines, crops, strict=True)]
    figures = find_figures(lattice, lines, settled)
    said = figure_reader.read_lines([crops[i] for i in figures]) if figure_reader else ()
    second = dict(zip(figures, said, strict=False))
    for i, other in second.items():
        settled[i] = _confirmed(settled[i], other)
    doubtful = [i for i in figures if not _is_sure(settled[i]) or _contradicts(second.get(i), settled[i])]
    if not doubtful:
        return settled
    looks = [(reader, _soft), (reader, _roomy), (figure_reader, _soft)]
    others = [who.read_lines([render(crops[i]) for i in doubtful]) for who, render in looks if who]
    for i, *again in zip(doubtful, *others, strict=True):
        settled[i] = vote([settled[i], *([second[i]] if i in second else []), *again])
    return settled


def _confirmed(reading: Reading, second: Reading) -> Reading:
    """A number that both read: as sure as it is unlikely that both are wrong in the same way."""
    if parse_number(reading.text) is None or not _same_figure(reading.text, second.text):
        return reading
    doubt = (1 - certainty(reading)) * max(0.1, 1 - certainty(second))
    return replace(reading, confidence=1 - doubt, chars=(1 - doubt,) * len(reading.text))


def _contradicts(second: Reading | None, reading: Reading) -> bool:
    """Whether the reader of figures is sure of another number."""
    if second is None or parse_number(reading.text) is None or parse_number(second.text) is None:
        return False
    return certainty(second) >= SURE and not _same_figure(reading.text, second.text)


def _same_figure(a: str, b: str) -> bool:
    return squeeze(normalise(a)) == squeeze(normalise(b))


def _soft(crop: Image) -> Image:
    """Smoothed: mends the ragged strokes of a fax."""
    return np.asarray(cv2.GaussianBlur(crop, (0, 0), max(0.6, crop.shape[0] / 24)))


def _roomy(crop: Image) -> Image:
    """Smaller in a wider margin: another scale of the same print."""
    pad = max(1, round(crop.shape[0] * 0.12))
    return np.asarray(cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=255))


def find_figures(lattice: Lattice, lines: Sequence[CellLine], readings: Sequence[Reading]) -> list[int]:
    """Indices of the lines that alone fill a cell and may be figures: in a column of them, or read as a lone zero."""
    alone = Counter(line.cell for line in lines)
    columns = number_columns(lattice, lines, readings)
    return [
        i
        for i, (line, reading) in enumerate(zip(lines, readings, strict=True))
        if alone[line.cell] == 1 and (lattice.cells[line.cell].col in columns or _mended(reading.text) == "0")
    ]


def _is_sure(reading: Reading) -> bool:
    text = squeeze(reading.text)
    if parse_number(text) is not None:
        return certainty(reading) >= SURE
    # Words (合计, 栏次) and dashes are none of our business; something with a digit in it is, and so is a faint sign
    # that says nothing: a digit that lost its strokes.
    faint = bool(reading.figure) and certainty(reading) < SURE and (len(text) == 1 or not _has_words(text))
    return not faint and not any(char.isdigit() for char in text) and _mended(text) is None


def _has_words(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


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


def vote(readings: Sequence[Reading]) -> Reading:
    """One reading from several of the same crop; numbers come before what is none."""
    weight: defaultdict[str, float] = defaultdict(float)
    for reading in readings:
        for text, chance in ((reading.text, 1.0), *reading.alternatives):
            share = certainty(reading) if text == reading.text else chance * (1 - certainty(reading))
            plain = squeeze(normalise(text))
            weight[plain] += share
            mended = _mended(plain)
            if mended is not None and mended != plain:
                weight[mended] += SHAPE_TRUST * share
    if all(parse_number(text) is None for text in weight):
        for reading in readings:
            if parse_number(reading.figure) is not None:
                weight[reading.figure] += SHAPE_TRUST * (1 - certainty(reading))
    ranked = sorted(weight.items(), key=lambda entry: (parse_number(entry[0]) is not None, entry[1]), reverse=True)
    text, most = ranked[0]
    rest = tuple((other, round(chance / len(readings), 4)) for other, chance in ranked[1:4] if other)
    confidence = most / max(len(readings), sum(weight.values()))
    return Reading(text, confidence, (confidence,) * len(text), (), rest)


def _mended(text: str) -> str | None:
    """The number that a text becomes when letters are taken for the digits they look like; None when it is none.

    "1.353.56" has its thousands point read as a decimal point: groups of three tell.
    """
    plain = squeeze(text).translate(_LOOKALIKE)
    if parse_number(plain) is None:
        head, point, tail = plain.rpartition(".")
        plain = head.replace(".", ",") + point + tail
    return plain if plain and parse_number(plain) is not None else None


def _as_dash(reading: Reading, line: CellLine, crop: Image) -> Reading:
    """A lone flat stroke in a cell is a dash, whatever it was read as: 一 alone fills no cell of a form."""
    if squeeze(reading.text) not in _DASHES or height(line.box) > 0.3 * crop.shape[0]:
        return reading
    text = "—" if width(line.box) > 0.6 * crop.shape[0] else "-"
    return Reading(text, reading.confidence, reading.chars[:1] or (reading.confidence,), reading.places[:1])
