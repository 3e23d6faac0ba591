"""How fast the review page answers, on fictitious reports: a decision with its checks, and a report of 300 pages.

  python -m benchmarks.review_speed [--desk DIR] [--decisions 20]

ready      what the page asks for once it stands, so that the first decision has something to recall
decision   a correction kept and all checks made afresh, of the first and the median of those after it: the checks
           alone, the whole request, and the processor's time of it, which depends least on what else the machine does
open       a report of 300 pages in chromium: request to the first page drawn beside its reading, nothing in memory;
           then the same again; requests made until then
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from playwright.sync_api import Browser, sync_playwright

from benchmarks.review_desk import write_desk, write_long
from benchmarks.screenshots import CHROMIUM_FLAGS, find_chromium, served
from gouji import store
from gouji.config import load_settings
from gouji.review import Options, create_app
from gouji.review.source import FolderSource

PAGES = 300
FEWEST = 5  # decisions of which a median is told


def time_decisions(options: Options, folder: Path, count: int) -> Iterator[str]:
    """Milliseconds of making ready and of confirmations, which are taken back again."""
    report = store.load_report(folder)
    table = max(report.tables, key=lambda table: len(table.cells))
    cells = [cell for cell in table.cells if cell.value is not None and not cell.header][: count + 1]
    checks, whole, busy = [], [], []
    with TestClient(create_app(options), base_url="http://localhost") as client:
        url = f"/r/{FolderSource(folder.parent).id_of(folder.resolve())}"
        token = client.get(url).text.partition('csrf-token" content="')[2].partition('"')[0]
        headers = {"X-CSRF-Token": token}
        start, used = time.perf_counter(), time.process_time()
        client.post(f"{url}/ready", json={}, headers=headers)
        yield f"ready: request {_ms(start):.0f} ms, processor {(time.process_time() - used) * 1000:.0f} ms"
        for cell in cells:
            place: dict[str, Any] = {"kind": "cell", "table": table.id, "row": cell.row, "col": cell.col}
            start, used = time.perf_counter(), time.process_time()
            said = client.post(f"{url}/decide", json={**place, "old": cell.text, "new": cell.text}, headers=headers)
            whole.append(_ms(start))
            busy.append((time.process_time() - used) * 1000)
            checks.append(float(said.json()["ms"]))
        for _ in cells:
            client.post(f"{url}/undo", json={}, headers=headers)
    told = "checks {:.0f} ms, request {:.0f} ms, processor {:.0f} ms"
    yield "decision, the first: " + told.format(checks[0], whole[0], busy[0])
    yield f"decision, median of {count}: " + told.format(
        *(statistics.median(each[1:]) for each in (checks, whole, busy))
    )


def _ms(start: float) -> float:
    return (time.perf_counter() - start) * 1000


def time_opening(browser: Browser, options: Options, folder: Path) -> Iterator[str]:
    """How long until the first page stands beside its reading; first with nothing in memory, then again."""
    report = FolderSource(folder.parent).id_of(folder.resolve())
    with served(options) as address:
        for told in ("cold", "again"):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(120_000)
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            start, used = time.perf_counter(), time.process_time()
            page.goto(f"{address}/r/{report}", wait_until="commit")
            page.wait_for_selector(".spread[data-state=loaded] .canvas img")
            while not page.evaluate("document.querySelector('.canvas img').naturalWidth > 0"):
                page.wait_for_timeout(10)
            seconds, busy = time.perf_counter() - start, time.process_time() - used
            page.close()
            yield f"{told}: {seconds:.2f} s, of the server's processor {busy:.2f} s, {len(asked)} requests"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--desk", type=Path)
    parser.add_argument("--decisions", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        desk = asked.desk or Path(scratch)
        if asked.desk is None:
            write_desk(desk)
        options = Options(desk, load_settings(overrides=["facts.ner=false"]))
        short = next(path.parent for path in sorted(desk.glob("*2023决算/report.json")))
        long = write_long(desk, short, PAGES // len(store.load_report(short).pages))
        for folder, count in ((short, max(FEWEST, asked.decisions)), (long, max(FEWEST, asked.decisions // 4))):
            report = store.load_report(folder)
            print(f"{len(report.pages)} pages, {len(report.checks)} checks")
            for told in time_decisions(options, folder, count):
                print(f"    {told}")
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
            for told in time_opening(browser, options, long):
                print(f"    open, {told}")
            browser.close()


if __name__ == "__main__":
    main()
