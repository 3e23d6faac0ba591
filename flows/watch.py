"""Crawl, read, load: what `gouji up` does every night, as one flow of three.

    python -m flows.watch --sites DIR --data DIR [--database URL]

Each part knows by itself what it has done, so a run that was stopped or killed is gone on with by the next one.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from flows.ground import prepare

prepare()

from prefect import flow, get_run_logger, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from flows.archive import read_archive  # noqa: E402
from flows.crawl import crawl  # noqa: E402
from gouji.cli.load import Options, load_paths  # noqa: E402
from gouji.errors import CrawlError  # noqa: E402


@task(name="load", retries=2, retry_delay_seconds=30, cache_policy=NO_CACHE, persist_result=False)
def load(paths: list[str], database: str) -> int:
    """Load what is there into the database; gives the exit code of `gouji load`.

    Raises:
        OutputError: the database cannot be reached or written; what was loaded is kept.
    """
    return load_paths([Path(path) for path in paths], Options(database, quiet=True))


@flow(name="load", persist_result=False)
def load_all(data: str, database: str | None = None) -> str:
    """Load what was crawled and read into the database (none: DATA/gouji.db); gives its address.

    Raises:
        OutputError: the database cannot be reached or written; what was loaded is kept.
    """
    home = Path(data).absolute()
    address = database or f"sqlite:///{home / 'gouji.db'}"
    load([str(place) for place in (home / "crawl", home / "archive") if place.is_dir()], address)
    return address


@flow(name="watch", persist_result=False)
def watch(
    data: str,
    sites: str | None = None,
    names: list[str] | None = None,
    expected: str | None = None,
    database: str | None = None,
    config: str | None = None,
    overrides: list[str] | None = None,
) -> str:
    """Crawl the sites, read what they have, load all into the database (none: DATA/gouji.db); gives its address.

    When nothing of any site could be had, what was fetched before is read and loaded all the same, and the run fails.

    Raises:
        UsageError: no such site, or nobody to turn to. CrawlError: nothing of any site could be had.
    """
    home, config, overrides = Path(data), config or None, overrides or []
    silent: CrawlError | None = None
    try:
        crawl(names, sites, str(home / "crawl"), expected, config, overrides)
    except CrawlError as error:
        silent = error
        get_run_logger().error(str(error))
    if (home / "crawl" / "documents").is_dir():
        read_archive([str(home / "crawl" / "documents")], str(home / "archive"), config, overrides)
    address = load_all(data, database)
    if silent is not None:
        raise silent
    return address


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the flow once."""
    parser = argparse.ArgumentParser(prog="python -m flows.watch", description="Crawl, read, load by a Prefect flow.")
    parser.add_argument("names", nargs="*", metavar="SITE", help="names in the --sites folder; none: all of it")
    parser.add_argument("--sites", help="the folder of your site files")
    parser.add_argument("--data", required=True, help="the folder for all that is fetched and read")
    parser.add_argument("--register", help="the CSV file of what is expected")
    parser.add_argument("--database", help="its address; none: DATA/gouji.db")
    parser.add_argument("--config", help="a TOML file of settings")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="NAME=VALUE")
    given = parser.parse_args(arguments)
    watch(given.data, given.sites, given.names, given.register, given.database, given.config, given.overrides)


if __name__ == "__main__":
    main()
