"""The spider: from start pages over lists and disclosures' own pages to documents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.http import HtmlResponse, Response

from gouji.crawl.addresses import is_allowed, literal_address
from gouji.crawl.content import PAGE, media_type
from gouji.crawl.failures import error_to_why
from gouji.crawl.keeping import Visit
from gouji.crawl.ledger import Desk, answer_of, visit_of
from gouji.crawl.links import Link, read_landing, read_list
from gouji.crawl.records import Outcome
from gouji.crawl.sites import Site

FIRST = {"list": 0, "landing": 10, "document": 20}  # documents before pages before lists: little is left open at a stop


class SiteSpider(Spider):
    """One site's spider. `empty`: the start pages that led to nothing; `left_out`: pages of lists beyond the bound."""

    name = "site"

    def __init__(self, site: Site, desk: Desk, max_redirects: int, **given: Any) -> None:
        super().__init__(**given)
        self.site = site
        self.empty: list[str] = []
        self.left_out: dict[str, int] = {}  # by the list's folder: each of its pages tells the same count
        self._desk = desk
        self._max_redirects = max_redirects

    async def start(self) -> AsyncIterator[Any]:
        """The start pages."""
        for url in self.site.start:
            for request in self._ask(url, Visit("list")):
                yield request

    def arrived(self, response: Response) -> Iterator[Request]:
        """An answer that was kept: follow it on."""
        request = response.request
        assert request is not None
        visit = visit_of(request)
        if 300 <= response.status < 400:
            yield from self._redirected(response, visit)
        elif isinstance(response, HtmlResponse) and media_type(response.body) == PAGE:
            yield from self._read_list(response, visit) if visit.role == "list" else self._read_landing(response, visit)

    def failed(self, failure: Any) -> None:
        """A request that came to nothing; what the ledger did not see is put down here."""
        if isinstance(failure.request, Request) and not self._desk.fault:
            visit, url = visit_of(failure.request), failure.request.url
            if not self._desk.keeping.is_down(url):
                why = error_to_why(url, failure.value)
                self._desk.keeping.failed(url, visit, *why)
                self._desk.tell(url, visit, *why)

    def _redirected(self, response: Response, visit: Visit) -> Iterator[Request]:
        location = (response.headers.get("Location") or b"").decode("latin-1")
        target = urldefrag(urljoin(response.url, location)).url
        chain = (*visit.chain, response.url)
        if target in chain or len(chain) > self._max_redirects:
            told = f"redirects lead in a circle: {' → '.join((*chain, target))}"
            if target not in chain:
                told = f"more than {self._max_redirects} redirects (crawl.max_redirects)"
            self._put_down(response, visit, "loop", told)
        elif wrong := self._elsewhere(target):
            self._put_down(response, visit, *wrong)
        else:
            yield from self._ask(target, replace(visit, chain=chain))

    def _elsewhere(self, target: str) -> tuple[Outcome, str] | None:
        """What is wrong with where a redirect leads; None: nothing."""
        host = urlsplit(target).hostname or ""
        literal = literal_address(host)
        if literal is not None and not is_allowed(literal, self._desk.networks):
            return "refused", f"it redirects to {literal}, which is no public address"
        return None if self._is_own(target) else ("offsite", f"it redirects to {target}, on none of the site's hosts")

    def _put_down(self, response: Response, visit: Visit, outcome: Outcome, reason: str) -> None:
        self._desk.keeping.failed(response.url, visit, outcome, reason, answer_of(response))
        self._desk.tell(response.url, visit, outcome, reason)

    def _read_list(self, response: HtmlResponse, visit: Visit) -> Iterator[Request]:
        page = read_list(response, self.site)
        if page.unread:
            self.left_out[response.url.rpartition("/")[0]] = page.unread
        if visit.level == 0 and not (page.further or page.lists or page.disclosures or page.attachments):
            self.empty.append(response.url)
        for url in page.further:
            yield from self._ask(url, replace(visit, landing=response.url, chain=()))
        for link in page.lists:
            yield from self._go(link, visit, Visit("list", landing=response.url))
        for link in page.disclosures:
            yield from self._go(link, visit, Visit("landing", landing=response.url))
        for link in page.attachments:
            yield from self._go(link, visit, Visit("document", landing=response.url))

    def _go(self, link: Link, come_from: Visit, visit: Visit) -> Iterator[Request]:
        if come_from.level < self.site.depth:
            titles = (link.text, *come_from.titles) if visit.role == "document" else (link.text,)
            day = come_from.published or link.day
            yield from self._ask(link.url, replace(visit, level=come_from.level + 1, titles=titles, published=day))

    def _read_landing(self, response: HtmlResponse, visit: Visit) -> Iterator[Request]:
        page = read_landing(response, self.site)
        own = replace(visit, titles=(page.title, *visit.titles), published=page.published or visit.published)
        wanted = self.site.attachment.page
        if wanted == "always" or (wanted == "without_attachments" and not page.attachments):
            outcome = self._desk.keeping.keep_page_as_document(answer_of(response), own)
            self._desk.tell(response.url, replace(own, role="document"), outcome, "")
        for link in page.attachments:
            yield from self._go(link, own, Visit("document", landing=response.url))

    def _ask(self, url: str, visit: Visit) -> Iterator[Request]:
        """The request, when the host is the site's own; other links are passed over."""
        if self._is_own(url):
            meta = {"visit": visit, "dont_redirect": True, "handle_httpstatus_all": True}
            yield Request(url, self.arrived, meta=meta, priority=FIRST[visit.role], errback=self.failed)

    def _is_own(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and self.site.allows(parts.hostname or "")
