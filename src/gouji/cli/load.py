"""`gouji load`: saved reports and crawls into a database, a line for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gouji import store
from gouji.config import load_settings
from gouji.errors import EXIT_PARTLY, GoujiError, InputError, SetupError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gouji.database.load import Loaded


@dataclass(frozen=True)
class Options:
    """What `gouji load` was asked."""

    to: str
    migrate_only: bool = False
    wait_s: float = 60.0
    quiet: bool = False


def load_paths(paths: Sequence[Path], options: Options) -> int:
    """Load all; gives the exit code.

    Raises:
        UsageError: the address makes no sense, or there is nothing to load below a path.
        OutputError: the database cannot be reached or written; what was loaded is kept.
        SetupError: a package is missing, or the schema is newer than this gouji.
    """
    if not paths and not options.migrate_only:
        raise UsageError("name the reports to load, or give --migrate-only")
    if options.migrate_only:
        return _migrate(options)
    try:
        from gouji.loading import find_journals, open_migrated
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    journals = [folder for path in paths if path.is_dir() for folder in find_journals(path)]
    reports = list(store.find_reports(path for path in paths if not _holds_only_a_crawl(path)))
    engine = open_migrated(options.to, options.wait_s, _waits(options))
    try:
        for folder in journals:
            _load_journal(engine, folder, options)
        return _load_reports(engine, reports, options)
    finally:
        engine.dispose()


def _missing(error: ModuleNotFoundError) -> SetupError:
    return SetupError(f'the package {error.name} is missing; pip install "gouji[database]"')


def _waits(options: Options) -> Callable[[GoujiError], None]:
    def tell(why: GoujiError) -> None:
        typer.echo(f"gouji: {why}; waiting up to {options.wait_s:.0f} s for it", err=True)

    return tell


def _migrate(options: Options) -> int:
    try:
        from gouji.database.connect import open_database
        from gouji.loading import bring_up
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    engine = open_database(options.to)
    try:
        before, after = bring_up(engine, options.wait_s, _waits(options))
    finally:
        engine.dispose()
    if not options.quiet:
        typer.echo(f"schema {after}" + (", as it was" if before == after else f", before: {before or 'none'}"))
    return 0


def _holds_only_a_crawl(path: Path) -> bool:
    from gouji.loading import find_journals

    return path.is_dir() and bool(find_journals(path)) and next(path.rglob(store.REPORT), None) is None


def _load_journal(engine: Engine, folder: Path, options: Options) -> None:
    from gouji.loading import load_journal

    rows = load_journal(engine, folder, options.wait_s)
    if not options.quiet:
        typer.echo(f"{folder}: {rows} new rows of the crawl")


def _load_reports(engine: Engine, reports: Sequence[Path], options: Options) -> int:
    from gouji.loading import load_each

    done = load_each(engine, reports, load_settings(), options.wait_s)
    codes = [_tell(path, loaded, options) for path, loaded in zip(reports, done, strict=True)]
    failed = [code for code in codes if code]
    return EXIT_PARTLY if failed and len(failed) < len(codes) else max(failed, default=0)


def _tell(path: Path, loaded: Loaded | InputError, options: Options) -> int:
    """One line on one report; that it is no report is told, not raised."""
    if isinstance(loaded, InputError):
        typer.echo(f"gouji: {loaded}", err=True)
        return loaded.exit_code
    if not options.quiet:
        typer.echo(f"{path.parent if path.name == store.REPORT else path}: {_told(loaded)}")
    return 0


def _told(loaded: Loaded) -> str:
    kept = "" if loaded.current else "; an earlier reading of more pages stays current"
    what = f"{loaded.rows} rows" if loaded.state == "loaded" else "there already"
    return f"document {loaded.document}, reading {loaded.number}: {what}{kept}"
