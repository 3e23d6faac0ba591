"""Is a cell's confidence honest? Of the cells read with so much confidence, how many are right.

    python benchmarks/calibration.py [--count 2] [--seed 8500] [--quality office poor] [--short] [--plot FILE.svg]

Fictitious reports are written, scanned, read and compared with their truth, cell by cell at its place. One row for each
band of confidence: filled cells, their mean confidence, the share that is right; numbers apart. `--plot` draws it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fictitious import pair, plain, read

from gouji import pipeline
from gouji.config import load_settings
from gouji.records import Report
from gouji.synth.write import write_reports
from gouji.zh import parse_number

BANDS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
SIDE, EDGE = 360, 44

Judged = tuple[bool, float, bool]
"""Whether the cell is a number, its confidence, and whether it was read right."""


def judge(truth: dict[str, Any], report: Report) -> Iterator[Judged]:
    """Every filled cell that was read where the truth has one."""
    for true, table in pair(truth["tables"], list(report.tables)):
        texts = {(cell["row"], cell["col"]): cell["text"] for cell in true["cells"]}
        for cell in table.cells if table else ():
            expected = texts.get((cell.row, cell.col))
            if cell.text and expected is not None:
                yield parse_number(expected) is not None, cell.confidence, plain(cell.text) == plain(expected)


def bands(judged: list[Judged]) -> list[tuple[float, int, float, float]]:
    """For each band that holds cells: where it begins, how many, their mean confidence, the share that is right."""
    by_band: defaultdict[int, list[Judged]] = defaultdict(list)
    for entry in judged:
        by_band[bisect_right(BANDS, entry[1]) - 1].append(entry)
    return [
        (BANDS[i], len(found), sum(e[1] for e in found) / len(found), sum(e[2] for e in found) / len(found))
        for i, found in sorted(by_band.items())
    ]


def plot(rows: dict[str, list[tuple[float, int, float, float]]]) -> str:
    """An SVG: the share that is right over the mean confidence, the diagonal an honest reader would follow."""
    whole, middle = SIDE + 2 * EDGE, EDGE + SIDE // 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" font-size="12">',
        f'<rect width="{whole}" height="{whole}" fill="#fff"/>',
        f'<path d="M{EDGE} {EDGE}V{EDGE + SIDE}H{EDGE + SIDE}" fill="none" stroke="#444"/>',
        f'<path d="M{EDGE} {EDGE + SIDE}L{EDGE + SIDE} {EDGE}" stroke="#999" stroke-dasharray="4 4"/>',
        f'<text x="{middle}" y="{whole - 10}" text-anchor="middle">mean confidence</text>',
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">right</text>',
    ]
    for i, (name, points) in enumerate(rows.items()):
        colour = ("#0b57a4", "#b3541e")[i % 2]
        dots = [(EDGE + SIDE * mean, EDGE + SIDE * (1 - right)) for _, _, mean, right in points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in dots]
        parts.append(f'<text x="{EDGE + 12}" y="{EDGE + 16 + 18 * i}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Write, read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--seed", type=int, default=8500)
    parser.add_argument("--quality", nargs="*", default=["office", "poor"])
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    settings = load_settings()
    readers = pipeline.open_readers(settings)
    judged: list[Judged] = []
    with tempfile.TemporaryDirectory() as folder:
        write_reports(Path(folder), given.count, given.seed, given.quality, short=given.short)
        for path in sorted(Path(folder).glob("*.truth.json")):
            for quality in given.quality:
                scan = path.with_name(path.name.replace("truth.json", f"{quality}.pdf"))
                report, _ = read(scan, settings, readers)
                judged += judge(json.loads(path.read_text("utf-8")), report)
    rows = {
        name: bands([entry for entry in judged if entry[0] is number])
        for name, number in (("numbers", True), ("text", False))
    }
    for name, points in rows.items():
        print(f"{name}\n{'from':>8}{'cells':>8}{'mean':>9}{'right':>9}")
        for start, count, mean, right in points:
            print(f"{start:8.3f}{count:8d}{mean:9.4f}{right:9.4f}")
    if given.plot:
        given.plot.write_text(plot(rows), "utf-8")


if __name__ == "__main__":
    main()
