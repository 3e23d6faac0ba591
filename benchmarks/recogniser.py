"""What the ways to read a scan's lines cost, and what they read otherwise: arithmetic, narrowed or in full.

    python benchmarks/recogniser.py [SCAN.pdf] [--pages 1-29]

Without a file, pages of a fictitious report at office quality are written. All crops that go to the OpenVINO engine
when the pages are read are kept, and then read again in every arithmetic that can be had here, each in full width and
as the engine does it (words narrowed, figures confirmed or in full). Printed for each, on one core: seconds of CPU
time a page, the first time with its shapes to compile and then once more; lines whose Chinese characters differ from
the first way's, and lines whose figures do.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from speed import count_pages, given_or_fictitious

from gouji import pipeline
from gouji.cli.read import parse_pages
from gouji.config import load_settings
from gouji.engines.ocr_openvino import OpenVinoEngine, precisions_for
from gouji.protocols import Image, Reading
from gouji.zh import is_chinese, normalise

Read = Callable[[Sequence[Image]], list[Reading]]


def engine_of(precision: str) -> OpenVinoEngine:
    """An engine on one core."""
    settings = load_settings(None, ["engine.name=openvino", "engine.threads=1", f"engine.precision={precision}"])
    return OpenVinoEngine(settings.engine)


def crops_of(path: Path, numbers: Sequence[int]) -> list[list[Image]]:
    """What goes to the engine, call by call, when these pages are read."""
    settings = load_settings(None, ["engine.name=openvino"])
    readers = pipeline.open_readers(settings)
    read, calls = readers.engine.read_lines, []

    def kept(crops: Sequence[Image]) -> list[Reading]:
        calls.append(list(crops))
        return read(crops)

    readers.engine.read_lines = kept  # type: ignore[method-assign]
    with pipeline.open_report(path, settings) as opened:
        for number in numbers:
            pipeline.read_page(opened, number, readers, settings)
    return calls


def timed(read: Read, calls: Sequence[Sequence[Image]]) -> tuple[list[str], float]:
    """The texts of all crops, and the seconds of CPU time that they took."""
    start = time.process_time()
    texts = [reading.text for crops in calls for reading in read(crops)]
    return texts, time.process_time() - start


def words(text: str) -> str:
    """Its Chinese characters."""
    return "".join(filter(is_chinese, text))


def figures(text: str) -> list[str]:
    """Its figures, without the commas that group their digits."""
    return re.findall(r"\d[\d.]*", normalise(text).replace(",", ""))


def main() -> None:
    """Keep the crops, read them in every way, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--pages", default="1-29")
    given = parser.parse_args()
    with given_or_fictitious([given.file] if given.file else []) as (path,):
        numbers = [n for n in parse_pages(given.pages) or (1,) if n <= count_pages(path)]
        calls = crops_of(path, numbers)
    print(f"{len(numbers)} pages, {sum(map(len, calls))} lines, one core")
    print(f"{'':16}{'first s/page':>13}{'then':>7}{'words':>7}{'figures':>9}")
    base: list[str] = []
    for precision in precisions_for(load_settings().engine):
        for way in ("full", "narrowed"):
            engine = engine_of(precision)
            read: Read = engine.read_lines if way == "narrowed" else lambda crops, e=engine: e.read_at(crops, 1.0)
            texts, first = timed(read, calls)
            _, again = timed(read, calls)
            base = base or texts
            other = [sum(of(a) != of(b) for a, b in zip(texts, base, strict=True)) for of in (words, figures)]
            seconds = [each / len(numbers) for each in (first, again)]
            print(f"{precision + ' ' + way:16}{seconds[0]:13.2f}{seconds[1]:7.2f}{other[0]:7}{other[1]:9}")


if __name__ == "__main__":
    main()
