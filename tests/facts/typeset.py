"""Sets blocks of text on pages as offices do, and gives their lines as a reading would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gouji.facts.narrative import ems
from gouji.records import Line, Page

EM, LEFT, TOP, WIDTH, HEIGHT = 40, 160, 200, 1600, 2300
CLOSING = "。，；：、）》”！？%"


@dataclass(frozen=True)
class Habits:
    """How an office sets its report: characters a line, indent in em, leading in pixels, head, page number."""

    columns: int = 30
    indent: int = 2
    leading: int = 70
    head: str = ""
    number: str = "— {} —"
    heading_scale: float = 1.0
    heading_indent: int = 2
    spaced: bool = False


def broken(text: str, first: float, width: float) -> Iterator[str]:
    """The text's lines: `first` em for the first, `width` for the others; none begins with a closing mark."""
    line, room = "", first
    for char in text:
        if ems(line + char) > room and char not in CLOSING:
            yield line
            line, room = "", width
        line += char
    yield line


def set_lines(blocks: Sequence[tuple[str, str]], habits: Habits) -> Iterator[list[tuple[str, float, float]]]:
    """Each block's lines as text, left edge in em, scale; `new` begins a page."""
    for kind, text in blocks:
        if kind in ("cover", "part"):
            scale = 1.6 if kind == "cover" else 1.25
            width = (habits.columns - 2) / scale
            yield [(line, (habits.columns - ems(line) * scale) / 2, scale) for line in broken(text, width, width)]
        elif kind == "toc":
            yield [(text + "." * 20 + "3", 0, 1.0)]
        elif kind == "new":
            yield []
        else:
            indent = habits.heading_indent if kind == "heading" else habits.indent
            scale = habits.heading_scale if kind == "heading" else 1.0
            said = "".join(f" {c} " if c.isdigit() and habits.spaced else c for c in text)
            lines = list(broken(said, habits.columns / scale - indent, habits.columns / scale))
            yield [(line, indent if i == 0 else 0, scale) for i, line in enumerate(lines)]


def typeset(blocks: Sequence[tuple[str, str]], habits: Habits) -> list[tuple[Page, list[Line]]]:
    """The pages with their lines."""
    pages: list[list[Line]] = [[]]
    y = TOP
    for lines in set_lines(blocks, habits):
        if not lines:
            pages.append([])
            y = TOP
        for text, left, scale in lines:
            if y > HEIGHT - 260:
                pages.append([])
                y = TOP
            pages[-1].append(_line(text, LEFT + left * EM, y, scale))
            y += int(habits.leading * max(1.0, scale))
    return [(_page(n), _furnished(lines, n, habits)) for n, lines in enumerate(pages, 1)]


def _page(number: int) -> Page:
    return Page(page=number, width=WIDTH, height=HEIGHT, dpi=200, origin="scan")


def _furnished(lines: list[Line], number: int, habits: Habits) -> list[Line]:
    head = [_line(habits.head, LEFT, 90, 0.8)] if habits.head else []
    foot = [_line(habits.number.format(number), 760, HEIGHT - 120, 0.9)] if habits.number else []
    return [*head, *lines, *foot]


def _line(text: str, x: float, y: int, scale: float) -> Line:
    width = ems(text) * EM * scale
    box = (int(x), y, int(x + width), y + int(44 * scale))
    return Line(text=text, box=box, confidence=0.99, chars=(0.99,) * len(text))
