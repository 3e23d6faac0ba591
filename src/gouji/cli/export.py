"""`gouji export`: saved reports in other shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from gouji import store
from gouji.config import Settings, load_settings
from gouji.errors import EXIT_PARTLY, GoujiError, InputError, OutputError, SetupError, UsageError
from gouji.exports.choices import Choices, Crop
from gouji.exports.registry import export_report, require_format
from gouji.records import Report


@dataclass(frozen=True)
class Options:
    """What `gouji export` was asked. `crops`: None is "where the source is at hand"."""

    to: str
    out: Path
    as_read: bool = False
    excel: bool = False
    crops: bool | None = None
    source: Path | None = None
    password: str | None = None
    quiet: bool = False


def export_reports(paths: Sequence[Path], options: Options) -> int:
    """Write each report below the output folder; gives the exit code.

    Raises:
        UsageError: there is no such format, or no report below a path.
        OutputError, SetupError: nothing more can be written.
    """
    require_format(options.to)
    settings = load_settings()
    files = list(store.find_reports(paths))
    if options.source is not None and len(files) > 1:
        raise UsageError("--source belongs to one report; export the others by themselves")
    names = store.report_names(files)
    codes = [_export(path, name, settings, options) for path, name in zip(files, names, strict=True)]
    failed = [code for code in codes if code]
    return EXIT_PARTLY if failed and len(failed) < len(codes) else max(failed, default=0)


def _export(path: Path, name: str, settings: Settings, options: Options) -> int:
    """Write one report; a failure of this one alone is told, not raised."""
    try:
        report = saved_report(path, settings, options.as_read)
        with _cutter(path.parent, report, settings, options) as crop:
            files = export_report(report, options.to, name, Choices(options.excel, crop))
        for file, content in files.items():
            _write(options.out / file, content)
    except (OutputError, SetupError, UsageError):
        raise
    except GoujiError as error:
        typer.echo(f"gouji: {error}", err=True)
        return error.exit_code
    if not options.quiet:
        typer.echo(str(options.out / (name if len(files) > 1 else next(iter(files)))))
    return 0


def saved_report(path: Path, settings: Settings, as_read: bool) -> Report:
    """The report of a `report.json`, with what persons corrected beside it unless it is asked for as read.

    Raises:
        InputError: it is no report, or its corrections are damaged.
    """
    if as_read or not store.load_corrections(path.parent):
        return store.load_report(path)
    from gouji.run import corrected_report

    return corrected_report(path.parent, settings)


@contextmanager
def _cutter(folder: Path, report: Report, settings: Settings, options: Options) -> Iterator[Crop | None]:
    if options.to not in ("html", "audit") or options.crops is False or not report.pages:
        yield None
        return
    from gouji.crops import find_source, open_crops

    try:
        path = options.source or find_source(folder, report)
    except InputError:
        if options.crops:
            raise
        yield None
        return
    with open_crops(path, report, settings, options.password) as crop:
        yield crop


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent}: the folder cannot be made ({error.strerror}); give another --out") from error
    store.write_bytes(path, content)
