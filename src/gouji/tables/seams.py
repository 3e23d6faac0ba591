"""Where a page break cuts a table: rows and tall cells of which a half stands on either page are made whole.

A row is made whole only on evidence. Sure evidence is a border that is not printed at the page's foot or head; or a
text that visibly goes on where the rest of its row is blank. What may be one row or two stays two, and is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gouji.records import Cell
from gouji.tables.fill import join_lines
from gouji.zh import parse_number, squeeze

Verdict = Literal["cut", "apart", "doubtful"]
Pair = tuple[Cell, Cell]

REGULAR = 0.9  # share of rows that fill a column which no row leaves blank
FEWEST_ROWS = 3
FEWEST_MISSING = 2  # such columns that one half leaves blank: then it is no row by itself
HALF_TEXT = 8  # characters: shorter texts are hardly broken over two lines
LONG_TEXT = 15  # characters: a text this long that ends without a stop goes on, if anything below may be its rest
_ENDED = re.compile(r"[。；！？：:;!?]$")
_BEGUN = re.compile(r"^(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|[①-⑩]|其中|合计|总计|小计)")
_RUNS_ON = re.compile(r"[，、（(《“和及与或的]$")
_GOES_ON = re.compile(r"^[，、；。）)》”％%]")
_DASH = re.compile(r"^[-—－–]+$")


@dataclass(frozen=True)
class Seam:
    """What is known about the break between two parts of a table.

    `open`: a border at the foot above or the head below was not printed. `known`: how often each text (squeezed) is
    a whole cell of the document. `regular`: columns that nearly every row fills.
    """

    open: bool
    known: Counter[str]
    regular: frozenset[int]


def regular_columns(cells: Sequence[Cell]) -> frozenset[int]:
    """The columns that nearly all rows with figures fill; none when there are too few such rows to tell."""
    rows: dict[int, set[int]] = {}
    figured = {cell.row for cell in cells if cell.value is not None and cell.row_span == 1}
    for cell in cells:
        if cell.row in figured and cell.text:
            rows.setdefault(cell.row, set()).update(range(cell.col, cell.col + cell.col_span))
    if len(rows) < FEWEST_ROWS:
        return frozenset()
    columns = set().union(*rows.values())
    return frozenset(col for col in columns if sum(col in row for row in rows.values()) >= REGULAR * len(rows))


def judge_seam(above: Sequence[Cell], below: Sequence[Cell], seam: Seam) -> Verdict:
    """Whether the last cells above the break and the first below it are halves of one row."""
    halves = [pair for pair in _pairs(above, below) if pair[0].row_span == pair[1].row_span == 1]
    if not halves or any(_clash(pair) for pair in halves):
        return "apart"
    upper = {cell.col for cell, _ in halves if cell.text}
    lower = {cell.col for _, cell in halves if cell.text}
    asked = seam.regular & {cell.col for cell, _ in halves}
    complete = [not asked - filled for filled in (upper, lower)]
    both = [pair for pair in halves if pair[0].text and pair[1].text]
    if seam.open:
        alone = bool(upper and lower) and (all(complete) if asked else halves[0] in both)
        return "doubtful" if alone else "cut"
    if not both or (asked and (all(complete) or asked - upper - lower)):
        return "apart"
    if all(goes_on(a.text, b.text, seam.known) for a, b in both):
        return "cut" if asked or halves[0] in both or not halves[0][1].text else "apart"
    if max(len(asked - upper), len(asked - lower)) < FEWEST_MISSING or any(_told(pair, seam.known) for pair in both):
        return "apart"
    return "cut" if all(len(squeeze(a.text)) >= HALF_TEXT for a, _ in both) else "doubtful"


def _told(pair: Pair, known: Counter[str]) -> bool:
    """Whether one of the halves is seen to be whole: it stands elsewhere too, or ends or begins a text of its own."""
    a, b = squeeze(pair[0].text), squeeze(pair[1].text)
    return known[a] > 1 or known[b] > 1 or bool(_ENDED.search(a) or _ENDED.search(b) or _BEGUN.match(b))


def _pairs(above: Sequence[Cell], below: Sequence[Cell]) -> list[Pair]:
    """The cells that meet at the break, from the left; none when they do not stand in the same columns."""
    upper = {(cell.col, cell.col_span): cell for cell in above}
    lower = {(cell.col, cell.col_span): cell for cell in below}
    return [(upper[key], lower[key]) for key in sorted(upper)] if upper.keys() == lower.keys() else []


def _clash(pair: Pair) -> bool:
    """Whether both have a text of which one is a figure: those are two figures, or a figure and a word."""
    figures = [cell.value is not None or bool(_DASH.match(squeeze(cell.text))) for cell in pair]
    return bool(pair[0].text and pair[1].text) and any(figures)


def goes_on(upper: str, lower: str, known: Counter[str]) -> bool:
    """Whether the lower text is the rest of the upper one, by what they say."""
    a, b = squeeze(upper), squeeze(lower)
    if not a or not b or _BEGUN.match(b):
        return False
    if known[a + b] or _GOES_ON.match(b) or _RUNS_ON.search(a) or _opened(a) > 0 > _opened(b):
        return True
    return len(a) >= LONG_TEXT and not _ENDED.search(a) and known[b] < 2


def _opened(text: str) -> int:
    return sum(text.count(mark) for mark in "（(《“") - sum(text.count(mark) for mark in "）)》”")


def sew(above: list[Cell], below: Sequence[Cell], seam: int, verdict: Verdict, known: Counter[str]) -> list[Cell]:
    """The cells of both parts, `below` numbered as if it began at row `seam`.

    Of a cut row the halves become one row and all below moves up by one. A tall cell that the break cut in two is made
    whole where one of its halves is blank or its text goes on.
    """
    cut = int(verdict == "cut")
    sewn = list(above)
    places = {(cell.col, cell.col_span): i for i, cell in enumerate(sewn) if cell.row + cell.row_span == seam}
    for cell in below:
        i = places.get((cell.col, cell.col_span)) if cell.row == seam else None
        if i is not None and (cut or _is_cut(sewn[i], cell, known)):
            sewn[i] = _whole(sewn[i], cell, cut)
        else:
            sewn.append(cell.model_copy(update={"row": cell.row - cut}) if cut else cell)
    return sewn


def _is_cut(upper: Cell, lower: Cell, known: Counter[str]) -> bool:
    tall = upper.row_span > 1 or lower.row_span > 1
    if not tall or upper.value is not None or lower.value is not None:
        return False
    return not upper.text or not lower.text or goes_on(upper.text, lower.text, known)


def _whole(upper: Cell, lower: Cell, shared: int) -> Cell:
    """The cell over both halves; it keeps the place of the upper half, or of the one that alone holds the text.

    `shared` is 1 where the last row of the upper half and the first of the lower are one row.
    """
    told = upper if upper.text or not lower.text else lower
    changes: dict[str, object] = {"row": upper.row, "row_span": upper.row_span + lower.row_span - shared}
    if upper.text and lower.text:
        changes |= _joined(upper, lower)
    return told.model_copy(update=changes)


def _joined(upper: Cell, lower: Cell) -> dict[str, object]:
    text = join_lines([upper.text, lower.text])
    others = [join_lines([other, lower.text]) for other in upper.alternatives]
    others += [join_lines([upper.text, other]) for other in lower.alternatives]
    flags = dict.fromkeys((*upper.flags, *lower.flags, "joined"))
    return {
        "text": text, "value": parse_number(text), "confidence": min(upper.confidence, lower.confidence),
        "flags": tuple(flags), "alternatives": tuple(others[:3]),
    }  # fmt: skip
