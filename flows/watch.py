"""Crawl and read: what `gouji up` does every night, as one flow of two.

    python -m flows.watch --sites DIR --data DIR

Each part knows by itself what it has done, so a run that was stopped or killed is gone on with by the next one.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from flows.ground import prepare

prepare()

from prefect import flow, get_run_logger  # noqa: E402

from flows.archive import read_archive  # noqa: E402
from flows.crawl import crawl  # noqa: E402
from gouji.errors import CrawlError  # noqa: E402


@flow(name="watch", persist_result=False)
def watch(
    data: str,
    sites: str | None = None,
    names: list[str] | None = None,
    expected: str | None = None,
    config: str | None = None,
    overrides: list[str] | None = None,
) -> str:
    """Crawl the sites and read what they have; gives the archive's folder.

    When nothing of any site could be had, what was fetched before is read all the same, and the run fails.

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
    if silent is not None:
        raise silent
    return str(home / "archive")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the flow once."""
    parser = argparse.ArgumentParser(prog="python -m flows.watch", description="Crawl and read by a Prefect flow.")
    parser.add_argument("names", nargs="*", metavar="SITE", help="names in the --sites folder; none: all of it")
    parser.add_argument("--sites", help="the folder of your site files")
    parser.add_argument("--data", required=True, help="the folder for all that is fetched and read")
    parser.add_argument("--register", help="the CSV file of what is expected")
    parser.add_argument("--config", help="a TOML file of settings")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="NAME=VALUE")
    given = parser.parse_args(arguments)
    watch(given.data, given.sites, given.names, given.register, given.config, given.overrides)


if __name__ == "__main__":
    main()
