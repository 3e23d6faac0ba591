"""Saved reports made ready for a database by other processes, while this one writes what is ready.

To parse a report and make its rows takes longer than to put them in; one process writes, in the order of the paths, so
that the same reports make the same versions.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gouji import store
from gouji.config import Settings
from gouji.crew import crew_size, end_with
from gouji.database.ready import Ready, make_ready
from gouji.errors import InputError
from gouji.records import Correction, Report

LEAST = 24  # fewer reports than this are sooner loaded than a process is started
MOST = 2  # one process that writes can't follow more
AHEAD = 4  # reports in hand for each process: bounds the memory


@dataclass(frozen=True)
class Saved:
    """A saved report and, where persons corrected it, what it is with that, and their log."""

    read: Ready
    corrected: Ready | None
    log: tuple[Correction, ...]


def read_saved(path: Path, settings: Settings, dialect: str) -> Saved:
    """The report in the file with what persons corrected beside it, for databases of the dialect.

    Raises:
        InputError: it is no report, or its corrections are damaged.
    """
    read, log = store.load_report(path), store.load_corrections(path.parent)
    corrected = make_ready(_corrected(path.parent, settings), dialect, keep=False) if log else None
    entry = store.read_entry(path.parent)
    return Saved(make_ready(read, dialect, entry.path if entry is not None else None), corrected, log)


def _corrected(folder: Path, settings: Settings) -> Report:
    from gouji.run import corrected_report  # the corridor takes seconds to import; few reports need it

    return corrected_report(folder, settings)


def readied(paths: Sequence[Path], settings: Settings, dialect: str) -> Iterator[Saved | InputError]:
    """What `read_saved` gives for each path, or why it gives nothing; in the order of the paths."""
    size = min(crew_size(settings) - 1, MOST)
    if size < 1 or len(paths) < LEAST:
        yield from (_try(path, settings, dialect) for path in paths)
        return
    done = 0
    try:
        for saved in _ahead(paths, settings, dialect, size):
            done += 1
            yield saved
    except BrokenProcessPool:  # a process was killed: this one does what is left
        yield from (_try(path, settings, dialect) for path in paths[done:])


def _ahead(paths: Sequence[Path], settings: Settings, dialect: str, size: int) -> Iterator[Saved | InputError]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(size, context, _begin, (settings.model_dump_json(), dialect, os.getpid()))
    left, waiting = iter(paths), deque[Future[Saved | InputError]]()
    try:
        waiting.extend(pool.submit(_read, path) for path in islice(left, size * AHEAD))
        while waiting:
            saved = waiting.popleft().result()
            waiting.extend(pool.submit(_read, path) for path in islice(left, 1))
            yield saved
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_given: tuple[Settings, str]
"""In a process that reads ahead: the settings and the dialect."""


def _begin(settings: str, dialect: str, parent: int) -> None:
    global _given
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent decides
    end_with(parent)
    gc.disable()  # records hold no cycles, and hundreds of thousands of them are made for each report
    _given = Settings.model_validate_json(settings), dialect


def _read(path: Path) -> Saved | InputError:
    return _try(path, *_given)


def _try(path: Path, settings: Settings, dialect: str) -> Saved | InputError:
    try:
        return read_saved(path, settings, dialect)
    except InputError as error:
        return error
