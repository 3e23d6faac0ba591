from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from gouji import pipeline, store
from gouji.cli.command import run
from gouji.records import Document, MadeBy, Page, Report, Source

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from prefect.client.orchestration import get_client

    from flows import report as flow
    from flows.summary import page_rows, summary_markdown

SAMPLE = Path(__file__).resolve().parents[2] / "examples" / "sample.pdf"

# Prefect's server and its clients leave sockets and databases to the garbage collector.
pytestmark = [
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_flow_and_command_line_write_the_same_bytes(no_ocr: list[int], digital_pdf: Any, tmp_path: Path) -> None:
    """The flow's report.json and page readings are those of `gouji read`, byte for byte."""
    path = str(digital_pdf("a.pdf", 3))
    assert run(["read", path, "--out", str(tmp_path / "by_cli"), "-q"]) == 0
    report_path = Path(flow.read_report(path, str(tmp_path / "by_flow")))
    folder = tmp_path / "by_cli" / "a"
    assert report_path.read_bytes() == (folder / "report.json").read_bytes()
    for number in (1, 2, 3):
        ours, theirs = (store.reading_path(place, number) for place in (report_path.parent, folder))
        assert ours.read_bytes() == theirs.read_bytes()


def test_flow_and_command_line_agree_on_a_scan(tmp_path: Path) -> None:
    """A scanned page read by the real engine gives the same bytes by either way."""
    path = str(SAMPLE)
    assert run(["read", path, "--pages", "1", "--out", str(tmp_path / "by_cli"), "-q"]) == 0
    report_path = Path(flow.read_report(path, str(tmp_path / "by_flow"), pages=[1]))
    assert report_path.read_bytes() == (tmp_path / "by_cli" / "sample" / "report.json").read_bytes()


def test_flow_skips_what_is_done(thin: list[int], scanned_pdf: Any, tmp_path: Path) -> None:
    """A second run reads nothing; one after --pages reads the rest, in chunks."""
    path, out = str(scanned_pdf("a.pdf", 3)), str(tmp_path / "out")
    flow.read_report(path, out, pages=[2])
    flow.read_report(path, out, chunk_pages=5)
    flow.read_report(path, out)
    assert thin == [2, 1, 3]


def test_artifacts_show_what_was_read(thin: list[int], scanned_pdf: Any, tmp_path: Path) -> None:
    """Prefect shows a table with a row for each page, and a summary that names the file."""
    report_path = flow.read_report(str(scanned_pdf("b.pdf", 2)), str(tmp_path / "out"))
    with get_client(sync_client=True) as client:
        found = client._client.post("/artifacts/latest/filter", json={}).json()
    shown = {artifact["key"]: artifact["data"] for artifact in found}
    assert '"page": 2' in shown["pages"]
    assert report_path in shown["report"]


def test_page_that_fails_does_not_end_the_run(
    thin: list[int], scanned_pdf: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is tried three times; then it is unread, and the report has the others, each read once."""
    whole = pipeline.read_page
    tries: list[int] = []

    def breaks(opened: Any, number: int, *rest: Any) -> Any:
        tries.append(number)
        if number == 2:
            raise RuntimeError("no memory on the device")
        return whole(opened, number, *rest)

    monkeypatch.setattr(pipeline, "read_page", breaks)
    report = flow.load(flow.read_report(str(scanned_pdf("a.pdf", 3)), str(tmp_path / "out")))
    assert [page.status for page in report.pages] == ["read", "unread", "read"]
    assert report.pages[1].error == "page 2: RuntimeError: no memory on the device"
    assert tries == [1, 2, 3, 2, 2]


def test_file_that_cannot_be_opened_gives_a_report_that_says_so(thin: list[int], tmp_path: Path) -> None:
    """The flow of a broken file ends well, with the finding of the command line."""
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and no more")
    report = flow.load(flow.read_report(str(tmp_path / "a.pdf"), str(tmp_path / "out")))
    assert [finding.code for finding in report.findings] == ["input.broken"]


def test_summary_fits_a_screen() -> None:
    """The summary names the report and where it is; the table has a row for each page."""
    pages = tuple(Page(page=n, width=1, height=1, dpi=100, origin="scan") for n in range(1, 40))
    report = Report(
        source=Source(file="a.pdf", sha256="0", media_type="application/pdf", pages=39),
        made_by=MadeBy(gouji="0", engine="none", models=(), detector="none", ner=None, settings="0"),
        document=Document(),
        pages=pages,
    )
    assert len(page_rows(report)) == 39
    told = summary_markdown(report, "out/a/report.json")
    assert told.startswith("# a.pdf\n")
    assert "out/a/report.json" in told
    assert len(told.splitlines()) < 40
