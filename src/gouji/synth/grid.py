"""Grids: one printed form as cells with spans, for the printer, the truth and the tests; and the office's style."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class FormCell:
    """One cell; rows and columns count from 0. `slash` draws a diagonal line through it."""

    row: int
    col: int
    text: str
    row_span: int = 1
    col_span: int = 1
    header: bool = False
    align: Align = "left"
    slash: bool = False


@dataclass(frozen=True)
class Form:
    """One printed table. `form` is the official form's id; `header_rows` repeat on later pages; `notes` stand below.

    `stated` tells that the form is empty and that its notes say so. `unit` is "" where the form prints none.
    """

    form: str
    title: str
    number: str
    organisation: str
    unit: str
    n_rows: int
    n_cols: int
    header_rows: int
    cells: tuple[FormCell, ...]
    notes: tuple[str, ...] = ()
    landscape: bool = False
    stated: bool = False


@dataclass(frozen=True)
class C:
    """A cell to be laid. Without `align`, figures stand right, headings in the middle, other text left."""

    text: str = ""
    rows: int = 1
    cols: int = 1
    header: bool = False
    align: Align | None = None
    slash: bool = False


def lay(rows: Sequence[Sequence[C | str]], header_rows: int) -> tuple[int, tuple[FormCell, ...]]:
    """Lays rows of cells as HTML does (a position covered from above or the left is skipped): number of columns, cells.

    Raises:
        ValueError: cells overlap, or a position stays free.
    """
    taken: set[tuple[int, int]] = set()
    cells: list[FormCell] = []
    for r, row in enumerate(rows):
        col = 0
        for item in row:
            while (r, col) in taken:
                col += 1
            cell = item if isinstance(item, C) else C(item)
            spots = {(r + i, col + j) for i in range(cell.rows) for j in range(cell.cols)}
            if spots & taken:
                raise ValueError(f"cells overlap at row {r}, column {col}")
            taken |= spots
            header = cell.header or r < header_rows
            align = cell.align or ("center" if header else _align(cell.text))
            cells.append(FormCell(r, col, cell.text, cell.rows, cell.cols, header, align, cell.slash))
            col += cell.cols
    n_cols = 1 + max(c for _, c in taken)
    if len(taken) != len(rows) * n_cols:
        free = sorted({(r, c) for r in range(len(rows)) for c in range(n_cols)} - taken)
        raise ValueError(f"the grid has holes at {free[:5]}")
    return n_cols, tuple(cells)


def _align(text: str) -> Align:
    plain = text.replace(",", "").replace(".", "").lstrip("-")
    return "right" if plain.isdigit() and ("." in text or "," in text) else "left"


@dataclass(frozen=True)
class Style:
    """How one office prints its forms: drawn once per report."""

    unit: str
    places: int
    grouped: bool = True
    blank_zero: bool = False
    code: Literal["whole", "split", "merged"] = "whole"
    levels: tuple[int, ...] = (3, 5, 7)
    total_first: bool = True
    lanes: bool = True
    line_numbers: bool = True
    spaced: bool = False
    all_classes: bool = True
    with_breakdown: bool = True
    extra_columns: bool = False
    indented: bool = False
    blank_rows: int = 3
    code_word: str = "功能分类科目编码"
    amount_word: str = "决算数"
    variant: int = 0

    def money(self, amount: Decimal) -> str:
        """`amount` (元) in the office's unit, as printed; "" for 0 where the office leaves blanks."""
        if not amount and self.blank_zero:
            return ""
        value = amount / (10_000 if self.unit == "万元" else 1)
        text = f"{value:,.{self.places}f}" if self.grouped else f"{value:.{self.places}f}"
        return f"{Decimal(0):.{self.places}f}" if text.strip("-0.,") == "" else text

    def word(self, text: str) -> str:
        """A heading of two characters, torn apart where the office likes it so ("项    目")."""
        return f"{text[0]}    {text[1:]}" if self.spaced and len(text) == 2 else text


def draw_style(rng: random.Random, unit: str, places: int) -> Style:
    """An office's style, drawn from the habits that occur."""
    return Style(
        unit=unit,
        places=places,
        grouped=rng.random() < 0.7,
        blank_zero=rng.random() < 0.45,
        code=rng.choices(["whole", "split", "merged"], [6, 2, 2])[0],  # type: ignore[arg-type]
        levels=rng.choices([(3, 5, 7), (7,)], [4, 1])[0],
        total_first=rng.random() < 0.75,
        lanes=rng.random() < 0.75,
        line_numbers=rng.random() < 0.7,
        spaced=rng.random() < 0.4,
        all_classes=rng.random() < 0.6,
        with_breakdown=rng.random() < 0.5,
        extra_columns=rng.random() < 0.15,
        indented=rng.random() < 0.3,
        blank_rows=rng.choice([0, 1, 3, 6]),
        code_word=rng.choice(["功能分类科目编码", "科目代码", "科目编码"]),
        amount_word=rng.choice(["决算数", "金额"]),
        variant=rng.randrange(4),
    )
