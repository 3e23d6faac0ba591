"""The readings that hold, and corrections made of them in the database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from gouji import pipeline, store
from gouji.cli.command import run
from gouji.config import load_settings
from gouji.database.load import load_report
from gouji.database.models import ReportRow
from gouji.database.readings import add_correction, corrections_made, current_readings, read_log, read_report
from gouji.database.ready import make_ready, unpack
from gouji.errors import ConflictError, InputError
from gouji.loading import load_saved, open_migrated
from gouji.records import Cell, Correction, Document, Fact, MadeBy, Pointer, Report, Source, Table

MakeReport = Callable[..., Report]
SETTINGS = load_settings()
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False)
TEXTS = st.text(max_size=30)


def remake_of(report: Report) -> Callable[[tuple[Correction, ...]], Report]:
    return lambda log: pipeline.correct(report, log, SETTINGS)[0]


def figure_of(report: Report) -> tuple[Pointer, str]:
    """The place of a figure of the 三公 form, and its text."""
    item = next(i for i in report.items if i.form == "final.sangong" and i.amount)
    return Pointer(table=item.table, row=item.row, col=item.col, page=item.page, box=item.box), item.text


def correct(engine: Engine, report: Report, who: str, old: str, new: str) -> Correction:
    """The figure corrected by somebody who saw `old` there."""
    place, as_read = figure_of(report)
    (reading,) = current_readings(engine)
    draft = Correction(who=who, why="扫描不清", kind="cell", target=place, old=old, new=new)
    return add_correction(engine, reading.version, draft, as_read, remake_of(report))


# --- as read ---


@given(TEXTS, NUMBERS, st.floats(0, 1), TEXTS, st.none() | TEXTS, st.lists(st.integers(), min_size=4, max_size=4))
def test_a_packed_report_is_the_report(
    text: str, value: Decimal, sure: float, file: str, url: str | None, box: list[int]
) -> None:
    """Whatever a report says, it comes back the same, zeros at the end of figures included."""
    place = (box[0], box[1], box[2], box[3])
    cell = Cell(row=0, col=0, text=text, value=value, page=1, box=place, confidence=sure, alternatives=(text,))
    fact = Fact(key="k", value=value, unit="元", evidence=text, page=1, box=place, confidence=sure, method="rule:x")
    report = Report(
        source=Source(file=file, sha256="0", media_type="application/pdf", url=url, pages=1),
        made_by=MadeBy(gouji="0", engine="none", models=(), detector="none", ner=None, settings="0"),
        document=Document(title=text), pages=(),
        tables=(Table(id="t1", pages=(1,), n_rows=1, n_cols=1, header_rows=0, cells=(cell,)),), facts=(fact,),
    )  # fmt: skip
    packed = make_ready(report, "sqlite").packed
    assert packed is not None
    found = unpack(packed, file, url)
    assert found == report
    assert store.report_to_json(found) == store.report_to_json(report)


def test_a_report_comes_back_as_it_was_read(address: str, make_report: MakeReport) -> None:
    """The database gives the very report that was loaded, also when it shows a corrected one."""
    engine, report = open_migrated(address), make_report(1)
    log = (Correction(id="c1", who="甲", kind="year", old="2024", new="2023"),)
    load_report(engine, report, remake_of(report)(log), log)
    (reading,) = current_readings(engine)
    assert (reading.sha256, reading.file, reading.corrections) == (report.source.sha256, "r1.pdf", 1)
    assert store.report_to_json(read_report(engine, reading.version)) == store.report_to_json(report)
    engine.dispose()


def test_the_place_of_the_file_is_kept(address: str, shelf: Path) -> None:
    """A run folder says where its file lay; the database knows it from then on."""
    engine = open_migrated(address)
    load_saved(engine, shelf / "r1" / "report.json", SETTINGS, 0)
    assert current_readings(engine)[0].path is None
    entry = store.Entry(path="/scans/r1.pdf", sha256="0", readings="0")
    store.write_text(shelf / "r1" / "source.json", entry.model_dump_json())
    assert load_saved(engine, shelf / "r1" / "report.json", SETTINGS, 0).state == "there"
    assert current_readings(engine)[0].path == "/scans/r1.pdf"
    engine.dispose()


def test_a_reading_without_its_report_is_told_and_mended(address: str, make_report: MakeReport) -> None:
    """What an older gouji loaded has no report; loaded again, it has."""
    engine, report = open_migrated(address), make_report(1)
    load_report(engine, report)
    with engine.begin() as connection:
        connection.execute(delete(ReportRow))
    with pytest.raises(InputError, match="load it again"):
        read_report(engine, 1)
    assert load_report(engine, report).state == "there"
    assert read_report(engine, 1) == report
    engine.dispose()


# --- corrected ---


def test_a_correction_remakes_what_views_show(address: str, shelf: Path) -> None:
    """Corrected twice in the database: the log has both, and views show the reading with the last."""
    engine, report = open_migrated(address), store.load_report(shelf / "r1")
    load_report(engine, report)
    _, old = figure_of(report)
    kept = [correct(engine, report, "甲", old, "7.00"), correct(engine, report, "乙", "7.00", "8.00")]
    assert list(read_log(engine, 1)) == kept
    assert [each.id for each in kept] == ["c1", "c2"]
    assert corrections_made(engine, 1) == 2
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT text, as_read, corrected_by FROM corrected_figures").all()
        versions = connection.exec_driver_sql("SELECT basis, reading, current FROM versions ORDER BY basis").all()
        failing = connection.exec_driver_sql("SELECT failed_checks FROM disclosures").scalar()
    assert [tuple(row) for row in found] == [("8.00", "7.00", "乙")]
    assert [(row.basis, row.reading, bool(row.current)) for row in versions] == [
        ("corrected", 1, True), ("read", None, False),
    ]  # fmt: skip
    assert failing == sum(check.status == "fail" for check in remake_of(report)(tuple(kept)).checks)
    assert read_report(engine, 1) == report
    engine.dispose()


def test_the_second_of_two_is_told(address: str, shelf: Path) -> None:
    """Who saw what no longer stands there is shown what does, and nothing is written."""
    engine, report = open_migrated(address), store.load_report(shelf / "r1")
    load_report(engine, report)
    _, old = figure_of(report)
    correct(engine, report, "甲", old, "7.00")
    with pytest.raises(ConflictError) as told:
        correct(engine, report, "乙", old, "8.00")
    assert told.value.theirs == "7.00"
    assert corrections_made(engine, 1) == 1
    engine.dispose()


def test_of_two_at_the_same_time_one_is_told(address: str, shelf: Path) -> None:
    """Two persons decide on one cell at the same moment: one correction is kept, the other person hears of it."""
    engine, report = open_migrated(address), store.load_report(shelf / "r1")
    load_report(engine, report)
    _, old = figure_of(report)
    barrier = Barrier(2)

    def decide(new: str) -> str:
        barrier.wait()
        try:
            return correct(engine, report, "甲", old, new).new
        except ConflictError as error:
            return f"told {error.theirs}"

    with ThreadPoolExecutor(2) as persons:
        said = sorted(persons.map(decide, ("7.00", "8.00")))
    kept = read_log(engine, 1)
    assert [each.new for each in kept] == said[:1]
    assert said[1] == f"told {said[0]}"
    engine.dispose()


def test_a_newer_reading_is_told(address: str, shelf: Path) -> None:
    """A decision on a reading that another took the place of meanwhile is not written."""
    engine, report = open_migrated(address), store.load_report(shelf / "r1")
    load_report(engine, report)
    newer = report.model_copy(update={"made_by": report.made_by.model_copy(update={"gouji": "9"})})
    load_report(engine, newer)
    place, old = figure_of(report)
    draft = Correction(who="甲", kind="cell", target=place, old=old, new="7.00")
    with pytest.raises(ConflictError, match="a newer reading"):
        add_correction(engine, 1, draft, old, remake_of(report))
    assert corrections_made(engine, 1) == corrections_made(engine, 2) == 0
    engine.dispose()


def test_corrections_are_carried_over_to_a_newer_reading(address: str, shelf: Path) -> None:
    """Loaded anew, the document shows the corrected figure still; one whose place is gone is lost; once each."""
    engine, folder = open_migrated(address), shelf / "r1"
    report = store.load_report(folder)
    load_saved(engine, folder / "report.json", SETTINGS, 0)
    place, old = figure_of(report)
    correct(engine, report, "甲", old, "7.00")
    fact = Correction(who="乙", kind="fact", target=Pointer(fact=0), old=str(report.facts[0].value), new="9")
    add_correction(engine, 1, fact, fact.old, remake_of(report))
    names = {table.id: f"n{table.id}" for table in report.tables}
    tables = tuple(table.model_copy(update={"id": names[table.id]}) for table in report.tables)
    items = tuple(item.model_copy(update={"table": names[item.table]}) for item in report.items)
    newer = report.model_copy(update={"tables": tables, "items": items, "facts": (), "checks": (), "findings": ()})
    store.write_text(folder / "report.json", store.report_to_json(newer))
    for state in ("loaded", "there"):
        assert load_saved(engine, folder / "report.json", SETTINGS, 0).state == state
    (reading,) = current_readings(engine)
    log = read_log(engine, reading.version)
    assert [(each.id, each.who, each.new) for each in log] == [("c1", "甲", "7.00"), ("c2", "乙", "9")]
    assert [each.target.table for each in log] == [names[place.table or ""], ""]
    assert corrections_made(engine, 1) == 2
    with engine.connect() as connection:
        shown = connection.exec_driver_sql("select distinct table_id, text from items where correction is not null")
        assert set(map(tuple, shown)) == {(place.table, "7.00"), (names[place.table or ""], "7.00")}
    engine.dispose()


def test_a_correction_that_cannot_be_made_leaves_nothing(address: str, shelf: Path) -> None:
    """What breaks in the middle is taken back whole."""
    engine, report = open_migrated(address), store.load_report(shelf / "r1")
    load_report(engine, report)
    place, old = figure_of(report)
    draft = Correction(who="甲", kind="cell", target=place, old=old, new="7.00")
    with pytest.raises(InputError):
        add_correction(engine, 1, draft, old, partial(_break, InputError("broken")))
    assert read_log(engine, 1) == ()
    engine.dispose()


def _break(error: Exception, _: object) -> Report:
    raise error


def test_loading_again_keeps_what_was_corrected_in_the_database(
    address: str, shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that knows less than the database changes nothing; one that says something else is told."""
    engine, folder = open_migrated(address), shelf / "r1"
    report = store.load_report(folder)
    place, old = figure_of(report)
    store.add_correction(folder, Correction(who="甲", kind="year", old="2024", new="2023"), "2024")
    load_saved(engine, folder / "report.json", SETTINGS, 0)
    kept = correct(engine, report, "乙", old, "7.00")
    assert load_saved(engine, folder / "report.json", SETTINGS, 0).state == "there"
    assert [each.id for each in read_log(engine, 1)] == ["c1", kept.id]
    store.add_correction(folder, Correction(who="丙", kind="cell", target=place, old=old, new="9.00"), old)
    assert run(["load", str(shelf), "--to", address]) == 8
    assert "it was corrected in the database and" in capsys.readouterr().err
    assert [each.who for each in read_log(engine, 1)] == ["甲", "乙"]
    assert len(current_readings(engine)) == 6
    engine.dispose()
