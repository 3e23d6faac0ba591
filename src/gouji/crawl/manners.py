"""Manners beyond Scrapy's own: robots.txt that cannot be read forbids, its delays count, tries again back off."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from gouji.crawl.failures import Refusal, Why, error_to_why, status_to_why

BACK_OFF = "GOUJI_BACK_OFF_S"
FORBIDS_ALL = b"User-agent: *\nDisallow: /\n"
BUSY = (429, 503)


class Robots(RobotsTxtMiddleware):
    """robots.txt by RFC 9309: missing (4xx) allows all, unreadable (5xx, no answer) forbids all for this crawl."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._unread: dict[str, Why] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Scrapy's check, with a reason that says what was wrong."""
        why = self._unread.get(urlparse_cached(request).netloc)
        if why:
            raise Refusal(why[0], f"robots.txt could not be read: {why[1]}")
        if rp is not None and not rp.allowed(request.url, self._robotstxt_useragent or self._default_useragent):
            raise Refusal("robots", "robots.txt forbids it")

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._unread[netloc] = status_to_why(response.status)
        body = FORBIDS_ALL if response.status >= 500 else response.body if response.status < 300 else b""
        await super()._parse_robots(response.replace(body=body), netloc, request)
        self._keep_delay(self._parsers[netloc], request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unread[netloc] = error_to_why(f"http://{netloc}/", exc)
        super()._robots_error(exc, netloc)

    def _keep_delay(self, parser: Any, request: Request) -> None:
        asked = parser.rp.crawl_delay(self._robotstxt_useragent or "*") if hasattr(parser, "rp") else None
        throttle = self.crawler.get_extension(Throttle)
        if asked and throttle:
            throttle.hold(urlparse_cached(request).hostname or "", float(asked))


class Throttle(AutoThrottle):
    """AutoThrottle that never goes below what robots.txt or a busy host asks for."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._floors: dict[str, float] = {}

    def hold(self, host: str, delay_s: float) -> None:
        """From now on ask this host at most once in so many seconds, bounded by crawl.max_delay_s."""
        floor = min(max(delay_s, self._floors.get(host, 0.0)), self._max_delay())
        self._floors[host] = floor
        slot = self.crawler.engine.downloader.slots.get(host) if self.crawler.engine else None
        if slot is not None:
            slot.delay = max(slot.delay, floor)

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        slot.delay = max(slot.delay, self._floors.get(urlparse_cached(response).hostname or "", 0.0))


class PatientRetry(RetryMiddleware):
    """Scrapy's retries, each after twice the wait of the one before, or after what the host asks for."""

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Wait before a retry that the status calls for."""
        answer = super().process_response(request, response)
        if isinstance(answer, Request):
            wait = max(self._wait(answer), _asked_wait(response))
            throttle = self.crawler.get_extension(Throttle)
            if response.status in BUSY and throttle:
                throttle.hold(urlparse_cached(request).hostname or "", wait)
            await asyncio.sleep(min(wait, self.crawler.settings.getfloat("AUTOTHROTTLE_MAX_DELAY")))
        return answer

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:  # type: ignore[override]
        """Wait before a retry that the error calls for. What is refused or will not change is not tried again."""
        if error_to_why(request.url, exception)[0] in ("refused", "tls", "too_large"):
            return None
        answer = super().process_exception(request, exception)
        if isinstance(answer, Request):
            await asyncio.sleep(self._wait(answer))
        return answer

    def _wait(self, again: Request) -> float:
        first = self.crawler.settings.getfloat(BACK_OFF)
        wait = first * 2.0 ** (int(again.meta.get("retry_times", 1)) - 1) * random.uniform(0.8, 1.2)
        return min(wait, self.crawler.settings.getfloat("AUTOTHROTTLE_MAX_DELAY"))


def _asked_wait(response: Response) -> float:
    """Seconds that Retry-After asks for; 0 when it asks for none."""
    told = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if told.isdecimal():
        return float(told)
    try:
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
