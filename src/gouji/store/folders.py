"""The run folder of a file: which file it belongs to, its pages' readings, and whether that is already done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from gouji.config import Settings, data_dir
from gouji.errors import OutputError
from gouji.records import PageReading, Record, Report
from gouji.store.files import remove, write_text
from gouji.store.log import replace_report
from gouji.store.reports import REPORT
from gouji.version import __version__

SOURCE = "source.json"


class Entry(Record):
    """The `source.json` of a run folder. `readings` and `report` are keys; a differing key means "not done"."""

    path: str
    sha256: str
    readings: str
    report: str | None = None


def claim_folder(out: Path, source: Path, sha256: str) -> Path:
    """The folder of this file below `out`; made when it is not there.

    It is named for the file. Where that name holds the run of another file, a part of the hash is added. The same file,
    and the same content under another path, always get the same folder.

    Raises:
        OutputError: the folder cannot be made.
    """
    stem = source.stem or source.name
    for folder in (out / stem, out / f"{stem}-{sha256[:8]}"):
        entry = read_entry(folder)
        if entry is None or entry.path == str(source.resolve()) or entry.sha256 == sha256:
            break
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: the folder cannot be made ({error.strerror}); give another with --out") from error
    return folder


def readings_key(sha256: str, settings: Settings) -> str:
    """What page readings depend on: content, version, language model, and the settings of all that looks at pixels."""
    parts = (settings.pages, settings.engine, settings.detector, settings.tables)
    language = _digest_of(sorted((data_dir("models") / "language").glob("*.gz")))
    return _key(sha256, __version__, language, *(part.model_dump_json(exclude={"threads"}) for part in parts))


def report_key(sha256: str, settings: Settings, pages: Iterable[int]) -> str:
    """What the report depends on beside the readings: all settings, the shipped data, and the pages asked for."""
    return _key(readings_key(sha256, settings), settings.digest(), _datadigest_of_bytes(), repr(list(pages)))


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _datadigest_of_bytes() -> str:
    """Forms, facts, identities and the NER model are data: a changed file is a changed report."""
    configs, ner = data_dir("configs"), data_dir("models") / "ner"
    files = [path for room in ("forms", "facts", "identities") for path in sorted((configs / room).rglob("*.toml"))]
    return _digest_of([*files, *(path for path in (ner / "meta.json", ner / "ner" / "model") if path.is_file())])


def _digest_of(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()


def begin(folder: Path, entry: Entry) -> None:
    """Make the folder this run's: readings made with other settings, or of another content, are taken away.

    Raises:
        OutputError: the folder cannot be written.
    """
    old = read_entry(folder)
    same = old is not None and old.readings == entry.readings
    if not same:
        for path in folder.glob("*.read.json"):
            remove(path)
    kept = old.report if old is not None and same else None
    write_text(folder / SOURCE, entry.model_copy(update={"report": kept}).model_dump_json(indent=1))


def read_entry(folder: Path) -> Entry | None:
    """The folder's entry; None when there is none or it is damaged."""
    try:
        return Entry.model_validate_json((folder / SOURCE).read_bytes())
    except (OSError, ValidationError):
        return None


def finished_report(folder: Path, key: str) -> Report | None:
    """The report in the folder when it was made with this key and every page of it was read; else None."""
    entry = read_entry(folder)
    if entry is None or entry.report != key:
        return None
    try:
        report = Report.model_validate_json((folder / REPORT).read_bytes())
    except (OSError, ValidationError):
        return None
    return report if report.pages and all(page.status == "read" for page in report.pages) else None


def save_report(folder: Path, report: Report, key: str) -> Path:
    """Write the report and mark it as done; gives its path.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    path = replace_report(folder, report)
    entry = read_entry(folder)
    if entry is not None:
        write_text(folder / SOURCE, entry.model_copy(update={"report": key}).model_dump_json(indent=1))
    return path


def reading_path(folder: Path, page: int) -> Path:
    """Where the reading of the page (from 1) is kept."""
    return folder / f"{page:04d}.read.json"


def picture_path(folder: Path, page: int) -> Path:
    """Where the picture of the page (from 1) is kept."""
    return folder / f"{page:04d}.png"


def saved_reading(folder: Path, page: int) -> PageReading | None:
    """The reading of the page; None when it is not there, damaged, or of a page that could not be read."""
    reading = load_reading(folder, page)
    return reading if reading is not None and reading.page.status == "read" else None


def load_reading(folder: Path, page: int) -> PageReading | None:
    """The reading of the page, whether it was read or not; None when it is not there or damaged."""
    try:
        return PageReading.model_validate_json(reading_path(folder, page).read_bytes())
    except (OSError, ValidationError):
        return None


def save_reading(folder: Path, reading: PageReading) -> Path:
    """Write the reading; gives its path.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    path = reading_path(folder, reading.page.page)
    write_text(path, reading.model_dump_json())
    return path
