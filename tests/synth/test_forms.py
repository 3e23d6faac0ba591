"""The forms as grids: whole, with exact sums, and every text within its cell."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from gouji.synth.figures import Body
from gouji.synth.fonts import canvas
from gouji.synth.forms import all_forms
from gouji.synth.grid import C, Form, Style, draw_style, lay
from gouji.synth.invent import invent
from gouji.synth.print_table import fit
from gouji.synth.sheet import TableLook, measurer


def forms_of(seed: int, report: str = "final_account") -> tuple[Body, Style, tuple[Form, ...]]:
    """A body with its style and forms."""
    body = invent(seed, report=report)  # type: ignore[arg-type]
    rng = random.Random(seed)
    style = draw_style(rng, body.unit, body.places)
    return body, style, all_forms(body, style, rng)


CASES = [(seed, report) for seed in range(30) for report in ("final_account", "budget")]


@pytest.mark.parametrize(("seed", "report"), CASES)
def test_cells_cover_every_position_once(seed: int, report: str) -> None:
    """A form's cells tile its grid: no hole, no overlap."""
    for form in forms_of(seed, report)[2]:
        spots = [(c.row + i, c.col + j) for c in form.cells for i in range(c.row_span) for j in range(c.col_span)]
        assert sorted(spots) == [(r, c) for r in range(form.n_rows) for c in range(form.n_cols)]


@pytest.mark.parametrize(("seed", "report"), CASES)
def test_every_row_and_column_begins_with_a_cell(seed: int, report: str) -> None:
    """No row or column exists that no printed line sets apart."""
    for form in forms_of(seed, report)[2]:
        assert {c.row for c in form.cells} == set(range(form.n_rows))
        assert {c.col for c in form.cells} == set(range(form.n_cols))


def test_overlapping_cells_are_refused() -> None:
    """A row with a cell too many is an error, not a crooked grid."""
    with pytest.raises(ValueError, match=r"overlap|holes"):
        lay([[C("a", rows=2), "b"], ["c", "d"]], 1)


def figure(text: str) -> Decimal:
    """The number of a printed figure; 0 for a blank."""
    return Decimal(text.replace(",", "") or "0")


@pytest.mark.parametrize("seed", range(20))
def test_every_coded_row_of_income_adds_up_as_printed(seed: int) -> None:
    """收入决算表: the printed total of each row is the sum of its printed sources."""
    body, style, forms = forms_of(seed)
    form = next(f for f in forms if f.form == "final.income")
    first = 2 if style.code == "whole" else 4
    school = bool(body.sums.tuition)
    rows: dict[int, dict[int, str]] = {}
    for cell in form.cells:
        if cell.row >= form.header_rows:
            rows.setdefault(cell.row, {})[cell.col] = cell.text
    for row in rows.values():
        figures = [figure(row[c]) for c in range(first, form.n_cols)]
        parts = figures[1:4] + figures[5:] if school else figures[1:]
        assert figures[0] == sum(parts)


@pytest.mark.parametrize("seed", range(12))
def test_texts_stay_within_their_cells(seed: int) -> None:
    """Every line is narrower and every cell's lines are lower than the cell."""
    with canvas() as pdf:
        for form in forms_of(seed, ("final_account", "budget")[seed % 2])[2]:
            fitted = fit(pdf, form, 267.0 if form.landscape else 180.0, TableLook(size_pt=(7.0, 9.0, 10.0)[seed % 3]))
            measure = measurer(pdf, fitted.size_pt)
            for cell, lines in zip(form.cells, fitted.lines, strict=True):
                width = sum(fitted.widths[cell.col : cell.col + cell.col_span])
                height = sum(fitted.heights[cell.row : cell.row + cell.row_span])
                assert max(map(measure, lines)) <= width
                assert len(lines) * fitted.leading <= height
                assert "".join(lines) == cell.text


def test_an_empty_fund_form_says_so() -> None:
    """A form without figures carries the statement that explains it, and only such a form does."""
    stated = {True: 0, False: 0}
    for seed in range(30):
        body, _, forms = forms_of(seed)
        form = next(f for f in forms if f.form == "final.fund")
        empty = not any(r.fund_project for r in body.rows)
        assert form.stated == empty
        stated[empty] += 1
    assert all(stated.values())
