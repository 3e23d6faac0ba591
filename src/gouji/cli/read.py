"""`gouji read`: files found, read one after another, told line by line."""

from __future__ import annotations

import glob
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gouji.config import Settings, load_settings
from gouji.errors import EXIT_PARTLY, GoujiError, OutputError, SetupError, UsageError
from gouji.records import PageReading, Report

if TYPE_CHECKING:
    from gouji.crew import Crew

ENDINGS = (".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png")


@dataclass(frozen=True)
class Options:
    """What `gouji read` was asked."""

    out: Path
    pages: str = ""
    config: Path | None = None
    overrides: tuple[str, ...] = ()
    password: str | None = None
    force: bool = False
    draw: bool = False
    quiet: bool = False
    verbose: int = 0


@dataclass
class Tally:
    """How the run went: an exit code for every file."""

    codes: list[int] = field(default_factory=list)

    def exit_code(self) -> int:
        """0 when all is read; 5 when some pages are not; the files' own code, or 8 when other files were read."""
        failed = [code for code in self.codes if code not in (0, 5)]
        if failed and len(failed) < len(self.codes):
            return EXIT_PARTLY
        return failed[0] if failed else max(self.codes, default=0)


def read_files(names: Sequence[str], options: Options) -> int:
    """Read all; gives the exit code.

    Raises:
        UsageError, OutputError, SetupError: nothing more can be read.
    """
    from gouji.crew import Crew

    settings = load_settings(options.config, options.overrides)
    files = list(found_files(names))
    pages = parse_pages(options.pages)
    tally = Tally()
    with Crew() as crew:
        for position, path in enumerate(files, 1):
            if not options.quiet and len(files) > 1:
                typer.echo(f"[{position}/{len(files)}] {path}")
            tally.codes.append(_read_one(path, settings, pages, options, crew))
    if not options.quiet and len(files) > 1:
        typer.echo(_summary(tally.codes))
    return tally.exit_code()


def found_files(names: Iterable[str]) -> Iterator[Path]:
    """The files meant by names of files, folders and patterns, each once, in a steady order.

    Raises:
        UsageError: a folder or pattern holds nothing to read.
    """
    seen: set[Path] = set()
    for name in names:
        for path in _meant(name):
            if path.resolve() not in seen:
                seen.add(path.resolve())
                yield path


def _meant(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file())
    elif path.exists() or not glob.has_magic(name):
        return [path]
    else:
        found = sorted(Path(p) for p in glob.glob(name, recursive=True) if Path(p).is_file())
    if not found:
        raise UsageError(f"{name}: there is no PDF, TIFF, JPEG or PNG in it")
    return found


def parse_pages(text: str) -> tuple[int, ...] | None:
    """The page numbers of "3-5,8"; None for all.

    Raises:
        UsageError: it is written otherwise.
    """
    if not text.strip():
        return None
    numbers: list[int] = []
    for part in text.replace("，", ",").split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or not 1 <= int(first) <= int(last or first):
            raise UsageError(f"--pages {text}: write it as 3-5 or 1,4,7-9")
        numbers.extend(range(int(first), int(last or first) + 1))
    return tuple(sorted(set(numbers)))


def _read_one(path: Path, settings: Settings, pages: tuple[int, ...] | None, options: Options, crew: Crew) -> int:
    """Read one file; a failure of this file alone is told and counted, not raised."""
    from gouji.run import read_report

    progress = Progress(path, options)
    try:
        outcome = read_report(
            path,
            options.out,
            settings,
            pages=pages,
            password=options.password,
            force=options.force,
            draw=options.draw,
            on_page=progress.page,
            read=crew.read_pages,
        )
    except (OutputError, SetupError, UsageError):
        raise
    except GoujiError as error:
        _tell_error(error, options)
        return error.exit_code
    except Exception as error:
        _tell_error(error, options)
        return 1
    folder = Path(outcome.folder)
    if outcome.error is not None:
        typer.echo(f"gouji: {outcome.error}", err=True)
    elif not options.quiet:
        typer.echo(_told(outcome.report, folder, outcome.skipped))
        if options.draw:
            typer.echo(f"  {folder / '*.png'}")
    if folder.name != path.stem and not options.quiet:
        typer.echo(f"  written to {folder.name}, since {path.stem} holds another file of that name")
    return outcome.exit_code


def _tell_error(error: Exception, options: Options) -> None:
    if options.verbose >= 2:
        traceback.print_exception(error)
    what = str(error) if isinstance(error, GoujiError) else f"{type(error).__name__}: {error}; -v -v shows where"
    typer.echo(f"gouji: {what}", err=True)


class Progress:
    """A line for each page."""

    def __init__(self, path: Path, options: Options) -> None:
        self._options = options
        self._name = path.name
        self._last = time.monotonic()

    def page(self, reading: PageReading, saved: bool) -> None:
        """Tell of one page; `saved`: an earlier run had read it."""
        now = time.monotonic()
        seconds, self._last = now - self._last, now
        page = reading.page
        if page.status == "unread":
            typer.echo(f"gouji: {self._name}: {page.error}", err=True)
        elif not self._options.quiet:
            typer.echo(f"  page {page.page:>4}  " + ("read before" if saved else self._line(reading, seconds)))

    def _line(self, reading: PageReading, seconds: float) -> str:
        page = reading.page
        line = f"{count(len(reading.grids), 'table')}, {count(len(reading.lines), 'line')}, {seconds:.1f} s"
        if self._options.verbose:
            line += f"  {page.origin}, {page.width} × {page.height} px, {page.dpi} dpi"
            line += f", turned {page.turn}°" if page.turn else ""
            line += f", skew {page.skew:.2f}°" if page.skew else ""
        return line


def count(number: int, noun: str, plural: str = "") -> str:
    """The number with its noun."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def _told(report: Report, folder: Path, skipped: bool) -> str:
    """One line on what the report holds."""
    status = Counter(check.status for check in report.checks)
    known = sum(table.form is not None for table in report.tables)
    unread = sum(page.status == "unread" for page in report.pages)
    parts = [
        count(len(report.pages), "page") + (f" ({unread} unread)" if unread else ""),
        count(len(report.tables), "table") + f" ({known} of a known form)",
        count(len(report.facts), "fact"),
        f"{status['pass'] + status['rounding']} checks hold, {status['fail']} fail",
        count(len(report.findings), "finding"),
    ]
    done = "already done: " if skipped else ""
    return f"  {done}{', '.join(parts)}\n  {folder / 'report.json'}"


def _summary(codes: list[int]) -> str:
    counts = Counter("read" if code == 0 else "with unread pages" if code == 5 else "failed" for code in codes)
    return f"{count(len(codes), 'file')}: " + ", ".join(f"{n} {what}" for what, n in counts.items())
