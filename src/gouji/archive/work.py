"""The work on one document, in three steps as in `run`: `open_bundle`, `read_part`, `close_bundle`.

Steps take and give paths and small records, so that any process on any machine that sees the folder can do them.
`gouji archive` and the flow call the same three.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from gouji import run, store
from gouji.archive.bundles import Bundle
from gouji.archive.kinds import OFFICE
from gouji.archive.manifest import DOCUMENTS, Outcome
from gouji.archive.office import office_to_pdf
from gouji.archive.survey import FILES
from gouji.config import Settings
from gouji.errors import BrokenFileError, CrashError, InputError, LockedFileError, UnsafeArchiveError
from gouji.pages.bound_images import Binding
from gouji.records import Record, Report

JOB = "job.json"
REFUSED = "refused"
_REFUSALS: dict[str, type[InputError]] = {
    kind.code: kind for kind in (BrokenFileError, CrashError, LockedFileError, UnsafeArchiveError)
}


class Opening(Record):
    """What is to be done on a document: the pages of the job at this path; or nothing more, with its outcome."""

    job: str = ""
    todo: tuple[int, ...] = ()
    outcome: Outcome | None = None


def home_of(bundle: Bundle) -> str:
    """The folder of the document's run folder, relative to the archive's: named by content, so nobody else's."""
    return f"{DOCUMENTS}/{bundle.sha256[:16]}"


def open_bundle(bundle: Bundle, out: Path, settings: Settings, password: str | None = None) -> Opening:
    """Open the document, printing it to PDF or binding its images first; one that cannot be opened is set aside.

    Raises:
        OutputError: the folder cannot be written. SetupError: a model or a package is missing.
    """
    home = out / home_of(bundle)
    try:
        if bundle.code:
            raise _error(bundle.code, bundle.reason)
        _forget_refusal(home)
        job = run.begin(_openable(bundle, out, settings), home, settings, password=password)
    except InputError as error:
        return Opening(outcome=refuse_bundle(bundle, out, settings, error))
    job = job.model_copy(update={"source": job.source.model_copy(update=_told(bundle))})
    if job.done:
        (Path(job.folder) / JOB).unlink(missing_ok=True)
        return Opening(outcome=_outcome(bundle.sha256, out, Path(job.folder), run.finish(job, settings)))
    place = Path(job.folder) / JOB
    store.write_text(place, job.model_dump_json())
    return Opening(job=str(place), todo=job.todo)


def _error(code: str, reason: str) -> InputError:
    """The error of an archive that could not be unpacked when it was found."""
    error = _REFUSALS.get(code, InputError)(reason)
    error.code = code
    return error


def _openable(bundle: Bundle, out: Path, settings: Settings) -> Path:
    """The file that `run` can open."""
    path = Path(bundle.leaves[0].path)
    if bundle.kind == "office":
        target = out / FILES / "printed" / bundle.sha256[:16] / f"{path.stem}.pdf"
        return office_to_pdf(path, target, settings.archive)
    if bundle.kind == "images":
        target = out / FILES / "bound" / bundle.sha256[:16] / f"{bundle.name}.images"
        binding = Binding(bound=tuple(leaf.path for leaf in bundle.leaves), sha256=bundle.sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        store.write_text(target, binding.model_dump_json())
        return target
    return path


def _told(bundle: Bundle) -> dict[str, str]:
    """What the report says of its source: the file that was found, not what was made of it."""
    if bundle.kind == "images":
        return {"file": bundle.name}
    told = {"file": bundle.name, "sha256": bundle.sha256}
    kind = OFFICE.get(Path(bundle.name).suffix.lower()) if bundle.kind == "office" else None
    return told | ({"media_type": kind} if kind else {})


def _forget_refusal(home: Path) -> None:
    """An earlier refusal holds the run folder's name; it makes way."""
    for folder in home.glob("*"):
        entry = store.read_entry(folder)
        if entry is not None and entry.readings == REFUSED:
            (folder / store.SOURCE).unlink(missing_ok=True)


def refuse_bundle(bundle: Bundle, out: Path, settings: Settings, error: InputError) -> Outcome:
    """Set the document aside: a report that says why, where there is a file to speak of, and the outcome.

    Raises:
        OutputError: the folder cannot be written.
    """
    leaf = bundle.leaves[0]
    folder, codes = "", [error.code]
    try:
        place = Path(leaf.path)
        folder = os.path.relpath(run.refuse(place, out / home_of(bundle), settings, error).folder, out)
    except InputError:  # nothing can be told of a file that is gone
        codes = []
    return Outcome(
        sha256=bundle.sha256, status="aside", code=error.code, reason=str(error), folder=folder, findings=tuple(codes),
        errors=len(codes), exit_code=error.exit_code,
    )  # fmt: skip


def read_part(job_path: str, numbers: Iterable[int], settings: Settings, password: str | None = None) -> Iterator[int]:
    """Read these pages of the job; gives each number when its reading is on the disk, those that were there first.

    Raises:
        InputError: the file is gone. OutputError: the folder cannot be written. SetupError: a model is missing.
    """
    job = load_job(job_path)
    numbers = tuple(numbers)
    left = [number for number in numbers if store.saved_reading(Path(job.folder), number) is None]
    yield from (number for number in numbers if number not in left)
    for reading in run.read_pages(job, left, settings, password):
        yield reading.page.page


def give_up_page(job_path: str, number: int, error: BaseException) -> None:
    """Record that the page ended its reader as often as was tried."""
    run.give_up(load_job(job_path), number, error)


def close_bundle(bundle: Bundle, job_path: str, out: Path, settings: Settings) -> Outcome:
    """Assemble the report from the readings and give what became of the document.

    Raises:
        OutputError: the folder cannot be written.
    """
    job = load_job(job_path)
    report = run.finish(job, settings)
    Path(job_path).unlink(missing_ok=True)
    return _outcome(bundle.sha256, out, Path(job.folder), report)


def load_job(path: str) -> run.Job:
    """The job at this path."""
    return run.Job.model_validate_json(Path(path).read_bytes())


def _outcome(sha256: str, out: Path, folder: Path, report: Report) -> Outcome:
    unread = sum(page.status == "unread" for page in report.pages)
    severity = Counter(finding.severity for finding in report.findings)
    return Outcome(
        sha256=sha256,
        status="partly" if unread else "read",
        folder=os.path.relpath(folder, out),
        pages=len(report.pages),
        unread=unread,
        tables=len(report.tables),
        facts=len(report.facts),
        fails=sum(check.status == "fail" for check in report.checks),
        errors=severity["error"],
        warnings=severity["warning"],
        findings=tuple(dict.fromkeys(finding.code for finding in report.findings)),
        exit_code=run.exit_code_of(report),
    )
