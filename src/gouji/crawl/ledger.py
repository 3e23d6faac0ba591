"""The middleware between Scrapy and what is kept: nothing is asked for twice in a crawl, and all that came is put down.

It stands nearest to the engine: it sees an answer when retries are over and the body is unpacked, before the host is
asked for anything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import HtmlResponse, Response

from gouji.crawl.addresses import Network, is_allowed, literal_address
from gouji.crawl.failures import Refusal, error_to_why
from gouji.crawl.keeping import ROBOTS, Answer, Keeping, Visit
from gouji.crawl.records import Outcome
from gouji.errors import OutputError

Tell = Callable[[str, Visit, Outcome, str], None]
PACKED = ("content-encoding", "transfer-encoding", "content-length", "connection")


class Desk:
    """What the parts of one crawl share; Scrapy makes them itself, so they find it on the crawler.

    `why`: what stopped the crawl, "" for nothing; `fault`: the error that did.
    """

    def __init__(self, keeping: Keeping, networks: tuple[Network, ...], max_requests: int, tell: Tell) -> None:
        self.keeping = keeping
        self.networks = networks
        self.max_requests = max_requests
        self.tell = tell
        self.asked = 0
        self.why = ""
        self.fault: Exception | None = None


class Ledger:
    """The downloader middleware."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._desk: Desk = crawler.desk

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """As Scrapy makes it."""
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        """Answer from the journal what this crawl has had; make the rest conditional."""
        literal = literal_address(urlsplit(request.url).hostname or "")
        if literal is not None and not is_allowed(literal, self._desk.networks):
            raise Refusal("refused", f"{literal} is no public address; crawl.allowed_networks may name it")
        if request.meta.get("retry_times"):
            return None
        try:
            restored = self._desk.keeping.restored(request.url)
        except Refusal:
            request.meta["restored"] = True
            raise
        if restored is not None:
            request.meta["restored"] = True
            return _response(restored, visit_of(request))
        for name, value in self._desk.keeping.validators(request.url).items():
            request.headers[name] = value.encode("latin-1")
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep what came."""
        if request.meta.get("restored"):
            return response
        visit = visit_of(request)
        self._count()
        try:
            answer, outcome = self._desk.keeping.arrived(_answer(response), visit)
        except Refusal as refusal:
            self._desk.tell(request.url, visit, *refusal.why)
            if visit.role == "robots":
                return response
            raise
        except OutputError as error:
            self._stop(str(error), error)
            raise
        self._desk.tell(request.url, visit, outcome, "")
        return _response(answer, visit)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Put down why nothing came."""
        if request.meta.get("restored") or self._desk.fault is not None:
            return
        visit, why = visit_of(request), error_to_why(request.url, exception)
        if not isinstance(exception, Refusal):
            self._count()
        try:
            self._desk.keeping.failed(request.url, visit, *why)
        except OutputError as error:
            self._stop(str(error), error)
            return
        self._desk.tell(request.url, visit, *why)

    def _count(self) -> None:
        self._desk.asked += 1
        if self._desk.asked == self._desk.max_requests:
            self._stop("crawl.max_requests is reached; the next run goes on")

    def _stop(self, why: str, fault: Exception | None = None) -> None:
        self._desk.why = self._desk.why or why
        self._desk.fault = self._desk.fault or fault
        self._stopping = asyncio.ensure_future(self._crawler.stop_async())


def visit_of(request: Request) -> Visit:
    """Why the request is made; those that Scrapy makes itself are for robots.txt."""
    visit: Visit = request.meta.get("visit", ROBOTS)
    return visit


def _answer(response: Response) -> Answer:
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
    return Answer(response.url, response.status, headers, response.body)


def _response(answer: Answer, visit: Visit) -> Response:
    """As Scrapy wants it. What is kept is unpacked, so headers of its packing are left out."""
    headers = {name: value.encode("latin-1") for name, value in answer.headers.items() if name not in PACKED}
    kind = HtmlResponse if visit.role in ("list", "landing") and 200 <= answer.status < 300 else Response
    return kind(answer.url, status=answer.status, headers=headers, body=answer.body)


def answer_of(response: Response) -> Answer:
    """The response as it is kept."""
    return _answer(response)
