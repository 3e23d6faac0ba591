from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from benchmarks.review_desk import write_long
from gouji import store

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 780}
OpenPage = Callable[..., Page]
expect.set_options(timeout=30_000)  # how long a busy machine is waited for


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens an address in a browser of its own, with the requests it makes in `page.asked`; nothing may go wrong."""
    contexts, wrong = [], []

    def make(path: str = "/", size: dict[str, int] = WIDE) -> Page:
        context = browser.new_context(viewport=size, locale="zh-CN", accept_downloads=True)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.asked = []  # type: ignore[attr-defined]
        page.on("request", lambda request: page.asked.append(request.url))  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        page.goto(address + path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


def folder_of(desk: Path) -> Path:
    return next(path.parent for path in desk.glob("*/report.json"))


def report_path(page: Page) -> str:
    return str(page.get_attribute(".list .what a", "href"))


def open_report(make: OpenPage, size: dict[str, int] = WIDE) -> Page:
    page = make("/", size)
    page.click(".list .what a")
    page.wait_for_selector(".spread[data-state=loaded] .canvas img")
    return page


def cell_with(page: Page, text: object) -> Any:
    return page.locator(".grid [data-cell]").filter(has_text=re.compile(f"^{re.escape(str(text))}")).first


def test_planted_error_is_found_corrected_exported_and_undone(
    open_page: OpenPage, desk: Path, planted: list[dict[str, Any]], tmp_path: Path
) -> None:
    """From the desk to the broken sum, to the digit put right, to the file with it, and back."""
    page = open_report(open_page)
    expect(page.locator("#state [data-left]")).to_have_text("2")
    spread = page.locator(f"#p{planted[0]['page']}")
    spread.scroll_into_view_if_needed()
    broken = spread.locator(".eq.bad")
    expect(broken.first).to_contain_text("≠")
    before = broken.count()
    cell_with(page, planted[0]["read"]).click()
    expect(page.locator("#inspector .sum.fail").first).to_be_visible()
    assert page.locator(".canvas .lit").count() == 1
    panel, cell = page.locator("#inspector").bounding_box(), page.locator(".grid .lit").bounding_box()
    assert panel
    assert cell
    assert cell["y"] + cell["height"] <= panel["y"]
    page.fill("#fix", str(planted[0]["true"]))
    page.press("#fix", "Enter")
    expect(page.locator("#toast")).to_contain_text("项勾稽恢复成立")
    expect(page.locator("#state [data-left]")).to_have_text("1")
    expect(broken).not_to_have_count(before)
    expect(page.locator(".grid .corrected")).to_contain_text(str(planted[0]["true"]))
    page.click(".menu summary")
    with page.expect_download() as taken:
        page.click(".menu a >> text=JSON")
    exported = json.loads(Path(taken.value.path()).read_text("utf-8"))
    assert any("corrected:c1" in item["flags"] and item["text"] == planted[0]["true"] for item in exported["items"])
    page.click("#inspector [data-undo]")
    expect(page.locator("#state [data-left]")).to_have_text("2")
    expect(broken).to_have_count(before)
    kinds = [each.kind for each in store.load_corrections(folder_of(desk))]
    assert kinds == ["cell", "undo"]


def test_place_and_cell_light_up_together(open_page: OpenPage) -> None:
    """A click on the page lights the cell of the table, and the other way round."""
    page = open_report(open_page)
    place = page.locator(".canvas .cell.open").first
    name = place.get_attribute("data-cell")
    place.click()
    expect(page.locator(f'.grid [data-cell="{name}"]')).to_have_class(re.compile("lit"))
    page.keyboard.press("Escape")
    page.locator(f'.grid [data-cell="{name}"]').click()
    expect(page.locator(f'.canvas [data-cell="{name}"]')).to_have_class(re.compile("lit"))


def test_report_without_its_file(open_page: OpenPage, desk: Path) -> None:
    """Where the scan is not at hand the page says so, asks for no picture, and shows where the cells stand."""
    (entry,) = desk.glob("*/source.json")
    entry.write_text(json.dumps({**json.loads(entry.read_text()), "path": str(desk / "gone.pdf")}))
    page = open_page()
    page.click(".list .what a")
    page.wait_for_selector(".spread[data-state=loaded] .canvas svg")
    expect(page.locator(".sheet .notice-line").first).to_contain_text("原件不在手边")
    page.locator(".grid td.n").first.click()
    expect(page.locator(".canvas .cell.lit")).to_be_visible()
    assert not [url for url in page.asked if url.endswith((".webp", ".jpg"))]  # type: ignore[attr-defined]


def test_two_persons_on_one_cell(open_page: OpenPage, desk: Path, planted: list[dict[str, Any]]) -> None:
    """The second is shown both values and overwrites nothing unless they say so, knowing."""
    first, second = open_report(open_page), open_report(open_page)
    for page in (first, second):
        cell_with(page, planted[0]["read"]).click()
        page.focus("#fix")  # who types is not disturbed by what others do
    first.fill("#fix", str(planted[0]["true"]))
    first.press("#fix", "Enter")
    expect(first.locator("#toast")).to_contain_text("已保存")
    second.fill("#fix", "1.11")
    second.press("#fix", "Enter")
    dialog = second.locator("#conflict")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text(str(planted[0]["true"]))
    expect(dialog).to_contain_text("1.11")
    dialog.locator("[data-keep]").click()
    expect(second.locator(".grid .corrected")).to_contain_text(str(planted[0]["true"]))
    assert [each.new for each in store.load_corrections(folder_of(desk))] == [planted[0]["true"]]


def test_open_page_follows_what_others_correct(open_page: OpenPage, planted: list[dict[str, Any]]) -> None:
    """A correction of one person shows up on the open page of another."""
    first, second = open_report(open_page), open_report(open_page)
    cell_with(first, planted[0]["read"]).click()
    first.locator("#inspector [data-put]").first.click()
    expect(first.locator("#toast")).to_contain_text("已保存")
    second.evaluate("follow()")
    expect(second.locator(".grid .corrected")).to_contain_text(str(planted[0]["true"]))
    expect(second.locator("#toast")).to_contain_text("他人更正了")


def test_queue_is_worked_through_by_keys(open_page: OpenPage, desk: Path, planted: list[dict[str, Any]]) -> None:
    """Enter accepts, 0 keeps the reading, E types, U takes back; a word for a number is asked about."""
    page = open_page()
    page.click("text=逐个审核")
    left = page.locator("[data-left]")
    expect(left).to_have_text("2")
    expect(page.locator(".best")).to_be_focused()
    first = str(page.get_attribute(".card", "data-best"))
    assert first in [each["true"] for each in planted]
    page.keyboard.press("Enter")
    expect(left).to_have_text("1")
    expect(page.locator(".best")).to_be_focused()
    page.keyboard.press("u")
    expect(left).to_have_text("2")
    expect(page.locator(".best")).to_be_focused()
    assert page.get_attribute(".card", "data-best") == first
    page.keyboard.press("0")
    expect(left).to_have_text("1")
    expect(page.locator(".best")).to_be_focused()
    page.keyboard.press("u")
    expect(left).to_have_text("2")
    expect(page.locator(".best")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator(f'.card[data-best="{first}"]')).to_have_count(0)
    page.keyboard.press("e")
    page.keyboard.type("八十八")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("不是数字")
    expect(left).to_have_text("2")
    page.fill("#typed", "88.8")
    page.keyboard.press("Enter")
    expect(left).to_have_text("1")
    expect(page.locator(".best")).to_be_focused()
    assert page.get_attribute(".card", "data-best") == first
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_contain_text("没有待看的数字了")
    news = [each.new for each in store.load_corrections(folder_of(desk)) if each.kind == "cell"]
    assert news[-2:] == ["88.8", first]


def test_report_is_worked_by_keyboard_alone(open_page: OpenPage, desk: Path, planted: list[dict[str, Any]]) -> None:
    """From the desk to a corrected cell without a pointer: Tab, arrows, Enter, typing, Escape."""
    page = open_page()
    _tab_to(page, ".list .what a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".spread[data-state=loaded] .grid")
    _tab_to(page, ".grid [data-cell]")
    at = page.evaluate("document.activeElement.dataset.cell")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.cell") != at
    page.keyboard.press("n")
    expect(page.locator("#inspector")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#fix")).to_be_focused()
    page.keyboard.type("77.77")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("已保存")
    page.keyboard.press("Escape")
    expect(page.locator("#inspector")).to_be_hidden()
    assert store.load_corrections(folder_of(desk))[-1].new == "77.77"


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by Tab")


def test_long_report_loads_what_is_seen(open_page: OpenPage, desk: Path) -> None:
    """Of 300 pages those in view are asked for, when it opens and when one scrolls; nothing from elsewhere ever."""
    folder = write_long(desk, folder_of(desk), 60)
    page = open_page("/?q=300")
    page.click(".list .what a")
    page.wait_for_selector(".spread[data-state=loaded] .canvas img")
    page.wait_for_load_state("networkidle")
    assert page.locator(".spread").count() == 300
    assert _loaded(page, "/page/1") == 0  # it came with the report
    assert _loaded(page, "/page/") <= 5
    assert _loaded(page, "/small/") <= 20
    page.locator('.leaf[data-page="200"]').scroll_into_view_if_needed()
    page.click('.leaf[data-page="200"]')
    page.wait_for_selector("#p200[data-state=loaded] .canvas img")
    page.wait_for_load_state("networkidle")
    assert _loaded(page, "/page/200") == 1
    assert _loaded(page, "/page/") <= 14
    assert _loaded(page, "/page/100") == 0
    assert {url.split("/")[2].split(":")[0] for url in page.asked} == {"127.0.0.1"}  # type: ignore[attr-defined]
    assert folder.name == "300页"


def _loaded(page: Page, part: str) -> int:
    return sum(part in url for url in page.asked)  # type: ignore[attr-defined]


def test_script_in_a_cell_stays_text(open_page: OpenPage, desk: Path, planted: list[dict[str, Any]]) -> None:
    """What OCR read as markup, and what a person types as markup, is shown and never run."""
    bad = '<script>window.hacked=1</script><img src=x onerror="window.hacked=1">'
    report = store.load_report(folder_of(desk))
    table = report.tables[0]
    cells = (table.cells[0].model_copy(update={"text": bad}), *table.cells[1:])
    changed = (table.model_copy(update={"cells": cells, "title": bad}), *report.tables[1:])
    store.write_text(
        folder_of(desk) / "report.json", store.report_to_json(report.model_copy(update={"tables": changed}))
    )
    page = open_report(open_page)
    expect(page.locator(".grid [data-cell]").first).to_contain_text("<script>window.hacked=1</script>")
    cell_with(page, planted[0]["read"]).click()
    page.fill("#fix", bad)
    page.press("#fix", "Enter")
    page.press("#fix", "Enter")  # it asks, since no number was typed for one
    expect(page.locator(".grid .corrected").first).to_contain_text("<script>")
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "390"])
def test_pages_pass_wcag_aa(open_page: OpenPage, size: dict[str, int]) -> None:
    """Desk, report with a cell open and queue have no violation that axe can find, wide and narrow; nor have charts."""
    page = open_page("/", size)
    path = report_path(page)
    _no_violation(page)
    page = open_report(open_page, size)
    page.locator(".grid .open").first.click()
    expect(page.locator("#inspector")).to_be_visible()
    _no_violation(page)
    for end in ("/queue", "/charts", "/log") if size is WIDE else ("/queue",):
        _no_violation(open_page(path + end, size))


def _no_violation(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options=WCAG).response["violations"]
    told = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
    assert told == []
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, "the page is wider than the window"
