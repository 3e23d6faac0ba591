"""The same fictitious scans through gouji and through img2table with RapidOCR: right cells, right numbers, seconds.

    python -m venv .venv-img2table && .venv-img2table/bin/pip install img2table==2.0.0 rapidocr==3.10.0 onnxruntime
    python benchmarks/neighbours.py --img2table .venv-img2table/bin/python [--count 1] [--seed 8100]
                                    [--quality good office poor turned] [--short]

img2table 2 has a Python of its own, since it needs another OpenCV. It joins no pages, so both are measured by what
needs no joining:
  cells     F1 of the filled cells' texts, as bags over the whole report: wherever they stand
  numbers   the same of those that are numbers
  s/page    the whole of each tool's reading of a file, models loaded
A file on which a tool breaks down counts as nothing read, and is named.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE

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


@contextmanager
def img2table(python: Path) -> Iterator[ReadCells]:
    """img2table with RapidOCR, in a process of its own."""
    script = Path(__file__).with_name("img2table_cells.py")
    with subprocess.Popen([python, script], stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asking, answers = process.stdin, process.stdout
        if answers.readline().strip() != '"ready"':
            raise SystemExit(f"{python}: img2table does not start; see the command at the head of this file")

        def read(path: Path) -> list[str]:
            print(path, file=asking, flush=True)
            answer: list[str] | dict[str, str] = json.loads(answers.readline())
            if isinstance(answer, dict):
                raise RuntimeError(answer["error"])
            return answer

        yield read
        asking.close()


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
    parser.add_argument("--img2table", type=Path, required=True, help="a Python that has img2table and rapidocr")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--seed", type=int, default=8100)
    parser.add_argument("--quality", nargs="*", default=["good", "office", "poor", "turned"])
    parser.add_argument("--short", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, img2table(given.img2table) as other:
        write_reports(Path(folder), given.count, given.seed, given.quality, short=given.short)
        print(f"{'quality':9}{'tool':12}{'cells':>8}{'numbers':>9}{'s/page':>8}")
        readers = {"gouji": gouji(), "img2table": other}
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
            print(f"{name} broke down on {scan.name}: {error}")
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
