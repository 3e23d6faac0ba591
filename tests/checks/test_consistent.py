"""On invented reports that are consistent nothing is found; errors put into them are."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from gouji.checks.evaluate import Outcome, run_checks
from gouji.config import load_settings
from gouji.forms import load_definitions, read_items, recognise_forms
from gouji.records import Cell, Document, Fact, Paragraph, Table
from gouji.synth.blocks import Block
from gouji.synth.forms import all_forms
from gouji.synth.grid import Form, draw_style
from gouji.synth.invent import invent
from gouji.synth.manuscript import write_manuscript
from gouji.zh import UNITS, parse_number

FORMS = load_definitions()
SETTINGS = load_settings().checks
BOX = (0, 0, 1, 1)


def as_table(form: Form, number: int) -> Table:
    cells = tuple(
        Cell(
            row=c.row, col=c.col, row_span=c.row_span, col_span=c.col_span, text=c.text, value=parse_number(c.text),
            page=number, box=BOX,
        )
        for c in form.cells
    )  # fmt: skip
    return Table(
        id=f"t{number}", title=form.title, unit=form.unit or None, unit_factor=UNITS.get(form.unit), pages=(number,),
        n_rows=form.n_rows, n_cols=form.n_cols, cells=cells, notes=form.notes,
    )  # fmt: skip


def checked(tables: Sequence[Table], document: Document, blocks: Sequence[Block] = ()) -> Outcome:
    known = recognise_forms(tables, FORMS)
    facts = [
        Fact(
            key=f.key, value=f.value, unit=f.unit, subject=f.subject, year=f.year, evidence=f.evidence, page=1, box=BOX,
            confidence=1.0, method="truth",
        )
        for block in blocks
        for f in block.facts
    ]  # fmt: skip
    narrative = [
        Paragraph(kind="paragraph" if b.kind == "paragraph" else "heading", text=b.text, pages=(1,), boxes=(BOX,))
        for b in blocks
    ]
    return run_checks(known, read_items(known, FORMS), facts, narrative, document, (), SETTINGS)


@pytest.mark.parametrize("kind", ["final_account", "budget"])
@pytest.mark.parametrize("seed", range(6))
def test_a_consistent_report_gives_no_finding(seed: int, kind: str) -> None:
    """Tables, facts and paragraphs of a whole invented report: nothing fails, nothing is suggested, nothing flagged."""
    body = invent(seed, report=kind)  # type: ignore[arg-type]
    items = write_manuscript(body, seed).items
    tables = [as_table(form, i) for i, form in enumerate((x for x in items if isinstance(x, Form)), 1)]
    document = Document(fiscal_year=body.year, kind=kind)  # type: ignore[arg-type]
    outcome = checked(tables, document, [x for x in items if isinstance(x, Block)])
    assert [finding.message for finding in outcome.findings if finding.severity != "info"] == []
    assert not any(check.status == "fail" for check in outcome.checks)
    assert not any(cell.flags for table in outcome.tables for cell in table.cells)
    assert sum(check.status == "pass" for check in outcome.checks) > 100


@pytest.mark.parametrize("seed", range(30, 34))
def test_a_report_rounded_figure_by_figure_gives_no_error(seed: int) -> None:
    """Amounts finer than printed: sums are off in the last digit, and that is `rounding`, never a failure."""
    body = invent(seed, report="final_account", rounded=True)
    rng = random.Random(seed)
    forms = all_forms(body, draw_style(rng, body.unit, body.places), rng)
    outcome = checked([as_table(form, i) for i, form in enumerate(forms, 1)], Document(fiscal_year=body.year))
    assert not any(check.status == "fail" and check.rule != "N14" for check in outcome.checks)


def test_one_wrong_digit_anywhere_is_found() -> None:
    """Of thirty single digits changed at random in number cells of the forms nearly all are found and flagged there."""
    body = invent(3, report="final_account", unit="万元", places=2)
    rng = random.Random(3)
    forms = all_forms(body, draw_style(rng, body.unit, body.places), rng)
    tables = [as_table(form, i) for i, form in enumerate(forms, 1)]
    document = Document(fiscal_year=body.year, kind="final_account")
    known = recognise_forms(tables, FORMS)
    final = [item for item in read_items(known, FORMS) if item.form.startswith("final") and item.amount]
    found = 0
    for item in rng.sample(final, 30):
        place = rng.choice([i for i, char in enumerate(item.text) if char.isdigit()])
        digit = rng.choice([d for d in "0123456789" if d != item.text[place]])
        text = item.text[:place] + digit + item.text[place + 1 :]
        wrong = changed(known, item.table, item.row, item.col, text)
        outcome = run_checks(wrong, read_items(wrong, FORMS), (), (), document, (), SETTINGS)
        table = next(table for table in outcome.tables if table.id == item.table)
        found += any(cell.flags for cell in table.cells if (cell.row, cell.col) == (item.row, item.col))
    assert found >= 27


def changed(tables: Sequence[Table], name: str, row: int, col: int, text: str) -> list[Table]:
    update = {"text": text, "value": parse_number(text)}
    return [
        table.model_copy(
            update={
                "cells": tuple(
                    cell.model_copy(update=update) if (cell.row, cell.col) == (row, col) else cell
                    for cell in table.cells
                )
            }
        )
        if table.id == name
        else table
        for table in tables
    ]
