"""Each defect that synth can draw, found again cell for cell."""

from __future__ import annotations

import io
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from PIL import Image as Picture

from gouji.ink import Mask
from gouji.pages.clean import clean_page
from gouji.pages.upright import find_skew, find_turn, rotate, turn_image
from gouji.protocols import Image, Reading
from gouji.reading import without_bend
from gouji.synth.defects import CASES, scan_case
from gouji.tables.fill import find_cell_print
from gouji.tables.lattice import rulings_to_lattices
from gouji.tables.ruled_ink import find_rulings

DPI = 150
SEVERAL_PAGES = {
    "over_pages", "over_pages_continued", "over_pages_bare", "sideways_continuation", "sideways_between",
    "columns_over_pages", "cut_row",
}  # fmt: skip
NOT_RULED = {"three_lines", "borderless"}
Cells = list[tuple[int, int, int, int, bool]]


def unread(crops: Sequence[Image]) -> list[Reading]:
    return [Reading("", 0.0)] * len(crops)


def cells_of(image: Mask, dpi: int) -> list[Cells]:
    """Row, column, spans of every cell and whether it holds print, lattice by lattice."""
    flat, seals = clean_page(image, dpi)
    level = rotate(flat, find_skew(flat, dpi))
    flat = without_bend(turn_image(level, find_turn(level, dpi, unread)), dpi)
    lattices = rulings_to_lattices(find_rulings(flat, dpi), dpi)
    lattices = tuple(sorted(lattices, key=lambda lattice: lattice.box[0]))
    printed = [{line.cell for line in lines} for lines in find_cell_print(flat, lattices, dpi, seals).lines]
    return [
        [(c.row, c.col, c.row_span, c.col_span, i in filled) for i, c in enumerate(lattice.cells)]
        for lattice, filled in zip(lattices, printed, strict=True)
    ]


def scanned(name: str, seed: int, dpi: int) -> tuple[Mask, list[Cells]]:
    """A case's scan as pixels and the cells of its tables."""
    (page,), truth = scan_case(name, "office", seed, dpi)
    image = np.asarray(Picture.open(io.BytesIO(page)).convert("RGB"))
    tables = [
        sorted((c["row"], c["col"], c["row_span"], c["col_span"], bool(c["text"])) for c in table["cells"])
        for table in truth["tables"]
    ]
    return cv2.cvtColor(image, cv2.COLOR_RGB2BGR), tables


# Of one side a sixth is left: to take so little for a side would cut merged cells through the strokes of their print.
TOO_LITTLE_LEFT = pytest.mark.xfail(strict=True, reason="a side of which a sixth is left is taken for none")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=TOO_LITTLE_LEFT if name == "broken_lines" else ())
        for name in sorted(CASES.keys() - SEVERAL_PAGES - NOT_RULED - {"sideways"})
    ],
)
def test_a_hard_table_is_found_cell_for_cell(name: str) -> None:
    """Every cell of a scan with the defect has its row, column and spans, and print just where it was printed."""
    image, tables = scanned(name, 0, DPI)
    assert cells_of(image, DPI) == tables


def test_a_sheet_fed_sideways_is_found_once_it_is_turned() -> None:
    """Skew and lattice don't mind how the sheet was fed: turned upright, the table is whole."""
    image, tables = scanned("sideways", 0, DPI)
    assert image.shape[0] > image.shape[1]
    assert tables in [cells_of(turn_image(image, turn), DPI) for turn in (90, 270)]


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("name", ["tiny", "touching", "dashed"])
def test_fine_structure_does_not_depend_on_the_resolution(name: str, dpi: int) -> None:
    """Small type, touching text and dashed lines are measured in inches and heights of print, not in pixels."""
    image, tables = scanned(name, 1, dpi)
    assert cells_of(image, dpi) == tables
