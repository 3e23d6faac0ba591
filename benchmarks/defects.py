"""How hard tables are found: each defect that synth can draw, scanned, read, compared with its truth.

    python benchmarks/defects.py [--quality office poor ...] [--case NAME ...] [--seeds 3] [--ocr] [--draw DIR]

One row for each case, one column group for each quality, over all seeds:
  found    tables with a partner of the same number of rows and columns among those found / true tables
  cells    F1 of cells with the right row, column, spans, and print in them just where the truth has text
Without --ocr each page's lattices are compared with what is printed on it, and cases that run over pages or have no
vertical lines are left out; with it whole reports are, and a cell's text must be right, too.
--draw writes each page with what was found in it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
from fictitious import pair, plain, read

from gouji import pipeline
from gouji.config import Settings, load_settings
from gouji.ink import Mask
from gouji.pages.clean import clean_page
from gouji.pages.upright import find_skew, find_turn, rotate, turn_box, turn_image
from gouji.reading import without_bend
from gouji.records import Table
from gouji.synth.defects import CASES, print_case, scan_case
from gouji.synth.scan import bind_pdf
from gouji.tables.fill import find_cell_print
from gouji.tables.lattice import Lattice, rulings_to_lattices
from gouji.tables.ruled_ink import find_rulings

Key = tuple[int, int, int, int, str]
OPEN = ("three_lines", "borderless")  # nothing but OCR tells where their columns are


@dataclass
class Score:
    """Counts over tables: true ones, found ones, and cells on both sides together and right ones."""

    tables: int = 0
    found: int = 0
    both: int = 0
    right: int = 0

    def add(self, truth: dict[str, Any], keys: set[Key] | None, shape: tuple[int, int], text: bool) -> None:
        """Count one true table and the cells found for it, None when there are none."""
        true = {(c["row"], c["col"], c["row_span"], c["col_span"], shown(c["text"], text)) for c in truth["cells"]}
        self.tables += 1
        self.both += len(true) + len(keys or ())
        if keys is not None:
            self.found += shape == (truth["n_rows"], truth["n_cols"])
            self.right += len(true & keys)

    def row(self) -> str:
        """The columns of one quality."""
        return f"{self.found / max(1, self.tables):8.2f}{2 * self.right / max(1, self.both):8.4f}"


def shown(text: str, whole: bool) -> str:
    """The text as it is compared; without OCR only whether there is any."""
    return plain(text) if whole else "x" if text else ""


def look(page: bytes, readers: pipeline.Readers, settings: Settings) -> Iterator[tuple[Mask, Lattice, set[int]]]:
    """The upright page, with each lattice on it and the indices of its cells that hold print."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "page.pdf"
        path.write_bytes(bind_pdf([page]))
        with pipeline.open_report(path, settings) as opened:
            raster = opened.raster(1)
    flat, seals = clean_page(raster.image, raster.dpi)
    level = rotate(flat, find_skew(flat, raster.dpi))
    turn = find_turn(level, raster.dpi, readers.engine.read_lines)
    seals = tuple(turn_box(box, turn, flat.shape[1], flat.shape[0]) for box in seals)
    flat = without_bend(turn_image(level, turn), raster.dpi)
    lattices = rulings_to_lattices(find_rulings(flat, raster.dpi), raster.dpi)
    for lattice, lines in zip(lattices, find_cell_print(flat, lattices, raster.dpi, seals).lines, strict=True):
        yield flat, lattice, {line.cell for line in lines}


def score_structure(name: str, quality: str, seed: int, readers: pipeline.Readers, settings: Settings) -> Score:
    """The lattices of a case's page against its tables, both in reading order."""
    pages, truth = scan_case(name, quality, seed)
    found = list(look(pages[0], readers, settings))
    found.sort(key=lambda item: item[1].box[0] if len(truth["tables"]) > 1 else item[1].box[1])
    score = Score()
    for i, table in enumerate(truth["tables"]):
        if i >= len(found):
            score.add(table, None, (0, 0), text=False)
            continue
        _, lattice, printed = found[i]
        keys = {
            (c.row, c.col, c.row_span, c.col_span, "x" if k in printed else "") for k, c in enumerate(lattice.cells)
        }
        score.add(table, keys, (len(lattice.ys) - 1, len(lattice.xs) - 1), text=False)
    return score


def score_report(name: str, quality: str, seed: int, readers: pipeline.Readers, settings: Settings) -> Score:
    """The tables of a case's report against the truth."""
    pages, truth = scan_case(name, quality, seed)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "case.pdf"
        path.write_bytes(bind_pdf(pages))
        report, _ = read(path, settings, readers)
    score = Score()
    for table, partner in pair(truth["tables"], list(report.tables)):
        score.add(table, keys_of(partner), (partner.n_rows, partner.n_cols) if partner else (0, 0), text=True)
    return score


def keys_of(table: Table | None) -> set[Key] | None:
    """The cells that were read."""
    return {(c.row, c.col, c.row_span, c.col_span, plain(c.text)) for c in table.cells} if table else None


def draw(name: str, quality: str, seed: int, out: Path, readers: pipeline.Readers, settings: Settings) -> None:
    """The first page of a case with the cells found on it: green those with print, blue the blank ones."""
    out.mkdir(parents=True, exist_ok=True)
    picture = None
    for flat, lattice, printed in look(scan_case(name, quality, seed)[0][0], readers, settings):
        picture = cv2.cvtColor(flat, cv2.COLOR_GRAY2BGR) if picture is None else picture
        for k, cell in enumerate(lattice.cells):
            x0, y0, x1, y1 = lattice.box_of(cell)
            cv2.rectangle(picture, (x0 + 2, y0 + 2), (x1 - 2, y1 - 2), (0, 160, 0) if k in printed else (220, 80, 0), 2)
    if picture is not None:
        cv2.imwrite(str(out / f"{name}.{quality}.{seed}.png"), picture)


def total(scores: Sequence[Score]) -> Score:
    """The scores added up."""
    return Score(*(sum(getattr(score, field) for score in scores) for field in ("tables", "found", "both", "right")))


def main() -> None:
    """Draw, scan, read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quality", nargs="*", default=["good", "office", "poor"])
    parser.add_argument("--case", nargs="*", default=list(CASES))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--ocr", action="store_true")
    parser.add_argument("--draw", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    given = parser.parse_args()
    settings = load_settings(None, given.set)
    readers = pipeline.open_readers(settings)
    print(f"{'':24}" + "".join(f"{quality:>16}" for quality in given.quality))
    print(f"{'case':24}" + f"{'found':>8}{'cells':>8}" * len(given.quality))
    sums: dict[str, list[Score]] = {quality: [] for quality in given.quality}
    for name in given.case:
        if not given.ocr and (name in OPEN or max(t["pages"][-1] for t in print_case(name)[1]["tables"]) > 1):
            continue
        line = ""
        for quality in given.quality:
            scorer = score_report if given.ocr else score_structure
            scores = [scorer(name, quality, seed, readers, settings) for seed in range(given.seeds)]
            sums[quality].append(total(scores))
            line += total(scores).row()
            for seed in range(given.seeds if given.draw else 0):
                draw(name, quality, seed, given.draw, readers, settings)
        print(f"{name:24}{line}", flush=True)
    print(f"{'all':24}" + "".join(total(sums[quality]).row() for quality in given.quality))


if __name__ == "__main__":
    main()
