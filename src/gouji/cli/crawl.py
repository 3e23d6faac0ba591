"""`gouji crawl`: sites crawled, what came of it, and who owes which report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gouji.cli.show import console
from gouji.config import CrawlSettings, load_settings
from gouji.crawl.journal import NAME, Journal
from gouji.crawl.records import GOOD, Due, Summary
from gouji.crawl.register import compare, load_register
from gouji.crawl.sites import Site, find_sites
from gouji.crawl.start import check, crawl_sites
from gouji.errors import EXIT_PARTLY, GoujiError, UsageError

NEWS = ("new", "changed", "same")
STATES = {"found": "green", "late": "yellow", "missing": "bold red", "awaited": "dim"}


@dataclass(frozen=True)
class Options:
    """How to crawl, as asked for on the command line."""

    out: Path
    sites: Path | None
    register: Path | None
    status: bool
    config: Path | None
    overrides: tuple[str, ...]
    quiet: bool
    verbose: int


def crawl(names: list[str], options: Options) -> int:
    """Crawl the sites, or only tell what was found before; gives the exit code."""
    settings = load_settings(options.config, options.overrides).crawl
    if options.status or (options.register and not names and not options.sites):
        return _tell_only(names, options, settings)
    sites = find_sites(names, options.sites)
    if len({site.key for site in sites}) < len(sites):
        raise UsageError("two of the sites have one name; a site's name is that of its file, rename one")
    check(sites, settings)
    code = _crawl(sites, options, settings)
    if options.register:
        register = compared(options.out, options.register, settings, sites)
        if not options.quiet:
            console().print(_register_table(register))
    return code


def _crawl(sites: Sequence[Site], options: Options, settings: CrawlSettings) -> int:
    def listen(site: Site, event: dict[str, Any]) -> None:
        if not options.quiet:
            _tell_event(site, event, options.verbose)

    ends = []
    for end in crawl_sites(sites, options.out, settings, listen):
        ends.append(end)
        if isinstance(end, GoujiError):
            typer.echo(f"gouji: {end}", err=True)
        elif not options.quiet:
            typer.echo(summary_line(end))
    return exit_code(ends)


def exit_code(ends: Sequence[Summary | GoujiError]) -> int:
    """0: all came. 8: some requests or sites came to nothing. One site alone, or all alike: the error's own code."""
    errors = [end for end in ends if isinstance(end, GoujiError)]
    if errors and len(errors) == len(ends):
        return errors[0].exit_code
    partly = errors or any(end.failed or end.state == "stopped" for end in ends if isinstance(end, Summary))
    return EXIT_PARTLY if partly else 0


def _tell_event(site: Site, event: dict[str, Any], verbose: int) -> None:
    if "waits" in event:
        typer.echo(f"  {site.key}: waits for another crawl of {event['waits']} to end")
        return
    outcome, title = event["outcome"], next(iter(event["titles"]), "")
    if verbose or outcome in NEWS or outcome not in GOOD:
        told = event["reason"] or title
        typer.echo(f"  {site.key}  {outcome:12} {event['url']}  {told}".rstrip())


def summary_line(summary: Summary) -> str:
    """One line on a crawl of a site."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in summary.outcomes.items()) or "nothing was asked for"
    state = {"finished": "", "stopped": f"; stopped: {summary.why}"}.get(summary.state, f"; {summary.state}")
    empty = f"; nothing is listed on {summary.empty[0]}: look at the site file's patterns" if summary.empty else ""
    left_out = f"; {summary.left_out} pages of lists left out (lists.max_pages)" if summary.left_out else ""
    return f"{summary.site}: {counts}{state}{empty}{left_out}"


def _tell_only(names: list[str], options: Options, settings: CrawlSettings) -> int:
    if not (options.out / NAME).is_file():
        raise UsageError(f"{options.out}: there is no crawl in this folder; crawl first, or give another with --out")
    terminal = console()
    if options.status:
        with Journal(options.out) as journal:
            terminal.print(_status_table(journal.summaries()))
            if options.verbose:
                _print_failures(journal, terminal)
    if options.register:
        sites = find_sites(names, options.sites) if names or options.sites else []
        terminal.print(_register_table(compared(options.out, options.register, settings, sites)))
    return 0


def _print_failures(journal: Journal, terminal: Console) -> None:
    for summary in journal.summaries():
        for fetch in journal.failures(summary.crawl):
            terminal.print(f"{fetch.site}  {fetch.outcome}  {fetch.url}  {fetch.reason}", markup=False)


def _status_table(summaries: Sequence[Summary]) -> Table:
    names = (
        "site",
        "state",
        "began",
        "new",
        "changed",
        "same",
        "unchanged",
        "pages",
        "failed",
        "forbidden by robots.txt",
    )
    table = Table(title="The last crawl of each site", title_justify="left")
    for name in names:
        table.add_column(name, justify="left" if name in ("site", "state", "began") else "right")
    for each in summaries:
        counts = (str(each.outcomes.get(key, 0)) for key in ("new", "changed", "same", "unchanged", "page"))
        began = each.began.astimezone().strftime("%Y-%m-%d %H:%M")
        state = f"{each.state}: {each.why}" if each.why else each.state
        table.add_row(each.site, state, began, *counts, str(each.failed), str(each.outcomes.get("robots", 0)))
    return table


def compared(out: Path, path: Path, settings: CrawlSettings, sites: Sequence[Site]) -> list[Due]:
    """The register in the file at `path`, compared with what was found, and kept in the journal.

    Raises:
        UsageError: the register makes no sense.
    """
    expected = load_register(path)
    regions = [site.region for site in sites if site.region]
    with Journal(out) as journal:
        register = compare(expected, journal.appearances(), today(), settings.late_days, regions)
        journal.keep_register(register)
    return register


def today() -> date:
    """The day by this machine's clock."""
    return datetime.now(UTC).astimezone().date()


def _register_table(register: Sequence[Due]) -> Table:
    counts = {state: sum(due.status == state for due in register) for state in STATES}
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    table = Table(title=f"Who owes which report: {told}", title_justify="left")
    for name in ("department", "report", "year", "approved", "due", "published", "status", "document"):
        table.add_column(name, overflow="fold")
    for due in register:
        status = Text(due.status + (f", {due.days_late} days late" if due.days_late else ""), style=STATES[due.status])
        days = (str(day or "") for day in (due.approved, due.due, due.published))
        table.add_row(due.department, due.kind, str(due.year), *days, status, due.url or "")
    return table
