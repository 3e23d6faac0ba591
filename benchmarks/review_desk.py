"""A desk of fictitious reports for the review page: read from digital pages, with digits misread on purpose.

    python -m benchmarks.review_desk DIR      writes the desk; then: gouji review DIR

What is planted stands in `DIR/planted.json`. The screenshots and the browser tests use it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from gouji import run, store
from gouji.config import Settings, load_settings
from gouji.pages.rasterise import file_sha256
from gouji.records import GridCell, PageReading, Report
from gouji.synth.invent import invent
from gouji.synth.manuscript import write_manuscript
from gouji.synth.print_pdf import print_manuscript
from gouji.zh import parse_number

SEEDS = {2021: 611, 2022: 612, 2023: 613}  # one department over three years
OTHERS = ((21, "final_account"), (22, "budget"), (23, "final_account"), (24, "budget"), (26, "budget"))


def write_desk(folder: Path) -> list[dict[str, object]]:
    """Write and read the reports; gives what was planted."""
    settings = load_settings(overrides=["facts.ner=false"])
    planted: list[dict[str, object]] = []
    office = invent(SEEDS[2023], report="final_account").organisation
    for year, seed in SEEDS.items():
        path = print_report(folder, seed, "final_account", year=year, organisation=office)
        report_folder = read_digital(path, folder, settings)
        if year == 2023:
            planted += [misread(report_folder, settings, n) for n in (7, 23)]
    read_digital(print_report(folder, SEEDS[2023], "budget", year=2023, organisation=office), folder, settings)
    for seed, kind in OTHERS:
        report_folder = read_digital(print_report(folder, seed, kind), folder, settings)
        if seed % 3 == 2:
            planted += [misread(report_folder, settings, n) for n in (5, 12, 31)]
    (folder / "planted.json").write_text(json.dumps(planted, ensure_ascii=False, indent=1), "utf-8")
    return planted


def print_report(folder: Path, seed: int, kind: str, short: bool = True, **said: object) -> Path:
    """Print one fictitious report as a digital PDF; `said` replaces what was invented of the body."""
    body = replace(invent(seed, report=kind), **said)  # type: ignore[arg-type]
    path = (
        folder / "sources" / f"{body.organisation.name}{body.year}{'决算' if kind == 'final_account' else '预算'}.pdf"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(print_manuscript(write_manuscript(body, seed, short=short)).pdf)
    return path


def read_digital(path: Path, out: Path, settings: Settings) -> Path:
    """Read a report; gives its run folder."""
    return Path(run.read_report(path, out, settings).folder)


def write_long(out: Path, like: Path, times: int) -> Path:
    """A report of many pages: all of the run folder `like` again and again, checks too; gives its run folder."""
    import pypdfium2

    entry = store.read_entry(like)
    assert entry is not None
    short = store.load_report(like)
    path = out / "sources" / f"{times * len(short.pages)}页.pdf"
    with pypdfium2.PdfDocument(entry.path) as source, pypdfium2.PdfDocument.new() as long:
        long.import_pages(source, list(range(len(short.pages))) * times)
        long.save(path)
    sha256 = file_sha256(path)
    folder = store.claim_folder(out, path, sha256)
    store.begin(folder, store.Entry(path=str(path.resolve()), sha256=sha256, readings="copied"))
    source_of = short.source.model_copy(update={"file": path.name, "sha256": sha256, "pages": times * len(short.pages)})
    store.save_report(folder, _repeated(short, times).model_copy(update={"source": source_of}), "copied")
    return folder


def _repeated(report: Report, times: int) -> Report:
    """The report so many times over, pages and tables renumbered; without facts."""
    pages, tables, items, checks, narrative = [], [], [], [], []
    for k in range(times):
        shift = k * len(report.pages)
        pages += [page.model_copy(update={"page": page.page + shift}) for page in report.pages]
        for table in report.tables:
            cells = tuple(cell.model_copy(update={"page": cell.page + shift}) for cell in table.cells)
            update = {"id": f"{table.id}-{k}", "pages": tuple(n + shift for n in table.pages), "cells": cells}
            tables.append(table.model_copy(update=update))
        for item in report.items:
            items.append(item.model_copy(update={"table": f"{item.table}-{k}", "page": item.page + shift}))
        for check in report.checks:
            places = tuple(
                p.model_copy(update={"table": f"{p.table}-{k}", "page": (p.page or 0) + shift})
                for p in check.operands
                if p.table
            )
            checks.append(check.model_copy(update={"operands": places}))
        moved = ({"pages": tuple(n + shift for n in each.pages)} for each in report.narrative)
        narrative += [each.model_copy(update=m) for each, m in zip(report.narrative, moved, strict=True)]
    update = {"pages": tuple(pages), "tables": tuple(tables), "items": tuple(items), "checks": tuple(checks)}
    update |= {"narrative": tuple(narrative), "facts": (), "suggestions": (), "findings": ()}
    return report.model_copy(update=update)


def misread(folder: Path, settings: Settings, number: int) -> dict[str, object]:
    """Change one digit of the `number`-th amount in the page readings, as OCR might, and make the report again."""
    report = store.load_report(folder)
    pages = [reading for page in report.pages if (reading := store.load_reading(folder, page.page)) is not None]
    amounts = [
        (reading, g, c, cell)
        for reading in pages
        for g, grid in enumerate(reading.grids)
        for c, cell in enumerate(grid.cells)
        if "." in cell.text and (parse_number(cell.text) or 0) > 1
    ]
    reading, g, c, cell = amounts[number]
    wrong = slip(cell.text)
    store.save_reading(folder, with_cell(reading, g, c, cell.model_copy(
        update={"text": wrong, "confidence": 0.71, "alternatives": (cell.text,)})))  # fmt: skip
    remake(folder, report, settings)
    return {"folder": folder.name, "page": reading.page.page, "read": wrong, "true": cell.text, "box": cell.box}


def slip(text: str) -> str:
    """The number with one digit in its middle taken for another that looks like it."""
    twins = {"0": "8", "1": "7", "2": "7", "3": "8", "4": "9", "5": "6", "6": "8", "7": "1", "8": "3", "9": "4"}
    digits = [i for i, char in enumerate(text) if char.isdigit()]
    at = digits[len(digits) // 3]
    return text[:at] + twins[text[at]] + text[at + 1 :]


def with_cell(reading: PageReading, g: int, c: int, cell: GridCell) -> PageReading:
    """The reading with one cell of one grid replaced."""
    grid = reading.grids[g]
    cells = (*grid.cells[:c], cell, *grid.cells[c + 1 :])
    grids = (*reading.grids[:g], grid.model_copy(update={"cells": cells}), *reading.grids[g + 1 :])
    return reading.model_copy(update={"grids": grids})


def remake(folder: Path, report: Report, settings: Settings) -> Report:
    """Make the report again from the readings in the folder."""
    entry = store.read_entry(folder)
    assert entry is not None
    pages = tuple(page.page for page in report.pages)
    key = store.report_key(entry.sha256, settings, pages)
    job = run.Job(path=entry.path, folder=str(folder), source=report.source, pages=pages, todo=(), key=key)
    return run.finish(job, settings)


if __name__ == "__main__":
    for each in write_desk(Path(sys.argv[1])):
        print(each["folder"], each["page"], each["true"], "→", each["read"])
