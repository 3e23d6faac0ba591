"""Digital pages: the characters of a text layer put into cells and lines, without OCR."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

from gouji.geometry import Box, center, contains, height, union
from gouji.records import Grid, GridCell, Line
from gouji.tables.lattice import Lattice

COLUMN_GAP = 2.0  # heights of print: a wider gap parts two lines of text that stand side by side
PIECE_GAP = 0.8  # and this parts two columns of a table without lines
WORD_GAP = 0.3  # a gap this wide between Latin letters is a space


class Glyph(Protocol):
    """One printed character."""

    @property
    def text(self) -> str:
        """The character, normalised."""
        ...

    @property
    def box(self) -> Box:
        """Its place on the page."""
        ...


G = TypeVar("G", bound=Glyph)


def chars_to_lines(chars: Iterable[Glyph], gap: float = COLUMN_GAP) -> list[Line]:
    """Lines of text in reading order. Characters side by side with a gap wider than this make lines of their own.

    `gap` is in heights of print.
    """
    lines = [piece for row in _rows(chars) for piece in _pieces(row, gap)]
    return [_line(piece) for piece in lines]


def _rows(chars: Iterable[Glyph]) -> list[list[Glyph]]:
    """Characters on one base line together, from top to bottom, each row from left to right."""
    rows: list[list[Glyph]] = []
    for char in sorted(chars, key=lambda char: center(char.box)[1]):
        last = rows[-1][-1] if rows else None
        if last is not None and center(char.box)[1] - center(last.box)[1] <= 0.35 * max(
            height(char.box), height(last.box)
        ):
            rows[-1].append(char)
        else:
            rows.append([char])
    return [sorted(row, key=lambda char: char.box[0]) for row in rows]


def _pieces(row: Sequence[Glyph], gap: float) -> list[list[Glyph]]:
    pieces = [[row[0]]]
    for before, char in pairwise(row):
        if char.box[0] - before.box[2] > gap * height(char.box):
            pieces.append([])
        pieces[-1].append(char)
    return pieces


def _line(piece: Sequence[Glyph]) -> Line:
    text = _text(piece)
    return Line(text=text, box=union(char.box for char in piece), confidence=1.0, chars=(1.0,) * len(text))


def _text(piece: Sequence[Glyph]) -> str:
    text = piece[0].text
    for before, char in pairwise(piece):
        latin = (before.text[-1] + char.text[0]).isascii() and (before.text[-1] + char.text[0]).isalpha()
        space = latin and char.box[0] - before.box[2] > WORD_GAP * height(char.box)
        text += (" " if space else "") + char.text
    return text


def fill_from_chars(lattice: Lattice, chars: Iterable[G]) -> tuple[Grid, list[G]]:
    """The lattice filled with the characters whose middle lies in its cells; the second part is what lies in none."""
    boxes = [lattice.box_of(cell) for cell in lattice.cells]
    inside: dict[int, list[G]] = {}
    outside = []
    for char in chars:
        index = next((i for i, box in enumerate(boxes) if contains(box, center(char.box))), None)
        if index is None:
            outside.append(char)
        else:
            inside.setdefault(index, []).append(char)
    cells = [
        GridCell(
            row=cell.row, col=cell.col, row_span=cell.row_span, col_span=cell.col_span, box=boxes[i],
            text=cell_text(inside.get(i, [])), inferred_line=cell.inferred,
        )
        for i, cell in enumerate(lattice.cells)
    ]  # fmt: skip
    return Grid(box=lattice.box, xs=lattice.xs, ys=lattice.ys, cells=tuple(cells)), outside


def cell_text(chars: Sequence[Glyph]) -> str:
    """The text of one cell: its rows of characters, one after the other."""
    return "".join(_text(row) for row in _rows(chars))
