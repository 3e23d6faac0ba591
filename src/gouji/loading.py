"""Run folders and crawl folders into a database; a server that goes away is waited for, and nothing is loaded twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from gouji.ahead import Saved, read_saved, readied
from gouji.config import Settings
from gouji.crawl.journal import NAME, Journal
from gouji.database.carried import carry_over
from gouji.database.connect import open_database, passes, to_error
from gouji.database.crawl import load_crawl
from gouji.database.load import Loaded, load_ready
from gouji.database.migrate import migrate
from gouji.errors import GoujiError, InputError
from gouji.records import Correction, Report

T = TypeVar("T")
OnWait = Callable[[GoujiError], None]
"""Told once why a server is waited for."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 5.0


def open_migrated(address: str, wait_s: float = 0, on_wait: OnWait | None = None) -> Engine:
    """The database at the address, its schema up to date.

    A server that does not answer yet is waited for, `wait_s` at most.

    Raises:
        UsageError: the address makes no sense.
        OutputError: the database cannot be reached or written.
        SetupError: the driver is missing, or a newer gouji made the schema.
    """
    engine = open_database(address)
    try:
        bring_up(engine, wait_s, on_wait)
    except BaseException:
        engine.dispose()
        raise
    return engine


def bring_up(engine: Engine, wait_s: float, on_wait: OnWait | None = None) -> tuple[str | None, str]:
    """Bring the schema up to date as `migrate` does, waiting for the server as `open_migrated` does.

    Raises:
        OutputError: the database cannot be reached or written. SetupError: a newer gouji made the schema.
    """
    return patiently(engine, lambda: migrate(engine), wait_s, on_wait)


def load_saved(engine: Engine, path: Path, settings: Settings, wait_s: float) -> Loaded:
    """Load a saved `report.json`, with what persons corrected beside it, as one transaction.

    A server that goes away in the middle is waited for, `wait_s` at most, and the document is loaded anew: what the
    broken transaction did is not there. What persons corrected in an older reading of it in the database is carried
    over.

    Raises:
        InputError: it is no report, its corrections are damaged, or others were made in the database.
        OutputError: the database cannot be written.
    """
    return _put(engine, read_saved(path, settings, engine.dialect.name), settings, wait_s)


def load_each(
    engine: Engine, paths: Sequence[Path], settings: Settings, wait_s: float
) -> Iterator[Loaded | InputError]:
    """Load saved reports as `load_saved` does, in their order; one that can't be loaded is given back as its error.

    Many are read ahead by other processes, while this one writes.

    Raises:
        OutputError: the database cannot be written; what was loaded is kept.
    """
    for saved in readied(paths, settings, engine.dialect.name):
        yield saved if isinstance(saved, InputError) else _try(engine, saved, settings, wait_s)


def _try(engine: Engine, saved: Saved, settings: Settings, wait_s: float) -> Loaded | InputError:
    try:
        return _put(engine, saved, settings, wait_s)
    except InputError as error:
        return error


def _put(engine: Engine, saved: Saved, settings: Settings, wait_s: float) -> Loaded:
    loaded = patiently(engine, lambda: load_ready(engine, saved.read, saved.corrected, saved.log), wait_s)
    patiently(engine, lambda: carry_over(engine, loaded.document, partial(_corrected, settings)), wait_s)
    return loaded


def _corrected(settings: Settings, report: Report, log: Sequence[Correction]) -> Report:
    from gouji.pipeline import correct  # the corridor takes seconds to import; few reports need it

    return correct(report, log, settings)[0]


def load_journal(engine: Engine, folder: Path, wait_s: float) -> int:
    """Load what a crawl put down in its folder; gives how many rows are new.

    Raises:
        InputError: the folder holds no journal. OutputError: the database cannot be written.
    """
    with Journal(folder) as journal:
        found = list(journal.fetches()), list(journal.appearances()), journal.register()
    return patiently(engine, lambda: load_crawl(engine, *found), wait_s)


def find_journals(path: Path) -> list[Path]:
    """The crawl folders at or right below the path."""
    return sorted(journal.parent for pattern in (NAME, f"*/{NAME}") for journal in path.glob(pattern))


def patiently(engine: Engine, load: Callable[[], T], wait_s: float, on_wait: OnWait | None = None) -> T:
    """What `load` gives, tried again while the server is away.

    Raises:
        OutputError: the database cannot be written, or the server did not come back in time.
    """
    end, pause = time.monotonic() + wait_s, FIRST_PAUSE_S
    while True:
        try:
            return load()
        except DBAPIError as error:
            if not passes(engine, error) or time.monotonic() + pause > end:
                raise to_error(engine, error) from error
            if on_wait is not None:
                on_wait(to_error(engine, error))
                on_wait = None
        engine.dispose()
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)
