from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from review.asking import token_of

from gouji import store
from gouji.facts.wording import load_rules
from gouji.forms import items
from gouji.review import Options, create_app
from gouji.review.labels import fact_name
from gouji.review.summary import choose
from gouji.run import MESSAGES

Post = Callable[..., Any]


def folder_of(desk: Path) -> Path:
    return next(path.parent for path in desk.glob("*/report.json"))


def cell_of(planted: dict[str, Any], desk: Path) -> dict[str, Any]:
    """The decision that puts a planted misreading right."""
    report = store.load_report(folder_of(desk))
    for table in report.tables:
        for cell in table.cells:
            if (cell.page, list(cell.box)) == (planted["page"], list(planted["box"])):
                place = {"table": table.id, "row": cell.row, "col": cell.col}
                return {"kind": "cell", **place, "old": cell.text, "new": planted["true"]}
    raise AssertionError("the planted cell is not in the report")


def test_facts_are_called_by_chinese_names() -> None:
    """Every fact that the rules find has a name on the page."""
    keys = {key for rule in load_rules() for key in rule.keys}
    assert len(keys) > 50
    assert [key for key in sorted(keys) if fact_name(key) == key] == []


class TestDesk:
    def test_report_stands_with_its_counts(self, client: TestClient) -> None:
        """A line shows body, year, pages, numbers to look at and sums that fail."""
        page = client.get("/").text
        assert "2023" in page
        assert '<span class="chip warn">2</span>' in page
        assert "逐个审核" in page

    def test_search_filter_and_sort(self, client: TestClient) -> None:
        """What is asked for is shown, and nothing else."""
        assert 'href="/r/' in client.get("/?q=2023&kind=final_account&state=open&sort=year").text
        assert "没有符合条件的报告" in client.get("/?q=没有这个单位").text
        assert "没有符合条件的报告" in client.get("/?state=done").text
        assert choose([], "", "", "", "", "nonsense") == []

    def test_second_look_needs_no_report(self, client: TestClient, desk: Path) -> None:
        """The lines are kept on disk: a desk of many reports shows without loading them again."""
        first = client.get("/").text.count('href="/r/')
        kept = json.loads((desk / ".review" / "desk.json").read_text("utf-8"))
        assert len(kept) == 1
        assert client.get("/").text.count('href="/r/') == first

    def test_damaged_report_is_told(self, client: TestClient, desk: Path) -> None:
        """A report.json that is none is named on the desk; the others stay."""
        (desk / "broken").mkdir()
        (desk / "broken" / "report.json").write_text("{}")
        time.sleep(2.1)
        page = client.get("/").text
        assert "broken：" in page
        assert 'href="/r/' in page

    def test_english_by_a_switch(self, client: TestClient, post: Post) -> None:
        """The page speaks Chinese first, and English when asked."""
        assert '<html lang="zh-CN">' in client.get("/").text
        post("/me", {"lang": "en"})
        page = client.get("/").text
        assert '<html lang="en">' in page
        assert "Reports" in page


class TestDecisions:
    def test_correction_mends_its_sums_and_is_kept_beside(
        self, client: TestClient, post: Post, report_url: str, desk: Path, planted: list[dict[str, Any]]
    ) -> None:
        """The checks run again at once; what was read stays; the export says the new value with its origin."""
        before = (folder_of(desk) / "report.json").read_bytes()
        said = post(f"{report_url}/decide", cell_of(planted[0], desk)).json()
        assert said["mended"] > 0
        assert said["left"] == 1
        assert said["ms"] > 0
        assert (folder_of(desk) / "report.json").read_bytes() == before
        exported = client.get(f"{report_url}/export/json").json()
        flags = [flag for item in exported["items"] for flag in item["flags"] if flag.startswith("corrected:")]
        assert flags
        assert set(flags) == {"corrected:c1"}

    def test_open_pages_are_told_how_the_report_stands(
        self, client: TestClient, post: Post, report_url: str, desk: Path, planted: list[dict[str, Any]]
    ) -> None:
        """Another person's open page sees by the length of the log that something was corrected."""
        before = client.get(f"{report_url}/state").json()
        post(f"{report_url}/decide", cell_of(planted[0], desk))
        after = client.get(f"{report_url}/state").json()
        assert (before["log"], after["log"]) == (0, 1)
        assert after["failing"] < before["failing"]

    def test_undo_takes_the_last_own_correction_back(
        self, post: Post, report_url: str, desk: Path, planted: list[dict[str, Any]]
    ) -> None:
        """U takes back what this person did last, and only that; a second U finds nothing."""
        said = post(f"{report_url}/decide", cell_of(planted[0], desk)).json()
        undone = post(f"{report_url}/undo", {}).json()
        assert undone["mended"] == -said["mended"]
        assert undone["left"] == 2
        assert post(f"{report_url}/undo", {}).status_code == 422

    def test_first_decision_recalls_what_was_made_ready(
        self, post: Post, report_url: str, desk: Path, planted: list[dict[str, Any]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        """Made ready, a report's first decision makes no more tables' items anew than its second, after an undo too."""
        made: list[str] = []
        each_item = items._each_item
        monkeypatch.setattr(items, "_each_item", lambda table, *more: made.append(table.id) or each_item(table, *more))
        assert post(f"{report_url}/ready", {}).status_code == 204
        assert len(made) > 1
        for _ in range(2):
            made.clear()
            assert post(f"{report_url}/decide", cell_of(planted[0], desk)).status_code == 200
            assert len(made) == 1
            post(f"{report_url}/undo", {})

    def test_second_person_is_told_and_overwrites_nothing(
        self, post: Post, report_url: str, desk: Path, planted: list[dict[str, Any]]
    ) -> None:
        """Who decides on what no longer stands there gets 409 with the value that does."""
        decision = cell_of(planted[0], desk)
        post(f"{report_url}/decide", decision)
        answer = post(f"{report_url}/decide", {**decision, "new": "1.00"})
        assert answer.status_code == 409
        assert answer.json()["theirs"] == planted[0]["true"]
        assert len(store.load_corrections(folder_of(desk))) == 1

    def test_queue_confirms_and_ends(
        self, client: TestClient, post: Post, report_url: str, desk: Path, planted: list[dict[str, Any]]
    ) -> None:
        """The worst number comes first; confirmed or corrected numbers leave; an empty queue says so."""
        assert any(each["read"] in client.get(f"{report_url}/queue").text for each in planted)
        for each in planted:
            decision = cell_of(each, desk)
            post(f"{report_url}/decide", {**decision, "new": decision["old"]})
        page = client.get(f"{report_url}/queue/card").text
        assert "没有待看的数字了" in page

    def test_tables_facts_and_document_are_corrected(
        self, client: TestClient, post: Post, report_url: str, desk: Path
    ) -> None:
        """Form, unit, title, split and join of a table, a fact, and the document's year are corrections too."""
        report = store.load_report(folder_of(desk))
        table = report.tables[0]
        decisions = [
            {"kind": "title", "table": table.id, "old": table.title or "", "new": "另一张表"},
            {"kind": "unit", "table": table.id, "old": table.unit or "", "new": "千元"},
            {"kind": "form", "table": table.id, "old": table.form or "", "new": ""},
            {"kind": "split", "table": table.id, "row": 5, "old": ""},
            {"kind": "join", "table": f"{table.id}.5", "old": "", "new": table.id},
            {"kind": "fact", "fact": 0, "old": str(report.facts[0].value), "new": "12"},
            {"kind": "year", "old": str(report.document.fiscal_year), "new": "2022"},
            {"kind": "document", "old": report.document.kind, "new": "budget"},
        ]
        assert [post(f"{report_url}/decide", each).status_code for each in decisions[:4]] == [200] * 4
        split = client.get(f"{report_url}/export/json").json()
        assert [t["id"] for t in split["tables"]][:2] == [table.id, f"{table.id}.5"]
        assert [post(f"{report_url}/decide", each).status_code for each in decisions[4:]] == [200] * 4
        stands = client.get(f"{report_url}/export/json").json()
        assert stands["tables"][0]["title"] == "另一张表"
        assert stands["tables"][0]["unit_factor"] == 1000
        assert stands["tables"][0]["form"] is None
        assert stands["tables"][0]["n_rows"] == table.n_rows
        assert not [item for item in stands["items"] if item["table"] == table.id]
        assert stands["facts"][0]["method"] == "correction:c6"
        assert (stands["document"]["fiscal_year"], stands["document"]["kind"]) == (2022, "budget")
        assert client.get(f"{report_url}/log").text.count("<tr") == 9

    @pytest.mark.parametrize(
        "decision",
        [
            {"kind": "unit", "table": "t1", "old": "万元", "new": "斤"},
            {"kind": "form", "table": "t1", "new": "final.nonsense"},
            {"kind": "fact", "fact": 0, "new": "若干"},
            {"kind": "fact", "fact": 9999, "new": "1"},
            {"kind": "cell", "table": "t1", "row": 999, "col": 0, "new": "1"},
            {"kind": "cell", "table": "t1", "new": "1"},
            {"kind": "undo"},
            {"kind": "cell", "path": "/etc/passwd"},
        ],
    )
    def test_nonsense_is_refused(self, post: Post, report_url: str, desk: Path, decision: dict[str, Any]) -> None:
        """What cannot be is refused in a sentence, and nothing is written."""
        assert post(f"{report_url}/decide", decision).status_code == 422
        assert not store.load_corrections(folder_of(desk))


class TestShown:
    def test_text_is_never_markup(self, client: TestClient, report_url: str, desk: Path) -> None:
        """A cell, a title and a file name that look like markup are shown as what they are."""
        bad = "<script>alert(1)</script>"
        report = store.load_report(folder_of(desk))
        table = report.tables[0].model_copy(update={"title": bad})
        cells = (table.cells[0].model_copy(update={"text": bad}), *table.cells[1:])
        table = table.model_copy(update={"cells": cells})
        bad_report = report.model_copy(update={"tables": (table, *report.tables[1:])})
        store.write_text(folder_of(desk) / "report.json", store.report_to_json(bad_report))
        for url in (report_url, f"{report_url}/page/1", f"{report_url}/queue", f"{report_url}/charts"):
            text = client.get(url).text
            assert bad not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get(f"{report_url}/page/1").text

    def test_broken_sum_is_spelled_out_in_the_margin(
        self, client: TestClient, report_url: str, planted: list[dict[str, Any]]
    ) -> None:
        """Beside the table stand the sums: those that hold as a count, broken ones red with both sides."""
        page = client.get(f"{report_url}/page/{planted[0]['page']}").text
        assert 'class="eq bad"' in page
        assert "实为" in page
        assert "应为" in page
        assert 'class="sum fail"' in page

    def test_merged_cells_stay_merged_and_facts_are_marked(self, client: TestClient, report_url: str) -> None:
        """Tables are shown with their spans; prose with the facts that were read from it."""
        pages = [client.get(f"{report_url}/page/{n}").text for n in range(1, 6)]
        assert any("colspan=" in page for page in pages)
        assert any("<mark data-fact=" in page for page in pages)

    def test_crops_are_pictures_within_the_page(self, client: TestClient, report_url: str) -> None:
        """A page comes as JPEG, its small picture and a crop as WebP; a place outside the page is none."""
        assert client.get(f"{report_url}/image/1.jpg").headers["content-type"] == "image/jpeg"
        for url in ("small/1.webp", "image/1/10-10-200-60.webp", "image/1/10-10-200-60.webp?room=50"):
            answer = client.get(f"{report_url}/{url}")
            assert answer.headers["content-type"] == "image/webp"
            assert answer.content[8:12] == b"WEBP"
        assert client.get(f"{report_url}/image/99.jpg").status_code == 404
        assert client.get(f"{report_url}/image/1/9000-9000-9100-9100.webp").status_code == 404

    def test_changed_source_is_not_shown(self, client: TestClient, report_url: str, desk: Path) -> None:
        """Boxes of one file are never laid over the pages of another."""
        entry = store.read_entry(folder_of(desk))
        assert entry is not None
        other = next((desk / "sources").glob("*.pdf"))
        other.write_bytes(other.read_bytes() + b"\n")
        moved = entry.model_copy(update={"path": str(other)})
        store.write_text(folder_of(desk) / store.SOURCE, moved.model_dump_json())
        assert client.get(f"{report_url}/image/1.jpg").status_code == 404

    @pytest.mark.parametrize("kind", ["json", "xlsx", "html", "markdown"])
    def test_exports_come_as_files(self, client: TestClient, report_url: str, kind: str) -> None:
        """Every export that gouji has is offered; one of several files comes packed."""
        answer = client.get(f"{report_url}/export/{kind}")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
        packed = client.get(f"{report_url}/export/csv")
        assert zipfile.ZipFile(io.BytesIO(packed.content)).namelist()
        assert client.get(f"{report_url}/export/exe").status_code == 404

    @pytest.mark.parametrize("name", ["doubt", "sangong", "subjects", "years"])
    def test_charts_come_with_their_data(self, client: TestClient, report_url: str, name: str) -> None:
        """Each chart is on the page, and to be had as SVG and as CSV."""
        assert f"charts/{name}.csv" in client.get(f"{report_url}/charts").text
        svg = client.get(f"{report_url}/charts/{name}.svg").text
        assert svg.startswith("<svg")
        assert "<rect" in svg
        data = client.get(f"{report_url}/charts/{name}.csv").content.decode("utf-8-sig").splitlines()
        assert len(data) > 1
        assert len({line.count(",") for line in data}) == 1


class TestUploads:
    def test_upload_is_read_with_progress(self, client: TestClient, desk: Path) -> None:
        """A file that is given to the page is read beside it, page by page, and stands on the desk."""
        source = next((desk / "sources").glob("*.pdf"))
        token = token_of(client.get("/").text)
        answer = client.post("/upload?name=新的.pdf", content=source.read_bytes(), headers={"X-CSRF-Token": token})
        assert answer.status_code == 202
        job = waited(client)
        assert (job["state"], job["read"], job["error"]) == ("done", job["pages"], "")
        assert client.get(f"/r/{job['report']}").status_code == 200

    def test_too_large_and_too_long_are_refused(self, options: Options, desk: Path) -> None:
        """Uploads are bounded in size, told or not, and in pages; nothing of them is left."""
        source = next((desk / "sources").glob("*.pdf"))
        small = replace(options, max_upload_mb=0, max_upload_pages=2)
        with TestClient(create_app(small), base_url="http://localhost") as client:
            headers = {"X-CSRF-Token": token_of(client.get("/").text)}
            content = source.read_bytes()
            assert client.post("/upload?name=a.pdf", content=content, headers=headers).status_code == 413
            streamed = client.post("/upload?name=a.pdf", content=iter([content[:9], content[9:]]), headers=headers)
            assert streamed.status_code == 413
            assert not [path for path in (desk / ".review").rglob("*") if path.is_file() and path.name != "desk.json"]
        with TestClient(create_app(replace(small, max_upload_mb=9)), base_url="http://localhost") as client:
            headers = {"X-CSRF-Token": token_of(client.get("/").text)}
            client.post("/upload?name=a.pdf", content=content, headers=headers)
            job = waited(client)
            assert job["state"] == "failed"
            assert job["code"] == "input.too_large"
            assert "页数" in job["error"]

    def test_other_content_is_refused(self, client: TestClient) -> None:
        """What calls itself a PDF and is none is not kept."""
        headers = {"X-CSRF-Token": token_of(client.get("/").text)}
        answer = client.post("/upload?name=a.pdf", content=b"<html><script>", headers=headers)
        assert answer.status_code == 404
        assert answer.json()["error"] == "input.unsupported"
        assert answer.json()["message"] == MESSAGES["input.unsupported"]
        client.post("/me", json={"lang": "en"}, headers=headers)
        told = client.post("/upload?name=a.pdf", content=b"<html><script>", headers=headers).json()["message"]
        assert told.startswith("a.pdf: ")
        assert "web page" in told


def waited(client: TestClient) -> dict[str, Any]:
    """The only job, when it has ended."""
    for _ in range(600):
        job: dict[str, Any] = client.get("/jobs").json()[0]
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.1)
    raise AssertionError("the upload was not read")
