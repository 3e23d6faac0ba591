"""Crawl, read and load as one flow."""

from __future__ import annotations

import sqlite3
import warnings
from pathlib import Path
from typing import Any

import pytest
from local_site import LocalSite, site_of

from gouji.errors import CrawlError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from flows.watch import watch

# Prefect's server and its clients leave sockets and databases to the garbage collector.
pytestmark = [
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HASTY = ["crawl.retries=0", "crawl.delay_s=0", "crawl.back_off_s=0", "crawl.allowed_networks=['127.0.0.0/8']"]
HASTY += ["archive.runner=threads"]


def test_what_is_crawled_is_read_and_loaded(
    thin: list[int], local: LocalSite, digital_pdf: Any, tmp_path: Path
) -> None:
    """Documents go from the site into the database; with the site gone the run fails, and what is there stays."""
    local.put_disclosure("/zwgk/b.html", "乙局2024年部门预算", {"/files/b1.pdf": "乙局2024年部门预算.pdf"})
    for name in ("a", "b1", "c"):
        local.put(f"/files/{name}.pdf", digital_pdf(f"{name}.pdf", 1, text=name).read_bytes())
    site_of(local, tmp_path / "sites")
    given: dict[str, Any] = {"data": str(tmp_path / "data"), "sites": str(tmp_path / "sites"), "overrides": HASTY}

    def rows(table: str) -> int:
        with sqlite3.connect(tmp_path / "data" / "gouji.db") as base:
            return int(base.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    address = watch(**given)
    assert address == f"sqlite:///{tmp_path / 'data' / 'gouji.db'}"
    assert (rows("documents"), rows("appearances"), rows("crawl_log")) == (3, 3, 9)
    local.close()
    with pytest.raises(CrawlError):
        watch(**given)
    assert rows("documents") == 3
