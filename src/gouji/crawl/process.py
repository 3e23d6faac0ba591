"""The process that crawls one site: Scrapy's reactor cannot be started twice, so every crawl gets a process of its own.

    python -m gouji.crawl.process < order

It reads its order from the first line of its input, tells what happens as JSON lines, and stops in good order when its
input ends: so it never outlives who started it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from scrapy import signals
from scrapy.crawler import Crawler, CrawlerProcess

from gouji.config import CrawlSettings
from gouji.crawl import shelves
from gouji.crawl.addresses import parse_networks
from gouji.crawl.journal import Journal
from gouji.crawl.keeping import Keeping, Visit
from gouji.crawl.ledger import Desk
from gouji.crawl.manners import BACK_OFF
from gouji.crawl.records import Outcome, Summary
from gouji.crawl.resolver import ALLOWED
from gouji.crawl.sites import Site
from gouji.crawl.spider import SiteSpider
from gouji.errors import GoujiError
from gouji.records import Record
from gouji.version import __version__

CLEAN = "stopped-well"  # in a job folder: Scrapy wrote its queue to the end


class Order(Record):
    """What to crawl, where to and how."""

    site: Site
    out: str
    settings: CrawlSettings


def main() -> int:
    """Carry out the order; gives the exit code."""
    order = Order.model_validate_json(sys.stdin.readline())
    stopping = threading.Event()
    threading.Thread(target=_watch, args=(sys.stdin, stopping), daemon=True).start()
    try:
        with ExitStack() as held:
            _hold_hosts(order, held)
            summary = crawl(order, stopping)
    except GoujiError as error:
        _say({"error": type(error).__name__, "message": str(error)})
        return error.exit_code
    _say({"summary": summary.model_dump(mode="json")})
    return 0


def crawl(order: Order, stopping: threading.Event) -> Summary:
    """Crawl the site, or go on with its last crawl; gives what came of it.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    out, site = Path(order.out), order.site
    shelves.sweep(out)
    with Journal(out) as journal:
        number, resumed = journal.begin(site.key, order.settings.resume_hours)
        networks = parse_networks(order.settings.allowed_networks)
        desk = Desk(Keeping(out, site, journal, number), networks, order.settings.max_requests, _tell)
        job = _job_folder(out, site, number)
        spider, why = _run(order, desk, job, stopping)
        journal.close(number, "stopped" if why else "finished", why)
        if desk.fault is not None:
            raise desk.fault
        if why:
            (job / CLEAN).touch()
        else:
            shutil.rmtree(job, ignore_errors=True)
        (summary,) = journal.summaries(site.key)
        if not summary.reached and not why:
            why = next((failure.reason for failure in journal.failures(number)), "")
        seen = {"resumed": resumed, "empty": tuple(spider.empty), "left_out": sum(spider.left_out.values())}
        return summary.model_copy(update={**seen, "why": why})


def _job_folder(out: Path, site: Site, crawl: int) -> Path:
    """Scrapy's folder for this crawl. One that a killed crawl left lacks what was under way: it is begun anew.

    Nothing is asked for twice all the same: what the journal has is answered from it.
    """
    rooms = out / "jobs" / site.key
    job = rooms / str(crawl)
    for old in rooms.glob("*"):
        if old != job or not (old / CLEAN).is_file():
            shutil.rmtree(old, ignore_errors=True)
    job.mkdir(parents=True, exist_ok=True)
    (job / CLEAN).unlink(missing_ok=True)
    return job


def _run(order: Order, desk: Desk, job: Path, stopping: threading.Event) -> tuple[SiteSpider, str]:
    """Run Scrapy to its end; gives the spider, and why it stopped before ("" when it did not)."""
    process = CrawlerProcess(scrapy_settings(order, job), install_root_handler=False)
    crawler = process.create_crawler(SiteSpider)
    crawler.desk = desk  # type: ignore[attr-defined]
    ends: list[str] = []
    faults: list[BaseException] = []
    crawler.signals.connect(lambda reason: ends.append(reason), signals.spider_closed, weak=False)
    crawler.signals.connect(lambda failure: faults.append(failure.value), signals.spider_error, weak=False)
    process.crawl(crawler, site=order.site, desk=desk, max_redirects=order.settings.max_redirects)
    _stop_when_told(crawler, process, stopping)
    process.start()
    if desk.fault is None and faults:
        desk.fault = faults[0] if isinstance(faults[0], Exception) else RuntimeError(repr(faults[0]))
    spider = crawler.spider
    assert isinstance(spider, SiteSpider)
    reason = ends[-1] if ends else "it broke off"
    return spider, desk.why or {"finished": "", "shutdown": "interrupted"}.get(reason, _limit(reason))


def _limit(reason: str) -> str:
    return "crawl.max_hours are over; the next run goes on" if reason == "closespider_timeout" else reason


def _stop_when_told(crawler: Crawler, process: CrawlerProcess, stopping: threading.Event) -> None:
    from twisted.internet import reactor
    from twisted.internet.task import LoopingCall

    loop: Any = LoopingCall(lambda: process.stop() if stopping.is_set() else None)
    loop.clock = reactor
    loop.start(0.2, now=False)
    crawler.signals.connect(lambda: loop.running and loop.stop(), signals.spider_closed, weak=False)


def scrapy_settings(order: Order, job: Path) -> dict[str, Any]:
    """Scrapy's settings: its manners on, whatever could reach beyond the site off."""
    given, here = order.settings, "gouji.crawl"
    contact = f" (+{given.contact})" if given.contact else ""
    settings: dict[str, Any] = {
        "USER_AGENT": f"{given.agent}/{__version__}{contact}",
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": given.agent,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": given.delay_s,
        "AUTOTHROTTLE_MAX_DELAY": max(given.max_delay_s, given.delay_s),
        "DOWNLOAD_DELAY": given.delay_s,
        "CONCURRENT_REQUESTS": 2,  # what is under way has to come to its end at a stop
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_TIMEOUT": given.timeout_s,
        "DOWNLOAD_MAXSIZE": given.max_file_mb * 2**20,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "DOWNLOAD_VERIFY_CERTIFICATES": not order.site.old_tls,
        "RETRY_TIMES": given.retries,
        "REDIRECT_MAX_TIMES": given.max_redirects,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": True,
        "HTTPPROXY_ENABLED": False,
        "CLOSESPIDER_TIMEOUT": given.max_hours * 3600,
        "JOBDIR": str(job),
        "TWISTED_DNS_RESOLVER": f"{here}.resolver.PublicResolver",
        ALLOWED: list(given.allowed_networks),
        BACK_OFF: given.back_off_s,
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3")),
        "DOWNLOADER_MIDDLEWARES": {
            f"{here}.ledger.Ledger": 10,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            f"{here}.manners.Robots": 100,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            f"{here}.manners.PatientRetry": 550,
        },
        "EXTENSIONS": {
            "scrapy.extensions.throttle.AutoThrottle": None,
            f"{here}.manners.Throttle": 0,
            "scrapy.extensions.telnet.TelnetConsole": None,
            "scrapy.extensions.remote_control.RemoteControl": None,
        },
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_ENABLED": False,
    }
    if order.site.old_tls:
        settings["DOWNLOAD_TLS_MIN_VERSION"] = "TLSv1.0"
        settings["DOWNLOAD_HANDLERS"]["https"] = f"{here}.old_tls.OldTlsHandler"
    return settings


def _hold_hosts(order: Order, held: ExitStack) -> None:
    """Wait until no other crawl of this folder asks the site's hosts; the system lets go of a killed crawl's."""
    locks = Path(order.out) / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    for host in sorted({host.strip(".").replace(":", "_") for host in order.site.hosts} | {f"site {order.site.key}"}):
        file = held.enter_context((locks / f"{host}.lock").open("w"))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say({"waits": host})
            fcntl.flock(file, fcntl.LOCK_EX)


def _watch(given: TextIO, stopping: threading.Event) -> None:
    """Set the event when the input ends; should the crawl not be under way or not come to its end, end the process."""
    given.read()
    stopping.set()
    threading.Event().wait(30)
    os._exit(130)


def _tell(url: str, visit: Visit, outcome: Outcome, reason: str) -> None:
    _say({"url": url, "role": visit.role, "outcome": outcome, "reason": reason, "titles": visit.titles})


def _say(event: dict[str, Any]) -> None:
    try:
        print(json.dumps(event, ensure_ascii=False), flush=True)  # noqa: T201  (to who started this process)
    except OSError:
        return


if __name__ == "__main__":
    sys.exit(main())
