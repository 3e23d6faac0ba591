"""What is done with an answer: sorted by content, put on its shelf, put down in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from gouji.crawl import shelves
from gouji.crawl.content import DOCUMENTS, PAGE, media_type
from gouji.crawl.failures import Refusal, status_to_why
from gouji.crawl.journal import Journal
from gouji.crawl.names import document_name
from gouji.crawl.records import GOOD, Appearance, Fetch, Outcome, Role
from gouji.crawl.sites import Site
from gouji.crawl.titles import read_titles


@dataclass(frozen=True)
class Visit:
    """Why an address is asked for. `level`: links away from a start page. `chain`: the addresses that redirected here.

    `titles`: what is said of a document, the nearest first; `landing`: the page that linked to it.
    """

    role: Role
    level: int = 0
    landing: str | None = None
    titles: tuple[str, ...] = ()
    published: date | None = None
    chain: tuple[str, ...] = ()


ROBOTS = Visit("robots")


@dataclass(frozen=True)
class Answer:
    """An answer as it came, with its headers' bytes as Latin-1 and their names in small letters."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes


class Keeping:
    """One crawl's journal and shelves."""

    def __init__(self, out: Path, site: Site, journal: Journal, crawl: int) -> None:
        self._out = out
        self._site = site
        self._journal = journal
        self._crawl = crawl

    def restored(self, url: str) -> Answer | None:
        """The answer that this crawl has already had for the address; None: it has not been asked for yet.

        Raises:
            Refusal: the request came to nothing before.
        """
        fetch = self._journal.fetch(self._crawl, url)
        if fetch is None:
            return None
        if fetch.role == "robots" and fetch.outcome not in GOOD and fetch.status is not None:
            return Answer(url, fetch.status, fetch.headers, b"")
        if fetch.outcome not in GOOD:
            raise Refusal(fetch.outcome, fetch.reason)
        if fetch.outcome == "redirect":
            return Answer(url, fetch.status or 302, {"location": fetch.location or ""}, b"")
        body = shelves.kept(self._out, fetch.sha256 or "")
        return None if body is None else Answer(url, 200, fetch.headers, body)

    def is_down(self, url: str) -> bool:
        """Whether this crawl has put down how the request for the address ended."""
        return self._journal.fetch(self._crawl, url) is not None

    def validators(self, url: str) -> dict[str, str]:
        """The headers that make the request conditional; {} when nothing whole is kept of the address."""
        last = self._journal.last_kept(self._site.key, url)
        if last is None or shelves.kept(self._out, last.sha256 or "") is None:
            return {}
        told = {"If-None-Match": last.etag, "If-Modified-Since": last.last_modified}
        return {name: value for name, value in told.items() if value}

    def failed(self, url: str, visit: Visit, outcome: Outcome, reason: str, answer: Answer | None = None) -> None:
        """Put down a request that came to nothing."""
        self._journal.record(self._put_down(url, visit, outcome, answer, reason=reason))

    def arrived(self, answer: Answer, visit: Visit) -> tuple[Answer, Outcome]:
        """Keep what came; gives it (for 304: what was kept before), and what became of it.

        Raises:
            Refusal: it is nothing that can be used; that is put down too.
        """
        if answer.status == 304:
            return self._unchanged(answer, visit)
        if 300 <= answer.status < 400 and answer.headers.get("location"):
            return answer, self._journal.record(self._put_down(answer.url, visit, "redirect", answer))
        if not 200 <= answer.status < 300:
            raise self._refused(answer, visit, *status_to_why(answer.status))
        return answer, self._kept(answer, visit)

    def _unchanged(self, answer: Answer, visit: Visit) -> tuple[Answer, Outcome]:
        last = self._journal.last_kept(self._site.key, answer.url)
        body = shelves.kept(self._out, last.sha256 or "") if last else None
        if last is None or body is None:
            raise self._refused(answer, visit, "http", "the site answers 304, but nothing is kept of the address")
        fetch = self._put_down(answer.url, visit, "unchanged", answer, sha256=last.sha256)
        fetch = fetch.model_copy(
            update={"headers": last.headers, "etag": fetch.etag or last.etag, "size": last.size}
            | {"last_modified": fetch.last_modified or last.last_modified}
        )
        self._journal.record(fetch)
        return Answer(answer.url, 200, last.headers, body), "unchanged"

    def _kept(self, answer: Answer, visit: Visit) -> Outcome:
        kind = media_type(answer.body)
        if kind in DOCUMENTS and visit.role in ("landing", "document"):
            return self._keep_document(answer, visit, kind)
        if visit.role == "robots" or (kind == PAGE and visit.role != "document"):
            sha256 = shelves.put_page(self._out, answer.body)
            return self._journal.record(self._put_down(answer.url, visit, "page", answer, sha256=sha256))
        came = "nothing" if not answer.body else "a web page" if kind == PAGE else f"something else ({kind})"
        wanted = "a document" if visit.role == "document" else "a web page"
        raise self._refused(answer, visit, "wrong_type", f"{came} came where {wanted} should be")

    def keep_page_as_document(self, answer: Answer, visit: Visit) -> Outcome:
        """The disclosure's own page is the document. The same page twice changes nothing."""
        return self._keep_document(answer, visit, PAGE)

    def _keep_document(self, answer: Answer, visit: Visit, kind: str) -> Outcome:
        sha256, path = shelves.put_document(self._out, answer.body, kind)
        name = document_name(answer.headers.get("content-disposition", "").encode("latin-1"), answer.url)
        titles = [title for title in visit.titles if title]
        named = read_titles([*titles, name], self._site.title.patterns)
        shown = Appearance(
            site=self._site.key,
            url=answer.url,
            version=1,
            sha256=sha256,
            path=path,
            media_type=kind,
            landing=visit.landing,
            title=titles[0] if titles else name,
            name=name,
            department=named.department or self._site.department or None,
            year=named.year,
            kind=named.kind,
            published=visit.published,
            seen=datetime.now(UTC),
        )
        return self._journal.record(self._put_down(answer.url, visit, "new", answer, sha256=sha256), shown)

    def _refused(self, answer: Answer, visit: Visit, outcome: Outcome, reason: str) -> Refusal:
        self.failed(answer.url, visit, outcome, reason, answer)
        return Refusal(outcome, reason)

    def _put_down(
        self,
        url: str,
        visit: Visit,
        outcome: Outcome,
        answer: Answer | None,
        *,
        reason: str = "",
        sha256: str | None = None,
    ) -> Fetch:
        headers = answer.headers if answer else {}
        return Fetch(
            crawl=self._crawl,
            site=self._site.key,
            url=url,
            role=visit.role,
            outcome=outcome,
            reason=reason,
            status=answer.status if answer else None,
            landing=visit.landing,
            location=headers.get("location"),
            headers=headers,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            sha256=sha256,
            size=len(answer.body) if answer else 0,
            fetched=datetime.now(UTC),
        )
