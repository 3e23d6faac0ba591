"""The review page of a database."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from review.asking import token_of
from sqlalchemy import Engine, text

from gouji import store
from gouji.cli.command import run
from gouji.config import load_settings
from gouji.database.readings import read_log
from gouji.errors import UsageError
from gouji.loading import load_saved, open_migrated
from gouji.records import Report
from gouji.review import Options, create_app

SETTINGS = load_settings()


class Person:
    """Somebody at the page, in a browser of their own."""

    def __init__(self, client: TestClient, name: str) -> None:
        self.client = client
        self._headers = {"X-CSRF-Token": token_of(client.get("/").text)}
        self.post("/me", {"who": name})

    def post(self, url: str, body: object) -> Any:
        """Sends JSON with the session's token."""
        return self.client.post(url, json=body, headers=self._headers)

    def report_url(self) -> str:
        """The address of the first report on the desk."""
        found = re.search(r'href="(/r/[0-9a-f]{12})"', self.client.get("/").text)
        assert found
        return found.group(1)


@pytest.fixture
def engine(address: str, shelf: Path) -> Iterator[Engine]:
    """The database with one report loaded into it."""
    engine = open_migrated(address)
    load_saved(engine, shelf / "r1" / "report.json", SETTINGS, 0)
    yield engine
    engine.dispose()


@pytest.fixture
def report(shelf: Path) -> Report:
    """The report that was loaded."""
    return store.load_report(shelf / "r1")


@pytest.fixture
def people(engine: Engine, address: str) -> Iterator[tuple[Person, Person]]:
    """Two persons at one page of the database."""
    app = create_app(Options(None, SETTINGS, database=address))
    with TestClient(app, base_url="http://localhost") as client:
        yield Person(client, "甲"), Person(TestClient(app, base_url="http://localhost"), "乙")


def decision_of(report: Report, new: str) -> dict[str, Any]:
    """A decision on a figure of the 三公 form."""
    item = next(i for i in report.items if i.form == "final.sangong" and i.amount)
    return {"kind": "cell", "table": item.table, "row": item.row, "col": item.col, "old": item.text, "new": new}


def test_the_desk_shows_the_documents(people: tuple[Person, Person], report: Report) -> None:
    """A line for each document; uploads are off, and refused when sent all the same."""
    person, _ = people
    page = person.client.get("/").text
    assert str(report.document.organization) in page
    assert "data-upload" not in page
    assert "再用 gouji load 载入" in page
    assert person.post("/upload?name=a.pdf", {}).status_code == 422
    assert person.client.get("/jobs").json() == []


def test_a_report_is_read_without_its_file(people: tuple[Person, Person], report: Report) -> None:
    """Tables and charts, cells and exports are there; of the picture the page says that it is not at hand."""
    person, _ = people
    url = person.report_url()
    place = decision_of(report, "7.00")
    page = next(c.page for t in report.tables if t.id == place["table"] for c in t.cells)
    spread = person.client.get(f"{url}/page/{page}").text
    assert "原件不在手边" in spread
    assert "<img" not in spread
    assert place["old"] in spread
    cell = person.client.get(f"{url}/cell", params={name: place[name] for name in ("table", "row", "col")})
    assert "原件不在手边" in cell.text
    for part in ("", "/queue", "/log", "/charts", "/export/html", "/export/xlsx"):
        assert person.client.get(url + part).status_code == 200
    assert person.client.get(f"{url}/export/json").json() == report.model_dump(mode="json")
    assert person.client.get(f"{url}/image/{page}.webp").status_code == 404


def test_a_decision_is_in_the_database(people: tuple[Person, Person], engine: Engine, report: Report) -> None:
    """Corrected on the page, the figure stands in the views with who did it; undone, what was read stands again."""
    person, _ = people
    url, decision = person.report_url(), decision_of(report, "7.00")
    query = text("SELECT DISTINCT text, as_read, corrected_by FROM corrected_figures")
    said = person.post(f"{url}/decide", decision).json()
    assert said["log"] == 1
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(query)] == [("7.00", decision["old"], "甲")]
    assert "7.00" in person.client.get(f"{url}/log").text
    assert person.post(f"{url}/undo", {}).json()["mended"] == -said["mended"]
    with engine.connect() as connection:
        assert connection.execute(query).all() == []
    assert [each.kind for each in read_log(engine, 1)] == ["cell", "undo"]


def test_the_second_person_is_told(people: tuple[Person, Person], engine: Engine, report: Report) -> None:
    """Two persons decide on one cell: the second gets 409 with the first one's value, and overwrites nothing."""
    first, second = people
    url = first.report_url()
    assert second.client.get(url).status_code == 200
    assert first.post(f"{url}/decide", decision_of(report, "7.00")).status_code == 200
    answer = second.post(f"{url}/decide", decision_of(report, "8.00"))
    assert (answer.status_code, answer.json()["theirs"]) == (409, "7.00")
    assert second.post(f"{url}/decide", {**decision_of(report, "8.00"), "old": "7.00"}).status_code == 200
    assert [(each.who, each.new) for each in read_log(engine, 1)] == [("甲", "7.00"), ("乙", "8.00")]


def test_two_pages_see_each_other(people: tuple[Person, Person], address: str, report: Report) -> None:
    """Another server of the same database shows at once what was decided here."""
    person, _ = people
    url = person.report_url()
    with TestClient(create_app(Options(None, SETTINGS, database=address)), base_url="http://localhost") as client:
        assert client.get(f"{url}/state").json()["log"] == 0
        person.post(f"{url}/decide", decision_of(report, "7.00"))
        assert client.get(f"{url}/state").json()["log"] == 1


# --- what goes wrong ---


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        ("mysql://a/b", "gouji knows SQLite and PostgreSQL"),
        ("sqlite://", "the file is not named"),
        ("sqlite:///nowhere.db", "there is no such file"),
        ("nowhere", "there is no such folder"),
    ],
)
def test_a_wrong_address_is_told(
    reports: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each mistake has its sentence and exit code 2, and no file is made."""
    monkeypatch.chdir(tmp_path)
    assert run(["review", reports]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_another_program_is_told(
    tmp_path: Path, postgres: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A database without gouji's tables is told as such, and stays as it is."""
    (tmp_path / "empty.db").touch()
    for address in (f"sqlite:///{tmp_path / 'empty.db'}", postgres.new_database()):
        assert run(["review", address]) == 2
        assert "there is nothing of gouji's in it; load reports into it with gouji load" in capsys.readouterr().err
    assert (tmp_path / "empty.db").stat().st_size == 0


@pytest.mark.parametrize(("schema", "code", "said"), [("0002", 2, "--migrate-only"), ("9999", 7, "update gouji")])
def test_another_schema_is_told(
    engine: Engine, address: str, schema: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older schema is to be migrated first; a newer one asks for a newer gouji."""
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{schema}'"))
    assert run(["review", address]) == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("package", ["sqlalchemy", "alembic", "psycopg"])
def test_a_missing_driver_is_told(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a package that the database needs, one sentence says what to install."""
    (tmp_path / "x.db").touch()
    address = "postgresql://me@127.0.0.1:1/x" if package == "psycopg" else f"sqlite:///{tmp_path / 'x.db'}"
    for name in [name for name in sys.modules if name.startswith(("gouji.review.filed", "gouji.database"))]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    assert run(["review", address]) == 2
    told = capsys.readouterr().err
    assert f"package {package}" in told
    assert 'pip install "gouji[database]"' in told


def test_the_network_needs_a_password(address: str) -> None:
    """A database is no more open to the network than a folder."""
    with pytest.raises(UsageError, match="password"):
        create_app(replace(Options(None, SETTINGS, database=address), host="0.0.0.0"))
