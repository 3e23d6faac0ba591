"""Pictures of the review page, for the documents: desk, report, queue and charts of a desk of fictitious reports.

    python -m benchmarks.screenshots [--desk DIR] [--out docs/images]

Needs chromium. Without --desk the desk is written and read first (about half a minute).
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import uvicorn
from playwright.sync_api import Page, sync_playwright

from benchmarks.review_desk import write_desk
from gouji.config import load_settings
from gouji.review import Options, create_app

CHROMIUM_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
MOST_KB = 300


def find_chromium() -> str | None:
    """Where chromium is; None when it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def served(options: Options) -> Iterator[str]:
    """The review page on a free port while in the context; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(options), port=port, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def take(desk: Path, out: Path) -> list[Path]:
    """Take all pictures; gives their files."""
    out.mkdir(parents=True, exist_ok=True)
    options = Options(desk, load_settings(overrides=["facts.ner=false"]))
    with served(options) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=1)
        files = list(_wide(page, address, out, _chosen(page, address)))
        page.set_viewport_size({"width": 390, "height": 780})
        files += list(_narrow(page, address, out, _chosen(page, address)))
        browser.close()
    for file in files:
        _shrink(file)
    return files


def _chosen(page: Page, address: str) -> str:
    """The report with planted errors that the pictures show."""
    page.goto(f"{address}/?state=open&sort=name&year=2023")
    return str(page.get_attribute(".list tbody tr:first-child .what a", "href"))


def _wide(page: Page, address: str, out: Path, report: str) -> Iterator[Path]:
    page.goto(address)
    yield _shot(page, out / "review-desk.png")
    page.goto(address + report)
    page.wait_for_selector(".spread[data-state=loaded] .canvas img")
    page.wait_for_load_state("networkidle")
    page.click(".grid .open >> nth=0")
    page.wait_for_selector("#inspector .sum, #inspector .dim")
    page.wait_for_load_state("networkidle")
    yield _shot(page, out / "review-report.png")
    page.goto(f"{address}{report}/queue")
    page.wait_for_load_state("networkidle")
    yield _shot(page, out / "review-queue.png")
    page.goto(f"{address}{report}/charts")
    yield _shot(page, out / "review-charts.png")


def _narrow(page: Page, address: str, out: Path, report: str) -> Iterator[Path]:
    page.goto(f"{address}{report}/queue")
    page.wait_for_load_state("networkidle")
    yield _shot(page, out / "review-narrow.png")


_DRAWN = """[...document.images].every((image) => image.complete && image.naturalWidth) &&
  [...document.querySelectorAll(".leaf[data-thumb] image")].slice(0, 5).every((image) => image.hasAttribute("href"))"""


def _shot(page: Page, file: Path) -> Path:
    while not page.evaluate(_DRAWN):
        page.wait_for_timeout(100)
    page.wait_for_timeout(500)
    page.screenshot(path=file)
    return file


def _shrink(file: Path) -> None:
    """Make the PNG as small as it has to be."""
    image = cv2.imread(str(file))
    cv2.imwrite(str(file), image, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if file.stat().st_size > MOST_KB * 1000:
        from PIL import Image

        Image.open(file).convert("RGB").quantize(192).save(file, optimize=True)


def main() -> None:
    """Take the pictures and print their files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--desk", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        desk = options.desk or Path(scratch)
        if options.desk is None:
            json.dumps(write_desk(desk))
        for file in take(desk, options.out):
            print(f"{file}  {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
