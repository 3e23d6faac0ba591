"""What the prose is made of: paragraphs that still know where each of their characters was printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gouji.geometry import Box, union
from gouji.records import Line, Paragraph


@dataclass(frozen=True)
class Printed:
    """One line of prose at its place: its page and how the page's reading has it."""

    page: int
    line: Line


@dataclass(frozen=True)
class Passage:
    """One paragraph with its lines. `origins` runs along its text: index in `lines`, index in that line's text."""

    paragraph: Paragraph
    lines: tuple[Printed, ...]
    origins: tuple[tuple[int, int], ...]

    @property
    def text(self) -> str:
        """The paragraph's text."""
        return self.paragraph.text

    def confidence(self, start: int, end: int) -> float:
        """The lowest confidence of the characters `start` to `end`; 1.0 for an empty range."""
        return min((self._char_confidence(i) for i in range(start, end)), default=1.0)

    def _char_confidence(self, index: int) -> float:
        number, place = self.origins[index]
        line = self.lines[number].line
        return line.chars[place] if place < len(line.chars) else line.confidence

    def confidences(self) -> tuple[float, ...]:
        """The confidence of every character of the text."""
        return tuple(self._char_confidence(i) for i in range(len(self.origins)))

    def place(self, start: int, end: int) -> tuple[int, Box]:
        """The page on which the character range begins, and the box around its part on that page."""
        touched: dict[int, list[int]] = {}
        for number, index in self.origins[start:end]:
            touched.setdefault(number, []).append(index)
        page = self.lines[min(touched)].page
        boxes = [
            range_box(self.lines[number].line, min(indexes), max(indexes) + 1)
            for number, indexes in touched.items()
            if self.lines[number].page == page
        ]
        return page, union(boxes)


@dataclass(frozen=True)
class Narrative:
    """The document's prose in reading order; `toc`: the contents' lines, `furniture`: running heads, page numbers."""

    passages: tuple[Passage, ...]
    toc: tuple[str, ...] = ()
    furniture: tuple[str, ...] = ()

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """The paragraphs and headings as the report prints them."""
        return tuple(passage.paragraph for passage in self.passages)


def ems(text: str) -> float:
    """Width of the text in full-width characters."""
    return sum(0.5 if ord(c) < 0x2E80 and c not in "“”‘’…—" else 1.0 for c in text)


def range_box(line: Line, start: int, end: int) -> Box:
    """The box of a line's characters `start` to `end`, shared out by their printed widths."""
    total = ems(line.text) or 1.0
    x0, y0, x1, y1 = line.box
    left = x0 + (x1 - x0) * ems(line.text[:start]) / total
    right = x0 + (x1 - x0) * ems(line.text[:end]) / total
    return int(left), y0, max(int(left) + 1, round(right)), y1


def line_boxes(lines: Iterable[Printed]) -> tuple[Box, ...]:
    """The boxes of the lines, in order."""
    return tuple(printed.line.box for printed in lines)
