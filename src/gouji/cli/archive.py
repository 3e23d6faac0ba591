"""`gouji archive`: an archive read with worker processes, told document by document; and how it stands."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from gouji.cli.read import Tally, count
from gouji.cli.show import console
from gouji.config import load_settings
from gouji.errors import UsageError

MOST_TOLD = 20


def read_archive(
    sources: Sequence[str],
    out: Path | None,
    config: Path | None,
    overrides: Sequence[str],
    password: str | None,
    *,
    retry: bool,
    quiet: bool,
) -> int:
    """Survey and read; gives the exit code, over all documents of the archive.

    Raises:
        UsageError, OutputError, SetupError: nothing more can be read; what is read stays.
    """
    from gouji.archive.conduct import key_of, opened, read_waiting, take_in

    if out is None:
        raise UsageError("gouji archive needs --out DIR, the folder for the manifest and the reports")
    settings = load_settings(config, overrides)
    with _terminable(), opened(out) as manifest:
        given = list(sources) or manifest.sources()
        if not given:
            raise UsageError(f"{out}: nothing was read here before; name a folder, an archive or a list to read")
        take_in(given, manifest, settings, password)
        manifest.prepare(key_of(settings), retry=retry)
        teller = Teller(manifest.counts(), quiet)
        teller.begin()
        read_waiting(manifest, settings, password, teller.document)
        table = manifest.write_table()
        rows = manifest.rows()
        if not quiet:
            _tell_end(rows, manifest.other_files(), table)
        return Tally([row.exit_code for row in rows]).exit_code()


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end the run as tidily as Ctrl-C does: schedulers and shutdowns send it."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Teller:
    """A line for each document."""

    def __init__(self, counts: dict[str, int], quiet: bool) -> None:
        self._all = sum(counts.values())
        self._counts = counts
        self._quiet = quiet

    def begin(self) -> None:
        """What is there."""
        waiting = self._counts.get("waiting", 0)
        if not self._quiet:
            typer.echo(f"{count(self._all, 'document')}, {waiting} to read")

    def document(self, bundle: Any, outcome: Any, left: int, seconds: tuple[float, float] | None) -> None:
        """What became of one; see `gouji.archive.conduct.OnDocument`."""
        from gouji.archive.pace import told

        if outcome.status == "aside":
            typer.echo(f"gouji: set aside: {bundle.place}: {outcome.reason}", err=True)
        if self._quiet:
            return
        what = f"{count(outcome.pages, 'page')}, {count(outcome.tables, 'table')}, {outcome.seconds:.1f} s"
        what = "set aside" if outcome.status == "aside" else what
        what += f", {outcome.unread} unread" if outcome.unread else ""
        time = f"; {text}" if (text := told(seconds)) else ""
        typer.echo(f"[{self._all - left}/{self._all}] {bundle.name}: {what}{time}")


def _tell_end(rows: Sequence[Any], others: Sequence[str], table: Path) -> None:
    typer.echo(_sums(rows))
    if others:
        typer.echo(f"{count(len(others), 'file')} of no kind that gouji reads, such as {others[0]}")
    typer.echo(f"  {table}")


def _sums(rows: Sequence[Any]) -> str:
    words = {
        "read": "read", "partly": "with unread pages", "aside": "set aside", "waiting": "waiting", "reading": "in hand",
    }  # fmt: skip
    numbers = {status: sum(row.status == status for row in rows) for status in words}
    parts = [f"{number} {words[status]}" for status, number in numbers.items() if number]
    pages = sum(row.pages for row in rows)
    copies = sum(max(0, row.copies - 1) for row in rows)
    doubles = f", {count(copies, 'copy', 'copies')} of them elsewhere" if copies else ""
    return f"{count(len(rows), 'document')} of {count(pages, 'page')}: {', '.join(parts) or 'none'}{doubles}"


def show_status(out: Path) -> int:
    """Print how the archive stands; it may be at work.

    Raises:
        UsageError: there is none in the folder.
    """
    from gouji.archive.manifest import open_existing

    with open_existing(out) as manifest:
        rows, others = manifest.rows(), manifest.other_files()
    terminal = console()
    terminal.print(_sums(rows))
    if others:
        terminal.print(f"{count(len(others), 'file')} of no kind that gouji reads")
    odd = [row for row in rows if row.status in ("aside", "partly", "reading")]
    if odd:
        terminal.print(_table(odd[:MOST_TOLD]))
    if len(odd) > MOST_TOLD:
        terminal.print(f"and {len(odd) - MOST_TOLD} more; all of them are in {out / 'manifest.csv'} when a run ends")
    return 0


def _table(rows: Sequence[Any]) -> Table:
    table = Table(expand=False)
    for name in ("status", "document", "tries", "why", "where"):
        table.add_column(name, overflow="fold")
    for row in rows:
        why = row.reason if row.status == "aside" else f"{row.unread} of {row.pages} pages unread" if row.unread else ""
        table.add_row(row.status, row.name, str(row.tries), why, row.place)
    return table
