"""Sites crawled by a Prefect flow: one task for each site, as many at once as `crawl.sites_at_once`.

    python -m flows.crawl [SITE...] --sites DIR --out DIR

What has been done is known to the crawl folder's journal, so Prefect caches nothing: a run that was stopped or killed
is gone on with by the next one, of the flow or of `gouji crawl`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.ground import prepare

prepare()

from prefect import flow, get_run_logger, task  # noqa: E402
from prefect.artifacts import create_table_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402

from gouji.cli.crawl import compared, summary_line  # noqa: E402
from gouji.config import Settings, load_settings  # noqa: E402
from gouji.crawl.records import GOOD, Due, Summary  # noqa: E402
from gouji.crawl.sites import Site, find_sites, load_site  # noqa: E402
from gouji.crawl.start import check, crawl_site  # noqa: E402
from gouji.errors import CrawlError, UsageError  # noqa: E402


@task(name="crawl", task_run_name="crawl {name}", cache_policy=NO_CACHE, persist_result=False)
def crawl_one(name: str, path: str, out: str, config: str | None, overrides: list[str]) -> str:
    """Crawl the site of this file; gives the summary as JSON.

    Raises:
        CrawlError: nothing of it could be had. OutputError: the crawl folder cannot be written.
    """
    logger = get_run_logger()

    def listen(site: Site, event: dict[str, Any]) -> None:
        if event.get("outcome") in ("new", "changed"):
            logger.info(f"{site.key}: {event['outcome']} {event['url']}")
        elif event.get("reason"):
            logger.warning(f"{site.key}: {event['outcome']} {event['url']}: {event['reason']}")

    summary = crawl_site(load_site(Path(path)), Path(out), _settings(config, overrides).crawl, listen)
    logger.info(summary_line(summary))
    return summary.model_dump_json()


@flow(name="crawl sites", persist_result=False)
def crawl(
    names: list[str] | None = None,
    sites: str | None = None,
    out: str = "crawl",
    expected: str | None = None,
    config: str | None = None,
    overrides: list[str] | None = None,
) -> str:
    """Crawl these sites, or all of the folder `sites`; gives the folder of the documents.

    `expected`: the register of what is owed, compared at the end. A site of which nothing could be had does not end the
    run, unless it goes so with all of them.

    Raises:
        UsageError: no such site, or nobody to turn to. CrawlError: nothing of any site could be had.
    """
    given = (config or None, overrides or [])
    settings = _settings(*given).crawl
    found = find_sites(names or [], Path(sites) if sites else None)
    check(found, settings)
    runner: Any = ThreadPoolTaskRunner(max_workers=settings.sites_at_once)
    with runner:
        futures = [
            runner.submit(
                crawl_one, {"name": site.key, "path": site.file, "out": out, "config": given[0], "overrides": given[1]}
            )
            for site in found
        ]
        states = [(site, future.wait() or future.state) for site, future in zip(found, futures, strict=True)]
    ends = [(site, state.result(raise_on_failure=False)) for site, state in states]
    summaries = [Summary.model_validate_json(end) for _, end in ends if isinstance(end, str)]
    failures = [(site, end) for site, end in ends if not isinstance(end, str)]
    _publish(summaries, failures)
    if expected:
        _publish_register(compared(Path(out), Path(expected), settings, found))
    if failures and not summaries:
        raise CrawlError(f"nothing of any site could be had; the first one: {failures[0][1]}")
    return str(Path(out) / "documents")


def _publish(summaries: Sequence[Summary], failures: Sequence[tuple[Site, Any]]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "site": each.site,
            "state": each.state,
            **{outcome: each.outcomes.get(outcome, 0) for outcome in GOOD},
            "failed": each.failed,
        }
        for each in summaries
    ]
    rows += [{"site": site.key, "state": str(error)} for site, error in failures]
    create_table_artifact(key="crawls", table=rows, description="what came of each site")


def _publish_register(register: Sequence[Due]) -> None:
    rows = [due.model_dump(mode="json", exclude={"sha256", "path"}) for due in register]
    create_table_artifact(key="register", table=rows, description="who owes which report")


def _settings(config: str | None, overrides: list[str]) -> Settings:
    return load_settings(Path(config) if config else None, overrides)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the flow once."""
    parser = argparse.ArgumentParser(prog="python -m flows.crawl", description="Crawl sites by a Prefect flow.")
    parser.add_argument("names", nargs="*", metavar="SITE", help="names in the --sites folder; none: all of it")
    parser.add_argument("--sites", help="the folder of your site files")
    parser.add_argument("--out", default="crawl", help="the crawl folder")
    parser.add_argument("--register", help="the CSV file of what is expected")
    parser.add_argument("--config", help="a TOML file of settings")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="NAME=VALUE")
    given = parser.parse_args(arguments)
    try:
        find_sites(given.names, Path(given.sites) if given.sites else None)
        _settings(given.config, given.overrides)
    except UsageError as error:
        parser.error(str(error))
    crawl(given.names, given.sites, given.out, given.register, given.config, given.overrides)


if __name__ == "__main__":
    main()
