"""What docs/databases.md says is so."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import text

from gouji import store
from gouji.cli.command import run
from gouji.database.load import load_report
from gouji.database.models import Base
from gouji.loading import open_migrated
from gouji.records import Report

MakeReport = Callable[..., Report]
DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "databases.md").read_text("utf-8")
QUESTIONS = re.findall(r"```sql\n(.*?);\n```", DOCUMENT, re.DOTALL)


def test_questions_are_answered(address: str, make_report: MakeReport) -> None:
    """Every question of the document is understood by both databases."""
    engine = open_migrated(address)
    load_report(engine, make_report(1))
    with engine.connect() as connection:
        for question in QUESTIONS:
            connection.execute(text(question)).all()
    engine.dispose()
    assert len(QUESTIONS) >= 8


def test_every_table_is_explained() -> None:
    """The document names every table."""
    assert all(f"`{name}`" in DOCUMENT for name in Base.metadata.tables)


def test_duckdb_answers_as_written(make_report: MakeReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The query for DuckDB over exported Parquet gives the sums of the reports' items, exactly."""
    report = make_report(1)
    folder = tmp_path / "out" / "r1"
    folder.mkdir(parents=True)
    store.write_text(folder / "report.json", store.report_to_json(report))
    assert run(["export", str(tmp_path / "out"), "--to", "parquet", "--out", str(tmp_path / "sheets"), "-q"]) == 0
    monkeypatch.chdir(tmp_path)
    found = re.search(r'duckdb\.sql\("(.*?)"\)', DOCUMENT)
    assert found is not None
    with duckdb.connect() as base:
        sums = {(form, measure): total for form, measure, total in base.sql(found[1]).fetchall()}
    wanted: dict[tuple[str, str], Decimal] = {}
    for item in report.items:
        if item.amount is not None:
            wanted[item.form, item.measure] = wanted.get((item.form, item.measure), Decimal(0)) + item.amount
    assert {key: total for key, total in sums.items() if total is not None} == wanted
