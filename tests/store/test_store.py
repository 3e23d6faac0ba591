from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gouji import store
from gouji.config import load_settings
from gouji.errors import OutputError
from gouji.records import Document, MadeBy, Page, PageReading, Report, Source

SHA = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4


def page(number: int, status: str = "read") -> Page:
    return Page.model_validate(
        {"page": number, "width": 10, "height": 10, "dpi": 100, "origin": "scan", "status": status}
    )


def report(*pages: Page) -> Report:
    made_by = MadeBy(gouji="0", engine="none", models=(), detector="none", ner=None, settings="0")
    source = Source(file="a.pdf", sha256=SHA, media_type="application/pdf", pages=len(pages))
    return Report(source=source, made_by=made_by, document=Document(), pages=pages)


def entry(path: Path, sha256: str = SHA, readings: str = "r1") -> store.Entry:
    return store.Entry(path=str(path.resolve()), sha256=sha256, readings=readings)


class TestFolders:
    def test_folder_is_named_for_the_file(self, tmp_path: Path) -> None:
        """A file gets the folder of its name without ending, every time."""
        for _ in range(2):
            folder = store.claim_folder(tmp_path / "out", tmp_path / "a.2024.pdf", SHA)
            assert folder == tmp_path / "out" / "a.2024"
            store.begin(folder, entry(tmp_path / "a.2024.pdf"))

    def test_two_files_of_one_name_do_not_meet(self, tmp_path: Path) -> None:
        """The second file of a name gets a folder with a part of its hash, and keeps it."""
        first = store.claim_folder(tmp_path, tmp_path / "x" / "a.pdf", SHA)
        store.begin(first, entry(tmp_path / "x" / "a.pdf"))
        for _ in range(2):
            second = store.claim_folder(tmp_path, tmp_path / "y" / "a.pdf", OTHER)
            assert second == tmp_path / f"a-{OTHER[:8]}"
            store.begin(second, entry(tmp_path / "y" / "a.pdf", OTHER))
        assert store.claim_folder(tmp_path, tmp_path / "x" / "a.pdf", SHA) == first

    def test_same_content_elsewhere_is_the_same_run(self, tmp_path: Path) -> None:
        """A file that was moved finds its folder again."""
        folder = store.claim_folder(tmp_path, tmp_path / "x" / "a.pdf", SHA)
        store.begin(folder, entry(tmp_path / "x" / "a.pdf"))
        assert store.claim_folder(tmp_path, tmp_path / "y" / "a.pdf", SHA) == folder

    def test_changed_file_takes_its_folder_over(self, tmp_path: Path) -> None:
        """A new version under the same path replaces the readings of the old."""
        folder = store.claim_folder(tmp_path, tmp_path / "a.pdf", SHA)
        store.begin(folder, entry(tmp_path / "a.pdf"))
        store.save_reading(folder, PageReading(page=page(1)))
        assert store.claim_folder(tmp_path, tmp_path / "a.pdf", OTHER) == folder
        store.begin(folder, entry(tmp_path / "a.pdf", OTHER, "r2"))
        assert store.load_reading(folder, 1) is None

    def test_folder_that_cannot_be_made_is_an_output_error(self, tmp_path: Path) -> None:
        """A file in the place of the folder is told in one sentence."""
        (tmp_path / "out").write_text("")
        with pytest.raises(OutputError, match="--out"):
            store.claim_folder(tmp_path / "out", tmp_path / "a.pdf", SHA)


class TestReadings:
    def test_reading_comes_back_as_it_was(self, tmp_path: Path) -> None:
        """Readings are kept under page-first names and come back equal."""
        reading = PageReading(page=page(3))
        assert store.save_reading(tmp_path, reading).name == "0003.read.json"
        assert store.saved_reading(tmp_path, 3) == reading

    def test_unread_page_is_tried_again(self, tmp_path: Path) -> None:
        """The reading of a page that could not be read is there, but does not count as done."""
        store.save_reading(tmp_path, PageReading(page=page(1, "unread")))
        assert store.load_reading(tmp_path, 1) is not None
        assert store.saved_reading(tmp_path, 1) is None

    def test_torn_reading_is_none(self, tmp_path: Path) -> None:
        """A reading that a crash cut off is read again."""
        store.reading_path(tmp_path, 1).write_text('{"page": {"pa')
        assert store.saved_reading(tmp_path, 1) is None

    def test_readings_of_the_same_settings_stay(self, tmp_path: Path) -> None:
        """A second run with the same key finds the first one's readings; with another key it does not."""
        store.begin(tmp_path, entry(tmp_path / "a.pdf"))
        store.save_reading(tmp_path, PageReading(page=page(1)))
        store.begin(tmp_path, entry(tmp_path / "a.pdf"))
        assert store.saved_reading(tmp_path, 1) is not None
        store.begin(tmp_path, entry(tmp_path / "a.pdf", readings="r2"))
        assert store.saved_reading(tmp_path, 1) is None

    def test_only_settings_that_touch_pixels_make_pages_stale(self) -> None:
        """A changed check keeps the page readings but asks for a new report; a changed resolution keeps neither."""
        plain = load_settings()
        other_checks = load_settings(overrides=["checks.enabled=false"])
        other_pages = load_settings(overrides=["pages.max_dpi=150"])
        assert store.readings_key(SHA, plain) == store.readings_key(SHA, other_checks)
        assert store.report_key(SHA, plain, [1]) != store.report_key(SHA, other_checks, [1])
        assert store.readings_key(SHA, plain) != store.readings_key(SHA, other_pages)
        assert store.report_key(SHA, plain, [1]) != store.report_key(SHA, plain, [1, 2])


class TestReports:
    def test_report_is_done_for_its_key_only(self, tmp_path: Path) -> None:
        """A finished report is found again under its own key."""
        store.begin(tmp_path, entry(tmp_path / "a.pdf"))
        store.save_report(tmp_path, report(page(1)), "k1")
        assert store.finished_report(tmp_path, "k1") == report(page(1))
        assert store.finished_report(tmp_path, "k2") is None

    def test_report_with_an_unread_page_is_not_done(self, tmp_path: Path) -> None:
        """What could not be read is tried again by the next run."""
        store.begin(tmp_path, entry(tmp_path / "a.pdf"))
        store.save_report(tmp_path, report(page(1), page(2, "unread")), "k1")
        assert store.finished_report(tmp_path, "k1") is None

    def test_lost_or_torn_report_is_not_done(self, tmp_path: Path) -> None:
        """A report that was deleted or cut off is made again."""
        store.begin(tmp_path, entry(tmp_path / "a.pdf"))
        path = store.save_report(tmp_path, report(page(1)), "k1")
        path.write_text(path.read_text("utf-8")[:40])
        assert store.finished_report(tmp_path, "k1") is None
        path.unlink()
        assert store.finished_report(tmp_path, "k1") is None


class TestWriting:
    def test_failed_write_leaves_the_old_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """When the disk fills up while writing, what stood there still does, and nothing half-written is left."""
        path = tmp_path / "report.json"
        path.write_text("old")

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="disk is full"):
            store.write_text(path, "new")
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]

    def test_missing_folder_is_an_output_error(self, tmp_path: Path) -> None:
        """A folder that vanished is told, with what to do."""
        with pytest.raises(OutputError, match="--out"):
            store.write_text(tmp_path / "gone" / "report.json", "new")

    def test_same_report_gives_the_same_bytes(self) -> None:
        """The JSON depends on nothing but the report."""
        assert store.report_to_json(report(page(1))) == store.report_to_json(report(page(1)))
        assert '"schema": "gouji.report/1"' in store.report_to_json(report(page(1)))
