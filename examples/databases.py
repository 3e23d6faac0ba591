"""Writes the answers in docs/databases.md: fictitious reports written, read, loaded, and asked.

    python examples/databases.py [--check]

Each block of SQL in the document is followed by what SQLite answers; `--check` writes nothing and fails if they differ.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from gouji.config import load_settings
from gouji.loading import load_saved, open_migrated
from gouji.records import Correction, Pointer
from gouji.run import read_report
from gouji.store import add_correction, load_report
from gouji.synth.invent import invent
from gouji.synth.manuscript import write_manuscript
from gouji.synth.print_pdf import print_manuscript

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "databases.md"
BLOCK = re.compile(r"(```sql\n(.*?)```\n)(?:\n```text\n.*?```\n)?", re.DOTALL)
# Seeds and years: three years of one body, one year of two others.
REPORTS = ((11, 2022), (12, 2023), (13, 2024), (21, 2024), (31, 2024))
OTHER_DIGIT = {"1": "7", "2": "3", "3": "8", "4": "9", "5": "6", "6": "8", "7": "1", "8": "3", "9": "4", "0": "6"}


def main() -> None:
    """Make the database and write or compare the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "example.db"
        fill(file, Path(folder))
        with sqlite3.connect(file) as base:
            before = DOCUMENT.read_text("utf-8")
            after = BLOCK.sub(lambda block: f"{block[1]}\n```text\n{answer(base, block[2])}\n```\n", before)
    if parser.parse_args().check:
        sys.exit("docs/databases.md is not what the database answers" if after != before else 0)
    DOCUMENT.write_text(after, "utf-8")


def fill(file: Path, folder: Path) -> None:
    """Write and read the reports, correct a figure of one as a person would, and load them all."""
    settings, engine = load_settings(), open_migrated(f"sqlite:///{file}")
    bodies = [invent(seed, kind="机关", unit="万元", places=2, year=year) for seed, year in REPORTS]
    first = bodies[0].organisation
    for n, body in enumerate(bodies):
        whose = first if n < 3 else body.organisation
        manuscript = write_manuscript(replace(body, organisation=whose), 100 + n)
        path = folder / f"{n}.pdf"
        path.write_bytes(print_manuscript(manuscript).pdf)
        outcome = read_report(path, folder / "out", settings)
        if n == 0:
            correct(Path(outcome.folder))
        load_saved(engine, Path(outcome.folder) / "report.json", settings, 0)
    engine.dispose()


def correct(folder: Path) -> None:
    """Change one figure that a sum takes in: the correction shows in the views, and so does the sum that fails now."""
    report = load_report(folder)
    item = next(i for i in report.items if i.form == "final.income" and i.measure == "total" and i.amount)
    new = OTHER_DIGIT[item.text[0]] + item.text[1:]
    at = Pointer(table=item.table, row=item.row, col=item.col)
    add_correction(
        folder, Correction(who="李核", why="与纸质件核对", kind="cell", target=at, old=item.text, new=new), item.text
    )


def answer(base: sqlite3.Connection, sql: str) -> str:
    """The answer as a table of plain text, its first ten rows."""
    cursor = base.execute(sql.strip().rstrip(";"))
    rows = [tuple("" if value is None else str(value) for value in row) for row in cursor.fetchall()]
    shown = [tuple(column[0] for column in cursor.description), *rows[:10]]
    widths = [max(map(wide, column)) for column in zip(*shown, strict=True)]
    lines = ["  ".join(v + " " * (w - wide(v)) for v, w in zip(row, widths, strict=True)).rstrip() for row in shown]
    return "\n".join([*lines, *([f"… {len(rows) - 10} more rows"] if len(rows) > 10 else [])])


def wide(value: str) -> int:
    """Columns of a terminal that the text takes: two for a Chinese character."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in value)


if __name__ == "__main__":
    main()
