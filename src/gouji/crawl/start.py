"""The door: crawl sites, each by a process of its own, and gather what they tell."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from gouji import errors
from gouji.config import CrawlSettings
from gouji.crawl.addresses import is_loopback, parse_networks
from gouji.crawl.records import Summary
from gouji.crawl.sites import Site
from gouji.errors import CrawlError, GoujiError, SetupError, UsageError

Event = dict[str, Any]
Listen = Callable[[Site, Event], None]


def check(sites: Sequence[Site], settings: CrawlSettings) -> None:
    """See that these sites may be crawled at all.

    Raises:
        UsageError: nobody is named whom the sites could turn to, or a network is none.
        SetupError: Scrapy is missing.
    """
    if find_spec("scrapy") is None:
        raise SetupError('the package scrapy is missing; pip install "gouji[crawl]"')
    parse_networks(settings.allowed_networks)
    abroad = [site.key for site in sites if not all(map(is_loopback, site.hosts))]
    if abroad and not settings.contact.strip():
        raise UsageError(
            f"{abroad[0]}: sites must be told whom to turn to; give an address of mail or a page with"
            " --set crawl.contact=you@example.org"
        )


def crawl_sites(
    sites: Sequence[Site], out: Path, settings: CrawlSettings, listen: Listen
) -> Iterator[Summary | GoujiError]:
    """Crawl the sites, at most `crawl.sites_at_once` at once; gives each one's summary or error as it ends.

    When the caller stops before the end, the crawls under way stop in good order; the next run goes on with them.
    """
    children: list[subprocess.Popen[str]] = []
    with ThreadPoolExecutor(settings.sites_at_once) as pool:
        tasks = [pool.submit(_tried, site, out, settings, listen, children) for site in sites]
        try:
            for task in as_completed(tasks):
                yield task.result()
        finally:
            for task in tasks:
                task.cancel()
            for child in children:
                _stop(child)


def crawl_site(site: Site, out: Path, settings: CrawlSettings, listen: Listen) -> Summary:
    """Crawl one site; gives what came of it.

    Raises:
        UsageError, SetupError: see `check`.
        OutputError: the folder cannot be written, or the disk is full.
        CrawlError: the process broke off, or nothing of the site could be reached.
    """
    check([site], settings)
    return _crawl(site, out, settings, listen, [])


def _tried(
    site: Site, out: Path, settings: CrawlSettings, listen: Listen, children: list[subprocess.Popen[str]]
) -> Summary | GoujiError:
    try:
        return _crawl(site, out, settings, listen, children)
    except GoujiError as error:
        return error


def _crawl(
    site: Site, out: Path, settings: CrawlSettings, listen: Listen, children: list[subprocess.Popen[str]]
) -> Summary:
    order = json.dumps({"site": site.model_dump(), "out": str(out), "settings": settings.model_dump()})
    with TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", "gouji.crawl.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C comes to us alone; the child is told by the end of its input
        )
        children.append(child)
        try:
            return _followed(child, order, site, listen, said)
        finally:
            _stop(child)
            if child.stdout is not None:
                child.stdout.close()


def _followed(child: subprocess.Popen[str], order: str, site: Site, listen: Listen, said: IO[str]) -> Summary:
    assert child.stdin is not None
    assert child.stdout is not None
    with suppress(BrokenPipeError):
        child.stdin.write(order + "\n")
        child.stdin.flush()
    for line in child.stdout:
        event = json.loads(line)
        if "error" in event:
            raise _error(event)
        if "summary" in event:
            return _reached(Summary.model_validate(event["summary"]), site)
        listen(site, event)
    raise CrawlError(f"{site.key}: the crawl broke off ({_last_words(child, said)}); run again, it goes on from there")


def _reached(summary: Summary, site: Site) -> Summary:
    if summary.state == "finished" and summary.outcomes and not summary.reached:
        raise CrawlError(f"{site.key}: nothing could be had ({', '.join(summary.outcomes)}): {summary.why}")
    return summary


def _error(event: Event) -> GoujiError:
    kind = getattr(errors, event["error"], CrawlError)
    error: GoujiError = kind(event["message"])
    return error


def _last_words(child: subprocess.Popen[str], said: IO[str]) -> str:
    code = child.wait()
    said.seek(0)
    lines = said.read().strip().splitlines()
    return lines[-1] if lines else f"exit code {code}"


def _stop(child: subprocess.Popen[str]) -> None:
    """Have the child stop in good order; kill it when it doesn't."""
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.close()
    try:
        child.wait(60)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
