"""Prints a manuscript as a PDF: cover, contents, parts, forms on upright or sideways paper, page numbers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gouji.synth.blocks import Block
from gouji.synth.fitting import wrap
from gouji.synth.fonts import FAMILY, canvas
from gouji.synth.grid import Form
from gouji.synth.manuscript import Item, Look, Manuscript
from gouji.synth.print_table import fit, print_form
from gouji.synth.sheet import MM_PER_PT, Sheet, measurer, put

A4_MM = (210.0, 297.0)


@dataclass(frozen=True)
class Printed:
    """A printed report: the PDF's bytes, and the pages (from 1) of every item in the manuscript's order."""

    pdf: bytes
    n_pages: int
    pages: tuple[tuple[int, ...], ...]


class Printer:
    """Prints items one after the other; remembers on which pages each of them stands."""

    def __init__(self, look: Look, pdf: Any) -> None:
        self.look = look
        self.pdf = pdf
        self.sheet = Sheet(self.pdf, *A4_MM, 0, 0, 0, 0)
        self.pages: list[tuple[int, ...]] = []
        self.numbered = True

    def new_page(self, landscape: bool = False, margin: float | None = None) -> None:
        """Starts a page; `margin` (mm) is the text's unless given."""
        wide, high = A4_MM[::-1] if landscape else A4_MM
        margin = self.look.margin_mm if margin is None else margin
        self.pdf.add_page(orientation="L" if landscape else "P")
        self.sheet = Sheet(self.pdf, wide, high, margin, margin, 22.0, 20.0)
        self.sheet.y = self.sheet.top
        if self.numbered:
            self._number()

    def _number(self) -> None:
        number = self.pdf.page_no()
        words = {"plain": f"{number}", "dashes": f"— {number} —", "words": f"第 {number} 页"}
        text = words.get(self.look.page_number, "")
        if text:
            width = measurer(self.pdf, 9)(text)
            self.pdf.text((self.sheet.width - width) / 2, self.sheet.height - 10, text)

    def same_again(self) -> None:
        """The next page, like this one."""
        sheet = self.sheet
        self.new_page(sheet.width > sheet.height, sheet.left)
        self.sheet, fresh = sheet, self.sheet
        self.sheet.y = fresh.y

    def _stay(self, margin: float, least_mm: float) -> bool:
        """In a packed report: go on, with that margin, on an upright page that has `least_mm` left."""
        sheet = self.sheet
        room = sheet.floor - sheet.y
        if not (self.look.packed and self.pdf.page and sheet.width < sheet.height and room >= least_mm):
            return False
        sheet.left = sheet.right = margin
        return True

    def block(self, block: Block) -> tuple[int, ...]:
        """Prints one heading or paragraph; the pages it stands on."""
        if block.kind == "heading1":
            if not self._stay(self.look.margin_mm, 70):
                self.new_page()
            self._heading(block.text, 18.0, "center", 6)
            self.sheet.y += 3
            return (self.pdf.page_no(),)
        if (self.sheet.left != self.look.margin_mm and not self._stay(self.look.margin_mm, 20)) or not self.pdf.page:
            self.new_page()
        if block.kind == "paragraph":
            return self._paragraph(block.text)
        if self.sheet.y + 24 > self.sheet.floor:
            self.new_page()
        self._heading(block.text, self.look.text_pt + (1 if block.kind == "heading2" else 0), "left", 1.5)
        return (self.pdf.page_no(),)

    def _heading(self, text: str, size: float, align: str, above_mm: float) -> None:
        """A heading with `above_mm` of air above it, unless it begins the page."""
        if self.sheet.y > self.sheet.top:
            self.sheet.y += above_mm
        measure = measurer(self.pdf, size)
        lines = wrap(text, self.sheet.room - (0 if align == "center" else 2 * size * MM_PER_PT), measure)
        indent = 0.0 if align == "center" else 2 * size * MM_PER_PT
        for i, line in enumerate(lines):
            left = self.sheet.left
            self.sheet.left += indent if i == 0 else 0.0
            put(self.sheet, line, size, align, bold=True, gap=1.8)
            self.sheet.left = left

    def _paragraph(self, text: str) -> tuple[int, ...]:
        size = self.look.text_pt
        measure, step = measurer(self.pdf, size), size * MM_PER_PT * self.look.leading
        indent = 2 * size * MM_PER_PT
        pages = []
        lines = wrap("　　" + text, self.sheet.room, measure)
        for i, line in enumerate(lines):
            if self.sheet.y + step > self.sheet.floor:
                self.new_page()
            pages.append(self.pdf.page_no())
            self.pdf.set_font(FAMILY, size=size)
            shown = line.lstrip("　") if i == 0 else line
            x = self.sheet.left + (indent if i == 0 else 0)
            self.pdf.text(x, self.sheet.y + step * 0.72, shown)
            self.sheet.y += step
        return tuple(sorted(set(pages)))

    def form(self, form: Form, *, follow: bool) -> tuple[int, ...]:
        """Prints one form, on a page of its own or (`follow`) under what is there when all of it fits."""
        sideways = form.landscape and self.look.landscape
        margin = self.look.table_margin_mm
        sheet = self.sheet
        alike = follow and sheet.left == margin and (sheet.width > sheet.height) == sideways
        alike = alike or (not sideways and self._stay(margin, 60))
        if not (alike and self._fits(form)):
            self.new_page(sideways, margin)
        return tuple(print_form(self.sheet, form, self.look.table, self.same_again))

    def _fits(self, form: Form) -> bool:
        fitted = fit(self.pdf, form, self.sheet.room, self.look.table)
        return self.sheet.y + sum(fitted.heights) + 35 < self.sheet.floor


def print_manuscript(manuscript: Manuscript) -> Printed:
    """Prints the report; twice when it has a table of contents, whose page numbers are known only then."""
    printed = _print_once(manuscript, {})
    if manuscript.look.cover:
        printed = _print_once(manuscript, dict(enumerate(printed.pages)))
    return printed


def _print_once(manuscript: Manuscript, known: dict[int, tuple[int, ...]]) -> Printed:
    with canvas() as pdf:
        pdf.set_title(manuscript.title)
        printer = Printer(manuscript.look, pdf)
        _print_all(printer, manuscript, known)
        return Printed(bytes(pdf.output()), pdf.page_no(), tuple(printer.pages))


def _print_all(printer: Printer, manuscript: Manuscript, known: dict[int, tuple[int, ...]]) -> None:
    if manuscript.look.cover:
        printer.numbered = False
        _cover(printer, manuscript)
        _contents(printer, manuscript, known)
        printer.numbered = True
    before: list[Item | None] = [None, *manuscript.items]
    for last, item in pairwise(before):
        if isinstance(item, Block):
            printer.pages.append(printer.block(item))
        elif item is not None:
            printer.pages.append(_form_after(printer, item, last))


def _form_after(printer: Printer, form: Form, last: Item | None) -> tuple[int, ...]:
    """A form under the heading of its part shares that page when the paper is upright."""
    upright = not (form.landscape and printer.look.landscape)
    if isinstance(last, Block) and last.kind == "heading1" and upright:
        printer.sheet.left = printer.sheet.right = printer.look.table_margin_mm
        return tuple(print_form(printer.sheet, form, printer.look.table, printer.same_again))
    return printer.form(form, follow=printer.look.flow and isinstance(last, Form))


def _cover(printer: Printer, manuscript: Manuscript) -> None:
    printer.new_page()
    sheet = printer.sheet
    sheet.y = 78
    for line in wrap(manuscript.title, sheet.room, measurer(printer.pdf, 26)):
        put(sheet, line, 26, "center", bold=True, gap=1.7)
    sheet.y = 215
    put(sheet, manuscript.date, 16, "center")


def _contents(printer: Printer, manuscript: Manuscript, known: dict[int, tuple[int, ...]]) -> None:
    printer.new_page()
    sheet = printer.sheet
    put(sheet, "目    录", 18, "center", bold=True, gap=2.6)
    for i, item in enumerate(manuscript.items):
        name = contents_line(item)
        if not name:
            continue
        if sheet.y + 8 > sheet.floor:
            printer.new_page()
            sheet = printer.sheet
        part = isinstance(item, Block) and item.kind == "heading1"
        _contents_row(sheet, name, str(known.get(i, (0,))[0]), 0 if part else 6)


def contents_line(item: Item) -> str:
    """What the table of contents says of an item; "" for what it leaves out."""
    if isinstance(item, Form):
        return "" if item.form.startswith("performance.") else item.title
    return item.text if item.kind in ("heading1", "heading2") else ""


def _contents_row(sheet: Sheet, name: str, page: str, indent: float) -> None:
    measure = measurer(sheet.pdf, 12)
    name = wrap(name, sheet.room - indent - 20, measure)[0]
    x = sheet.left + indent
    end = sheet.width - sheet.right - measure(page)
    base = sheet.y + 5
    sheet.pdf.text(x, base, name)
    sheet.pdf.text(end, base, page)
    dots = int((end - x - measure(name) - 3) / measure("."))
    if dots > 0:
        sheet.pdf.text(end - 1.5 - dots * measure("."), base, "." * dots)
    sheet.y += 7.4
