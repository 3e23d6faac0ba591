"""The crawl as a Prefect flow."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest
from local_site import LocalSite, site_of

from gouji.crawl.journal import Journal
from gouji.errors import CrawlError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from prefect.client.orchestration import get_client

    from flows.crawl import crawl

# Prefect's server and its clients leave sockets and databases to the garbage collector.
pytestmark = [
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HASTY = ["crawl.retries=0", "crawl.delay_s=0", "crawl.back_off_s=0", "crawl.allowed_networks=['127.0.0.0/8']"]


def test_flow_crawls_what_can_be_had(local: LocalSite, tmp_path: Path) -> None:
    """The flow crawls its sites again and again, tells of dead ones, and shows the register."""
    site_of(local, tmp_path / "sites")
    site_of(local, tmp_path / "sites", 'start = ["http://127.0.0.1:9/"]', key="dead")
    register = tmp_path / "register.csv"
    register.write_text("department,kind,year\n甲局,final_account,2024\n丁局,budget,2024\n", "utf-8")
    given = {"sites": str(tmp_path / "sites"), "out": str(tmp_path / "out"), "overrides": HASTY}
    folder = Path(crawl(expected=str(register), **given))  # type: ignore[arg-type]
    assert len(list(folder.glob("*/*.pdf"))) == 3
    crawl(**given)  # type: ignore[arg-type]
    assert max(local.asked.values()) == 2
    with Journal(tmp_path / "out") as journal:
        assert [due.status for due in journal.register()] == ["found", "missing"]
    with get_client(sync_client=True) as client:
        found = client._client.post("/artifacts/latest/filter", json={}).json()
    shown = {
        artifact["key"]: json.loads(artifact["data"]) for artifact in found if artifact["key"] in ("crawls", "register")
    }
    assert {row["site"]: "refuses" in row["state"] or "unreachable" in row["state"] for row in shown["crawls"]} == {
        "local": False,
        "dead": True,
    }
    assert [row["status"] for row in shown["register"]] == ["found", "missing"]


def test_flow_fails_when_nothing_can_be_had(local: LocalSite, tmp_path: Path) -> None:
    """With every site dead the run fails and says why."""
    path = site_of(local, tmp_path / "sites", 'start = ["http://127.0.0.1:9/"]', key="dead").file
    with pytest.raises(CrawlError, match="nothing of"):
        crawl([path], out=str(tmp_path / "out"), overrides=HASTY)
