"""The same fictitious scans through gouji and through img2table with RapidOCR: right cells, right numbers, seconds.

    pip install 'gouji[bench]'
    python benchmarks/neighbours.py [--count 1] [--seed 8100] [--quality good office poor turned] [--short]

img2table 2 runs with its rotation correction on, borderless tables off (on, it finds more that are none). Since it
joins no pages, both are measured by what needs no joining:
  cells     F1 of the filled cells' texts, as bags over the whole report: wherever they stand
  numbers   the same of those that are numbers
  s/page    the whole of each tool's reading of a file, models loaded
A file on which a tool breaks down counts as nothing read, and is named.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from fictitious import plain

from gouji import pipeline
from gouji.config import load_settings
from gouji.synth.write import write_reports
from gouji.zh import parse_number

ReadCells = Callable[[Path], list[str]]
"""The texts of all cells of all tables of a file; merged cells once."""


def gouji() -> ReadCells:
    """This project."""
    settings = load_settings()
    readers = pipeline.open_readers(settings)

    def read(path: Path) -> list[str]:
        with pipeline.open_report(path, settings) as opened:
            pages = [pipeline.read_page(opened, n, readers, settings) for n in range(1, opened.source.pages + 1)]
            report = pipeline.assemble(opened.source, pages, settings)
        return [cell.text for table in report.tables for cell in table.cells]

    return read


def img2table() -> ReadCells:
    """img2table with RapidOCR."""
    from img2table.document import PDF
    from img2table.ocr import RapidOCR

    ocr = RapidOCR()

    def read(path: Path) -> list[str]:
        pages = PDF(str(path), detect_rotation=True, pdf_text_extraction=False).extract_tables(ocr=ocr)
        cells = {
            (page, i, cell.bbox.x1, cell.bbox.y1, cell.bbox.x2, cell.bbox.y2): cell.value or ""
            for page, tables in pages.items()
            for i, table in enumerate(tables)
            for row in table.content.values()
            for cell in row
        }
        return list(cells.values())

    return read


def f1(truth: Counter[str], read: Counter[str]) -> float:
    """Of two bags; 1 when both are empty."""
    both = truth.total() + read.total()
    return 2 * (truth & read).total() / both if both else 1.0


def bags(texts: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """The filled cells, and those of them that are numbers."""
    filled = [plain(text) for text in texts if plain(text)]
    return Counter(filled), Counter(text for text in filled if parse_number(text) is not None)


def main() -> None:
    """Write, read with both, print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--seed", type=int, default=8100)
    parser.add_argument("--quality", nargs="*", default=["good", "office", "poor", "turned"])
    parser.add_argument("--short", action="store_true")
    given = parser.parse_args()
    readers = {"gouji": gouji(), "img2table": img2table()}
    print(f"{'quality':9}{'tool':12}{'cells':>8}{'numbers':>9}{'s/page':>8}")
    with tempfile.TemporaryDirectory() as folder:
        write_reports(Path(folder), given.count, given.seed, given.quality, short=given.short)
        for quality in given.quality:
            for name, read in readers.items():
                print(row(Path(folder), quality, name, read), flush=True)


def row(folder: Path, quality: str, name: str, read: ReadCells) -> str:
    """What one tool makes of all files of one quality."""
    cells, numbers, pages, seconds = [], [], 0, 0.0
    for path in sorted(folder.glob("*.truth.json")):
        truth = json.loads(path.read_text("utf-8"))
        scan = path.with_name(path.name.replace("truth.json", f"{quality}.pdf"))
        start = time.perf_counter()
        try:
            texts = read(scan)
        except Exception as error:
            print(f"{name} broke down on {scan.name}: {type(error).__name__}: {error}")
            texts = []
        seconds += time.perf_counter() - start
        pages += truth["pages"]
        true = bags(cell["text"] for table in truth["tables"] for cell in table["cells"])
        got = bags(texts)
        cells.append(f1(true[0], got[0]))
        numbers.append(f1(true[1], got[1]))
    count = max(1, len(cells))
    return f"{quality:9}{name:12}{sum(cells) / count:8.4f}{sum(numbers) / count:9.4f}{seconds / max(1, pages):8.2f}"


if __name__ == "__main__":
    main()
