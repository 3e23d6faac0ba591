"""A page's type area: where its prose begins and ends, and how large a character is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from gouji.facts.narrative import ems
from gouji.geometry import center, height, union
from gouji.records import Line, Page

MIN_LONG_LINES = 3  # fewer long lines than this say nothing about a page's margins
LONG_LINE_EM = 12.0
SAME_ROW = 0.6  # pieces whose middles lie closer than this share of their height stand on one printed line
INDENT_EM = 1.3  # first lines stand 2 em in; OCR and skew take some of it


@dataclass(frozen=True)
class TypeArea:
    """Left and right edge of the prose and the width of one full-width character, in pixels."""

    left: float
    right: float
    em: float

    def indent(self, line: Line) -> float:
        """How far the line starts inside the left edge, in em."""
        return (line.box[0] - self.left) / self.em

    def gap(self, line: Line) -> float:
        """How much room the line leaves at the right edge, in em."""
        return (self.right - line.box[2]) / self.em

    def centred(self, line: Line) -> bool:
        """Whether the line stands in the middle with room on both sides."""
        indent, gap = self.indent(line), self.gap(line)
        return indent > 2.6 and gap > 2.6 and abs(indent - gap) <= max(2.0, 0.25 * (indent + gap))


def rows(lines: Sequence[Line]) -> list[Line]:
    """The lines from top to bottom, with pieces of one printed row put together from left to right."""
    grouped: list[list[Line]] = []
    for line in sorted(lines, key=lambda part: center(part.box)[1]):
        if grouped and _on_row(grouped[-1], line):
            grouped[-1].append(line)
        else:
            grouped.append([line])
    return [_merge(sorted(parts, key=lambda part: part.box[0])) for parts in grouped]


def _on_row(row: list[Line], line: Line) -> bool:
    last = row[-1]
    near = abs(center(last.box)[1] - center(line.box)[1]) < SAME_ROW * min(height(last.box), height(line.box))
    apart = all(part.box[2] <= line.box[0] + 6 or line.box[2] <= part.box[0] + 6 for part in row)
    return near and apart


def _merge(parts: list[Line]) -> Line:
    if len(parts) == 1:
        return parts[0]
    text = "".join(part.text for part in parts)
    chars = tuple(value for part in parts for value in _char_confidences(part))
    confidence = min(part.confidence for part in parts)
    return Line(text=text, box=union(part.box for part in parts), confidence=confidence, chars=chars)


def _char_confidences(line: Line) -> tuple[float, ...]:
    return line.chars if len(line.chars) == len(line.text) else (line.confidence,) * len(line.text)


def type_area(page: Page, lines: Sequence[Line]) -> TypeArea | None:
    """The page's type area, measured on its long lines; None when the page has too few of them."""
    long = [line for line in lines if ems(line.text) >= LONG_LINE_EM]
    if len(long) < MIN_LONG_LINES:
        return None
    em = median((line.box[2] - line.box[0]) / ems(line.text) for line in long)
    left = _edge(sorted(line.box[0] for line in lines), em)
    right = _edge(sorted(-line.box[2] for line in long), em)
    return TypeArea(left, -right, em)


def _edge(values: Sequence[int], em: float) -> float:
    """The outermost value that at least one other line comes near to (a lone stray does not set an edge)."""
    for value, following in pairwise(values):
        if following - value <= 0.8 * em:
            return (value + following) / 2
    return float(values[0])


def type_areas(pages: Sequence[tuple[Page, Sequence[Line]]]) -> list[TypeArea]:
    """One type area per page; a page with too little prose takes that of the nearest page of the same width."""
    measured = [type_area(page, lines) for page, lines in pages]
    return [area or _borrow(index, pages, measured) for index, area in enumerate(measured)]


def _borrow(index: int, pages: Sequence[tuple[Page, Sequence[Line]]], measured: Sequence[TypeArea | None]) -> TypeArea:
    page, lines = pages[index]
    near = sorted(range(len(pages)), key=lambda other: abs(other - index))
    for other in near:
        area = measured[other]
        if area is not None and abs(pages[other][0].width - page.width) < 0.06 * page.width:
            return area
    return _guess(page, lines)


def _guess(page: Page, lines: Sequence[Line]) -> TypeArea:
    """A type area from the few lines of a document's only page, or from the page's size alone."""
    em = median(height(line.box) for line in lines) * 0.8 if lines else page.width / 40
    left = min((line.box[0] for line in lines), default=page.width)
    long = [line.box[2] for line in lines if ems(line.text) >= LONG_LINE_EM]
    return TypeArea(float(min(left, page.width * 0.2)), float(max(long, default=page.width * 0.9)), max(em, 1.0))
