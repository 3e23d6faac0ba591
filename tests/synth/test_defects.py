"""Hard tables on demand."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from gouji.synth.defects import CASES, make_case, print_case, scan_case, write_cases


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_case_prints_all_its_figures(name: str) -> None:
    """The text layer of a case holds every figure of its truth."""
    data, truth = print_case(name, 3)
    document = pypdfium2.PdfDocument(data)
    text = "".join("".join(page.get_textpage().get_text_bounded(20, 20).split()) for page in document)
    document.close()
    for table in truth["tables"]:
        assert table["n_rows"] > 1
        for cell in table["cells"]:
            if cell["text"].replace(",", "").replace(".", "").isdigit():
                assert cell["text"] in text


def test_a_case_is_the_same_for_the_same_seed() -> None:
    """A case's figures depend on its name and seed."""
    assert make_case("merged", 1) == make_case("merged", 1)
    assert make_case("merged", 1) != make_case("merged", 2)


def test_a_sideways_continuation_is_scanned_on_its_side() -> None:
    """Both pages are upright sheets: the second, printed across, was fed turned."""
    pages, truth = scan_case("sideways_continuation", "poor")
    assert [image.height > image.width for image in map(Image.open, map(io.BytesIO, pages))] == [True, True]
    assert len(truth["tables"]) == 1


def test_a_sealed_case_is_sealed_and_a_plain_one_is_not() -> None:
    """Red ink stands on the sealed case's page only."""
    red = {}
    for name in ("sealed", "merged"):
        pixels = np.asarray(Image.open(io.BytesIO(scan_case(name)[0][0])).convert("RGB")).astype(int)
        red[name] = int(((pixels[..., 0] - pixels[..., 1]) > 60).sum())
    assert red["sealed"] > 5_000
    assert red["merged"] == 0


def test_cases_are_written_one_folder_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case's folder holds its scan and its truth."""
    monkeypatch.setattr("gouji.synth.defects.CASES", {"merged": CASES["merged"]})
    (folder,) = write_cases(tmp_path, "poor")
    assert sorted(f.name for f in folder.iterdir()) == ["case.pdf", "case.truth.json"]


def test_a_cut_row_is_one_row_of_the_truth() -> None:
    """A row that the page break cuts stands on two pages and is one row of one table."""
    data, truth = print_case("cut_row")
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 2
    document.close()
    assert truth["tables"][0]["pages"] == [1, 2]
