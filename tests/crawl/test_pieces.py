"""The pieces of a crawl, without a network."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from scrapy.http import HtmlResponse
from twisted.internet.address import IPv4Address

from gouji.config import data_dir
from gouji.crawl.addresses import is_allowed, is_loopback, literal_address, parse_networks
from gouji.crawl.content import UNKNOWN, media_type
from gouji.crawl.links import read_landing, read_list
from gouji.crawl.names import document_name
from gouji.crawl.records import Appearance
from gouji.crawl.register import Expected, compare, load_register
from gouji.crawl.resolver import PublicResolver, refusals
from gouji.crawl.sites import Site, find_sites, load_site
from gouji.crawl.titles import read_titles
from gouji.errors import UsageError

EXAMPLE = data_dir("configs") / "sites" / "example.toml"


@pytest.fixture
def site() -> Site:
    return load_site(EXAMPLE)


def page(body: str, url: str = "http://czj.example.gov.cn/zwgk/bmjs/") -> HtmlResponse:
    return HtmlResponse(url, body=f"<html><head><meta charset=utf-8></head><body>{body}</body></html>".encode())


@pytest.mark.parametrize(
    ("title", "department", "year", "kind"),
    [
        ("示例市财政局2024年度部门决算", "示例市财政局", 2024, "final_account"),
        ("2025年示例市教育局部门预算公开", "示例市教育局", 2025, "budget"),
        ("示例市教育局关于２０２３年度部门决算的说明", "示例市教育局", 2023, "final_account"),
        ("示例市文化和旅游局（本级）二〇二四年部门预算", "示例市文化和旅游局（本级）", 2024, "budget"),
        ("附件1：示例县公安局2024年度单位决算.pdf", "示例县公安局", 2024, "final_account"),
        ("2024年度部门决算", None, 2024, "final_account"),
        ("示例市民政局部门预算", "示例市民政局", None, "budget"),
        ("下载", None, None, None),
    ],
)
def test_titles_name_department_year_and_kind(
    site: Site, title: str, department: str | None, year: int | None, kind: str | None
) -> None:
    """Department, year and kind are read from titles in the usual orders; what a title doesn't say is None."""
    named = read_titles([title], site.title.patterns)
    assert (named.department, named.year, named.kind) == (department, year, kind)


def test_nearer_titles_come_first(site: Site) -> None:
    """What the attachment's own name leaves open is taken from the page's title."""
    named = read_titles(["乙局2024年度部门决算", "甲局2023年部门预算"], site.title.patterns)
    assert (named.department, named.year) == ("乙局", 2024)
    assert read_titles(["下载", "甲局2023年部门预算"], site.title.patterns).department == "甲局"


def test_further_pages_are_counted(site: Site) -> None:
    """CreatePageHTML and its kin tell the further pages; what lies beyond max_pages is counted, not asked for."""
    listed = read_list(page("<script>createPageHTML(3, 0, 'list', 'shtml');</script>"), site)
    assert [url.rpartition("/")[2] for url in listed.further] == ["list_1.shtml", "list_2.shtml"]
    listed = read_list(page("<script>var countPage = 3 //共3页</script>"), site)
    assert [url.rpartition("/")[2] for url in listed.further] == ["index_1.html", "index_2.html"]
    few = site.model_copy(update={"lists": site.lists.model_copy(update={"max_pages": 2, "first": 2})})
    listed = read_list(page("共 40 页"), few)
    assert ([url.rpartition("/")[2] for url in listed.further], listed.unread) == (["index_2.html"], 38)
    assert read_list(page('<a href="?page=2">下一页</a>'), site).further[0].endswith("?page=2")
    assert not read_list(page("<script>createPageHTML(1, 0, 'index', 'html');</script>"), site).further


def test_list_links_are_sorted(site: Site) -> None:
    """Columns of years, disclosures and documents are told apart; the rest is left alone. Long titles come whole."""
    rows = (
        '<li><a href="t1.html" title="示例省水利厅2024年度部门决算公开">示例省水利厅2024年度部…</a> [2024-08-20]</li>'
        '<li><a href="/files/x.pdf">示例省林业局2024年部门预算</a></li>'
        "<li><a href=\"javascript:window.open('t2.html')\">示例省审计厅2024年部门决算</a></li>"
        '<li><a href="t3.html">部门决算公开解读</a></li><li><a href="2024/">2024年</a></li>'
        '<li><a href="mailto:someone@example.org">部门预算</a><a href="http://[bad/">部门预算</a></li>'
    )
    listed = read_list(page(rows), site)
    assert [(link.text, link.day) for link in listed.disclosures] == [
        ("示例省水利厅2024年度部门决算公开", date(2024, 8, 20)),
        ("示例省审计厅2024年部门决算", None),
    ]
    assert [link.url for link in listed.attachments] == ["http://czj.example.gov.cn/files/x.pdf"]
    assert [link.url for link in listed.lists] == ["http://czj.example.gov.cn/zwgk/bmjs/2024/"]


def test_landing_pages_are_read(site: Site) -> None:
    """A disclosure's page gives its title, its day and its documents, framed ones as well."""
    landing = read_landing(
        page(
            "<h1>示例省水利厅2024年度部门决算公开</h1><p>发布时间：2024年8月21日</p><a href='P0.pdf'>附件</a>"
            "<iframe src='/pdfjs/web/viewer.html?file=/files/y.pdf'></iframe><a href='/about.html'>关于</a>"
        ),
        site,
    )
    assert (landing.title, landing.published) == ("示例省水利厅2024年度部门决算公开", date(2024, 8, 21))
    assert [link.url.rpartition("/")[2] for link in landing.attachments] == ["P0.pdf", "y.pdf"]


NAME = "甲局2024年度决算.pdf"


@pytest.mark.parametrize(
    "header",
    [
        f"attachment; filename*=UTF-8''{quote(NAME)}".encode(),
        f"attachment; filename*=GB18030''{quote(NAME, encoding='gb18030')}; filename=x.pdf".encode(),
        f"attachment; filename={quote(NAME)}".encode(),
        f'attachment; filename="{quote(NAME, encoding="gb18030")}"'.encode(),
        f'attachment; filename="{NAME}"'.encode(),
        f'attachment; filename="{NAME}"'.encode("gb18030"),
        b"attachment; filename==?UTF-8?B?55Sy5bGAMjAyNOW5tOW6puWGs+eulw==?=.pdf",
        f'attachment; filename="..\\..\\etc/{NAME}"'.encode(),
    ],
)
def test_names_in_every_form(header: bytes) -> None:
    """A document's name is read from every form of Content-Disposition, without folders."""
    assert document_name(header, "http://czj.example.gov.cn/download?id=1") == NAME


def test_name_from_the_address() -> None:
    """Without the header the name is that of the address."""
    assert document_name(b"", f"http://czj.example.gov.cn/f/{quote(NAME, encoding='gb18030')}?v=1") == NAME
    assert document_name(b"inline", "http://czj.example.gov.cn/") == ""


def test_types_are_told_by_content() -> None:
    """Documents are told by their first bytes and streams, not by what they are called."""

    def packed(name: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(name, "x")
        return out.getvalue()

    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)
    seen = [
        media_type(content)
        for content in (
            b"\xef\xbb\xbf%PDF-1.4",
            ole + "WordDocument".encode("utf-16-le"),
            ole + "Workbook".encode("utf-16-le"),
            packed("word/document.xml"),
            packed("xl/workbook.xml"),
            packed("a.pdf"),
            b"\n\n <!DOCTYPE HTML><html>",
            "预算".encode(),
            b"",
        )
    ]
    assert [kind.rpartition("/")[2].rpartition(".")[2] for kind in seen] == [
        *("pdf", "msword", "ms-excel", "document", "sheet", "zip", "html"),
        *(UNKNOWN.rpartition("/")[2],) * 2,
    ]


PRIVATE = """
127.0.0.1 10.1.2.3 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 240.0.0.1 255.255.255.255
192.0.2.1 198.18.0.1 ::1 :: fe80::1%eth0 fc00::1 ff02::1 ::ffff:10.0.0.1 ::10.0.0.1 2002:7f00:1:: 64:ff9b::a00:1
2001:db8::1 no-address
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_private_addresses_are_refused(address: str) -> None:
    """Loopback, private, link-local, multicast and reserved addresses are refused, inside IPv6 too."""
    assert not is_allowed(address)


def test_public_addresses_are_allowed() -> None:
    """Public addresses pass; others only when their network is named."""
    assert is_allowed("1.1.1.1")
    assert is_allowed("2606:4700:4700::1111")
    assert is_allowed("10.1.2.3", parse_networks(["10.1.0.0/16"]))
    assert not is_allowed("10.2.2.3", parse_networks(["10.1.0.0/16"]))
    with pytest.raises(UsageError, match=r"10\.1\.0\.0"):
        parse_networks(["intranet"])


def test_literal_addresses_in_every_form() -> None:
    """Decimal, hexadecimal, octal and short forms are the address that a resolver would make of them."""
    forms = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1"]
    assert {literal_address(form) for form in forms} == {"127.0.0.1"}
    assert literal_address("[::1]") == "::1"
    assert literal_address("czj.example.gov.cn") is None
    assert is_loopback("localhost")
    assert not is_loopback("czj.example.gov.cn")


def test_rebound_name_is_refused() -> None:
    """A name that gives a public address first and a private one later is refused the second time."""
    answers = iter(["1.1.1.1", "127.0.0.1"])
    given: list[str] = []

    class Behind:
        def resolveHostName(self, receiver: Any, *_: Any) -> None:  # noqa: N802
            """Give the next answer."""
            receiver.addressResolved(IPv4Address("TCP", next(answers), 80))
            receiver.resolutionComplete()

    class Receiver:
        def addressResolved(self, address: Any) -> None:  # noqa: N802
            """Note it."""
            given.append(address.host)

        def resolutionComplete(self) -> None:  # noqa: N802
            """Nothing more."""

    class Reactor:
        nameResolver = Behind()  # noqa: N815

    resolver = PublicResolver(Reactor(), ())
    for _ in range(2):
        resolver.resolveHostName(Receiver(), "czj.example.gov.cn")  # type: ignore[arg-type]
    assert given == ["1.1.1.1"]
    assert refusals["czj.example.gov.cn"] == "127.0.0.1"


def seen_document(**given: Any) -> Appearance:
    """A document found on a site."""
    fields = {
        "site": "example", "url": "http://czj.example.gov.cn/a.pdf", "version": 1, "sha256": "a", "path": "a",
        "media_type": "application/pdf", "landing": None, "title": "", "name": "", "department": "示例省水利厅",
        "year": 2024, "kind": "final_account", "published": date(2025, 9, 1), "seen": datetime(2025, 9, 2, tzinfo=UTC),
    }  # fmt: skip
    return Appearance.model_validate({**fields, **given})


def test_register_tells_found_late_missing_and_awaited() -> None:
    """A report is found, late by its day of publication, missing, or awaited until it is due."""

    def owed(department: str, approved: date | None = None, **given: Any) -> Expected:
        return Expected(department=department, kind="final_account", year=2024, approved=approved, **given)

    expected = [
        owed("示例省水利厅", date(2025, 8, 15)),
        owed("水利厅", date(2025, 8, 1)),
        owed("林业局", aliases=("示例省 水利厅",)),
        owed("示例省审计厅", date(2025, 8, 1)),
        owed("示例省审计厅"),
        owed("示例省审计厅", date(2025, 9, 1)),
        owed("示例省水利厅", site="another"),
    ]
    register = compare(expected, [seen_document()], date(2025, 9, 5), 20, ["示例省"])
    assert [(due.status, due.days_late) for due in register] == [
        ("found", 0),
        ("late", 11),
        ("found", 0),
        ("missing", 15),
        ("missing", 0),
        ("awaited", 0),
        ("missing", 0),
    ]
    assert (register[0].url, register[0].due) == ("http://czj.example.gov.cn/a.pdf", date(2025, 9, 4))
    undated = compare(expected[:2], [seen_document(published=None)], date(2025, 12, 1), 20, ["示例省"])
    assert [due.status for due in undated] == ["found", "found"]


def test_register_files_are_read(tmp_path: Path) -> None:
    """The register is read as spreadsheets write it, in UTF-8 or GB 18030, kinds in either language."""
    text = "department,kind,year,approved,aliases\n甲局,决算,2024,2025-08-15,甲委|甲办\n\n乙局,budget,2025,,\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        (tmp_path / "r.csv").write_text(text, encoding)
        first, second = load_register(tmp_path / "r.csv")
        assert (first.department, first.kind, first.aliases) == ("甲局", "final_account", ("甲委", "甲办"))
        assert (second.kind, second.approved) == ("budget", None)


@pytest.mark.parametrize(
    ("text", "told"),
    [("department,year\n", "first line"), ("department,kind,year\n甲局,novel,2024\n", "line 2: kind 'novel'")],
)
def test_register_that_makes_no_sense_is_told(tmp_path: Path, text: str, told: str) -> None:
    """A missing column or a wrong value names the line and what is wrong."""
    (tmp_path / "r.csv").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=told):
        load_register(tmp_path / "r.csv")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = '甲'\nhosts = ['a.example.cn']", "start"),
        ("name = '甲'\nstart = ['ftp://a.example.cn/']\nhosts = ['a.example.cn']", "http://"),
        ("name = '甲'\nstart = ['http://b.example.cn/']\nhosts = ['a.example.cn']", "hosts"),
        ("name = '甲'\nstart = ['http://a.example.cn/']\nhosts = ['a.example.cn']\n[lists]\nfollow = ['(']", "regular"),
        ("name = '甲'\nstart = ['http://a.example.cn/']\nhosts = ['a.example.cn']\ncolour = 1", "colour"),
        ("name = ", "cannot be read"),
    ],
)
def test_site_file_that_makes_no_sense_is_told(tmp_path: Path, text: str, told: str) -> None:
    """What is wrong in a site file is named."""
    (tmp_path / "a.toml").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=told):
        load_site(tmp_path / "a.toml")


def test_sites_are_found_by_name_or_folder(tmp_path: Path) -> None:
    """Sites are named, given as files, or all in a folder; the defaults are none."""
    for name in ("b", "a"):
        (tmp_path / f"{name}.toml").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    assert [site.key for site in find_sites([], tmp_path)] == ["a", "b"]
    assert [site.key for site in find_sites(["b"], tmp_path)] == ["b"]
    assert [site.key for site in find_sites([str(EXAMPLE)], tmp_path)] == ["example"]
    for names, folder in ((["c"], tmp_path), ([], None), ([], tmp_path / "none")):
        with pytest.raises(UsageError):
            find_sites(names, folder)


def test_hosts_below_a_host() -> None:
    """A host with a leading dot stands for all hosts below it, and for no other."""
    site = load_site(EXAMPLE).model_copy(update={"hosts": (".example.gov.cn", "czj.example.cn")})
    assert site.allows("a.b.example.gov.cn")
    assert site.allows("czj.example.cn")
    assert not site.allows("badexample.gov.cn")
    assert not site.allows("x.czj.example.cn")
