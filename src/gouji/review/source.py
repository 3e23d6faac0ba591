"""Where the reports of a review page are kept: a folder of run folders, or a database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from gouji import store
from gouji.errors import InputError, UsageError
from gouji.records import Correction, Report

OWN = ".review"  # the folder in which the review page keeps uploads
DEEPEST = 4  # levels below the root at which run folders are looked for

# Of a report: of what was read, and of its corrections. Changes whenever one of them does.
Signature = tuple[tuple[int, int], tuple[int, int]]
Remake = Callable[[tuple[Correction, ...]], Report]


class Source(Protocol):
    """The reports, by ids that say nothing of paths. Safe to use from several threads.

    An id is one that `names` gave; of another, each function raises InputError.
    """

    def names(self) -> dict[str, str]:
        """The reports that there are, by id, with a name for people, in the order of their names."""

    def signatures(self, report_ids: Iterable[str]) -> dict[str, Signature]:
        """The signature of each report."""

    def load(self, report_id: str) -> Report:
        """The report as it was read.

        Raises:
            InputError: it is damaged.
        """

    def log(self, report_id: str) -> tuple[Correction, ...]:
        """What persons corrected in it, oldest first.

        Raises:
            InputError: the log is damaged.
        """

    def add(self, report_id: str, seen: Signature, draft: Correction, as_read: str, remake: Remake) -> Correction:
        """Add the draft to the log, with the next id and the time; gives it back as it is kept.

        `seen`: of the report on which it was decided; `as_read`: what that says at the draft's target; `remake` gives
        the report as it stands with a log.

        Raises:
            ConflictError: another correction of the same place came first.
            OutputError: it cannot be written; the log is as it was.
        """

    def original(self, report_id: str, file: str) -> Path:
        """The file that was read, called `file` in the report.

        Raises:
            InputError: it is not known where it is, or it is not there any more.
        """

    def close(self) -> None:
        """Let go of what is open."""


class FolderSource:
    """The run folders below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._folders: dict[str, Path] = {}

    def names(self) -> dict[str, str]:
        """The run folders with a report, by their own names."""
        found = sorted(set(_run_folders(self.root, DEEPEST)))
        folders = {self.id_of(folder): folder for folder in found}
        self._folders |= folders  # one that is gone is told as such when it is asked for
        return {report_id: folder.name for report_id, folder in folders.items()}

    def id_of(self, folder: Path) -> str:
        """The id of a run folder below the root."""
        return hashlib.sha256(folder.relative_to(self.root).as_posix().encode()).hexdigest()[:12]

    def _folder(self, report_id: str) -> Path:
        try:
            return self._folders[report_id]
        except KeyError:
            raise no_such_report() from None

    def signatures(self, report_ids: Iterable[str]) -> dict[str, Signature]:
        """Time and size of the report and of its corrections."""
        return {report_id: _signature(self._folder(report_id)) for report_id in report_ids}

    def load(self, report_id: str) -> Report:
        """See `Source`."""
        return store.load_report(self._folder(report_id))

    def log(self, report_id: str) -> tuple[Correction, ...]:
        """See `Source`."""
        return store.load_corrections(self._folder(report_id))

    def add(self, report_id: str, seen: Signature, draft: Correction, as_read: str, remake: Remake) -> Correction:
        """See `Source`; what the report is with its corrections is not kept in a folder."""
        return store.add_correction(self._folder(report_id), draft, as_read, seen[0])

    def original(self, report_id: str, file: str) -> Path:
        """Where the run folder says it is, else in the run folder itself."""
        folder = self._folder(report_id)
        entry = store.read_entry(folder)
        return at_hand(Path(entry.path) if entry is not None else folder / file)

    def close(self) -> None:
        """Nothing is open."""


def no_such_report() -> InputError:
    """What to say of an id that is none."""
    return InputError("there is no such report any more; go back to the desk")


def at_hand(path: Path) -> Path:
    """The path.

    Raises:
        InputError: there is no file.
    """
    if not path.is_file():
        raise InputError(f"{path.name}: the file that was read is not at its place any more")
    return path


def _run_folders(folder: Path, depth: int) -> Iterator[Path]:
    if (folder / store.REPORT).is_file():
        yield folder
    if depth:
        try:
            below = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
        except OSError:
            return
        for path in below:
            if not path.name.startswith("."):
                yield from _run_folders(path, depth - 1)


def _signature(folder: Path) -> Signature:
    return store.report_stamp(folder), store.stamp(folder / store.CORRECTIONS)


def open_database(address: str) -> Source:
    """The database at the address.

    Raises:
        UsageError: the address makes no sense, its driver is missing, or there is nothing of gouji's in it.
        OutputError: it cannot be reached. SetupError: a newer gouji made its schema.
    """
    try:
        from gouji.review.filed import DatabaseSource

        return DatabaseSource(address)
    except ModuleNotFoundError as error:
        raise UsageError(
            f'a database needs the package {error.name}, which is missing; pip install "gouji[database]"'
        ) from error
