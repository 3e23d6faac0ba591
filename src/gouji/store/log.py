"""What persons corrected in the report of a run folder, and what becomes of it when the file is read again."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from gouji.corrections import admit, carry, is_lost
from gouji.errors import ConflictError, InputError, OutputError
from gouji.records import Correction, Report
from gouji.store.files import remove, why_unwritten, write_bytes, write_text
from gouji.store.reports import REPORT, load_report, report_stamp, report_to_json

CORRECTIONS = "corrections.jsonl"
NEXT = "corrections.next"  # of a report that is about to be written, whose hash is the first line


def load_corrections(folder: Path) -> tuple[Correction, ...]:
    """The corrections beside the report, oldest first. A last line that a crash cut off was never told as done.

    Raises:
        InputError: a line of the file is damaged.
    """
    path = folder / CORRECTIONS
    try:
        content = _next_corrections(folder) if (folder / NEXT).is_file() else None
        content = path.read_bytes() if content is None else content
    except OSError:
        return ()
    return _parse(path, content)


def _parse(path: Path, content: bytes) -> tuple[Correction, ...]:
    """The corrections in the content of the file. A last line that a crash cut off was never told as done.

    Raises:
        InputError: a line is damaged.
    """
    lines = content.split(b"\n")[:-1]
    try:
        return tuple(Correction.model_validate_json(line) for line in lines)
    except ValidationError as error:
        raise InputError(f"{path}: a line of it is damaged; put it right or take it out, gouji loses none") from error


def add_correction(
    folder: Path, draft: Correction, as_read: str = "", seen: tuple[int, int] | None = None
) -> Correction:
    """Add the draft to the log beside the report, with the next id and the time; gives it back as it is kept.

    `as_read` is what the report says at its target, `seen` the stamp of that report. Two processes never lose a line:
    the file is locked, the line is on disk when this returns.

    Raises:
        ConflictError: another correction of the same place came first, or the file was read again.
        OutputError: the file cannot be written; it is as it was.
    """
    path = folder / CORRECTIONS
    try:
        with _locked(folder) as file:
            if seen is not None and seen != report_stamp(folder):
                raise ConflictError("the file was read again meanwhile; load the page again and decide", "")
            content = file.read()
            log = _parse(path, content)
            admit(log, draft, as_read)
            kept = draft.model_copy(update={"id": f"c{len(log) + 1}", "when": datetime.now(UTC)})
            _append(file, content.rfind(b"\n") + 1, kept.model_dump_json().encode() + b"\n")
    except OSError as error:
        raise OutputError(why_unwritten(path, error)) from error
    return kept


@contextmanager
def _locked(folder: Path) -> Iterator[BinaryIO]:
    """The log open to read and add to, from its beginning; nobody else adds to it or puts another in its place."""
    path = folder / CORRECTIONS
    while True:
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not os.path.samestat(os.fstat(file.fileno()), path.stat()):
                continue  # another log was put in its place while this one waited
            if not (folder / NEXT).is_file():
                file.seek(0)
                yield file
                return
            _settle(folder)


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


def replace_report(folder: Path, report: Report) -> Path:
    """Write the report in place of the folder's older one; what was corrected in that is carried over to it.

    Where that changes the corrections, those that stood and the report that they were of are kept beside. After a
    crash either the old report stands with its corrections or the new one with its own.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    path, text = folder / REPORT, report_to_json(report)
    if not (folder / CORRECTIONS).is_file() or not path.is_file():
        write_text(path, text)
        return path
    with _locked(folder) as file:
        content = file.read()
        carried = _carried(folder, content, report)
        if carried is None:
            write_text(path, text)
            return path
        number = _following(folder)
        write_bytes(folder / f"report.{number}.json", path.read_bytes())
        write_bytes(folder / f"corrections.{number}.jsonl", content)
        lines = [f"{_digest(text.encode())}\n", *(f"{each.model_dump_json()}\n" for each in carried)]
        write_text(folder / NEXT, "".join(lines))
        write_text(path, text)
        _settle(folder)
    return path


def _carried(folder: Path, content: bytes, report: Report) -> tuple[Correction, ...] | None:
    """The corrections in the log's content as those of the report; None where the log may stay as it is.

    So it may when nothing changes, and it must when it or the older report is damaged.
    """
    try:
        log = _parse(folder / CORRECTIONS, content)
        found = carry(log, load_report(folder), report)
    except InputError:
        return None
    if any(map(is_lost, found)):
        again = {(each.id, each.when): each for each in _found_earlier(folder, report)}
        found = tuple(again.get((each.id, each.when), each) if is_lost(each) else each for each in found)
    return found if found != log else None


def _found_earlier(folder: Path, report: Report) -> Iterator[Correction]:
    """Corrections of reports before the last, of which a part of the file may have been read; the newest come last."""
    for number in range(1, _following(folder)):
        path = folder / f"corrections.{number}.jsonl"
        with suppress(InputError, OSError):
            older = carry(_parse(path, path.read_bytes()), load_report(folder / f"report.{number}.json"), report)
            yield from (each for each in older if not is_lost(each))


def _following(folder: Path) -> int:
    """The number under which the next report is kept that was corrected and is no longer the last."""
    return next(n for n in count(1) if not (folder / f"corrections.{n}.jsonl").exists())


def _settle(folder: Path) -> None:
    """Let the corrections of a new report take the place of the older ones once that report stands."""
    content = _next_corrections(folder)
    if content is not None:
        write_bytes(folder / CORRECTIONS, content)
    remove(folder / NEXT)


def _next_corrections(folder: Path) -> bytes | None:
    """The corrections that a crash kept from taking their place; None when there are none."""
    try:
        digest, _, content = (folder / NEXT).read_bytes().partition(b"\n")
        return content if digest.decode() == _digest((folder / REPORT).read_bytes()) else None
    except OSError:
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
