"""Crawls of the local site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_site import Crawl, Crawled, LocalSite, crawl_settings, pdf, site_of

from gouji.crawl.start import crawl_site


@pytest.fixture
def local() -> Iterator[LocalSite]:
    """A local site of one list with two pages, three disclosures and four documents, two of them the same."""
    site = LocalSite()
    site.put("/robots.txt", "User-agent: *\nDisallow: /secret/\n")
    paged = "<script>createPageHTML(2, 0, 'index', 'html');</script>"
    site.put_list("/zwgk/", {"./a.html": "甲局2024年度部门决算", "./b.html": "乙局2024年部门预算"}, paged)
    site.put_list("/zwgk/index_1.html", {"c.html": "丙局2023年度部门决算公开", "/about.html": "关于我们"}, paged)
    site.put_disclosure("/zwgk/a.html", "甲局2024年度部门决算", {"/files/a.pdf": "附件：甲局2024年度部门决算.pdf"})
    two = {"/files/b1.pdf": "乙局2024年部门预算.pdf", "/files/b2.pdf": "乙局2024年部门预算表.pdf"}
    site.put_disclosure("/zwgk/b.html", "乙局2024年部门预算", two)
    site.put_disclosure("/zwgk/c.html", "丙局2023年度部门决算公开", {"/files/c.pdf": "下载"}, "2023-09-30")
    for name in ("a", "b1", "c"):
        site.put(f"/files/{name}.pdf", pdf(name))
    site.put("/files/b2.pdf", pdf("a"))
    yield site
    site.close()


@pytest.fixture
def crawl(local: LocalSite, tmp_path: Path) -> Crawl:
    """A maker of crawls of the local site, all into one folder."""

    def run(text: str = "", **given: Any) -> Crawled:
        told: list[dict[str, Any]] = []
        site = site_of(local, tmp_path / "sites", text)
        out = tmp_path / "crawl"
        summary = crawl_site(site, out, crawl_settings(**given), lambda _, event: told.append(event))
        return Crawled(summary, told, out)

    return run
