"""The run folder: what was read of one file, page by page, and whether that is already done.

    DIR/<file name without ending>/
        source.json       which file this folder belongs to, and the keys of what is in it
        0003.read.json    the reading of page 3
        report.json       the report
        corrections.jsonl what persons corrected, one record a line, only ever added to
        0003.png          page 3 with what was found drawn over it, where asked for

Every file appears whole or not at all. Nothing here knows how pages are read.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from gouji.config import Settings, data_dir
from gouji.corrections import admit
from gouji.errors import InputError, OutputError, UsageError
from gouji.records import Correction, PageReading, Record, Report
from gouji.undisturbed import undisturbed
from gouji.version import __version__

SOURCE = "source.json"
REPORT = "report.json"
CORRECTIONS = "corrections.jsonl"


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
    return _key(readings_key(sha256, settings), settings.digest(), _data_digest(), repr(list(pages)))


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _data_digest() -> str:
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
            _remove(path)
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


@undisturbed()
def load_report(path: Path) -> Report:
    """The report as read, in a file or in the run folder.

    Raises:
        InputError: there is none, or it is no report of this schema.
    """
    file = path / REPORT if path.is_dir() else path
    try:
        return Report.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: it cannot be read ({error.strerror}); run gouji read first") from error
    except ValidationError as error:
        raise InputError(
            f"{file}: this is no gouji.report/1 ({error.error_count()} errors); read the file again"
        ) from error


def save_report(folder: Path, report: Report, key: str) -> Path:
    """Write the report and mark it as done; gives its path.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    path = folder / REPORT
    write_text(path, report_to_json(report))
    entry = read_entry(folder)
    if entry is not None:
        write_text(folder / SOURCE, entry.model_copy(update={"report": key}).model_dump_json(indent=1))
    return path


def find_reports(paths: Iterable[Path]) -> Iterator[Path]:
    """The reports meant by files, run folders and folders of those, each once, in a steady order.

    Raises:
        UsageError: there is none below a path.
    """
    seen: set[Path] = set()
    for path in paths:
        own = path if path.is_file() else path / REPORT
        found = [own] if own.is_file() else sorted(p for p in path.rglob(REPORT) if p.is_file())
        if not found:
            raise UsageError(f"{path}: there is no report in it; run gouji read first")
        for report in found:
            if report.resolve() not in seen:
                seen.add(report.resolve())
                yield report


def report_names(files: Sequence[Path]) -> list[str]:
    """A name for what is made of each report, each once: that of its run folder, or of a report named otherwise."""
    names: list[str] = []
    for path in files:
        plain = path.resolve().parent.name if path.name == REPORT else path.stem
        same = (name for n in range(1, len(files) + 1) if (name := f"{plain}-{n}" if n > 1 else plain) not in names)
        names.append(next(same))
    return names


def report_to_json(report: Report) -> str:
    """The report as it is written: the same report gives the same bytes."""
    return report.model_dump_json(indent=1, by_alias=True) + "\n"


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


def load_corrections(folder: Path) -> tuple[Correction, ...]:
    """The corrections beside the report, oldest first. A last line that a crash cut off was never told as done.

    Raises:
        InputError: a line of the file is damaged.
    """
    path = folder / CORRECTIONS
    try:
        content = path.read_bytes()
    except OSError:
        return ()
    return _parse_corrections(path, content)


def _parse_corrections(path: Path, content: bytes) -> tuple[Correction, ...]:
    lines = content.split(b"\n")[:-1]
    try:
        return tuple(Correction.model_validate_json(line) for line in lines)
    except ValidationError as error:
        raise InputError(f"{path}: a line of it is damaged; put it right or take it out, gouji loses none") from error


def add_correction(folder: Path, draft: Correction, as_read: str = "") -> Correction:
    """Add the draft to the log beside the report, with the next id and the time; gives it back as it is kept.

    `as_read` is what the report says at its target. Two processes never lose a line: the file is locked, the line is
    on disk when this returns.

    Raises:
        ConflictError: another correction of the same place came first.
        OutputError: the file cannot be written; it is as it was.
    """
    path = folder / CORRECTIONS
    try:
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            content = file.read()
            log = _parse_corrections(path, content)
            admit(log, draft, as_read)
            kept = draft.model_copy(update={"id": f"c{len(log) + 1}", "when": datetime.now(UTC)})
            _append(file, content.rfind(b"\n") + 1, kept.model_dump_json().encode() + b"\n")
    except OSError as error:
        raise OutputError(why_unwritten(path, error)) from error
    return kept


def _append(file: BinaryIO, end: int, line: bytes) -> None:
    """Write the line at `end`, where the last whole line ends; a line that cannot be written leaves nothing behind."""
    file.truncate(end)
    try:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            file.truncate(end)
        raise


def write_text(path: Path, text: str) -> None:
    """Write the file whole or not at all; see `write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write the file whole or not at all.

    Raises:
        OutputError: the folder cannot be written, or the disk is full; what stood there before still does.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise OutputError(why_unwritten(path, error)) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def why_unwritten(path: Path, error: OSError) -> str:
    """One sentence on a file that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path}: the disk is full; what was read so far is kept, make room and run again"
    return f"{path}: it cannot be written ({error.strerror}); look at the folder's rights or give another with --out"


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(why_unwritten(path, error)) from error
