"""Printed reports and their scans: readable text, every page, the same bytes for the same seed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from gouji.errors import UsageError
from gouji.synth.blocks import Block
from gouji.synth.grid import Form
from gouji.synth.invent import invent
from gouji.synth.manuscript import Manuscript, write_manuscript
from gouji.synth.print_pdf import Printed, print_manuscript
from gouji.synth.scan import bind_pdf, bind_tiff, load_quality, scan_pages
from gouji.synth.truth import truth_of
from gouji.synth.wear import WEAR
from gouji.synth.write import write_reports


@pytest.fixture(scope="module")
def final() -> tuple[Manuscript, Printed]:
    """A short final account, printed."""
    manuscript = write_manuscript(invent(11), 11, short=True)
    return manuscript, print_manuscript(manuscript)


def page_texts(pdf: bytes) -> list[str]:
    """The text layer of every page without white space."""
    document = pypdfium2.PdfDocument(pdf)
    texts = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return texts


def test_the_text_layer_holds_every_cell(final: tuple[Manuscript, Printed]) -> None:
    """Each cell's text is found on the pages of its table, as are all paragraphs in the whole."""
    manuscript, printed = final
    texts = page_texts(printed.pdf)
    truth = truth_of(manuscript, printed)
    for table in truth["tables"]:
        text = "".join(texts[p - 1] for p in table["pages"])
        for cell in table["cells"]:
            for char in "".join(cell["text"].split()):
                assert char in text
            if cell["text"].replace(",", "").replace(".", "").isdigit():
                assert cell["text"] in text
    assert len(texts) == printed.n_pages == truth["pages"]


def test_evidence_stands_in_its_paragraph(final: tuple[Manuscript, Printed]) -> None:
    """Every fact's evidence is verbatim from a paragraph or heading."""
    truth = truth_of(*final)
    for fact in truth["facts"]:
        assert any(fact["evidence"] in p for p in truth["paragraphs"] + truth["headings"])


def test_facts_are_worth_what_is_printed() -> None:
    """Where figures are finer than printed, a fact's value is the printed one (hundreds of 元)."""
    manuscript = write_manuscript(invent(5, unit="万元", places=2, rounded=True), 5, short=True)
    facts = [f for b in manuscript.items if isinstance(b, Block) for f in b.facts if f.unit == "元"]
    assert len(facts) > 10
    assert all(f.value % 100 == 0 for f in facts)


def test_printing_twice_gives_the_same_bytes(final: tuple[Manuscript, Printed]) -> None:
    """The PDF depends on the manuscript alone."""
    manuscript, printed = final
    assert print_manuscript(manuscript).pdf == printed.pdf


@pytest.mark.parametrize("name", ["good", "office", "poor", "turned"])
def test_every_quality_opens_with_all_pages(final: tuple[Manuscript, Printed], name: str) -> None:
    """Each quality gives one image a page at its own resolution, bound as a PDF that opens."""
    quality = load_quality(name)
    two = _first_pages(final[1].pdf, 2)
    images = scan_pages(two, quality, 5, "某单位")
    assert images == scan_pages(two, quality, 5, "某单位")
    assert [round(float(Image.open(io.BytesIO(i)).info["dpi"][0])) for i in images] == [quality.dpi] * 2
    bound = bind_pdf(images)
    assert bound == bind_pdf(images)
    document = pypdfium2.PdfDocument(bound)
    assert len(document) == 2
    assert max(document[0].get_size()) == pytest.approx(842, abs=3)
    document.close()


def test_a_scan_can_be_a_tiff_of_all_pages(final: tuple[Manuscript, Printed]) -> None:
    """A multi-page TIFF holds as many frames as there are pages, fax pages too."""
    images = scan_pages(_first_pages(final[1].pdf, 2), load_quality("poor"), 5)
    assert Image.open(io.BytesIO(bind_tiff(images))).n_frames == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("defect", sorted(WEAR))
def test_every_defect_changes_the_page_and_keeps_its_size(final: tuple[Manuscript, Printed], defect: str) -> None:
    """Each defect by name gives another image of the same size."""
    page = next(p[0] for p, i in zip(final[1].pages, final[0].items, strict=True) if isinstance(i, Form))
    one = _some_pages(final[1].pdf, [page - 1])
    plain = scan_pages(one, load_quality("poor"), 5)[0]
    worn = scan_pages(one, load_quality("poor", [defect]), 5)[0]
    assert worn != plain
    assert Image.open(io.BytesIO(worn)).size == Image.open(io.BytesIO(plain)).size


def test_an_unknown_quality_is_refused() -> None:
    """A quality or defect that does not exist is named with those that do."""
    with pytest.raises(UsageError, match="office"):
        load_quality("perfect")
    with pytest.raises(UsageError, match="holes"):
        load_quality("good", ["coffee"])


def test_reports_are_written_with_their_truth(tmp_path: Path) -> None:
    """A report comes as digital PDF and truth beside the scans that were asked for."""
    files = write_reports(tmp_path, 1, 4, (), "budget", short=True)
    assert [f.name for f in files] == ["budget-0004.truth.json", "budget-0004.digital.pdf"]
    truth = json.loads(files[0].read_text("utf-8"))
    assert truth["kind"] == "budget"
    assert {"title", "tables", "paragraphs", "headings", "facts"} <= set(truth)


def _first_pages(pdf: bytes, count: int) -> bytes:
    return _some_pages(pdf, list(range(count)))


def _some_pages(pdf: bytes, pages: list[int]) -> bytes:
    source = pypdfium2.PdfDocument(pdf)
    target = pypdfium2.PdfDocument.new()
    target.import_pages(source, pages)
    out = io.BytesIO()
    target.save(out)
    target.close()
    source.close()
    return out.getvalue()
