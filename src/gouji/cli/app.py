"""The commands and their options. What they do is in the modules beside this one, loaded only when called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from gouji.errors import UsageError
from gouji.version import __version__

app = typer.Typer(
    name="gouji",
    help="Gouji (勾稽) reads scanned Chinese government budget and final-account reports into checked data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Verbose = Annotated[
    int, typer.Option("--verbose", "-v", count=True, help="Say more; give it twice to see where an error came from.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Take settings from this TOML file; it need hold only what differs.")
]
Override = Annotated[
    list[str] | None, typer.Option("--set", help="Set one setting, as in --set pages.max_dpi=200. May be repeated.")
]


@app.command()
def read(
    files: Annotated[
        list[str],
        typer.Argument(help="The files to read: PDF, TIFF, JPEG or PNG; folders and patterns such as 'in/*.pdf' too."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder in which each file gets a folder of its own.")],
    pages: Annotated[str, typer.Option(help="Read only these pages, as in 3-5 or 1,4,7-9.")] = "",
    dpi: Annotated[
        int, typer.Option(min=0, max=1200, help="Draw every page at this resolution instead of the scan's own.")
    ] = 0,
    config: ConfigFile = None,
    settings: Override = None,
    password: Annotated[
        str, typer.Option(envvar="GOUJI_PASSWORD", help="Open encrypted PDFs with this password.")
    ] = "",
    draw: Annotated[
        bool, typer.Option("--draw", help="Write page pictures with what was found drawn over them.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Read again what has already been read.")] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Print the seconds of each stage at the end; one process reads.")
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Read reports and write DIR/<file name without ending>/report.json for each.

    A second run skips what is already done, and goes on where an interrupted run stopped. A page that cannot be read
    is a finding in the report and does not end the run.
    """
    from gouji.cli.read import Options, read_files

    overrides = [*(settings or ()), *([f"pages.dpi={dpi}", f"pages.scan_dpi={dpi}"] if dpi else ())]
    options = Options(out, pages, config, tuple(overrides), password or None, force, draw, quiet, verbose)
    if not profile:
        return read_files(files, options)
    from gouji.cli.profile import profiled

    with profiled():
        return read_files(files, replace(options, overrides=(*options.overrides, "crew.workers=1")))


@app.command()
def draw(
    files: Annotated[list[str], typer.Argument(help="The files whose pages to draw.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder that gouji read wrote to.")],
    config: ConfigFile = None,
    settings: Override = None,
    password: Annotated[
        str, typer.Option(envvar="GOUJI_PASSWORD", help="Open encrypted PDFs with this password.")
    ] = "",
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Write a picture of each page with tables, cells, doubts and seals drawn over it, reading first where needed."""
    from gouji.cli.read import Options, read_files

    options = Options(out, "", config, tuple(settings or ()), password or None, False, True, quiet, verbose)
    return read_files(files, options)


@app.command()
def archive(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Folders, files, zip/tar/7z/rar archives, lists of names (.txt, one a line), or s3://bucket/folder. "
            "None: those of the last run."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The archive's folder: manifest, documents, unpacked files.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try again what was set aside or has unread pages.")] = False,
    status: Annotated[
        Path | None, typer.Option("--status", help="Print how the archive in this folder stands, and stop.")
    ] = None,
    config: ConfigFile = None,
    settings: Override = None,
    password: Annotated[
        str, typer.Option(envvar="GOUJI_PASSWORD", help="Open encrypted PDFs and archives with this password.")
    ] = "",
    quiet: Quiet = False,
) -> int:
    """Read thousands of documents: one report for each in DIR/documents, all of them in DIR/manifest.csv.

    What is done is not done again; a run that was interrupted, killed or short of disk goes on where it stopped. What
    cannot be read is set aside with its reason, and the rest goes on.
    """
    from gouji.cli.archive import read_archive, show_status

    if status is not None:
        return show_status(status)
    return read_archive(sources or [], out, config, tuple(settings or ()), password or None, retry=retry, quiet=quiet)


@app.command()
def doctor(
    config: ConfigFile = None,
    settings: Override = None,
    tune: Annotated[
        bool, typer.Option("--tune", help="Measure which arithmetic reads fastest here, and use it from now on.")
    ] = False,
) -> int:
    """Say what is installed, which engine and models will be used, and what to do about what is missing."""
    from gouji.cli import doctor

    return doctor.tune(config, settings or []) if tune else doctor.examine(config, settings or [])


@app.command()
def synth(
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to.")],
    count: Annotated[int, typer.Option(min=1, help="How many reports to write.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same reports.")] = 0,
    quality: Annotated[
        str, typer.Option(help="How they are scanned, several with commas: digital (not at all), good, office, poor, …")
    ] = "office",
    kind: Annotated[str, typer.Option(help="Write these kinds: final_account, budget, or both in turn.")] = "both",
    image: Annotated[str, typer.Option(help="Bind the scanned pages as pdf or tiff.")] = "pdf",
    short: Annotated[
        bool, typer.Option("--short", help="Write the chief forms and facts only, about six pages.")
    ] = False,
    quiet: Quiet = False,
) -> int:
    """Write fictitious reports in the official forms, as PDF and as scans, with the truth of what they say.

    Everything in them is invented: places, bodies, projects and figures.
    """
    from gouji.cli.synth import write

    return write(out, count, seed, quality, kind, image, short=short, quiet=quiet)


@app.command()
def facts(
    report: Annotated[Path, typer.Argument(help="A report.json, or the folder that holds it.")],
    why: Annotated[bool, typer.Option("--why", help="Show the clause that each fact was read from.")] = False,
) -> int:
    """Print the facts of a report as a table."""
    from gouji.cli.show import show_facts

    return show_facts(report, why)


@app.command()
def check(
    reports: Annotated[
        list[Path] | None, typer.Argument(help="report.json files, run folders, or folders of those.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 9 when any check fails.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show passed and skipped checks as well.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Write an audit sheet for each report, beside it.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the audit sheets to this folder.")] = None,
    source: Annotated[
        Path | None, typer.Option("--source", help="The file that was read, for the sheet's pictures, if it has moved.")
    ] = None,
    explain: Annotated[
        str, typer.Option("--explain", metavar="RULE", help="Say what a rule means, as in --explain I8, and stop.")
    ] = "",
) -> int:
    """Print the checks of reports as tables: which sums hold, which don't, and by how much."""
    from gouji.cli.check import Options, show_checks, show_rule

    if explain:
        return show_rule(explain)
    if not reports:
        raise UsageError("gouji check: name a report.json or a run folder, or a rule with --explain")
    return show_checks(reports, Options(strict, everything, html, out, source))


@app.command()
def export(
    reports: Annotated[
        list[Path],
        typer.Argument(help="The report.json files, the folders that hold them, or folders of such folders."),
    ],
    to: Annotated[str, typer.Option(help="What to write: json, xlsx, csv, parquet, html or markdown.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to.")],
    as_read: Annotated[bool, typer.Option("--as-read", help="Leave out what persons corrected.")] = False,
    excel: Annotated[
        bool,
        typer.Option("--excel", help="Write CSV that Excel opens by double click, with no text taken for a formula."),
    ] = False,
    crops: Annotated[
        bool | None,
        typer.Option(
            "--crops/--no-crops", help="Put pictures of the pages into HTML; without it where they are at hand."
        ),
    ] = None,
    source: Annotated[
        Path | None, typer.Option(help="The file that was read, for the pictures, when it is at another place now.")
    ] = None,
    password: Annotated[
        str, typer.Option(envvar="GOUJI_PASSWORD", help="Open an encrypted source with this password.")
    ] = "",
    quiet: Quiet = False,
) -> int:
    """Write reports as sheets, data files or pages, with what persons corrected in them."""
    from gouji.cli.export import Options, export_reports

    return export_reports(reports, Options(to, out, as_read, excel, crops, source, password or None, quiet))


@app.command()
def crawl(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="SITE…", help="The sites: names in the --sites folder, or site files. None: all of it."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The crawl folder: documents and journal.")] = Path("crawl"),
    sites: Annotated[Path | None, typer.Option("--sites", help="The folder of your site files.")] = None,
    register: Annotated[
        Path | None,
        typer.Option("--register", help="Tell who owes which report, by this CSV file of what is expected."),
    ] = None,
    status: Annotated[
        bool, typer.Option("--status", help="Only tell how the last crawls ended; with -v what failed and why.")
    ] = False,
    config: ConfigFile = None,
    settings: Override = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Fetch the disclosures of government sites, politely: what is new or changed since the last time.

    A run that was interrupted or killed is gone on with. With --register alone nothing is fetched.
    """
    from gouji.cli.crawl import Options
    from gouji.cli.crawl import crawl as run_crawl

    options = Options(out, sites, register, status, config, tuple(settings or ()), quiet, verbose)
    return run_crawl(names or [], options)


@app.command()
def review(
    reports: Annotated[
        str,
        typer.Argument(
            metavar="DIR|DATABASE",
            envvar="GOUJI_DATABASE",
            help="The folder that gouji read wrote to, or a database that gouji load wrote to, as sqlite:///gouji.db.",
        ),
    ],
    host: Annotated[
        str, typer.Option(help="Serve on this address; another than this machine's own asks for a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8765,
    password: Annotated[
        str, typer.Option(envvar="GOUJI_REVIEW_PASSWORD", help="Ask for this password, of 8 characters or more.")
    ] = "",
    name: Annotated[
        list[str] | None, typer.Option(help="A name by which browsers may ask for the page. May be repeated.")
    ] = None,
    max_upload_mb: Annotated[int, typer.Option(min=1, help="Refuse larger uploads.")] = 300,
    max_upload_pages: Annotated[int, typer.Option(min=1, help="Refuse uploads of more pages.")] = 2000,
    config: ConfigFile = None,
    settings: Override = None,
) -> int:
    """Show reports beside their scans in the browser, and let a person correct what is doubtful."""
    from gouji.cli.review import show_review

    limits = {"max_upload_mb": max_upload_mb, "max_upload_pages": max_upload_pages}
    return show_review(reports, host, port, password, tuple(name or ()), limits, config, tuple(settings or ()))


@app.command()
def up(
    sites: Annotated[Path, typer.Option("--sites", help="The folder of your site files.")],
    data: Annotated[Path, typer.Option("--data", help="The folder for all that is fetched and read.")] = Path("data"),
    config: ConfigFile = None,
    register: Annotated[Path | None, typer.Option("--register", help="The CSV file of what is expected.")] = None,
    database: Annotated[
        str | None, typer.Option(envvar="GOUJI_DATABASE", help="The database's address. None: DATA/gouji.db.")
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The server's port on this machine.")] = 4200,
    cron: Annotated[
        str | None, typer.Option(help="When, as five fields of cron, by Shanghai's clock. None: at 2:30 every night.")
    ] = None,
) -> int:
    """Start server, worker and schedules on this machine and stay: crawl, read and load by the clock. Ctrl-C stops all.

    What runs when stands in prefect.yaml; --cron says otherwise.
    """
    from gouji.cli.up import start

    return start(data, sites, config, register, database, port, cron)


@app.command()
def load(
    to: Annotated[
        str,
        typer.Option(
            envvar="GOUJI_DATABASE",
            help="The database: sqlite:///gouji.db or postgresql+psycopg://user@host/name.",
        ),
    ],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="The report.json files, run folders, folders of those, and crawl folders to load."),
    ] = None,
    migrate_only: Annotated[
        bool, typer.Option("--migrate-only", help="Bring the database's schema up to date and load nothing.")
    ] = False,
    wait: Annotated[
        float,
        typer.Option(min=0, help="How many seconds to wait for a server that is away, at the start or in the middle."),
    ] = 60,
    quiet: Quiet = False,
) -> int:
    """Load reports into SQLite or PostgreSQL, with what persons corrected; what is there already is left alone.

    A document is loaded whole or not at all, so the command can be broken off and run again, and run several times at
    once. A newer reading of a document takes the place of the old one in the views; the old one is kept.
    """
    from gouji.cli.load import Options, load_paths

    return load_paths(paths or (), Options(to, migrate_only, wait, quiet))


@app.command()
def schema() -> int:
    """Print the JSON Schema of report.json."""
    from gouji.cli.show import show_schema

    return show_schema()


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"gouji {__version__}")
        raise typer.Exit


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Gouji (勾稽) reads scanned Chinese government budget and final-account reports into checked data."""
