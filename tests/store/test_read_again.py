from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gouji import store
from gouji.corrections import apply, is_lost
from gouji.errors import ConflictError
from gouji.records import Report
from tests.corrections.test_carry import BEFORE, FIX, main_table, with_text
from tests.corrections.test_corrections import report

NOW = report(main_table("t4"))
PART = report().model_copy(update={"tables": ()})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run folder with one correction."""
    store.save_report(tmp_path, BEFORE, "k")
    store.add_correction(tmp_path, FIX, "214.33")
    return tmp_path


def standing_texts(folder: Path) -> list[str]:
    given = apply(store.load_report(folder), store.load_corrections(folder))
    return [c.text for t in given.tables for c in t.cells if any(f.startswith("corrected:") for f in c.flags)]


def test_corrections_are_carried_over_and_the_older_report_is_kept(folder: Path) -> None:
    """After reading again the correction holds in the new report; the old one and its log stand beside."""
    store.save_report(folder, NOW, "k2")
    assert store.load_report(folder) == NOW
    assert standing_texts(folder) == ["214.38"]
    assert store.load_corrections(folder)[0].target.table == "t4"
    assert store.load_report(folder / "report.1.json") == BEFORE
    assert b'"t1"' in (folder / "corrections.1.jsonl").read_bytes()
    assert list(store.find_reports([folder])) == [folder / "report.json"]


def test_same_places_need_no_second_report(folder: Path) -> None:
    """Where all that was corrected stands as before, nothing is kept beside."""
    log = store.load_corrections(folder)
    store.save_report(folder, with_facts_gone(BEFORE), "k2")
    assert store.load_corrections(folder) == log
    assert not (folder / "report.1.json").exists()


def with_facts_gone(read: Report) -> Report:
    return read.model_copy(update={"facts": ()})


def test_what_was_lost_is_found_by_a_later_reading(folder: Path) -> None:
    """A reading of some pages only loses the corrections of the others; the whole file read again finds them."""
    store.save_report(folder, PART, "k2")
    assert all(map(is_lost, store.load_corrections(folder)))
    assert standing_texts(folder) == []
    store.save_report(folder, NOW, "k3")
    assert standing_texts(folder) == ["214.38"]


@pytest.mark.parametrize("written", [True, False])
def test_crash_between_report_and_corrections(folder: Path, written: bool) -> None:
    """Whichever report stands after a crash, its own corrections stand with it, and the next one is added to those."""
    store.save_report(folder, NOW, "k2")
    new, text = (folder / "corrections.jsonl").read_bytes(), (folder / "report.json").read_bytes()
    (folder / "corrections.next").write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + new)
    (folder / "corrections.jsonl").write_bytes((folder / "corrections.1.jsonl").read_bytes())
    if not written:
        (folder / "report.json").write_bytes((folder / "report.1.json").read_bytes())
    assert standing_texts(folder) == ["214.38"]
    store.add_correction(folder, FIX.model_copy(update={"kind": "undo", "undoes": "c1"}))
    assert [each.id for each in store.load_corrections(folder)] == ["c1", "c2"]
    assert standing_texts(folder) == []
    assert not (folder / "corrections.next").exists()


def test_damaged_corrections_keep_no_report_from_being_written(folder: Path) -> None:
    """A reading is never lost to a damaged log, which stays as it is."""
    (folder / "corrections.jsonl").write_text("{\n")
    store.save_report(folder, NOW, "k2")
    assert store.load_report(folder) == NOW
    assert (folder / "corrections.jsonl").read_text() == "{\n"


def test_decision_on_the_older_report_is_refused(folder: Path) -> None:
    """Who still looks at the report that stood before is told, and nothing is written."""
    seen = store.report_stamp(folder)
    store.save_report(folder, report(with_text(main_table("t4"), 3, 3, "1.00")), "k2")
    with pytest.raises(ConflictError, match="read again"):
        store.add_correction(folder, FIX, "214.33", seen)
    assert len(store.load_corrections(folder)) == 1
