"""Whole runs with real worker processes."""

from __future__ import annotations

import csv
import io
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gouji import store
from gouji.archive.conduct import key_of, opened, read_waiting, take_in
from gouji.archive.manifest import Manifest, Outcome, Row
from gouji.archive.workers import Order, Workers
from gouji.cli.command import run
from gouji.config import Settings
from gouji.errors import OutputError, UsageError
from gouji.records import PageReading, Report

FAST = ["--set", "facts.ner=false", "--set", "checks.enabled=false", "--set", "archive.workers=1"]


def archive(*arguments: object, more: tuple[str, ...] = ()) -> int:
    settings = [part for setting in more for part in ("--set", setting)]
    return run(["archive", *map(str, arguments), *FAST, *settings])


def rows_of(out: Path) -> dict[str, Row]:
    with Manifest(out) as manifest:
        return {row.name: row for row in manifest.rows()}


def report_of(out: Path, row: Row) -> Report:
    return Report.model_validate_json((out / row.report).read_bytes())


def drafts(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.name.endswith(".part") or path.name == "job.json"]


@pytest.fixture
def reports(digital_pdf: Any, tmp_path: Path) -> Path:
    """A folder with two documents, one of them twice, and a broken one."""
    first = digital_pdf("in/甲.pdf", text="甲")
    digital_pdf("in/乙.pdf", pages=3, text="乙")
    with zipfile.ZipFile(tmp_path / "in" / "box.zip", "w") as packed:
        packed.write(first, "copy.pdf")
    (tmp_path / "in" / "坏.pdf").write_bytes(b"%PDF-1.7 and no more")
    return tmp_path / "in"


def test_archive_reads_each_document_once_and_sets_the_bad_aside(
    reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One report for each content, the manifest tells of all, and the exit code tells that one failed."""
    out = tmp_path / "out"
    assert archive(reports, "--out", out) == 8
    rows = rows_of(out)
    assert {name: (row.status, row.pages, row.copies) for name, row in rows.items()} == {
        "copy.pdf": ("read", 2, 2), "乙.pdf": ("read", 3, 1), "坏.pdf": ("aside", 0, 1),
    }  # fmt: skip
    assert rows["坏.pdf"].code == "input.broken"
    assert [finding.code for finding in report_of(out, rows["坏.pdf"]).findings] == ["input.broken"]
    told = capsys.readouterr()
    assert "3 documents of 5 pages: 2 read, 1 set aside, 1 copy of them elsewhere" in told.out
    assert "坏.pdf: the PDF is damaged" in told.err
    table = list(csv.DictReader(io.StringIO((out / "manifest.csv").read_text("utf-8-sig"))))
    assert [line["status"] for line in table].count("read") == 2
    assert drafts(out) == []


@pytest.mark.usefixtures("in_process")
def test_second_run_reads_nothing_and_needs_no_source(reports: Path, tmp_path: Path) -> None:
    """Run again, nothing is read again; the sources are known, and a document that came since is read."""
    out = tmp_path / "out"
    archive(reports, "--out", out)
    before = {name: (row.finished, row.tries) for name, row in rows_of(out).items()}
    (reports / "新.pdf").write_bytes((reports / "乙.pdf").read_bytes() + b"\n")
    assert archive("--out", out) == 8
    after = rows_of(out)
    assert {name: (after[name].finished, after[name].tries) for name in before} == before
    assert after["新.pdf"].status == "read"


@pytest.mark.usefixtures("in_process")
def test_report_has_the_bytes_of_gouji_read(reports: Path, tmp_path: Path) -> None:
    """A document of an archive gives the report, byte for byte, that it gives alone."""
    out = tmp_path / "out"
    archive(reports, "--out", out, more=("archive.chunk_pages=2",))
    assert run(["read", str(reports / "乙.pdf"), "--out", str(tmp_path / "alone"), "-q", *FAST]) == 0
    alone = tmp_path / "alone" / "乙"
    report = out / rows_of(out)["乙.pdf"].report
    for name in ("report.json", "0001.read.json", "0003.read.json"):
        assert (report.parent / name).read_bytes() == (alone / name).read_bytes()


@pytest.mark.usefixtures("in_process")
def test_retry_reads_what_has_been_mended(digital_pdf: Any, tmp_path: Path) -> None:
    """What was set aside stays so, until --retry: then it is read, and its refusal is gone."""
    out, path = tmp_path / "out", digital_pdf("in/锁.pdf", password="door")
    assert archive(tmp_path / "in", "--out", out) == 4
    assert archive(tmp_path / "in", "--out", out) == 4
    assert rows_of(out)["锁.pdf"].tries == 1
    os.environ["GOUJI_PASSWORD"] = "door"
    try:
        assert archive("--out", out, "--retry") == 0
    finally:
        del os.environ["GOUJI_PASSWORD"]
    row = rows_of(out)["锁.pdf"]
    assert (row.status, row.code, row.reason, row.tries) == ("read", "", "", 2)
    assert report_of(out, row).source.file == path.name
    assert len(list((out / "documents").rglob("report.json"))) == 1


@pytest.mark.usefixtures("in_process")
def test_other_settings_read_again(reports: Path, tmp_path: Path) -> None:
    """Documents read with other settings are read again; the number of workers is none of these."""
    out = tmp_path / "out"
    archive(reports, "--out", out)
    archive("--out", out, more=("archive.workers=2", "engine.threads=1"))
    assert rows_of(out)["乙.pdf"].tries == 1
    archive("--out", out, more=("pages.dpi=100",))
    assert rows_of(out)["乙.pdf"].tries == 2


def test_images_of_one_document_are_read_together(
    page_image: Callable[[str], Path], tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbered images become one report of as many pages, whose source names what they are."""
    from gouji.archive import work

    for name in ("2", "10", "1"):
        page_image(f"in/某局决算/{name}.png")
    out = tmp_path / "out"
    with opened(out) as manifest:
        take_in([str(tmp_path / "in")], manifest, settings)
        (bundle,) = manifest.waiting()
        opening = work.open_bundle(bundle, out, settings)
    job = work.load_job(opening.job)
    assert opening.todo == (1, 2, 3)
    assert (job.source.file, job.source.sha256, job.source.pages) == ("某局决算", bundle.sha256, 3)


SOFFICE = """#!{python}
import pathlib, shutil, sys, time
if {seconds}:
    time.sleep({seconds})
out = pathlib.Path(sys.argv[sys.argv.index("--outdir") + 1])
source = pathlib.Path(sys.argv[-1])
assert any(argument.startswith("-env:UserInstallation=file:///") for argument in sys.argv)
if source.read_bytes() == b"bad":
    sys.exit("source file could not be loaded")
shutil.copy({pdf!r}, out / (source.stem + ".pdf"))
"""


@pytest.fixture
def soffice(digital_pdf: Any, tmp_path: Path) -> Callable[[int], str]:
    """A program that stands for LibreOffice: it prints every file as the same PDF."""

    def make(seconds: int = 0) -> str:
        path = tmp_path / "soffice"
        pdf = str(digital_pdf("printed.pdf"))
        path.write_text(SOFFICE.format(python=sys.executable, seconds=seconds, pdf=pdf), "utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return f"archive.office_command={path}"

    return make


@pytest.mark.usefixtures("in_process")
def test_office_file_is_printed_and_read(soffice: Callable[[], str], tmp_path: Path) -> None:
    """A Word file is read as LibreOffice prints it; the report names the file found; a bad one is set aside."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "决算.docx").write_bytes(b"PK\x03\x04 word")
    (tmp_path / "in" / "坏.doc").write_bytes(b"bad")
    out = tmp_path / "out"
    assert archive(tmp_path / "in", "--out", out, more=(soffice(),)) == 8
    rows = rows_of(out)
    source = report_of(out, rows["决算.docx"]).source
    assert (source.file, source.sha256, source.pages) == ("决算.docx", rows["决算.docx"].sha256, 2)
    assert "wordprocessingml" in source.media_type
    assert rows["坏.doc"].code == "input.unconverted"
    assert "source file could not be loaded" in rows["坏.doc"].reason
    assert drafts(out) == []


@pytest.mark.usefixtures("in_process")
def test_office_file_without_libreoffice_is_a_finding(tmp_path: Path, soffice: Callable[[], str]) -> None:
    """Without LibreOffice the file is set aside with what to install; with it, --retry reads it."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "决算.xlsx").write_bytes(b"PK\x03\x04 sheet")
    out = tmp_path / "out"
    assert archive(tmp_path / "in", "--out", out, more=("archive.office_command=no-such-office",)) == 7
    row = rows_of(out)["决算.xlsx"]
    assert row.code == "input.no_tool"
    assert "LibreOffice" in row.reason
    assert [finding.code for finding in report_of(out, row).findings] == ["input.no_tool"]
    assert archive("--out", out, "--retry", more=(soffice(),)) == 0
    assert len(list((out / "documents").rglob("report.json"))) == 1


@pytest.mark.usefixtures("in_process")
def test_libreoffice_that_hangs_is_ended(tmp_path: Path, soffice: Callable[[int], str]) -> None:
    """A print that takes too long is ended and the file set aside."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "决算.docx").write_bytes(b"PK\x03\x04 word")
    out = tmp_path / "out"
    assert archive(tmp_path / "in", "--out", out, more=(soffice(600), "archive.office_timeout_s=0.2")) == 3
    assert "office_timeout_s" in rows_of(out)["决算.docx"].reason


BROKEN_READER = """
import os, signal, time
from pathlib import Path
from gouji import pipeline
whole = pipeline.read_page

def read_page(opened, number, *rest):
    mark = Path({mark!r})
    if number == 2 and opened.source.pages == 3:
        if {always} or not mark.exists():
            mark.touch()
            {act}
    return whole(opened, number, *rest)

pipeline.read_page = read_page
"""


@pytest.fixture
def broken_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Worker processes in which page 2 of a document of three pages ends or holds up the process."""

    def make(act: str, *, always: bool) -> None:
        folder = tmp_path / "site"
        folder.mkdir()
        code = BROKEN_READER.format(mark=str(tmp_path / "mark"), always=always, act=act)
        (folder / "broken_reader.py").write_text(code, "utf-8")
        monkeypatch.setattr(sys, "path", [str(folder), *sys.path])  # spawned processes take it over
        monkeypatch.setattr("gouji.archive.workers.PRELOADED", ("broken_reader",))

    return make


def test_worker_that_dies_costs_one_try(reports: Path, tmp_path: Path, broken_reader: Callable[..., None]) -> None:
    """A process that is killed at a page is replaced, and the page is read at the second try."""
    broken_reader("os.kill(os.getpid(), signal.SIGKILL)", always=False)
    assert archive(reports, "--out", tmp_path / "out") == 8
    assert (tmp_path / "mark").exists()
    row = rows_of(tmp_path / "out")["乙.pdf"]
    assert (row.status, row.pages, row.unread) == ("read", 3, 0)


def test_page_that_kills_its_worker_is_given_up(
    reports: Path, tmp_path: Path, broken_reader: Callable[..., None]
) -> None:
    """A page that ends every process is unread; the other pages and documents are read."""
    broken_reader("os.kill(os.getpid(), signal.SIGKILL)", always=True)
    assert archive(reports, "--out", tmp_path / "out") == 8
    rows = rows_of(tmp_path / "out")
    row = rows["乙.pdf"]
    assert (row.status, row.pages, row.unread, row.exit_code) == ("partly", 3, 1, 5)
    pages = report_of(tmp_path / "out", row).pages
    assert [page.status for page in pages] == ["read", "unread", "read"]
    assert "SIGKILL" in (pages[1].error or "")
    assert rows["copy.pdf"].status == "read"


def test_worker_that_hangs_is_ended(reports: Path, tmp_path: Path, settings: Settings) -> None:
    """A worker that has said nothing for longer than the settings allow is ended, and its order has failed."""
    with opened(tmp_path / "out") as manifest:
        take_in([str(reports)], manifest, settings)
        order = Order(step="open", bundle=manifest.waiting()[0])
        with Workers(1, tmp_path / "out", settings, None) as workers:
            workers.give(order)
            workers._workers[0].since -= 10 * settings.archive.page_timeout_s
            (answer,) = workers.answers(0)
            assert (answer.says, answer.order, workers.free) == ("died", order, 1)
            assert "page_timeout_s" in answer.error


def command(out: Path, *arguments: object) -> list[str]:
    code = "from gouji.cli import main; main()"
    return [sys.executable, "-c", code, "archive", *map(str, arguments), "--out", str(out), *FAST]


def await_reading(out: Path, process: subprocess.Popen[bytes]) -> None:
    while not list(out.glob("documents/*/*/*.read.json")):
        assert process.poll() is None
        time.sleep(0.02)


def heed_ctrl_c() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_ended_run_goes_on(how: signal.Signals, digital_pdf: Any, tmp_path: Path) -> None:
    """Killed, interrupted or ended by the system in the middle, the same command reads the rest, and only that."""
    for name in "甲乙丙":
        digital_pdf(f"in/{name}.pdf", pages=12, text=name)
    out = tmp_path / "out"
    process = subprocess.Popen(
        command(out, tmp_path / "in"), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, preexec_fn=heed_ctrl_c
    )
    await_reading(out, process)
    process.send_signal(how)
    told = process.communicate()[1].decode()
    if how != signal.SIGKILL:
        assert process.returncode == 130
        assert "the same command goes on from there" in told
        assert drafts(out) == [path for path in drafts(out) if path.name == "job.json"]
    read = {path: path.stat().st_mtime_ns for path in out.glob("documents/*/*/*.read.json")}
    assert archive("--out", out) == 0
    assert all(path.stat().st_mtime_ns == before for path, before in read.items())
    assert {row.status for row in rows_of(out).values()} == {"read"}
    assert drafts(out) == []


@pytest.mark.usefixtures("in_process")
def test_full_disk_stops_cleanly(reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk ends the run with its own exit code; what is read stays, and the run goes on when there is room."""
    out, whole = tmp_path / "out", store.save_reading

    def full(folder: Path, reading: PageReading) -> Path:
        if reading.page.page == 3:
            raise OutputError("x: the disk is full; make room")
        return whole(folder, reading)

    with monkeypatch.context() as patch:
        patch.setattr(store, "save_reading", full)
        assert archive(reports, "--out", out) == 6
    assert "reading" not in {row.status for row in rows_of(out).values()}
    kept = {path: path.stat().st_mtime_ns for path in out.rglob("0002.read.json")}
    assert archive("--out", out) == 8
    assert rows_of(out)["乙.pdf"].status == "read"
    assert all(path.stat().st_mtime_ns == before for path, before in kept.items())


def test_two_runs_in_one_folder_do_not_collide(reports: Path, tmp_path: Path, settings: Settings) -> None:
    """A second run in the folder says that another is at work."""
    with opened(tmp_path / "out"), pytest.raises(OutputError, match="another gouji archive"), opened(tmp_path / "out"):
        pass


@pytest.mark.usefixtures("in_process")
def test_status_tells_of_what_is_odd(reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--status counts documents and shows those that were set aside, with the reason."""
    archive(reports, "--out", tmp_path / "out", "-q")
    capsys.readouterr()
    assert run(["archive", "--status", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "2 read, 1 set aside" in told
    assert "坏.pdf: the PDF is damaged" in told


def test_status_of_no_archive_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--status of another folder, no --out, and no source are errors of use."""
    assert run(["archive", "--status", str(tmp_path)]) == 2
    assert run(["archive", str(tmp_path)]) == 2
    assert archive("--out", tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert "there is no manifest.db in it" in told
    assert "needs --out DIR" in told
    assert "nothing was read here before" in told


@pytest.mark.usefixtures("in_process")
def test_lost_report_is_made_again(reports: Path, tmp_path: Path) -> None:
    """A report that a power cut took, though the manifest had it, is made again from its readings."""
    out = tmp_path / "out"
    archive(reports, "--out", out)
    lost = out / rows_of(out)["乙.pdf"].report
    content = lost.read_bytes()
    lost.unlink()
    archive("--out", out)
    assert lost.read_bytes() == content


@pytest.mark.usefixtures("in_process")
def test_files_that_are_gone_are_forgotten(reports: Path, tmp_path: Path, settings: Settings) -> None:
    """A document that was read stays in the manifest when its file is gone; one that only waited does not."""
    out = tmp_path / "out"
    with opened(out) as manifest:
        take_in([str(reports)], manifest, settings)
        done = next(bundle for bundle in manifest.waiting() if bundle.name == "乙.pdf")
        manifest.start(done.sha256, "documents/x")
        manifest.settle(Outcome(sha256=done.sha256, status="read", folder="documents/x"), key_of(settings))
        for path in reports.glob("*.pdf"):
            path.unlink()
        take_in([str(reports)], manifest, settings)
        rows = {row.name: row.copies for row in manifest.rows()}
    assert rows == {"乙.pdf": 0, "copy.pdf": 1}


def test_broken_manifest_is_told(tmp_path: Path, settings: Settings) -> None:
    """A file that is no manifest is not overwritten."""
    (tmp_path / "manifest.db").write_bytes(b"no database at all, though it is long enough" * 30)
    with pytest.raises(OutputError, match="the manifest cannot be used"), opened(tmp_path):
        pass


@pytest.mark.usefixtures("in_process")
def test_document_that_vanishes_is_set_aside(reports: Path, tmp_path: Path, settings: Settings) -> None:
    """A file that is taken away between survey and reading is set aside, and the rest is read."""
    out = tmp_path / "out"
    with opened(out) as manifest:
        take_in([str(reports)], manifest, settings)
        manifest.prepare(key_of(settings))
        (reports / "乙.pdf").unlink()
        read_waiting(manifest, settings)
    rows = rows_of(out)
    assert rows["乙.pdf"].status == "aside"
    assert "cannot be read" in rows["乙.pdf"].reason
    assert rows["copy.pdf"].status == "read"


def test_unknown_source_ends_before_reading(tmp_path: Path, settings: Settings) -> None:
    """A source that is not there is told at once."""
    with opened(tmp_path / "out") as manifest, pytest.raises(UsageError, match="no such file"):
        take_in([str(tmp_path / "none")], manifest, settings)
