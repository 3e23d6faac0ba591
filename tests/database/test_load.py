from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.database_rows import dump, plain
from benchmarks.postgres import Postgres
from gouji import store
from gouji.cli.command import run
from gouji.config import load_settings
from gouji.database.connect import open_database
from gouji.database.crawl import load_crawl
from gouji.database.load import Loaded, load_report
from gouji.database.models import (
    ROWS,
    AppearanceRow,
    CorrectionRow,
    DocumentRow,
    FetchRow,
    RegisterRow,
    VersionRow,
)
from gouji.loading import load_saved, open_migrated
from gouji.records import Correction, Pointer, Report
from gouji.rows import KINDS, report_to_rows

MakeReport = Callable[..., Report]


def rows_of(address: str, kind: str, version: int = 1) -> list[tuple[Any, ...]]:
    """The rows of a kind, in the order and with the columns of `gouji.rows`."""
    model: Any = ROWS[kind]
    engine = open_database(address)
    with engine.connect() as connection:
        columns = [getattr(model, column.name) for column in KINDS[kind]]
        found = connection.execute(select(*columns).where(model.version == version)).all()
    engine.dispose()
    return [tuple(row) for row in found]


def load(address: str, *reports: Report) -> list[Loaded]:
    engine = open_migrated(address)
    done = [load_report(engine, report) for report in reports]
    engine.dispose()
    return done


# --- what is loaded ---


@pytest.mark.parametrize("kind", list(ROWS))
def test_rows_read_back_are_equal(address: str, make_report: MakeReport, kind: str) -> None:
    """Every row of every kind comes back as the report has it, figures to the last digit."""
    report = make_report(1)
    load(address, report)
    found, wanted = rows_of(address, kind), report_to_rows(report)[kind]
    assert sorted(repr([*map(plain, row)]) for row in found) == sorted(repr([*map(plain, row)]) for row in wanted)


def test_every_row_says_where_it_stands(address: str, make_report: MakeReport) -> None:
    """Rows carry their document and version; cells, items, facts and failed checks their page and box."""
    load(address, make_report(1))
    engine = open_database(address)
    with Session(engine) as session:
        for model in ROWS.values():
            found: Any = model
            assert session.scalar(select(func.count()).where(found.document != 1)) == 0
        for kind in ("cells", "items", "facts"):
            found = ROWS[kind]
            assert session.scalar(select(func.count()).where(found.page.is_(None) | found.x1.is_(None))) == 0
    engine.dispose()


def test_long_figures(address: str, make_report: MakeReport) -> None:
    """PostgreSQL keeps every digit; SQLite leaves out a figure that it would round, and its text stays."""
    report = make_report(1)
    text = "12345678901234567.89"
    cell = report.tables[0].cells[0].model_copy(update={"text": text, "value": Decimal(text)})
    table = report.tables[0].model_copy(update={"cells": (cell, *report.tables[0].cells[1:])})
    load(address, report.model_copy(update={"tables": (table, *report.tables[1:])}))
    found = next(row for row in rows_of(address, "cells") if text in row)
    assert (Decimal(text) in found) == address.startswith("postgresql")
    assert (found[6] is None) == address.startswith("sqlite")


# --- once only ---


def test_loading_twice_changes_nothing(address: str, shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same command again gives the same rows, and says that they are there."""
    assert run(["load", str(shelf), "--to", address]) == 0
    first, told = dump(address), capsys.readouterr().out.splitlines()
    assert len(told) == 6
    assert all("rows" in line for line in told)
    assert run(["load", str(shelf), "--to", address]) == 0
    assert dump(address) == first
    assert all("there already" in line for line in capsys.readouterr().out.splitlines())


def test_the_same_reading_under_another_name_is_one(address: str, make_report: MakeReport) -> None:
    """A file found twice under different names is one document with one reading; an address found later is kept."""
    report = make_report(1)
    source = report.source.model_copy(update={"file": "另一名称.pdf", "url": "https://example.invalid/a.pdf"})
    first, second = load(address, report, report.model_copy(update={"source": source}))
    assert (first.state, second.state) == ("loaded", "there")
    engine = open_database(address)
    with Session(engine) as session:
        document = session.scalars(select(DocumentRow)).one()
        assert (document.file, document.url) == ("r1.pdf", "https://example.invalid/a.pdf")
    engine.dispose()


def test_a_newer_reading_supersedes_and_keeps_the_old(address: str, make_report: MakeReport) -> None:
    """A second reading of a document is current, the first one's rows stay; loading that again changes nothing."""
    old = make_report(1)
    new = old.model_copy(update={"made_by": old.made_by.model_copy(update={"gouji": "9"})})
    done = load(address, old, new, old)
    assert [(each.number, each.state, each.current) for each in done] == [
        (1, "loaded", True),
        (2, "loaded", True),
        (1, "there", False),
    ]
    assert len(rows_of(address, "items", 1)) == len(rows_of(address, "items", 2)) == len(old.items)
    engine = open_database(address)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*), min(version) FROM current_items").one()
    engine.dispose()
    assert tuple(found) == (len(old.items), 2)


def test_a_reading_of_fewer_pages_does_not_supersede(address: str, make_report: MakeReport) -> None:
    """A reading of some pages, or of a file that would not open, is kept but hides nothing."""
    whole = make_report(1)
    part = whole.model_copy(update={"pages": whole.pages[:2], "tables": (), "items": ()})
    done = load(address, whole, part)
    assert (done[1].number, done[1].current) == (2, False)


# --- corrections ---


def corrected_shelf(shelf: Path) -> tuple[Path, Pointer, str]:
    """A run folder in which a person corrected one figure of a form and the document's year."""
    folder = shelf / "r1"
    report = store.load_report(folder)
    item = next(i for i in report.items if i.form == "final.sangong" and i.amount)
    at = Pointer(table=item.table, row=item.row, col=item.col)
    draft = Correction(who="甲", why="扫描不清", kind="cell", target=at, old=item.text, new="7.00")
    store.add_correction(folder, draft, item.text)
    store.add_correction(folder, Correction(who="乙", kind="year", old="2024", new="2023"), "2024")
    return folder, at, item.text


def test_corrections_stand_beside_what_was_read(address: str, shelf: Path) -> None:
    """Views give the corrected figure with who, when, why and what was read; the reading itself stays as it was."""
    folder, at, old = corrected_shelf(shelf)
    engine = open_migrated(address)
    loaded = load_saved(engine, folder / "report.json", load_settings(), 0)
    assert loaded.state == "loaded"
    read = [row for row in rows_of(address, "items") if (row[1], row[2], row[3]) == (at.table, at.row, at.col)]
    with engine.connect() as connection:
        query = (
            f"SELECT * FROM corrected_figures WHERE table_id = '{at.table}' AND \"row\" = {at.row} AND col = {at.col}"
        )
        found = connection.exec_driver_sql(query).one()
        disclosure = connection.exec_driver_sql("SELECT fiscal_year, basis FROM disclosures").one()
        kept = connection.execute(select(CorrectionRow.who, CorrectionRow.kind).order_by(CorrectionRow.log_id)).all()
    assert (found.text, found.as_read, found.origin, found.corrected_by, found.why) == (
        "7.00", old, "corrected", "甲", "扫描不清",
    )  # fmt: skip
    assert [row[9] for row in read] == [old]
    assert tuple(disclosure) == (2023, "corrected")
    assert [tuple(row) for row in kept] == [("甲", "cell"), ("乙", "year")]
    assert load_saved(engine, folder / "report.json", load_settings(), 0).state == "there"
    engine.dispose()


def test_a_further_correction_takes_the_place_of_the_first_state(address: str, shelf: Path) -> None:
    """More corrections give one corrected state of the reading, not one for each, and lose none of the log."""
    folder, at, _ = corrected_shelf(shelf)
    engine = open_migrated(address)
    load_saved(engine, folder / "report.json", load_settings(), 0)
    store.add_correction(folder, Correction(who="丙", kind="cell", target=at, old="7.00", new="8.00"))
    load_saved(engine, folder / "report.json", load_settings(), 0)
    with engine.connect() as connection:
        versions = connection.execute(select(VersionRow.basis, VersionRow.current).order_by(VersionRow.id)).all()
        found = connection.exec_driver_sql("SELECT DISTINCT text, as_read, corrected_by FROM corrected_figures").all()
        assert connection.scalar(select(func.count()).select_from(CorrectionRow)) == 3
    assert [tuple(row) for row in versions] == [("read", False), ("corrected", True)]
    assert [tuple(row) for row in found] == [("8.00", "7.00", "丙")]
    engine.dispose()


# --- crawls ---


def test_a_crawl_is_loaded_once(address: str, make_report: MakeReport) -> None:
    """Requests and documents under addresses are added once; the register is as it was last compared."""
    from gouji.crawl.records import Appearance, Due, Fetch

    now, sha256 = datetime(2025, 9, 1, tzinfo=UTC), f"{1:064x}"
    fetch = Fetch(crawl=1, site="s", url="u", role="document", outcome="new", headers={"x": "y"}, fetched=now)
    shown = Appearance(
        site="s", url="u", version=1, sha256=sha256, path="p", media_type="application/pdf", landing=None, title="题",
        name="n.pdf", department="某局", year=2024, kind="final_account", published=date(2025, 8, 30), seen=now,
    )  # fmt: skip
    missing = Due(department="某局", kind="final_account", year=2024, status="missing")
    found = missing.model_copy(update={"site": "s", "status": "found", "url": "u", "sha256": sha256})
    engine = open_migrated(address)
    load_report(engine, make_report(1))
    assert load_crawl(engine, [fetch], [shown], [missing]) == 2
    assert load_crawl(engine, [fetch], [shown], [found]) == 0
    with Session(engine) as session:
        assert session.scalars(select(FetchRow.headers)).one() == '{"x": "y"}'
        assert session.scalars(select(AppearanceRow.published)).one() == date(2025, 8, 30)
        assert session.scalars(select(RegisterRow.status)).one() == "found"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT status, document FROM expected_disclosures").one() == ("found", 1)
        assert connection.exec_driver_sql("SELECT document FROM addresses").one() == (1,)
    engine.dispose()


# --- broken off, and at the same time --------------------------------------------------------------------------


def start_loader(shelf: Path, address: str) -> subprocess.Popen[str]:
    code = "from gouji.cli import main; main()"
    command = [sys.executable, "-u", "-c", code, "load", str(shelf), "--to", address, "--wait", "60"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_killed_loader_leaves_whole_documents(address: str, shelf: Path, tmp_path: Path) -> None:
    """A loader killed (SIGKILL) in the middle leaves only whole documents; run again, all is as without the kill."""
    calm = f"sqlite:///{tmp_path / 'calm.db'}"
    assert run(["load", str(shelf), "--to", calm, "-q"]) == 0
    wanted = dump(calm)
    for lines in (1, 3):
        loader = start_loader(shelf, address)
        assert loader.stdout is not None
        for _ in range(lines):
            loader.stdout.readline()
        loader.kill()
        loader.communicate()
        there = dump(address)
        assert len(there["versions"]) >= lines
        assert all(set(rows) <= set(wanted[table]) for table, rows in there.items())
    assert run(["load", str(shelf), "--to", address, "-q"]) == 0
    assert dump(address) == wanted


def test_loaders_at_the_same_time_do_not_collide(address: str, shelf: Path, tmp_path: Path) -> None:
    """Three loaders of the same reports into an empty database: all succeed, and every row is there once."""
    loaders = [start_loader(shelf, address) for _ in range(3)]
    told = [loader.communicate(timeout=120) for loader in loaders]
    assert [loader.returncode for loader in loaders] == [0, 0, 0], told
    calm = f"sqlite:///{tmp_path / 'calm.db'}"
    run(["load", str(shelf), "--to", calm, "-q"])
    assert dump(address) == dump(calm)


def test_a_server_that_restarts_is_waited_for(postgres: Postgres, shelf: Path, tmp_path: Path) -> None:
    """PostgreSQL crashes in the middle of a load and comes back: the loader goes on, and nothing is lost or doubled."""
    address = postgres.new_database()
    loader = start_loader(shelf, address)
    assert loader.stdout is not None
    loader.stdout.readline()
    postgres.stop()
    time.sleep(0.5)
    postgres.start()
    _, errors = loader.communicate(timeout=120)
    assert loader.returncode == 0, errors
    calm = f"sqlite:///{tmp_path / 'calm.db'}"
    run(["load", str(shelf), "--to", calm, "-q"])
    assert dump(address) == dump(calm)


def test_a_server_that_starts_late_is_waited_for(postgres: Postgres, shelf: Path, tmp_path: Path) -> None:
    """A loader that finds no server says what it waits for, and loads when it is there."""
    address = postgres.new_database()
    postgres.stop()
    loader = start_loader(shelf, address)
    assert loader.stderr is not None
    said = loader.stderr.readline()
    postgres.start()
    _, errors = loader.communicate(timeout=120)
    assert (loader.returncode, errors) == (0, "")
    assert "the server cannot be reached" in said
    assert "waiting up to 60 s" in said
    calm = f"sqlite:///{tmp_path / 'calm.db'}"
    run(["load", str(shelf), "--to", calm, "-q"])
    assert dump(address) == dump(calm)


def test_what_does_not_pass_is_not_waited_for(
    postgres: Postgres, shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A database that the server does not have is told at once."""
    assert run(["load", str(shelf), "--to", postgres.new_database() + "no"]) == 6
    said = capsys.readouterr().err
    assert "make it with createdb" in said
    assert "waiting" not in said
