"""One run at a time in an archive's folder, and no drafts of an earlier one left in it."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from gouji.archive.survey import FILES
from gouji.errors import OutputError
from gouji.store import why_unwritten

RUN_LOCK = ".run.lock"
WORK_LOCK = ".work.lock"
DRAFTS = ".*.part"
MESSAGES = ("*.order.json", "*.answer.json")  # between the flow and its tasks
PATIENCE_S = 60.0


@contextmanager
def sole_run(out: Path) -> Iterator[None]:
    """Hold the archive's folder for one run; it is made when it is not there. Waits for the last run's workers to end.

    Raises:
        OutputError: another run holds it, or it cannot be written.
    """
    with _opened(out / RUN_LOCK) as run:
        try:
            fcntl.flock(run, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(
                f"{out}: another gouji archive is at work there; wait for it, or stop it first"
            ) from error
        with _opened(out / WORK_LOCK) as work:
            _await(work, out)
        yield


def _await(work: IO[str], out: Path) -> None:
    """Wait until no worker of an earlier run is left: those of a killed run end with it, in a moment."""
    last = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(work, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() > last:
                raise OutputError(
                    f"{out}: workers of an earlier run are still at work there; end them first"
                ) from error
            time.sleep(0.05)


@contextmanager
def at_work(out: Path) -> Iterator[None]:
    """Held by each worker as long as it lives."""
    with _opened(out / WORK_LOCK) as work:
        fcntl.flock(work, fcntl.LOCK_SH)
        yield


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w")
    except OSError as error:
        raise OutputError(why_unwritten(path, error)) from error


def sweep(out: Path, folders: Iterable[str]) -> None:
    """Take away what a killed run left half written: at the top, among the files, and in these folders."""
    for draft in out.glob(DRAFTS):
        _remove(draft)
    for place in (FILES, *folders):
        sweep_folder(out / place)


def sweep_folder(folder: Path) -> None:
    """Take away what is half written in this folder and below: nobody may be at work there."""
    for draft in [draft for pattern in (DRAFTS, *MESSAGES) for draft in folder.rglob(pattern)]:
        _remove(draft)


def _remove(draft: Path) -> None:
    if draft.is_dir():
        shutil.rmtree(draft, ignore_errors=True)
    else:
        with suppress(OSError):
            draft.unlink()
