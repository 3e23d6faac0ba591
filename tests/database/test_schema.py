from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from gouji.cli.command import run
from gouji.database import views
from gouji.database.connect import hidden, parse_address
from gouji.database.load import load_report
from gouji.database.migrate import migrate, scripts
from gouji.database.models import ROWS, Base, table_of
from gouji.database.types import to_sqlite
from gouji.errors import UsageError
from gouji.loading import open_migrated
from gouji.records import Report
from gouji.rows import KINDS

MakeReport = Callable[..., Report]


def test_migrations_make_what_the_models_say(address: str) -> None:
    """The schema that the revisions make is that of the models."""
    engine = open_migrated(address)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_newest_revision_knows_the_views() -> None:
    """A changed view comes with a revision, since views are made anew only when the schema moves."""
    script = scripts()
    newest = script.get_revision("head")
    assert newest is not None
    assert newest.module.views == views.digest()


def test_tables_have_the_columns_of_the_rows() -> None:
    """Every kind of row has a table with its columns, behind the version and the document."""
    for kind, model in ROWS.items():
        columns = {column.name for column in table_of(model).columns}
        extra = {"correction"} if kind == "tables" else set()
        assert columns == {"version", "document"} | {column.name for column in KINDS[kind]} | extra


def test_schema_is_plain(address: str) -> None:
    """Only plain types, a key for every table, and foreign keys to documents and versions: what any tool can read.

    Packed reports are for gouji alone.
    """
    engine = open_migrated(address)
    seen = inspect(engine)
    for name in set(seen.get_table_names()) - {"alembic_version", "reports"}:
        assert seen.get_pk_constraint(name)["constrained_columns"], name
        kinds = {str(column["type"]).split("(")[0].split()[0] for column in seen.get_columns(name)}
        assert kinds <= {"TEXT", "INTEGER", "BIGINT", "NUMERIC", "DOUBLE", "BOOLEAN", "DATE", "DATETIME", "TIMESTAMP"}
    for model in ROWS.values():
        keys = {key["referred_table"] for key in seen.get_foreign_keys(model.__tablename__)}  # type: ignore[attr-defined]
        assert keys == {"documents", "versions"}
    engine.dispose()


def test_every_view_answers(address: str, make_report: MakeReport) -> None:
    """Every view can be read, empty and with a report in it."""
    engine = open_migrated(address)
    for report in (None, make_report(1)):
        if report is not None:
            load_report(engine, report)
        with engine.connect() as connection:
            for name in views.VIEWS:
                connection.execute(text(f"SELECT * FROM {name}")).all()
    engine.dispose()


def test_views_answer_the_questions(address: str, make_report: MakeReport) -> None:
    """Years of a department, 三公 by place, low scores, contradictions and flagged figures are as the reports say."""
    report = make_report(1)
    figures = {(i.form, i.measure): i.amount for i in report.items if i.form == "final.sangong"}
    check = next(c for c in report.checks if c.status == "pass" and c.operands)
    item = report.items[0].model_copy(update={"flags": ("low_confidence",)})
    spoiled = report.model_copy(
        update={
            "checks": (check.model_copy(update={"status": "fail", "rule": "I0"}),),
            "items": (item, *report.items[1:]),
        }
    )
    engine = open_migrated(address)
    load_report(engine, spoiled)
    with engine.connect() as connection:
        year = connection.execute(text("SELECT * FROM department_years")).one()
        sangong = connection.execute(text("SELECT * FROM sangong_by_place")).one()
        score = connection.execute(text("SELECT project, score, page FROM low_scores WHERE source = 'narrative'")).one()
        contradiction = connection.execute(text("SELECT rule, page, x0 FROM contradictions")).one()
        flagged = connection.execute(text("SELECT text, page FROM flagged_figures")).one()
    assert year.organization == report.document.organization
    assert Decimal(str(year.sangong)) == figures["final.sangong", "actual.total"]
    assert Decimal(str(sangong.total_budget)) == figures["final.sangong", "budget.total"]
    assert (score.project, float(score.score), score.page) == ("项目甲", 85.5, 1)
    assert (contradiction.rule, contradiction.page) == ("I0", check.operands[0].page)
    assert tuple(flagged) == (item.text, item.page)
    engine.dispose()


def test_migrations_at_the_same_time(address: str) -> None:
    """Four processes migrate an empty database at once: one does, the others find it done."""
    code = "from gouji.cli import main; main()"
    command = [sys.executable, "-c", code, "load", "--migrate-only", "--to", address]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    told = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, told
    assert sorted("before: none" in out for out, _ in told) == [False, False, False, True]


def test_an_old_schema_is_brought_up_to_date(address: str) -> None:
    """A schema of an older revision, its views changed by hand, is brought to the newest."""
    engine = open_migrated(address)
    with engine.begin() as connection:
        connection.execute(text("DROP VIEW low_scores"))
        connection.execute(text("CREATE VIEW low_scores AS SELECT 1 AS one"))
        for table in reversed(Base.metadata.sorted_tables):
            for name in reversed(list(views.VIEWS)):
                connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
            connection.execute(text(f"DROP TABLE {table.name}"))
        connection.execute(text("DELETE FROM alembic_version"))
    assert migrate(engine) == (None, scripts().get_current_head())
    engine.dispose()


def test_a_schema_without_derived_rows_gets_them(address: str, make_report: MakeReport) -> None:
    """A database of the first revision keeps its rows, and its key figures and scores are worked out."""
    engine = open_migrated(address)
    load_report(engine, make_report(1))
    query = "SELECT * FROM key_figures k LEFT JOIN scores s ON s.version = k.version"
    with engine.begin() as connection:
        wanted = connection.execute(text(query)).all()
        for name in reversed(list(views.VIEWS)):
            connection.execute(text(f"DROP VIEW {name}"))
        for name in ("key_figures", "scores", "reports"):
            connection.execute(text(f"DROP TABLE {name}"))
        connection.execute(text("ALTER TABLE documents DROP COLUMN path"))
        connection.execute(text("CREATE INDEX ix_cells_totals ON cells (version)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert migrate(engine) == ("0001", scripts().get_current_head())
    with engine.connect() as connection:
        assert connection.execute(text(query)).all() == wanted
        assert {"项目甲"} <= {row.project for row in wanted}
        assert connection.execute(text("SELECT count(*) FROM items")).scalar_one() > 100
    engine.dispose()


# --- what goes wrong ---


def test_a_newer_schema_is_left_alone(address: str, shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A schema that a newer gouji made is not touched."""
    engine = open_migrated(address)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert run(["load", str(shelf), "--to", address]) == 7
    assert "a newer gouji made this schema (9999); update gouji" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("nonsense", 2, "this is no database address; write it as sqlite:///gouji.db"),
        ("mysql://a/b", 2, "gouji knows SQLite and PostgreSQL"),
        ("sqlite://", 2, "the file is not named"),
        ("postgresql://u:secret@127.0.0.1:1/x", 6, "the server cannot be reached"),
        ("sqlite:////proc/none/x.db", 6, "it cannot be opened for writing"),
    ],
)
def test_a_wrong_address_is_told(
    address: str, code: int, said: str, shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each mistake has its sentence and its exit code, and no password is shown."""
    assert run(["load", str(shelf), "--to", address, "--wait", "0"]) == code
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert "secret" not in told


def test_a_file_that_is_no_database_is_told(tmp_path: Path, shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Any other file is refused, and stays as it is."""
    other = tmp_path / "note.txt"
    other.write_text("这不是数据库" * 500)
    assert run(["load", str(shelf), "--to", f"sqlite:///{other}"]) == 6
    assert "this is no SQLite database" in capsys.readouterr().err
    assert other.read_text() == "这不是数据库" * 500


def test_no_such_database_is_told(postgres: object, shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A server without the database says how to make it."""
    address = postgres.new_database().rsplit("/", 1)[0] + "/nowhere"  # type: ignore[attr-defined]
    assert run(["load", str(shelf), "--to", address]) == 6
    assert "make it with createdb" in capsys.readouterr().err


def test_a_missing_package_is_told(
    monkeypatch: pytest.MonkeyPatch, shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the extra one sentence says what to install."""
    for name in [name for name in sys.modules if name.startswith(("gouji.loading", "gouji.database"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    assert run(["load", str(shelf), "--to", "sqlite:///x.db"]) == 7
    assert 'pip install "gouji[database]"' in capsys.readouterr().err


def test_bad_reports_are_told_and_the_rest_loaded(
    shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A damaged report is told in one sentence, the others are loaded, and the exit code is 8."""
    (shelf / "r3" / "report.json").write_text("{")
    assert run(["load", str(shelf), "--to", f"sqlite:///{tmp_path / 'a.db'}"]) == 8
    told = capsys.readouterr()
    assert "this is no gouji.report/1" in told.err
    assert told.out.count("\n") == 5


def test_passwords_are_hidden() -> None:
    """An address is shown without its password, and one without driver gets gouji's."""
    assert hidden("postgresql://me:secret@host/x") == "postgresql://me:***@host/x"
    assert parse_address("postgresql://me@host/x").drivername == "postgresql+psycopg"
    with pytest.raises(UsageError):
        parse_address("oracle://x/y")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("0.10", True),
        ("-1234.50", True),
        ("999999999999.99", True),
        ("9999999999999.99", True),
        ("99999999999999.99", False),
        ("12345678901234567.89", False),
        ("1000000000000000000", True),
    ],
)
def test_sqlite_rounds_nothing(value: str, kept: bool) -> None:
    """A figure goes into SQLite without loss or not at all."""
    found = to_sqlite(Decimal(value))
    assert (found is not None) == kept
    assert found is None or Decimal(repr(found)) == Decimal(value)
