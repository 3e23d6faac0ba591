"""How fast reports go into a database, and how fast the questions of docs/databases.md are answered.

    python benchmarks/load.py [--items 100000] [--to sqlite:///load.db --to postgresql+psycopg://user@host/name]

Without --to: a new SQLite file. The databases must be empty. The reports are fictitious final accounts with all their
cells, items, checks and pages, each loaded as `gouji load` does: from its JSON, as a transaction of its own, while
another process reads ahead. Printed for each database:
  rows      of all tables, and how many of them are items
  rows/s    by the clock, from opened file to committed; and per second of CPU time, of this process and its helpers
  items/s   100,000 item rows alone put into the table: the bulk path by itself
  ms        the best of five answers to each question
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks.injected_errors import report_tables
from gouji import store
from gouji.checks.evaluate import run_checks
from gouji.config import load_settings
from gouji.database.bulk import insert_rows
from gouji.database.load import Loaded, load_report
from gouji.database.ready import make_ready
from gouji.forms import load_definitions, read_items, recognise_forms
from gouji.loading import load_each, open_migrated
from gouji.records import Document, Fact, MadeBy, Page, Report, Source
from gouji.rows import KINDS

KINDS_OF_REPORTS = 12
QUESTIONS = Path(__file__).resolve().parents[1] / "docs" / "databases.md"


def report_of(seed: int) -> Report:
    """A fictitious final account as a perfect reader would give it, without narrative."""
    tables, document = report_tables(seed)
    definitions = load_definitions()
    known = recognise_forms(tables, definitions)
    checked = run_checks(known, read_items(known, definitions), (), (), document, (), load_settings().checks)
    pages = tuple(Page(page=n, width=900, height=1200, dpi=100, origin="scan") for n in range(1, len(tables) + 1))
    return Report(
        source=Source(file=f"r{seed}.pdf", sha256=f"{seed:064x}", media_type="application/pdf", pages=len(pages)),
        made_by=MadeBy(gouji="0", engine="none", models=(), detector="none", ner=None, settings="0"),
        document=document, pages=pages, tables=checked.tables, items=checked.items, checks=checked.checks,
        findings=checked.findings, facts=facts_of(document),
    )  # fmt: skip


def facts_of(document: Document) -> tuple[Fact, ...]:
    """A few facts, as narratives state them."""
    stated = {"revenue.total": None, "expenditure.total": None, "staff.in_service": None, "score.project": "项目甲"}
    return tuple(
        Fact(key=key, value="88.50", unit="元", subject=subject, year=document.fiscal_year, evidence="88.50", page=1,  # type: ignore[arg-type]
             box=(0, 0, 1, 1), confidence=1.0, method="rule")
        for key, subject in stated.items()
    )  # fmt: skip


def fictitious_reports(out: Path) -> Iterator[tuple[Path, int]]:
    """Saved reports without end, each with how many items it has.

    The same dozen over and over, as documents and bodies of their own.
    """
    reports = [report_of(seed) for seed in range(KINDS_OF_REPORTS)]
    for n in count():
        report = reports[n % KINDS_OF_REPORTS]
        source = report.source.model_copy(update={"sha256": f"{n:064x}"})
        body = f"第{n // 5}号局"
        document = report.document.model_copy(update={"organization": f"青禾县{body}", "fiscal_year": 2019 + n % 5})
        path = out / f"r{n:04d}" / "report.json"
        path.parent.mkdir(parents=True)
        changed = report.model_copy(update={"source": source, "document": document})
        path.write_text(store.report_to_json(changed), "utf-8")
        yield path, len(report.items)


def write_reports(out: Path, items: int) -> list[Path]:
    """Saved reports with so many items in all."""
    paths: list[Path] = []
    for path, number in fictitious_reports(out):
        paths.append(path)
        items -= number
        if items <= 0:
            break
    return paths


def measure(address: str, paths: list[Path]) -> None:
    """Load all into the database and print how long it took."""
    engine, settings = open_migrated(address), load_settings()
    wall, cpu = time.perf_counter(), cpu_seconds()
    done = [loaded for loaded in load_each(engine, paths, settings, 0) if isinstance(loaded, Loaded)]
    wall, cpu, rows = time.perf_counter() - wall, cpu_seconds() - cpu, sum(loaded.rows for loaded in done)
    with engine.connect() as connection:
        items = connection.execute(text("SELECT count(*) FROM items")).scalar_one()
    print(f"{engine.dialect.name}: {len(paths)} reports, {rows:,} rows, {items:,} of them items")
    print(f"  {rows / wall:10,.0f} rows/s   {rows / cpu:10,.0f} rows per second of CPU time")
    print(f"  {bulk(engine, paths[0]):10,.0f} items/s by the bulk path alone")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))
    for question in questions():
        print(f"  {ask(engine, question):8.1f} ms  {' '.join(question.split())[:90]}")
    engine.dispose()


def cpu_seconds() -> float:
    """CPU time of this process and of those that it started and that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def bulk(engine: Engine, path: Path) -> float:
    """Items a second of 100,000 put into their table in one go, then taken back."""
    report, done = store.load_report(path), 100_000
    rows = make_ready(report, engine.dialect.name).rows["items"]
    many = [(n, *rows[n % len(rows)][1:]) for n in range(done)]
    columns = [column.name for column in KINDS["items"]]
    other = report.model_copy(update={"items": (), "source": report.source.model_copy(update={"sha256": "bulk"})})
    key = load_report(engine, other).document
    with engine.connect() as connection:
        version = connection.execute(text(f"SELECT id FROM versions WHERE document = {key}")).scalar_one()
        start = time.perf_counter()
        insert_rows(connection, "items", columns, (version, key), many)
        seconds = time.perf_counter() - start
        connection.rollback()
    return done / seconds


def questions() -> list[str]:
    """The SQL of the documentation, for the fictitious bodies of this benchmark."""
    blocks = QUESTIONS.read_text("utf-8").split("```sql\n")[1:]
    return [block.split("```")[0].strip().rstrip(";") for block in blocks]


def ask(engine: Engine, question: str) -> float:
    """The best of five times in ms, all rows fetched."""
    best = float("inf")
    for _ in range(5):
        with engine.connect() as connection:
            start = time.perf_counter()
            connection.execute(text(question)).all()
            best = min(best, time.perf_counter() - start)
    return best * 1000


def main() -> None:
    """Write the reports, load them into each database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--to", action="append", default=[])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = write_reports(Path(folder) / "reports", arguments.items)
        for address in arguments.to or [f"sqlite:///{folder}/load.db"]:
            measure(address, paths)


if __name__ == "__main__":
    main()
