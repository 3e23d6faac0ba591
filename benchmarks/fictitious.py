"""How well fictitious reports are read: written by gouji's own synth, scanned, read, compared with their truth.

    python benchmarks/fictitious.py [--count 4] [--seed 7000] [--quality digital good office ...] [--set KEY=VALUE]

One row for each quality, over all reports:
  found      tables with a partner among those read / true tables;   extra: tables read that have none
  cells      F1 of cells with the right row, column, spans and text;   numbers: share of true number cells read right
  silent     share of true number cells that are wrong and carry no flag;   flagged: share that carry one
  facts      F1 on (key, value)
  fails      failed checks;   errors: findings of severity error; the reports are consistent, so both should be 0
  s/page     seconds a page of the whole reading, models loaded
Text is compared without white space, punctuation marks as ASCII.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from gouji import pipeline
from gouji.config import Settings, load_settings
from gouji.records import Report, Table
from gouji.synth.write import write_reports
from gouji.zh import parse_number, squeeze

MARKS = str.maketrans("，。：；、（）“”‘’—－–·", ",.:;,()\"\"''---.")
Key = tuple[int, int, int, int, str]


@dataclass
class Tally:
    """Counts over reports; every field is a sum."""

    tables: int = 0
    found: int = 0
    extra: int = 0
    cells: int = 0
    cells_both: int = 0
    cells_right: int = 0
    numbers: int = 0
    numbers_right: int = 0
    silent: int = 0
    flagged: int = 0
    facts_both: int = 0
    facts_right: int = 0
    fails: int = 0
    errors: int = 0
    pages: int = 0
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Add the other's counts to these."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


def plain(text: str) -> str:
    """The text as it is compared."""
    return unicodedata.normalize("NFKC", squeeze(text).translate(MARKS)).translate(MARKS)


def true_cells(table: dict[str, Any]) -> dict[Key, str]:
    """The truth's cells by place, spans and text, with the text as printed."""
    return {(c["row"], c["col"], c["row_span"], c["col_span"], plain(c["text"])): c["text"] for c in table["cells"]}


def read_cells(table: Table) -> set[Key]:
    """The cells that were read, in the same form."""
    return {(c.row, c.col, c.row_span, c.col_span, plain(c.text)) for c in table.cells}


def pair(truth: list[dict[str, Any]], tables: list[Table]) -> list[tuple[dict[str, Any], Table | None]]:
    """Each true table with the table read that is most like it, so that all pairs together are most alike.

    None for a table of which no other shares a fifth of the texts.
    """
    ours = [Counter(plain(c["text"]) for c in true["cells"] if c["text"]) for true in truth]
    theirs = [Counter(plain(c.text) for c in table.cells if c.text) for table in tables]
    shared = np.array([[(a & b).total() for b in theirs] for a in ours]).reshape(len(ours), len(theirs))
    alike = [[2 * shared[i, j] / (a.total() + b.total()) for j, b in enumerate(theirs)] for i, a in enumerate(ours)]
    rows, columns = linear_sum_assignment(-np.array(alike).reshape(shared.shape))
    chosen = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    kept = {i: j for i, j in chosen.items() if shared[i, j] >= 0.2 * ours[i].total()}
    return [(true, tables[kept[i]] if i in kept else None) for i, true in enumerate(truth)]


def compare(truth: dict[str, Any], report: Report) -> Tally:
    """The counts of one report."""
    tally = Tally(tables=len(truth["tables"]), pages=len(report.pages))
    for true, table in pair(truth["tables"], list(report.tables)):
        tally.add(compare_table(true, table))
    tally.extra = len(report.tables) - tally.found
    stated = {(fact["key"], Decimal(str(fact["value"]))) for fact in truth["facts"]}
    told = {(fact.key, fact.value) for fact in report.facts}
    tally.facts_both, tally.facts_right = len(stated) + len(told), len(stated & told)
    tally.fails = sum(check.status == "fail" for check in report.checks)
    tally.errors = sum(finding.severity == "error" for finding in report.findings)
    return tally


def compare_table(true: dict[str, Any], table: Table | None) -> Tally:
    """The counts of one table."""
    expected = true_cells(true)
    numbers = [cell for cell in true["cells"] if parse_number(cell["text"]) is not None]
    if table is None:
        return Tally(cells_both=len(expected), numbers=len(numbers), silent=len(numbers))
    right = len(expected.keys() & read_cells(table))
    tally = Tally(found=1, cells_both=len(expected) + len(table.cells), cells_right=right, numbers=len(numbers))
    at = {(cell.row, cell.col): cell for cell in table.cells}
    for cell in numbers:
        got = at.get((cell["row"], cell["col"]))
        good = got is not None and got.value == parse_number(cell["text"])
        tally.numbers_right += good
        tally.flagged += got is not None and bool(got.flags)
        tally.silent += not good and not (got is not None and got.flags)
    return tally


def read(path: Path, settings: Settings, readers: pipeline.Readers) -> tuple[Report, float]:
    """The report and the seconds it took."""
    start = time.perf_counter()
    with pipeline.open_report(path, settings) as opened:
        pages = [pipeline.read_page(opened, n, readers, settings) for n in range(1, opened.source.pages + 1)]
        report = pipeline.assemble(opened.source, pages, settings)
    return report, time.perf_counter() - start


def row(name: str, tally: Tally) -> str:
    """One line of the table that is printed."""
    numbers = max(1, tally.numbers)
    return (
        f"{name:9}{tally.found / max(1, tally.tables):7.3f}{tally.extra:6d}"
        f"{2 * tally.cells_right / max(1, tally.cells_both):8.4f}{tally.numbers_right / numbers:9.4f}"
        f"{tally.silent / numbers:8.4f}{tally.flagged / numbers:9.4f}"
        f"{2 * tally.facts_right / max(1, tally.facts_both):7.3f}{tally.fails:7d}{tally.errors:8d}"
        f"{tally.seconds / max(1, tally.pages):8.2f}{tally.pages:7d}"
    )


def main() -> None:
    """Write, read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7000)
    parser.add_argument("--quality", nargs="*", default=["digital", "good", "office", "poor", "turned"])
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    given = parser.parse_args()
    settings = load_settings(None, given.set)
    readers = pipeline.open_readers(settings)
    print(f"{'quality':9}{'found':>7}{'extra':>6}{'cells':>8}{'numbers':>9}{'silent':>8}{'flagged':>9}{'facts':>7}{'fails':>7}"
          f"{'errors':>8}{'s/page':>8}{'pages':>7}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        scans = [quality for quality in given.quality if quality != "digital"]
        write_reports(Path(folder), given.count, given.seed, scans)
        for quality in given.quality:
            total = Tally()
            for path in sorted(Path(folder).glob("*.truth.json")):
                stem = path.name.removesuffix(".truth.json")
                report, seconds = read(Path(folder) / f"{stem}.{quality}.pdf", settings, readers)
                tally = compare(json.loads(path.read_text("utf-8")), report)
                tally.seconds = seconds
                total.add(tally)
            print(row(quality, total), flush=True)


if __name__ == "__main__":
    main()
