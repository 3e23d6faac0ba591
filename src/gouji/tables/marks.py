"""The small mark between a line's number and its name (一、), put back where a scan lost it.

一 before a name looks like a part of it; what tells is the column: the lines above and below are numbered on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from gouji.records import Cell, Table
from gouji.zh import squeeze

MARK = "、"
_DIGITS = "一二三四五六七八九"
_NUMBERED = re.compile(r"([一二三四五六七八九十]{1,3})[、.．·・•:：;；]")
_NO_NUMBER = ("一般", "一次", "三公")  # words that begin with a numeral


def mend_marks(table: Table) -> Table:
    """The table with the marks put back that its numbered columns of names lack; printed text is never touched."""
    columns: dict[int, list[Cell]] = defaultdict(list)
    for cell in table.cells:
        if cell.row >= table.header_rows and cell.text:
            columns[cell.col].append(cell)
    mended = {key: text for column in columns.values() for key, text in _mended(column)}
    if not mended:
        return table
    cells = (
        cell.model_copy(update={"text": mended[cell.row, cell.col]}) if (cell.row, cell.col) in mended else cell
        for cell in table.cells
    )
    return table.model_copy(update={"cells": tuple(cells)})


def _mended(column: list[Cell]) -> Iterator[tuple[tuple[int, int], str]]:
    """Row and column of each cell of a column that lacks its mark, with its text as it should be."""
    column = sorted(column, key=lambda cell: cell.row)
    texts = [squeeze(cell.text) for cell in column]
    numbers = [_number_of(text) for text in texts]
    before = 0
    for index, (cell, text) in enumerate(zip(column, texts, strict=True)):
        after = next((later for later in numbers[index + 1 :] if later), 0)
        lost = next((n for n in (before + 1, 1) if _begins(text, n) and _comes_before(n, after, before)), 0)
        before = numbers[index] or lost or before
        if lost and cell.confidence < 1:
            yield (cell.row, cell.col), text.replace(numeral(lost), numeral(lost) + MARK, 1)


def _comes_before(number: int, after: int, before: int) -> bool:
    """Whether the number may stand between lines with the others (0: none); a list that begins anew goes on at 2."""
    if number == before + 1:
        return after > number or (before > 0 and not after)
    return after == number + 1


def _begins(text: str, number: int) -> bool:
    """Whether a text without a mark begins with the number, a name behind it."""
    rest = text.removeprefix(numeral(number))
    return len(rest) > 1 and rest != text and not _number_of(text) and not text.startswith(_NO_NUMBER)


def _number_of(text: str) -> int:
    """The number that a line begins with, mark and all; 0 when it has none."""
    found = _NUMBERED.match(text)
    return next((n for n in range(1, 100) if numeral(n) == found.group(1)), 0) if found else 0


def numeral(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else _DIGITS[tens - 1] + "十"
    return ten + (_DIGITS[ones - 1] if ones else "")
