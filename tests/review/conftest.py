"""A desk of one fictitious report with misread digits, served; and a browser where there is one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from review.asking import token_of

from benchmarks.review_desk import misread, print_report, read_digital
from benchmarks.screenshots import CHROMIUM_FLAGS, find_chromium, served
from gouji.config import Settings, load_settings
from gouji.review import Options, create_app

Planted = dict[str, object]


@pytest.fixture(scope="session")
def review_settings() -> Settings:
    return load_settings(overrides=["facts.ner=false"])


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory, review_settings: Settings) -> tuple[Path, list[Planted]]:
    """A folder with one report read from a digital PDF, two digits of it misread, and what they were."""
    folder = tmp_path_factory.mktemp("desk")
    report = read_digital(print_report(folder, 613, "final_account", year=2023), folder, review_settings)
    return folder, [misread(report, review_settings, number) for number in (7, 23)]


@pytest.fixture
def desk(written: tuple[Path, list[Planted]], tmp_path: Path) -> Path:
    """The folder, for one test to work in."""
    return Path(shutil.copytree(written[0], tmp_path / "desk"))


@pytest.fixture
def planted(written: tuple[Path, list[Planted]]) -> list[Planted]:
    return written[1]


@pytest.fixture
def options(desk: Path, review_settings: Settings) -> Options:
    return Options(desk, review_settings)


@pytest.fixture
def client(options: Options) -> Iterator[TestClient]:
    """The page without a browser, asked for by a name it knows."""
    with TestClient(create_app(options), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def post(client: TestClient) -> Callable[..., object]:
    """Sends JSON with the session's token, as the page's script does."""
    token = token_of(client.get("/").text)

    def send(url: str, body: object) -> object:
        return client.post(url, json=body, headers={"X-CSRF-Token": token})

    return send


@pytest.fixture
def report_url(client: TestClient) -> str:
    """The address of the only report."""
    found = re.search(r'href="(/r/[0-9a-f]{12})"', client.get("/").text)
    assert found
    return found.group(1)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Chromium without a window; ends with the module, since its event loop would be in the way of others."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("there is no chromium; apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def address(options: Options) -> Iterator[str]:
    """The page served on a port of its own."""
    with served(options) as url:
        yield url
