from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from gouji import pipeline, store
from gouji.cli.command import run
from gouji.cli.read import found_files, parse_pages
from gouji.errors import UsageError
from gouji.records import Report


def report_in(folder: Path) -> Report:
    return Report.model_validate_json((folder / "report.json").read_bytes())


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


class TestReading:
    def test_file_gets_its_folder_and_report(
        self, thin: list[int], digital_pdf: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """`gouji read` writes DIR/<name>/report.json, tells of each page, and exits with 0."""
        assert run(["read", str(digital_pdf("a.pdf", 2)), "--out", str(tmp_path / "out")]) == 0
        assert [page.page for page in report_in(tmp_path / "out" / "a").pages] == [1, 2]
        said = capsys.readouterr().out
        assert len(re.findall(r"^  page +\d+  ", said, re.M)) == 2
        assert str(tmp_path / "out" / "a" / "report.json") in said

    def test_second_run_skips_what_is_done(
        self, thin: list[int], scanned_pdf: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Nothing is read twice, unless --force asks for it or a setting that touches pixels changed."""
        command = ["read", str(scanned_pdf("a.pdf", 2)), "--out", str(tmp_path / "out")]
        run(command)
        stamp = (tmp_path / "out" / "a" / "report.json").stat().st_mtime_ns
        run(command)
        assert thin == [1, 2]
        assert (tmp_path / "out" / "a" / "report.json").stat().st_mtime_ns == stamp
        assert "already done" in capsys.readouterr().out
        run([*command, "--set", "checks.enabled=false"])
        assert thin == [1, 2]
        run([*command, "--force"])
        assert thin == [1, 2, 1, 2]
        run([*command, "--dpi", "100"])
        assert thin == [1, 2, 1, 2, 1, 2]

    def test_pages_can_be_chosen(self, thin: list[int], scanned_pdf: Any, tmp_path: Path) -> None:
        """--pages reads these only; the whole file asked for later reads the rest."""
        command = ["read", str(scanned_pdf("a.pdf", 5)), "--out", str(tmp_path / "out")]
        assert run([*command, "--pages", "2-3,5"]) == 0
        assert [page.page for page in report_in(tmp_path / "out" / "a").pages] == [2, 3, 5]
        assert run(command) == 0
        assert thin == [2, 3, 5, 1, 4]
        assert len(report_in(tmp_path / "out" / "a").pages) == 5

    def test_quiet_says_nothing(
        self, thin: list[int], digital_pdf: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With -q a run that goes well prints nothing."""
        run(["read", str(digital_pdf("a.pdf")), "--out", str(tmp_path / "out"), "-q"])
        assert capsys.readouterr() == ("", "")

    def test_pages_are_drawn_when_asked(self, thin: list[int], digital_pdf: Any, tmp_path: Path) -> None:
        """--draw writes a picture for each page; `gouji draw` does so later, without reading again."""
        path, out = str(digital_pdf("a.pdf", 2)), tmp_path / "out"
        run(["read", path, "--out", str(out)])
        assert list((out / "a").glob("*.png")) == []
        run(["draw", path, "--out", str(out)])
        assert sorted(p.name for p in (out / "a").glob("*.png")) == ["0001.png", "0002.png"]
        run(["read", path, "--out", str(tmp_path / "other"), "--draw"])
        for number in (1, 2):
            pictures = [store.picture_path(folder / "a", number).read_bytes() for folder in (out, tmp_path / "other")]
            assert pictures[0] == pictures[1]

    def test_two_files_of_one_name_are_both_kept(
        self, thin: list[int], digital_pdf: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Files of the same name from two folders get two folders, and the command says so."""
        files = [digital_pdf("x/a.pdf", 1), digital_pdf("y/a.pdf", 2)]
        assert run(["read", *map(str, files), "--out", str(tmp_path / "out")]) == 0
        folders = sorted((tmp_path / "out").iterdir())
        assert [len(report_in(folder).pages) for folder in folders] == [1, 2]
        assert f"written to {folders[1].name}" in capsys.readouterr().out

    def test_interrupted_run_goes_on(
        self, thin: list[int], scanned_pdf: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
    ) -> None:
        """Ctrl-C exits with 130 and keeps what was read; the next run reads only the rest."""
        path = scanned_pdf("a.pdf", 4)
        whole = pipeline.read_page

        def interrupted(opened: Any, number: int, *rest: Any) -> Any:
            if number == 3:
                raise KeyboardInterrupt
            return whole(opened, number, *rest)

        monkeypatch.setattr(pipeline, "read_page", interrupted)
        command = ["read", str(path), "--out", str(tmp_path / "out")]
        assert run(command) == 130
        assert "interrupted" in one_sentence(capsys.readouterr().err)
        assert sorted(p.name for p in (tmp_path / "out" / "a").glob("*.read.json")) == [
            "0001.read.json",
            "0002.read.json",
        ]
        monkeypatch.setattr(pipeline, "read_page", whole)
        assert run(command) == 0
        assert thin == [1, 2, 3, 4]


class TestBadInput:
    """One clear sentence, a finding in the report, the right exit code, and nothing lost."""

    def test_other_kinds_of_file(self, thin: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A file that is no PDF or image exits with 3."""
        (tmp_path / "a.pdf").write_bytes(b"PK\x03\x04 an office file")
        assert run(["read", str(tmp_path / "a.pdf"), "--out", str(tmp_path / "out")]) == 3
        assert one_sentence(capsys.readouterr().err).startswith("gouji: a.pdf: this is a ZIP")
        assert codes(report_in(tmp_path / "out" / "a")) == ["input.unsupported"]

    def test_cut_off_file(
        self, thin: list[int], digital_pdf: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A PDF of which only the head is left exits with 3."""
        path = digital_pdf("a.pdf")
        path.write_bytes(path.read_bytes()[:400])
        assert run(["read", str(path), "--out", str(tmp_path / "out")]) == 3
        assert "damaged or cut off" in one_sentence(capsys.readouterr().err)
        assert codes(report_in(tmp_path / "out" / "a")) == ["input.broken"]

    def test_file_without_its_end_is_read_with_a_warning(
        self, thin: list[int], scanned_pdf: Any, tmp_path: Path
    ) -> None:
        """A PDF that lacks its end but still opens is read, and the report says that something may be missing."""
        path = scanned_pdf("a.pdf", 2)
        path.write_bytes(path.read_bytes().rsplit(b"startxref", 1)[0])
        assert run(["read", str(path), "--out", str(tmp_path / "out")]) == 0
        report = report_in(tmp_path / "out" / "a")
        assert codes(report)[0] == "input.truncated"
        assert len(report.pages) == 2

    def test_encrypted_file(
        self, thin: list[int], digital_pdf: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Without its password a file exits with 4; with it, it is read; without it again, nothing is lost."""
        command = ["read", str(digital_pdf("a.pdf", password="open")), "--out", str(tmp_path / "out")]
        assert run(command) == 4
        assert "--password" in one_sentence(capsys.readouterr().err)
        assert codes(report_in(tmp_path / "out" / "a")) == ["input.locked"]
        assert run([*command, "--password", "open"]) == 0
        assert len(report_in(tmp_path / "out" / "a").pages) == 2
        assert run([*command, "--password", "wrong"]) == 4
        assert len(report_in(tmp_path / "out" / "a").pages) == 2

    def test_file_without_pages(self, thin: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A PDF of zero pages exits with 3."""
        pypdfium2.PdfDocument.new().save(str(tmp_path / "a.pdf"))
        assert run(["read", str(tmp_path / "a.pdf"), "--out", str(tmp_path / "out")]) == 3
        assert "no pages" in one_sentence(capsys.readouterr().err)
        assert codes(report_in(tmp_path / "out" / "a")) == ["input.empty"]

    def test_missing_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A file that is not there exits with 3 and leaves no folder."""
        assert run(["read", str(tmp_path / "none.pdf"), "--out", str(tmp_path / "out")]) == 3
        assert "none.pdf" in one_sentence(capsys.readouterr().err)
        assert not (tmp_path / "out").exists()

    def test_broken_page_among_good_ones(
        self, thin: list[int], scanned_pdf: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The page is unread in the report, the others are read, and the exit code is 5."""
        path = scanned_pdf("a.pdf", 3)
        content = path.read_bytes()
        page = list(re.finditer(rb"\d+ 0 obj\s*<<(?=[^\n]*/Type /Page\b)", content))[1]
        path.write_bytes(content[: page.end() - 2] + b"42" + content[page.end() :])
        assert run(["read", str(path), "--out", str(tmp_path / "out")]) == 5
        assert "page 2" in one_sentence(capsys.readouterr().err)
        report = report_in(tmp_path / "out" / "a")
        assert [page.status for page in report.pages] == ["read", "unread", "read"]
        assert [f.pointers[0].page for f in report.findings if f.code == "page.unread"] == [2]

    def test_empty_scan(self, thin: list[int], scanned_pdf: Any, tmp_path: Path) -> None:
        """A scan with nothing on it is read, and its report says which pages are blank."""
        assert run(["read", str(scanned_pdf("a.pdf", 2)), "--out", str(tmp_path / "out")]) == 0
        assert codes(report_in(tmp_path / "out" / "a")) == ["page.blank", "page.blank"]

    def test_engine_that_breaks_down_on_a_page(
        self, thin: list[int], scanned_pdf: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An error of the engine costs one page, not the run; the next run tries that page again."""
        whole = pipeline.read_page

        def breaks(opened: Any, number: int, *rest: Any) -> Any:
            if number == 2:
                raise RuntimeError("no memory on the device")
            return whole(opened, number, *rest)

        monkeypatch.setattr(pipeline, "read_page", breaks)
        command = ["read", str(scanned_pdf("a.pdf", 3)), "--out", str(tmp_path / "out")]
        assert run(command) == 5
        page = report_in(tmp_path / "out" / "a").pages[1]
        assert (page.status, page.error) == ("unread", "page 2: RuntimeError: no memory on the device")
        monkeypatch.setattr(pipeline, "read_page", whole)
        assert run(command) == 0
        assert thin == [1, 3, 2]

    def test_huge_page(self, thin: list[int], tmp_path: Path) -> None:
        """A page of 20,000 × 20,000 points is read."""
        document = pypdfium2.PdfDocument.new()
        document.new_page(20000, 20000)
        document.save(str(tmp_path / "a.pdf"))
        command = ["read", str(tmp_path / "a.pdf"), "--out", str(tmp_path / "out")]
        assert run([*command, "--set", "pages.max_page_px=1000000"]) == 0

    def test_ten_thousand_pages(self, thin: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A file of 10,000 pages is read as far as asked; beyond pages.max_pages it is refused."""
        document = pypdfium2.PdfDocument.new()
        for _ in range(10_000):
            pypdfium2.raw.FPDFPage_New(document, 10_000, 100, 100)
        document.save(str(tmp_path / "a.pdf"))
        command = ["read", str(tmp_path / "a.pdf"), "--out", str(tmp_path / "out")]
        assert run([*command, "--pages", "9999-10000", "--dpi", "20"]) == 0
        assert run([*command, "--set", "pages.max_pages=100"]) == 3
        assert "10000 pages" in one_sentence(capsys.readouterr().err)

    def test_unwritable_folder(
        self, thin: list[int], digital_pdf: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A folder that cannot be made exits with 6."""
        (tmp_path / "out").write_text("a file, not a folder")
        assert run(["read", str(digital_pdf("a.pdf")), "--out", str(tmp_path / "out")]) == 6
        assert "--out" in one_sentence(capsys.readouterr().err)

    def test_full_disk(
        self,
        thin: list[int],
        scanned_pdf: Any,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """When the disk is full the run ends with 6, and what was read before is kept."""
        sync = os.fsync
        written: list[int] = []

        def fills_up(handle: int) -> None:
            written.append(handle)
            if len(written) == 4:  # source.json, two readings, then nothing more
                raise OSError(errno.ENOSPC, "No space left on device")
            sync(handle)

        monkeypatch.setattr(os, "fsync", fills_up)
        command = ["read", str(scanned_pdf("a.pdf", 4)), "--out", str(tmp_path / "out")]
        assert run(command) == 6
        assert "disk is full" in one_sentence(capsys.readouterr().err)
        assert store.saved_reading(tmp_path / "out" / "a", 2) is not None
        assert run(command) == 0
        assert thin == [1, 2, 3, 3, 4]

    def test_one_bad_file_among_good_ones(self, thin: list[int], digital_pdf: Any, tmp_path: Path) -> None:
        """The others are read all the same, and the exit code is 8."""
        (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 and no more")
        files = [tmp_path / "bad.pdf", digital_pdf("good.pdf")]
        assert run(["read", *map(str, files), "--out", str(tmp_path / "out")]) == 8
        assert len(report_in(tmp_path / "out" / "good").pages) == 2

    def test_pages_that_are_not_there(
        self, thin: list[int], digital_pdf: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Asking for pages beyond the end exits with 2."""
        assert run(["read", str(digital_pdf("a.pdf")), "--out", str(tmp_path / "out"), "--pages", "7"]) == 2
        assert "pages 1 to 2" in one_sentence(capsys.readouterr().err)

    def test_unknown_setting(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A setting that does not exist exits with 2 and is named."""
        assert run(["read", "a.pdf", "--out", str(tmp_path), "--set", "pages.colour=1"]) == 2
        assert "pages.colour" in one_sentence(capsys.readouterr().err)

    def test_unknown_option(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A command line that makes no sense exits with 2, without a trace."""
        assert run(["read", "--colour"]) == 2
        assert "Traceback" not in capsys.readouterr().err

    def test_twice_verbose_shows_where(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The trace of an error is shown after -v -v, and only then."""
        for extra, shown in (([], False), (["-vv"], True), (["-v", "-v"], True)):
            run(["read", str(tmp_path / "none.pdf"), "--out", str(tmp_path / "out"), *extra])
            assert ("Traceback" in capsys.readouterr().err) is shown


class TestFindingFiles:
    def test_folders_and_patterns_are_opened(self, digital_pdf: Any, tmp_path: Path) -> None:
        """Folders are searched to the bottom, patterns expanded, and no file is read twice."""
        first, second = digital_pdf("in/a.pdf", 1), digital_pdf("in/deep/b.PDF", 1)
        (tmp_path / "in" / "notes.txt").write_text("not a report")
        shutil.copy(first, tmp_path / "in" / "c.tif")
        found = list(found_files([str(tmp_path / "in"), str(tmp_path / "in" / "*.pdf"), str(first)]))
        assert found == [first, tmp_path / "in" / "c.tif", second]

    def test_file_with_brackets_in_its_name_is_a_file(self, tmp_path: Path) -> None:
        """A name that looks like a pattern but exists is taken as it is."""
        path = tmp_path / "a[1].pdf"
        path.write_bytes(b"")
        assert list(found_files([str(path)])) == [path]

    def test_empty_folder_is_told(self, tmp_path: Path) -> None:
        """A folder without anything to read is a mistake in the command."""
        with pytest.raises(UsageError):
            list(found_files([str(tmp_path)]))

    def test_page_ranges(self) -> None:
        """Page ranges are lists of numbers and spans."""
        assert parse_pages("3-5, 1,4") == (1, 3, 4, 5)
        assert parse_pages("") is None
        for wrong in ("0", "5-3", "a", "1-", "-2", "1,,2"):
            with pytest.raises(UsageError):
                parse_pages(wrong)


def one_sentence(told: str) -> str:
    lines = told.strip().splitlines()
    assert len(lines) == 1, told
    return lines[0]
