"""A government site that the tests serve from this machine, and what a crawl of it left. No request goes elsewhere."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from gouji.config import CrawlSettings, load_settings
from gouji.crawl.journal import Journal
from gouji.crawl.records import Appearance, Fetch, Summary
from gouji.crawl.sites import Site, load_site

Act = Callable[[BaseHTTPRequestHandler], None]


def pdf(words: str) -> bytes:
    """Enough of a PDF to be taken for one."""
    return b"%PDF-1.7\n% " + words.encode() + b"\n%%EOF\n"


@dataclass
class Page:
    """What the site answers. `act` answers by itself."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: bool = True
    act: Act | None = None


class LocalSite:
    """The site. `pages` by path; `asked` counts requests, `conditional` those with a validator, `agents` who asked."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: Counter[str] = Counter()
        self.conditional: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.under_way = 0
        self.most_under_way = 0
        self.delay_s = 0.0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def put(self, path: str, body: bytes | str = b"", **given: Any) -> None:
        """Serve this at the path."""
        self.pages[path] = Page(body.encode() if isinstance(body, str) else body, **given)

    def put_list(self, path: str, links: dict[str, str], extra: str = "") -> None:
        """A list page: what links say by where they lead."""
        rows = "".join(f'<li><a href="{to}">{said}</a><span>2024-08-20</span></li>' for to, said in links.items())
        self.put(path, f"<html><head><meta charset='utf-8'></head><body><ul>{rows}</ul>{extra}</body></html>")

    def put_disclosure(self, path: str, title: str, attachments: dict[str, str], published: str = "2024-08-20") -> None:
        """A disclosure's own page: what its attachments' links say by where they lead."""
        links = "".join(f'<p><a href="{to}">{said}</a></p>' for to, said in attachments.items())
        self.put(
            path,
            f"<html><head><meta charset='utf-8'><meta name='ArticleTitle' content='{title}'>"
            f"<meta name='PubDate' content='{published} 10:00'></head><body><h1>{title}</h1>{links}</body></html>",
        )

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """What answers requests."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                with site._lock:
                    site.asked[self.path] += 1
                    site.agents.add(self.headers.get("User-Agent", ""))
                    site.under_way += 1
                    site.most_under_way = max(site.most_under_way, site.under_way)
                    if self.headers.get("If-None-Match") or self.headers.get("If-Modified-Since"):
                        site.conditional[self.path] += 1
                try:
                    time.sleep(site.delay_s)
                    self.answer(site.pages.get(self.path, Page(b"not here", 404)))
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                finally:
                    with site._lock:
                        site.under_way -= 1

            def answer(self, page: Page) -> None:
                """Send the page, or 304 to who has it."""
                if page.act is not None:
                    page.act(self)
                    return
                tag = f'"{hash(page.body)}"'
                status, body = page.status, page.body
                if page.etag and status == 200 and self.headers.get("If-None-Match") == tag:
                    status, body = 304, b""
                self.send_response(status)
                if page.etag and page.status == 200:
                    self.send_header("ETag", tag)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


@dataclass
class Crawled:
    """What a crawl told and left behind."""

    summary: Summary
    told: list[dict[str, Any]]
    out: Path

    def fetches(self) -> dict[str, Fetch]:
        """The last fetch of each path."""
        with Journal(self.out) as journal:
            return {"/" + fetch.url.split("/", 3)[3]: fetch for fetch in journal.fetches()}

    def appearances(self) -> list[Appearance]:
        """All versions of all documents."""
        with Journal(self.out) as journal:
            return list(journal.appearances())

    def documents(self) -> list[Path]:
        """The documents' files."""
        return sorted(path for path in (self.out / "documents").glob("*/*") if path.is_file())


def crawl_settings(**given: Any) -> CrawlSettings:
    """Settings of a crawl of this machine: without waits."""
    hasty = {"delay_s": 0.0, "back_off_s": 0.01, "retries": 1, "timeout_s": 5.0, "allowed_networks": ("127.0.0.1/32",)}
    return load_settings().crawl.model_copy(update=hasty | given)


def site_of(local: LocalSite, folder: Path, text: str = "", key: str = "local") -> Site:
    """The site file of the local site; `text` is what it holds beside name, start and hosts."""
    path = folder / f"{key}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ['name = "本机"', *([] if "start =" in text else [f'start = ["{local.url}/zwgk/"]'])]
    lines += [] if "hosts =" in text else ['hosts = ["127.0.0.1"]']
    path.write_text("\n".join([*lines, text]), "utf-8")
    return load_site(path)


Crawl = Callable[..., Crawled]
