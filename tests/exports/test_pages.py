from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gouji import store
from gouji.cli.command import run
from gouji.exports.choices import Choices
from gouji.exports.markdown import flatten
from gouji.exports.registry import export_report
from gouji.records import Correction, Pointer, Report


class Reader(HTMLParser):
    """The cells of the first table with an id, and the marks, of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.cells: list[tuple[str, int, int]] = []
        self.marks: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self._inside, self._open = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "table" and "id" in given:
            self._inside = not self.cells
        if tag in ("td", "th") and self._inside:
            self.cells.append(("", int(given.get("rowspan") or 1), int(given.get("colspan") or 1)))
        if tag == "mark":
            self.marks.append(("", given["title"] or ""))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:  # noqa: D102
        self._inside = self._inside and tag != "table"
        self._open = ""

    def handle_data(self, data: str) -> None:  # noqa: D102
        if self._inside and self._open in ("td", "th"):
            text, rows, cols = self.cells[-1]
            self.cells[-1] = (text + data, rows, cols)
        if self._open == "mark":
            self.marks[-1] = (self.marks[-1][0] + data, self.marks[-1][1])


def html(report: Report, **choices: Any) -> str:
    return export_report(report, "html", "x", Choices(**choices))["x.html"].decode()


def test_html_tables_read_back_are_equal(tricky: Report) -> None:
    """Every cell of a table is in the page with its text and its spans."""
    reader = Reader()
    reader.feed(html(tricky))
    assert reader.cells == [(cell.text, cell.row_span, cell.col_span) for cell in tricky.tables[0].cells]


def test_html_marks_what_states_facts(tricky: Report) -> None:
    """The words that state facts are marked, with what they state; words that state two facts tell both."""
    reader = Reader()
    reader.feed(html(tricky))
    assert [text for text, _ in reader.marks] == ["支出1.50", "万元", "，其中办公费1.50万元"]
    assert reader.marks[0][1] == "expenditure.total = 15,000.00 元"
    assert reader.marks[1][1].count("=") == 2


def test_html_is_escaped_and_alone(tricky: Report) -> None:
    """Nothing of the document becomes markup, and the page fetches nothing."""
    page = html(tricky)
    reader = Reader()
    reader.feed(page)
    assert not {"script", "b", "link", "img", "iframe"} & set(reader.tags)
    assert "&lt;script&gt;" in page
    assert not re.search(r"(?:src|href)=", page)


def test_html_shows_the_source(tricky: Report) -> None:
    """With the source at hand the page holds pictures of its tables and findings; a page that is gone has none."""
    asked: list[int] = []

    def crop(page: int, box: tuple[int, int, int, int]) -> bytes | None:
        asked.append(page)
        return b"picture" if page == 2 else None

    page = html(tricky, crop=crop)
    assert page.count("data:image/webp;base64,cGljdHVyZQ==") == asked.count(2) == 1


def test_markdown_flattens_merged_cells(tricky: Report) -> None:
    """Heads become paths, a merged label stands in every row, a merged figure once."""
    heads, rows = flatten(tricky.tables[0])
    assert heads == ["科目", "支出|元／=1+1", "支出|元／@合计"]
    assert [row[0] for row in rows] == ["+办公费<b>&\n第二行", "+办公费<b>&\n第二行", "—"]
    assert rows[2] == ["—", "8.00", ""]


def test_markdown_tables_read_back_are_equal(tricky: Report) -> None:
    """The rows of a Markdown table, its escapes undone, are the flattened table."""
    text = export_report(tricky, "markdown", "x", Choices())["x.md"].decode()
    lines = [line for line in text.splitlines() if line.startswith("| ")][:5]
    found = [[undo(part) for part in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    heads, rows = flatten(tricky.tables[0])
    assert found[0] == heads
    assert found[2:] == rows


def undo(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text.strip().replace("<br>", "\n"))


def test_markdown_is_what_it_looks_like(tricky: Report) -> None:
    """Nothing in the text becomes a list, emphasis or markup of its own."""
    text = export_report(tricky, "markdown", "x", Choices())["x.md"].decode()
    assert "## 一、支出\\*情况\\*" in text
    assert "\n1\\. 说明" in text
    assert "\\<script\\>" in text


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tricky: Report, tmp_path: Path) -> Path:
    folder = tmp_path / "out" / "某局"
    folder.mkdir(parents=True)
    store.write_text(folder / "report.json", store.report_to_json(tricky))
    return folder


def test_command_writes_a_tree_of_reports(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`gouji export` takes a folder of run folders and says what it wrote."""
    assert run(["export", str(folder.parent), "--to", "csv", "--out", str(tmp_path / "x")]) == 0
    assert (tmp_path / "x" / "某局" / "items.csv").is_file()
    assert capsys.readouterr().out == f"{tmp_path / 'x' / '某局'}\n"


def test_command_lays_corrections_over(folder: Path, tmp_path: Path) -> None:
    """What a person corrected is in the export, and not with --as-read; the report stays as it is."""
    draft = Correction(who="甲", kind="organization", old="青禾县某局", new="青禾县某某局", target=Pointer())
    store.add_correction(folder, draft, "青禾县某局")
    command = ["export", str(folder), "--to", "json", "-q", "--out"]
    assert run([*command, str(tmp_path / "x")]) == 0
    assert run([*command, str(tmp_path / "y"), "--as-read"]) == 0
    given = [Report.model_validate_json((tmp_path / n / "某局.json").read_bytes()) for n in "xy"]
    assert [report.document.organization for report in given] == ["青禾县某某局", "青禾县某局"]


def test_command_tells_of_bad_reports(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A damaged report is told in one sentence, the others are written, and the exit code is 8."""
    bad = folder.parent / "b"
    bad.mkdir()
    (bad / "report.json").write_text("{")
    assert run(["export", str(folder.parent), "--to", "markdown", "--out", str(tmp_path / "x")]) == 8
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert "this is no gouji.report/1" in told.err
    assert (tmp_path / "x" / "某局.md").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--to", "docx"], 2, "docx: it is one of"),
        (["--to", "html", "--crops"], 3, "the file that was read is not there any more"),
        (["--to", "html", "--source", "no.pdf"], 3, "no.pdf"),
    ],
)
def test_command_says_what_is_wrong(
    folder: Path, tmp_path: Path, arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each mistake has its sentence and its exit code."""
    assert run(["export", str(folder), "--out", str(tmp_path / "x"), *arguments]) == code
    assert said in capsys.readouterr().err


def test_command_finds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without reports is a mistake of the command line."""
    assert run(["export", str(tmp_path), "--to", "csv", "--out", str(tmp_path / "x")]) == 2
    assert "there is no report in it" in capsys.readouterr().err


def test_crops_come_from_the_file_that_was_read(digital_pdf: Any, tmp_path: Path) -> None:
    """The pictures are pieces of the very file, in the frame of the report's boxes; another file is refused."""
    from gouji.config import load_settings
    from gouji.crops import find_source, open_crops
    from gouji.errors import InputError
    from gouji.run import read_report

    settings = load_settings()
    outcome = read_report(digital_pdf("a.pdf", pages=1), tmp_path / "out", settings)
    source = find_source(Path(outcome.folder), outcome.report)
    with open_crops(source, outcome.report, settings) as crop:
        assert (crop(1, (0, 0, 50, 20)) or b"")[8:12] == b"WEBP"
        assert crop(2, (0, 0, 50, 20)) is None
        assert crop(1, (-5, -5, 0, 0)) is None
    with (
        pytest.raises(InputError, match="not the file that was read"),
        open_crops(digital_pdf("b.pdf", text="其他"), outcome.report, settings),
    ):
        pass
