"""What the identities find: one wrong figure in a correct report, over and over.

    python benchmarks/injected_errors.py [--errors 2000] [--reports 40] [--kind digit|shift|unit|sign]

Every error is one number cell of one fictitious report (tables as printed, no scan): a digit changed (digit), the
decimal point moved by one or two places (shift), ten thousand times as much (unit), or the sign (sign). Printed:
  coverage    per form, the share of number cells that some identity covers
  found       share of errors in covered cells that make an identity fail, or flag the cell for an odd residual
  flagged     share of them whose cell carries a flag
  suggested   share of those found whose cell and true figure are suggested
  classed     share of those found that some failed check calls by their kind
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence

from gouji.checks.evaluate import Outcome, run_checks
from gouji.config import load_settings
from gouji.forms import load_definitions, read_items, recognise_forms
from gouji.records import Cell, Document, Table
from gouji.synth.forms import all_forms
from gouji.synth.grid import Form, draw_style
from gouji.synth.invent import invent
from gouji.zh import UNITS, parse_number

FORMS = load_definitions()
SETTINGS = load_settings().checks


def as_table(form: Form, number: int) -> Table:
    """The form as the table that a perfect reader would make of it."""
    cells = tuple(
        Cell(
            row=c.row, col=c.col, row_span=c.row_span, col_span=c.col_span, text=c.text, value=parse_number(c.text),
            page=number, box=(0, 0, 1, 1),
        )
        for c in form.cells
    )  # fmt: skip
    return Table(
        id=f"t{number}", title=form.title, unit=form.unit or None, unit_factor=UNITS.get(form.unit), pages=(number,),
        n_rows=form.n_rows, n_cols=form.n_cols, cells=cells, notes=form.notes,
    )  # fmt: skip


def report_tables(seed: int) -> tuple[list[Table], Document]:
    """The tables of an invented final account."""
    body = invent(seed, report="final_account")
    rng = random.Random(seed)
    forms = all_forms(body, draw_style(rng, body.unit, body.places), rng)
    return [as_table(form, i) for i, form in enumerate(forms, 1)], Document(fiscal_year=body.year, kind="final_account")


def check(tables: Sequence[Table], document: Document) -> Outcome:
    """All identities over the tables."""
    known = recognise_forms(tables, FORMS)
    return run_checks(known, read_items(known, FORMS), (), (), document, (), SETTINGS)


def covered_cells(outcome: Outcome) -> set[tuple[str, int, int]]:
    """The cells that some identity with operands takes in."""
    return {
        (p.table, p.row, p.col)
        for check in outcome.checks
        if check.status != "skipped" and check.actual is not None
        for p in check.operands
        if p.table is not None and p.row is not None and p.col is not None
    }


def spoil(text: str, kind: str, rng: random.Random) -> str:
    """The printed number with one error of the kind."""
    if kind == "sign":
        return "-" + text
    if kind == "digit":
        places = [i for i, char in enumerate(text) if char.isdigit()]
        place = rng.choice(places)
        return text[:place] + rng.choice([d for d in "0123456789" if d != text[place]]) + text[place + 1 :]
    value, sign = parse_number(text.removesuffix("%")), "%" if text.endswith("%") else ""
    assert value is not None
    power = 4 if kind == "unit" else rng.choice([1, -1, 2, -2])
    return f"{value.scaleb(power):f}{sign}"


def put(tables: Sequence[Table], target: Cell, table_id: str, text: str) -> list[Table]:
    """The tables with another text in one cell."""
    wrong = target.model_copy(update={"text": text, "value": parse_number(text)})
    return [
        table.model_copy(update={"cells": tuple(wrong if cell is target else cell for cell in table.cells)})
        if table.id == table_id
        else table
        for table in tables
    ]


def main() -> None:
    """Runs the experiment and prints its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", type=int, default=2000)
    parser.add_argument("--reports", type=int, default=40)
    parser.add_argument("--kind", choices=["digit", "shift", "unit", "sign"], default="digit")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    rng = random.Random(options.kind)
    numbers: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    result: Counter[str] = Counter()
    for seed in range(options.reports):
        tables, document = report_tables(seed)
        clean = check(tables, document)
        cells = covered_cells(clean)
        items = {(item.table, item.row, item.col): item for item in read_items(clean.tables, FORMS)}
        for key, item in items.items():
            numbers[item.form] += 1
            covered[item.form] += key in cells
        at = {(table.id, cell.row, cell.col): cell for table in tables for cell in table.cells}
        targets = [key for key in items if key in cells and (options.kind == "digit" or at[key].value)]
        for key in rng.sample(targets, min(len(targets), options.errors // options.reports)):
            cell = at[key]
            text = spoil(cell.text, options.kind, rng)
            outcome = check(put(tables, cell, key[0], text), document)
            tally(result, outcome, key, cell, options.kind, items[key].form, text, options.verbose)
    for form in sorted(numbers):
        print(f"coverage {form:30} {covered[form]:6} of {numbers[form]:6} = {covered[form] / numbers[form]:.3f}")
    final = [form for form in numbers if form.startswith("final")]
    print(f"coverage of the final-account forms {sum(covered[f] for f in final) / sum(numbers[f] for f in final):.3f}")
    found = result["found"]
    print(
        f"{options.kind}: {result['all']} errors in covered cells; found {found / result['all']:.3f}, "
        f"flagged {result['flagged'] / result['all']:.3f}, suggested {result['suggested'] / max(found, 1):.3f}, "
        f"classed {result['classed'] / max(found, 1):.3f}"
    )


def tally(
    result: Counter[str], outcome: Outcome, key: tuple[str, int, int], cell: Cell, kind: str, form: str, text: str,
    verbose: bool,
) -> None:  # fmt: skip
    """Counts what became of one error."""
    failed = [check for check in outcome.checks if check.status == "fail"]
    hit = [check for check in failed if key in {(p.table, p.row, p.col) for p in check.operands}]
    flags = next(
        c.flags for t in outcome.tables if t.id == key[0] for c in t.cells if (c.row, c.col) == (cell.row, cell.col)
    )
    right = [s for s in outcome.suggestions if (s.cell.table, s.cell.row, s.cell.col) == key and s.value == cell.value]
    result["all"] += 1
    result["found"] += bool(hit or flags)
    result["flagged"] += bool(flags)
    result["suggested"] += bool(right)
    result["classed"] += any(check.kind == kind for check in hit)
    if verbose and not (hit and right):
        others = [(s.cell.table, s.cell.row, s.cell.col, s.text) for s in outcome.suggestions]
        print("missed" if not hit else "not suggested", form, key, cell.text, "->", text, [c.rule for c in hit], others)


if __name__ == "__main__":
    main()
