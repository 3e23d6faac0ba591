"""Whole crawls of a site on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from local_site import Crawl, LocalSite, Page, crawl_settings, pdf, site_of

from gouji.crawl.journal import Journal
from gouji.crawl.process import Order
from gouji.crawl.shelves import sweep
from gouji.crawl.start import crawl_site, crawl_sites
from gouji.errors import CrawlError, GoujiError, OutputError

DOCUMENTS = [f"/files/{name}.pdf" for name in ("a", "b1", "b2", "c")]
PATHS = ["/robots.txt", "/zwgk/", "/zwgk/index_1.html", *(f"/zwgk/{name}.html" for name in "abc"), *DOCUMENTS]


def test_every_document_is_found_once_and_then_only_changes(local: LocalSite, crawl: Crawl) -> None:
    """Everything is asked for once, one at a time, then only whether it changed; what changed is a new version."""
    first = crawl(contact="mailto:someone@example.org")
    assert local.asked == dict.fromkeys(PATHS, 1)
    assert local.most_under_way == 1
    assert len(first.appearances()) == 4
    assert [path.read_bytes() for path in first.documents()].count(pdf("a")) == 1
    assert len(first.documents()) == 3
    assert (first.summary.state, first.summary.outcomes) == ("finished", {"new": 3, "page": 5, "same": 1})
    (agent,) = local.agents
    assert agent.startswith("gouji/")
    assert "someone@example.org" in agent

    asked = Counter(local.asked)
    second = crawl()
    assert local.asked - asked == asked
    assert local.conditional == asked
    assert second.summary.outcomes == {"unchanged": 9}
    assert len(second.appearances()) == 4
    assert second.summary.crawl == first.summary.crawl + 1

    local.put("/files/c.pdf", pdf("c, put right"))
    third = crawl()
    versions = [each for each in third.appearances() if each.url.endswith("c.pdf")]
    assert [each.version for each in versions] == [1, 2]
    assert [(third.out / each.path).read_bytes() for each in versions] == [pdf("c"), pdf("c, put right")]
    assert third.summary.outcomes == {"changed": 1, "unchanged": 8}


def test_what_robots_txt_forbids_is_not_asked(local: LocalSite, crawl: Crawl) -> None:
    """A disclosure that robots.txt forbids is put down as such and never asked for."""
    local.put_list("/zwgk/", {"/secret/s.html": "丁局2024年度部门决算", "/zwgk/a.html": "甲局2024年度部门决算"})
    done = crawl()
    assert local.asked["/secret/s.html"] == 0
    assert done.fetches()["/secret/s.html"].outcome == "robots"
    assert done.summary.failed == 0


def test_documents_know_where_they_come_from(local: LocalSite, crawl: Crawl) -> None:
    """A document is kept with its address, page, headers, time and hash, and whose and of which year it is."""
    del local.pages["/robots.txt"]  # without one all is allowed
    done = crawl()
    shown = {each.url.rpartition("/")[2]: each for each in done.appearances()}
    fetch = done.fetches()["/files/c.pdf"]
    assert shown["c.pdf"].landing == f"{local.url}/zwgk/c.html"
    assert (shown["c.pdf"].department, shown["c.pdf"].year, shown["c.pdf"].kind) == ("丙局", 2023, "final_account")
    assert shown["c.pdf"].published == date(2023, 9, 30)
    assert (shown["b1.pdf"].department, shown["b1.pdf"].year, shown["b1.pdf"].kind) == ("乙局", 2024, "budget")
    assert (done.out / shown["c.pdf"].path).read_bytes() == pdf("c")
    assert (fetch.status, fetch.sha256, fetch.size) == (200, shown["c.pdf"].sha256, len(pdf("c")))
    assert fetch.headers["etag"] == fetch.etag


def test_robots_txt_that_cannot_be_read_forbids(local: LocalSite, crawl: Crawl) -> None:
    """With a robots.txt that fails nothing else is asked for."""
    local.put("/robots.txt", b"fault", status=500)
    with pytest.raises(CrawlError, match="server"):
        crawl()
    assert set(local.asked) == {"/robots.txt"}


def start_process(local: LocalSite, tmp_path: Path, **given: Any) -> subprocess.Popen[str]:
    """A crawl that can be killed."""
    order = Order(
        site=site_of(local, tmp_path / "sites"), out=str(tmp_path / "crawl"), settings=crawl_settings(**given)
    )
    child = subprocess.Popen(
        [sys.executable, "-m", "gouji.crawl.process"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert child.stdin is not None
    child.stdin.write(order.model_dump_json() + "\n")
    child.stdin.flush()
    return child


def events(child: subprocess.Popen[str], count: int) -> None:
    """Wait until the crawl has told so many things."""
    assert child.stdout is not None
    for _ in range(count):
        assert child.stdout.readline()


def close(child: subprocess.Popen[str]) -> int:
    """Close its pipes; gives its exit code."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.close()
    child.stdout.read()
    child.stdout.close()
    return child.wait(60)


@pytest.mark.parametrize("after", [3, 7])
def test_killed_crawl_goes_on_without_asking_twice(local: LocalSite, crawl: Crawl, tmp_path: Path, after: int) -> None:
    """After kill -9 the next run asks only for what the journal had not yet; every document is there once."""
    local.delay_s = 0.05
    child = start_process(local, tmp_path)
    events(child, after)
    child.send_signal(signal.SIGKILL)
    assert close(child) == -signal.SIGKILL
    time.sleep(0.1)  # the request that was under way comes to the server's count
    with Journal(tmp_path / "crawl") as journal:
        had = {"/" + fetch.url.split("/", 3)[3] for fetch in journal.fetches()}
    asked = Counter(local.asked)
    done = crawl()
    again = local.asked - asked
    assert after <= len(had) < len(PATHS)
    assert not had & set(again)
    assert set(again) | had == set(PATHS)
    assert max(again.values()) == 1
    assert sum(local.asked.values()) <= len(PATHS) + 1
    assert done.summary.resumed
    assert len(done.appearances()) == 4
    assert len(done.documents()) == 3


def test_stopped_crawl_goes_on_from_its_queue(local: LocalSite, crawl: Crawl, tmp_path: Path) -> None:
    """A crawl whose starter goes away stops in good order, and goes on from Scrapy's own queue."""
    local.delay_s = 0.1
    child = start_process(local, tmp_path)
    events(child, 3)
    assert close(child) == 0
    assert len(list((tmp_path / "crawl" / "jobs" / "local").glob("*/stopped-well"))) == 1
    done = crawl()
    assert local.asked == dict.fromkeys(PATHS, 1)
    assert done.summary.resumed
    assert not list((tmp_path / "crawl" / "jobs" / "local").iterdir())


def test_limit_of_requests_stops_and_goes_on(local: LocalSite, crawl: Crawl) -> None:
    """crawl.max_requests ends a run, the next ones go on."""
    first = crawl(max_requests=4)
    assert (first.summary.state, "max_requests" in first.summary.why) == ("stopped", True)
    assert sum(local.asked.values()) in (4, 5, 6)
    last = crawl()
    assert last.summary.state == "finished"
    assert local.asked == dict.fromkeys(PATHS, 1)


def truncated(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"%PDF-1.7 and no more")
    handler.close_connection = True


def slow(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    for _ in range(30):
        handler.wfile.write(b"%")
        handler.wfile.flush()
        time.sleep(0.1)


def bomb(handler: BaseHTTPRequestHandler) -> None:
    import gzip

    body = gzip.compress(bytes(3 * 2**20))
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_every_failure_has_its_word(local: LocalSite, crawl: Crawl) -> None:
    """What fails is put down with what was wrong and how often it was tried; the rest of the site is crawled."""
    names = ["gone", "forbidden", "server", "truncated", "slow", "large", "bomb", "page", "empty", "noise"]
    links = {f"/files/{name}.pdf": f"附件{name}" for name in names}
    local.put_disclosure("/zwgk/a.html", "甲局2024年度部门决算", {**links, "/files/a.pdf": "甲局2024年度部门决算"})
    local.put("/files/forbidden.pdf", b"no", status=403)
    local.put("/files/server.pdf", b"fault", status=500)
    local.pages["/files/truncated.pdf"] = Page(act=truncated)
    local.pages["/files/slow.pdf"] = Page(act=slow)
    local.pages["/files/bomb.pdf"] = Page(act=bomb)
    local.put("/files/large.pdf", pdf("x" * 2**20))
    local.put("/files/page.pdf", b"<!DOCTYPE html><html><body>please log in</body></html>")
    local.put("/files/empty.pdf", b"")
    local.put("/files/noise.pdf", bytes(range(200)))
    done = crawl(timeout_s=1.0, max_file_mb=1)
    seen = {name: done.fetches()[f"/files/{name}.pdf"] for name in names}
    assert {name: fetch.outcome for name, fetch in seen.items()} == {
        "gone": "gone",
        "forbidden": "forbidden",
        "server": "server",
        "truncated": "truncated",
        "slow": "timeout",
        "large": "too_large",
        "bomb": "too_large",
        "page": "wrong_type",
        "empty": "wrong_type",
        "noise": "wrong_type",
    }
    assert {name: local.asked[f"/files/{name}.pdf"] for name in names} == {
        **dict.fromkeys(names, 1),
        **dict.fromkeys(("server", "truncated", "slow"), 2),
    }
    assert all(fetch.reason and fetch.sha256 is None for fetch in seen.values())
    assert done.fetches()["/files/a.pdf"].sha256
    assert done.summary.failed == len(names)
    assert not any(path.name.endswith(".part") for path in done.out.rglob("*"))


def test_busy_site_is_waited_for(local: LocalSite, crawl: Crawl) -> None:
    """A 503 with Retry-After is tried again, not before its time."""
    tries: list[float] = []

    def busy(handler: BaseHTTPRequestHandler) -> None:
        tries.append(time.monotonic())
        handler.send_response(503 if len(tries) == 1 else 200)
        handler.send_header("Retry-After", "1")
        body = pdf("busy")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    local.pages["/files/a.pdf"] = Page(act=busy)
    done = crawl()
    assert done.fetches()["/files/a.pdf"].outcome == "new"
    assert tries[1] - tries[0] >= 1


def redirect(local: LocalSite, path: str, to: str) -> None:
    local.put(path, b"", status=302, headers={"Location": to}, etag=False)


def test_redirects_are_followed_so_far(local: LocalSite, crawl: Crawl) -> None:
    """A redirect is followed; one in a circle, to another host or to a private address is not, and says so."""
    names = ("moved", "circle", "self", "abroad", "private", "mapped", "decimal", "scheme")
    links = {f"/files/{name}.pdf": f"附件{name}" for name in names}
    local.put_disclosure("/zwgk/a.html", "甲局2024年度部门决算", links)
    redirect(local, "/files/moved.pdf", "/files/c.pdf?v=1")
    local.put("/files/c.pdf?v=1", pdf("moved"))
    redirect(local, "/files/circle.pdf", "/files/circle2.pdf")
    redirect(local, "/files/circle2.pdf", "/files/circle.pdf")
    redirect(local, "/files/self.pdf", "/files/self.pdf")
    redirect(local, "/files/abroad.pdf", "http://files.example.com/x.pdf")
    redirect(local, "/files/private.pdf", "http://10.0.0.1/x.pdf")
    redirect(local, "/files/mapped.pdf", f"http://[::ffff:127.0.0.1]:{local.port}/files/a.pdf")
    redirect(local, "/files/decimal.pdf", f"http://2130706434:{local.port}/files/a.pdf")
    redirect(local, "/files/scheme.pdf", "file:///etc/passwd")
    done = crawl()
    seen = {name: done.fetches()[f"/files/{name}.pdf"].outcome for name in names}
    assert seen["moved"] == "redirect"
    assert done.fetches()["/files/c.pdf?v=1"].outcome == "new"
    assert (seen["circle"], done.fetches()["/files/circle2.pdf"].outcome) == ("redirect", "loop")
    assert (seen["self"], seen["abroad"], seen["scheme"]) == ("loop", "offsite", "offsite")
    assert (seen["private"], seen["mapped"], seen["decimal"]) == ("refused", "refused", "refused")
    assert local.asked["/files/a.pdf"] == 0


def test_name_that_leads_to_a_private_address_is_refused(local: LocalSite, tmp_path: Path) -> None:
    """A host whose name leads to this machine is not asked, unless the settings name the network."""
    text = f'start = ["http://localhost:{local.port}/zwgk/"]\nhosts = ["localhost"]'
    site = site_of(local, tmp_path, text)
    with pytest.raises(CrawlError, match="refused"):
        crawl_site(site, tmp_path / "a", crawl_settings(allowed_networks=()), lambda *_: None)
    assert not local.asked
    crawl_site(site, tmp_path / "b", crawl_settings(), lambda *_: None)
    assert local.asked["/zwgk/"] == 1


def test_private_address_in_any_form_is_refused(local: LocalSite, tmp_path: Path) -> None:
    """An address of this machine is refused in decimal, hexadecimal, short and IPv6 form."""
    hosts = ["127.0.0.2", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0"]
    starts = ", ".join(f'"http://{host}:{local.port}/zwgk/"' for host in hosts)
    text = f"start = [{starts}]\nhosts = {[host.strip('[]') for host in hosts]}"
    settings = crawl_settings(allowed_networks=(), contact="mailto:someone@example.org")
    with pytest.raises(CrawlError, match="refused"):
        crawl_site(site_of(local, tmp_path, text), tmp_path / "out", settings, lambda *_: None)
    assert not local.asked
    with Journal(tmp_path / "out") as journal:
        assert [fetch.outcome for fetch in journal.fetches() if fetch.role == "list"] == ["refused"] * len(hosts)


def test_pages_and_names_in_gb18030(local: LocalSite, crawl: Crawl) -> None:
    """Pages in GB 18030, whatever they call it, and file names in every form of Content-Disposition are read."""
    for path, label, title in (("a", "gb2312", "镕镕局2024年度部门决算"), ("b", "gbk", "㐂局2024年部门预算")):
        page = f"<html><head><meta charset={label}><meta name=ArticleTitle content={title}></head><body>"
        body = page + f"<a href='/get/download?id={path}'>下载</a></body></html>"
        local.put(f"/zwgk/{path}.html", body.encode("gb18030"), headers={"Content-Type": "text/html"})
        disposition = f'attachment; filename="{title}.pdf"'.encode("gb18030").decode("latin-1")
        local.put(f"/get/download?id={path}", pdf(title), headers={"Content-Disposition": disposition})
    shown = {each.url.rpartition("=")[2]: each for each in crawl().appearances()}
    assert (shown["a"].department, shown["a"].name) == ("镕镕局", "镕镕局2024年度部门决算.pdf")
    assert (shown["b"].department, shown["b"].name) == ("㐂局", "㐂局2024年部门预算.pdf")


def test_disclosure_without_attachments_is_the_document(local: LocalSite, crawl: Crawl) -> None:
    """A disclosure whose page links to no document is kept as it is, unless the site file says never."""
    local.put_disclosure("/zwgk/a.html", "甲局2024年度部门决算", {})
    never = crawl('[attachment]\npage = "never"')
    assert {each.media_type for each in never.appearances()} == {"application/pdf"}
    done = crawl()
    (page,) = [each for each in done.appearances() if each.media_type == "text/html"]
    assert (page.department, page.year, page.kind) == ("甲局", 2024, "final_account")
    assert "甲局" in (done.out / page.path).read_text("utf-8")


def test_depth_is_bounded(local: LocalSite, crawl: Crawl) -> None:
    """With depth 1 the disclosures' pages are asked for, and nothing that they link to."""
    crawl("depth = 1")
    assert not set(DOCUMENTS) & set(local.asked)
    assert local.asked["/zwgk/a.html"] == 1


def test_start_page_that_lists_nothing_is_told(local: LocalSite, crawl: Crawl) -> None:
    """A start page without a single link that counts is named in the summary, and so are pages beyond the bound."""
    local.put_list("/zwgk/", {"/about.html": "关于我们"})
    local.put_list("/long/", {"/zwgk/a.html": "甲局2024年度部门决算"}, "共 9 页")
    starts = f'start = ["{local.url}/zwgk/", "{local.url}/long/"]\n[lists]\nmax_pages = 1'
    summary = crawl(starts).summary
    assert (summary.empty, summary.left_out) == ((f"{local.url}/zwgk/",), 8)
    assert not any("index_" in path for path in local.asked)


def test_host_that_is_not_there(local: LocalSite, tmp_path: Path) -> None:
    """A host that refuses connections is one error for the site, and others are crawled."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dead = site_of(local, tmp_path, f'start = ["http://127.0.0.1:{port}/"]', key="dead")
    alive = site_of(local, tmp_path, key="alive")
    ends = list(crawl_sites([dead, alive], tmp_path / "out", crawl_settings(), lambda *_: None))
    errors = [str(end) for end in ends if isinstance(end, GoujiError)]
    assert len(errors) == 1
    assert "dead" in errors[0]
    assert "unreachable" in errors[0]
    assert sum(local.asked.values()) == len(PATHS)


def test_sites_of_one_host_take_turns(local: LocalSite, tmp_path: Path) -> None:
    """Two sites on one host are crawled one after the other: one request at a time for each host."""
    local.delay_s = 0.02
    sites = [site_of(local, tmp_path, key=key) for key in ("one", "two")]
    told: list[dict[str, Any]] = []
    ends = list(crawl_sites(sites, tmp_path / "out", crawl_settings(), lambda _, event: told.append(event)))
    assert [type(end).__name__ for end in ends] == ["Summary", "Summary"]
    assert local.most_under_way == 1
    assert {"waits": "127.0.0.1"} in told


def test_full_disk_ends_the_crawl(local: LocalSite, tmp_path: Path) -> None:
    """When a document cannot be written the crawl ends with the error of the output, and goes on when it can."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "documents").write_text("a file, not a folder")
    site = site_of(local, tmp_path)
    with pytest.raises(OutputError, match="documents"):
        crawl_site(site, out, crawl_settings(), lambda *_: None)
    asked = sum(local.asked.values())
    assert asked < len(PATHS)
    (out / "documents").unlink()
    assert crawl_site(site, out, crawl_settings(), lambda *_: None).state == "finished"


def test_drafts_of_killed_crawls_are_swept(tmp_path: Path) -> None:
    """A draft whose process is gone is taken away; one of a running process stays."""
    folder = tmp_path / "documents" / "ab"
    folder.mkdir(parents=True)
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    drafts = [folder / f".x.pdf.{int(number)}.part" for number in (gone.stdout, os.getpid())]
    for draft in drafts:
        draft.write_bytes(b"half")
    sweep(tmp_path)
    assert [draft.exists() for draft in drafts] == [False, True]
