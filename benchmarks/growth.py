"""Growth of time and memory with pages: one process reads documents of so many pages and writes their reports.

    python benchmarks/growth.py [FILE.pdf] [--pages 100 1000 5000] [--plot docs/images/growth.svg]

The pages of the file (without one: of a fictitious digital report; with --quality office of its scan) are repeated
until there are enough, as one PDF. Each document is read by a process of its own, as `gouji read` with one worker
does it. Printed: seconds of CPU time, pages a second of it, resident memory after a tenth of the pages, after all of
them, and the most with the whole report put together. The plot shows both, over the pages read.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import pypdfium2

from gouji import run
from gouji.config import load_settings
from gouji.synth.write import write_reports

SAMPLES = 50  # points of a curve
WIDE, HIGH, LEFT, TOP, GAP = 420, 240, 60, 30, 90
COLOURS = ("#1f6f8b", "#c8553d", "#5b8c5a", "#7a5195")


@dataclass(frozen=True)
class Point:
    """After so many pages: seconds of CPU time since the first, and resident memory."""

    pages: int
    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Curve:
    """One document: points while its pages are read, the seconds of CPU time and the most memory with its report."""

    points: tuple[Point, ...]
    seconds: float
    most_megabytes: float

    @property
    def pages(self) -> int:
        """The pages of the document."""
        return self.points[-1].pages


def repeated(source: Path, pages: int, out: Path) -> Path:
    """A PDF of so many pages, the source's over and over."""
    with pypdfium2.PdfDocument(source) as given, pypdfium2.PdfDocument.new() as whole:
        while len(whole) < pages:
            whole.import_pages(given, list(range(min(len(given), pages - len(whole)))))
        whole.save(out)
    return out


def fictitious(folder: Path, quality: str) -> Path:
    """A fictitious report of that quality."""
    write_reports(folder, 1, 4200, [quality], "final_account")
    return next(folder.glob(f"*.{quality}.pdf"))


def seconds_used() -> float:
    """Of CPU time, by this process and its children that ended."""
    return sum(part.ru_utime + part.ru_stime for part in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def megabytes_held() -> float:
    """Resident memory of this process."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def read_here(path: Path, overrides: list[str]) -> Curve:
    """Read the document in this process; its pages go into a folder, as always, and are forgotten."""
    settings = load_settings(None, overrides)
    points: list[Point] = []
    with tempfile.TemporaryDirectory() as out:
        job = run.begin(path, Path(out), settings)
        every, start = max(1, len(job.todo) // SAMPLES), seconds_used()
        for i, _ in enumerate(run.read_pages(job, job.todo, settings), 1):
            if i % every == 0 or i == len(job.todo):
                points.append(Point(i, seconds_used() - start, megabytes_held()))
        run.finish(job, settings)
        return Curve(tuple(points), seconds_used() - start, getrusage(RUSAGE_SELF).ru_maxrss / 1024)


def read_apart(path: Path, overrides: list[str]) -> Curve:
    """Read the document in a process of its own."""
    command = [sys.executable, __file__, str(path), "--here", *(f"--set={each}" for each in overrides)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    points = tuple(Point(*point) for point in told["points"])
    return Curve(points, told["seconds"], told["most"])


def plot(curves: list[Curve]) -> str:
    """An SVG of two charts side by side: seconds of CPU time, and memory, over the pages read."""
    most = max(curve.pages for curve in curves)
    charts = (
        ("CPU seconds", [[(p.pages, p.seconds) for p in curve.points] for curve in curves]),
        ("memory, MB", [[(p.pages, p.megabytes) for p in curve.points] for curve in curves]),
    )
    size = f'width="{2 * (LEFT + WIDE) + GAP}" height="{TOP + HIGH + 50}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">']
    parts += ['<rect width="100%" height="100%" fill="white"/>']
    for i, (title, lines) in enumerate(charts):
        parts += chart(LEFT + i * (WIDE + GAP), title, lines, most)
    return "\n".join([*parts, "</svg>", ""])


def chart(left: int, title: str, lines: list[list[tuple[int, float]]], most: int) -> list[str]:
    """One chart with its axes; the lines share both scales."""
    top = max(value for line in lines for _, value in line) * 1.1
    bottom = TOP + HIGH
    parts = [f'<text x="{left}" y="{TOP - 10}" font-weight="bold">{title}</text>']
    for k in range(5):
        y, x = bottom - HIGH * k / 4, left + WIDE * k / 4
        parts.append(f'<path d="M{left} {y:.1f}h{WIDE}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{top * k / 4:.0f}</text>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{most * k // 4:,}</text>')
    parts.append(f'<text x="{left + WIDE / 2}" y="{bottom + 38}" text-anchor="middle">pages read</text>')
    for line, colour in zip(lines, COLOURS * len(lines), strict=False):
        places = [(left + WIDE * pages / most, bottom - HIGH * value / top) for pages, value in line]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<circle cx="{places[-1][0]:.1f}" cy="{places[-1][1]:.1f}" r="4" fill="{colour}"/>')
    return parts


def tell(curves: list[Curve]) -> None:
    """Print a row for each document, and how memory grew from each to the next."""
    print(f"{'pages':>6}{'CPU s':>9}{'pages/s':>9}{'MB at 1/10':>12}{'MB at end':>11}{'MB most, with report':>22}")
    for curve in curves:
        early = next(p for p in curve.points if p.pages * 10 >= curve.pages)
        last = curve.points[-1]
        row = f"{curve.pages:6}{curve.seconds:9.1f}{curve.pages / last.seconds:9.1f}{early.megabytes:12.0f}"
        print(f"{row}{last.megabytes:11.0f}{curve.most_megabytes:22.0f}")
    for before, after in pairwise(curves):
        more = after.points[-1].megabytes - before.points[-1].megabytes
        print(f"{before.pages} to {after.pages} pages: {1024 * more / (after.pages - before.pages):.1f} KB more a page")


def main() -> None:
    """Read each length apart, print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--pages", nargs="+", type=int, default=[100, 1000, 5000])
    parser.add_argument("--quality", default="digital", choices=["digital", "good", "office", "poor"])
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        curve = read_here(given.file, given.overrides)
        points = [(p.pages, p.seconds, p.megabytes) for p in curve.points]
        print(json.dumps({"points": points, "seconds": curve.seconds, "most": curve.most_megabytes}))
        return
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        source = given.file or fictitious(Path(folder), given.quality)
        lengths = sorted(given.pages)
        curves = [read_apart(repeated(source, n, Path(folder) / f"{n}.pdf"), given.overrides) for n in lengths]
    tell(curves)
    print(f"{time.perf_counter() - began:.0f} s by the clock")
    if given.plot:
        given.plot.write_text(plot(curves), "utf-8")


if __name__ == "__main__":
    main()
