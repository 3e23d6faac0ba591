"""Lines to prose: whole paragraphs and headings, with each character's place kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from gouji.facts.furniture import sort_lines
from gouji.facts.headings import SectionPath, is_heading, rank_of
from gouji.facts.layout import INDENT_EM, TypeArea, rows, type_areas
from gouji.facts.narrative import Narrative, Passage, Printed, ems, line_boxes
from gouji.geometry import height
from gouji.records import Line, Page, Paragraph
from gouji.zh import normalise, squeeze

FULL_EM = 2.2  # a line that leaves less room than this (and less than the next word needs) runs on
OTHER_SIZE = (
    1.45  # lines whose heights differ by more than this are set in other type: low ones may lack high characters
)
ALIKE = 1.15  # the lines of one title differ in height by less than this
_SENTENCE_END = ("。", "；", "：", "！", "？", ";", ":")
_WORD = re.compile(r"[0-9A-Za-z.,%\-]+[，。；：、％）”]?")
_NUMBERED = re.compile(r"[（(]?(?:[一二三四五六七八九十]{1,3}[）)、.．]|\d{1,2}(?:[）)]|[、.．](?!\d)))")


@dataclass(frozen=True)
class _Row:
    """One printed row of prose with what its place says of it."""

    printed: Printed
    indent: float
    gap: float
    centred: bool


def build_narrative(lines_by_page: Sequence[tuple[Page, Sequence[Line]]]) -> Narrative:
    """The document's prose from every page's lines outside tables, pages in order; no lines give no passages."""
    pages = [(page, rows(_own_lines(page, lines))) for page, lines in lines_by_page]
    areas = type_areas(pages)
    sorted_lines = sort_lines(pages)
    placed = [
        _place(page.page, line, area)
        for (page, _), area, lines in zip(pages, areas, sorted_lines.prose, strict=True)
        for line in lines
    ]
    body = median(height(row.printed.line.box) for row in placed) if placed else 1.0
    passages = _passages(_paragraph_rows(placed), body)
    return Narrative(passages, sorted_lines.toc, sorted_lines.furniture)


def _own_lines(page: Page, lines: Sequence[Line]) -> list[Line]:
    """The lines that are no part of a seal: a seal's stray text is short and lies inside the seal's box."""
    return [line for line in lines if line.text.strip() and not any(_in_seal(line, seal) for seal in page.seals)]


def _in_seal(line: Line, seal: tuple[int, int, int, int]) -> bool:
    x0, y0, x1, y1 = line.box
    inside = seal[0] - 8 <= x0 and x1 <= seal[2] + 8 and seal[1] - 8 <= y0 and y1 <= seal[3] + 8
    return inside and len(squeeze(line.text)) <= 6 and line.confidence < 0.8


def _place(page: int, line: Line, area: TypeArea) -> _Row:
    return _Row(Printed(page, line), area.indent(line), area.gap(line), area.centred(line))


def _paragraph_rows(placed: Sequence[_Row]) -> list[list[_Row]]:
    """The rows of each paragraph, in order."""
    indents = sum(row.indent >= INDENT_EM and not row.centred for row in placed)
    indented = indents >= 0.08 * len(placed)
    groups: list[list[_Row]] = []
    for row in placed:
        if groups and _continues(groups[-1], row, indented):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _continues(group: list[_Row], row: _Row, indented: bool) -> bool:
    """Whether the row goes on with the paragraph that the group holds."""
    last = group[-1]
    text, before = squeeze(row.printed.line.text), squeeze(last.printed.line.text)
    if row.centred or last.centred:
        return _is_split_title(last, row)
    if not 1 / OTHER_SIZE < height(row.printed.line.box) / height(last.printed.line.box) < OTHER_SIZE:
        return False
    full = last.gap <= max(FULL_EM, _first_word(text) + 0.8)
    if row.indent >= INDENT_EM:
        return full and not indented and not before.endswith(_SENTENCE_END) and not _NUMBERED.match(text)
    if rank_of(text) == 1 or (_NUMBERED.match(text) and _closes(before, full)):
        return False
    if _is_standing_heading(group, row):
        return False
    begun = group[0].indent >= INDENT_EM or rank_of(group[0].printed.line.text) is None
    return full or (indented and begun and not before.endswith(_SENTENCE_END))


def _closes(before: str, full: bool) -> bool:
    return before.endswith(_SENTENCE_END) or not full


def _is_standing_heading(group: list[_Row], row: _Row) -> bool:
    """A one-line heading flush left that leaves room at the right; what follows begins anew."""
    first = group[0]
    return len(group) == 1 and rank_of(first.printed.line.text) is not None and first.gap > FULL_EM + 3


def _is_split_title(last: _Row, row: _Row) -> bool:
    """A centred title over two lines: the first is nearly as wide as the type area."""
    same_page = last.printed.page == row.printed.page
    above, below = last.printed.line, row.printed.line
    near = below.box[1] - above.box[3] < 1.3 * height(above.box)
    alike = 1 / ALIKE < height(below.box) / height(above.box) < ALIKE and not above.text.rstrip().endswith(
        _SENTENCE_END
    )
    return same_page and near and alike and row.centred and last.gap < 4 and rank_of(below.text) is None


def _first_word(text: str) -> float:
    found = _WORD.match(text)
    return ems(found.group()) if found else 2.0 if text[:1] in "（(“《" else 1.0


def _passages(groups: Sequence[Sequence[_Row]], body: float) -> tuple[Passage, ...]:
    path = SectionPath()
    passages = []
    for group in groups:
        text, origins = _join(group)
        if not text:
            continue
        size = median(height(row.printed.line.box) for row in group) / body
        heading = is_heading(text, lines=len(group), centred=all(row.centred for row in group), size=size)
        section = path.enter(text) if heading else path.path
        passages.append(_passage("heading" if heading else "paragraph", text, section, group, origins))
    return tuple(passages)


def _passage(
    kind: str, text: str, section: tuple[str, ...], group: Sequence[_Row], origins: tuple[tuple[int, int], ...]
) -> Passage:
    lines = tuple(row.printed for row in group)
    pages = tuple(sorted({printed.page for printed in lines}))
    paragraph = Paragraph(
        kind="heading" if kind == "heading" else "paragraph",
        text=text,
        section=section,
        pages=pages,
        boxes=line_boxes(lines),
    )
    return Passage(paragraph, lines, origins)


def _join(group: Sequence[_Row]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The rows' text in one, normalised, white space reduced to single blanks inside lines and none at their joints."""
    chars: list[str] = []
    origins: list[tuple[int, int]] = []
    for number, row in enumerate(group):
        raw = row.printed.line.text
        start, end = len(raw) - len(raw.lstrip()), len(raw.rstrip())
        for index in range(start, end):
            for char in _normal_char(raw[index]):
                if char == " " and chars and chars[-1] == " ":
                    continue
                chars.append(char)
                origins.append((number, index))
    return "".join(chars), tuple(origins)


def _normal_char(char: str) -> str:
    return " " if char.isspace() else normalise(char)
