"""Databases to load into: a new SQLite file, and a new database on a PostgreSQL server started for the tests."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from benchmarks.postgres import Postgres, running
from gouji import store
from gouji.checks.evaluate import run_checks
from gouji.config import load_settings
from gouji.errors import SetupError
from gouji.forms import load_definitions, read_items, recognise_forms
from gouji.records import Cell, Document, Fact, MadeBy, Page, Paragraph, Report, Source, Table
from gouji.synth.forms import all_forms
from gouji.synth.grid import draw_style
from gouji.synth.invent import invent
from gouji.zh import UNITS, parse_number

MakeReport = Callable[..., Report]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL server; the tests that need it are skipped where none can be started."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running())
        except SetupError as error:
            pytest.skip(str(error))
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


# --- reports ---


@cache
def invented(seed: int, year: int = 2024) -> Report:
    """A fictitious final account as a perfect reader would give it; its narrative is one sentence and its facts two."""
    body = invent(seed, report="final_account", year=year)
    rng = random.Random(seed)
    forms = all_forms(body, draw_style(rng, body.unit, body.places), rng)
    tables = tuple(
        Table(
            id=f"t{n}", title=form.title, unit=form.unit or None, unit_factor=UNITS.get(form.unit), pages=(n,),
            n_rows=form.n_rows, n_cols=form.n_cols, header_rows=form.header_rows, notes=form.notes,
            cells=tuple(
                Cell(row=c.row, col=c.col, row_span=c.row_span, col_span=c.col_span, text=c.text,
                     value=parse_number(c.text), header=c.header, page=n,
                     box=(c.col * 100, c.row * 20, c.col * 100 + 99, c.row * 20 + 19))
                for c in form.cells
            ),
        )
        for n, form in enumerate(forms, 1)
    )  # fmt: skip
    text = f"{body.organisation.name}收入总计12.50万元，项目甲得分85.5分。"
    clauses = [
        ("revenue.total", "125000.00", "元", None, "收入总计12.50万元"),
        ("score.project", "85.5", "分", "项目甲", "项目甲得分85.5分"),
    ]
    facts = tuple(
        Fact(key=key, value=Decimal(value), unit=unit, subject=subject, year=year, evidence=clause, page=1,
             box=(1, 2, 3, 4), confidence=0.9, method="rule:x")
        for key, value, unit, subject, clause in clauses
    )  # fmt: skip
    definitions, settings = load_definitions(), load_settings().checks
    document = Document(title=f"{body.organisation.name}{year}年度部门决算", organization=body.organisation.name,
                        fiscal_year=year, kind="final_account")  # fmt: skip
    known = recognise_forms(tables, definitions)
    pages = tuple(Page(page=n, width=900, height=1200, dpi=100, origin="scan") for n in range(1, len(forms) + 1))
    checked = run_checks(known, read_items(known, definitions), facts, (), document, pages, settings)
    return Report(
        source=Source(file=f"r{seed}.pdf", sha256=f"{seed:064x}", media_type="application/pdf", pages=len(pages)),
        made_by=MadeBy(gouji="0", engine="none", models=("a",), detector="none", ner=None, settings="0"),
        document=document,
        pages=pages,
        tables=checked.tables,
        items=checked.items,
        narrative=(Paragraph(kind="paragraph", text=text, pages=(1,), boxes=((1, 2, 3, 4),)),),
        facts=facts,
        checks=checked.checks,
        suggestions=checked.suggestions,
        findings=checked.findings,
    )


@pytest.fixture
def make_report() -> MakeReport:
    """A maker of reports; see `invented`."""
    return invented


def _short(report: Report) -> Report:
    """The report with two of its forms, so that it is soon loaded."""
    tables = tuple(table for table in report.tables if table.form in ("final.sangong", "final.income"))
    kept = {table.id for table in tables}
    checks = tuple(check for check in report.checks if all(pointer.table in kept for pointer in check.operands))
    items = tuple(item for item in report.items if item.table in kept)
    return report.model_copy(update={"tables": tables, "items": items, "checks": checks})


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of six run folders."""
    for seed in range(6):
        folder = tmp_path / "out" / f"r{seed}"
        folder.mkdir(parents=True)
        store.write_text(folder / "report.json", store.report_to_json(_short(invented(seed))))
    return tmp_path / "out"
