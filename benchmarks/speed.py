"""Seconds a page: gouji's whole reading beside PaddleOCR's and RapidOCR's recognition of text alone, same pages.

    python benchmarks/speed.py [SCAN.pdf ...] [--pages 2-9] [--rounds 3] [--only gouji rapidocr-openvino ...]

Without a file, pages of a fictitious report at office quality are written and read. All contestants take turns in one
process, round by round, models loaded and warmed up before; each uses all cores that the process may use:
  gouji               upright, tables, text, facts, checks and JSON; one process, OpenVINO
  gouji-crew          the same by `gouji read`, its processes there already, one for each core
  gouji-read          the whole command `gouji read FILE...`, with the start of its processes and models
  gouji-paddle        gouji on PaddleOCR's engine (ONNX Runtime)
  paddleocr           PaddleOCR 3.7, `predict`, ONNX Runtime, the same weights, no document preprocessing
  rapidocr-onnx       RapidOCR 3.10 on ONNX Runtime, as it comes
  rapidocr-openvino   RapidOCR 3.10 on OpenVINO
Printed: median, least and most seconds a page over the rounds, and the median of each round's ratio to gouji.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from statistics import median

import numpy as np

from gouji import pipeline, run
from gouji.cli.read import parse_pages
from gouji.config import Settings, load_settings
from gouji.crew import Crew
from gouji.engines.weights import model_dir
from gouji.protocols import Image
from gouji.synth.write import write_reports

WARM = 8  # pages of each file that are read before time is taken
COMMAND = [sys.executable, "-c", "from gouji.cli import main; main()"]
Work = list[tuple[Path, tuple[int, ...], list[Image]]]
"""Files, the numbers of their pages that are to be read, and the pixels of these."""
Read = Callable[[Work], None]


def gouji_with(settings: Settings) -> Read:
    """The whole corridor in this process."""
    readers = pipeline.open_readers(settings)

    def read(work: Work) -> None:
        for path, numbers, _ in work:
            with pipeline.open_report(path, settings) as opened:
                readings = [pipeline.read_page(opened, number, readers, settings) for number in numbers]
                pipeline.assemble(opened.source, readings, settings).model_dump_json()

    return read


def gouji_crew() -> Read:
    """`gouji read` in this process, its crew there already: pages shared out, reports written."""
    settings = load_settings(None, ["engine.name=openvino"])
    crew = Crew()

    def read(work: Work) -> None:
        with tempfile.TemporaryDirectory() as out:
            for path, numbers, _ in work:
                run.read_report(path, Path(out), settings, pages=numbers, read=crew.read_pages)

    return read


def gouji_read() -> Read:
    """`gouji read`, as a command."""

    def read(work: Work) -> None:
        for pages, files in groupby(work, key=lambda item: _pages_asked(item[0], item[1])):
            with tempfile.TemporaryDirectory() as out:
                names = [str(path) for path, *_ in files]
                subprocess.run([*COMMAND, "read", *names, "--out", out, "-q", "--pages", pages], check=True)

    return read


def _pages_asked(path: Path, numbers: tuple[int, ...]) -> str:
    """The pages as the command is told them; nothing for all of the file."""
    return "" if len(numbers) == count_pages(path) else ",".join(map(str, numbers))


def paddleocr() -> Read:
    """PaddleOCR's own pipeline."""
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    from paddleocr import PaddleOCR

    ocr = PaddleOCR(
        engine="onnxruntime",
        text_detection_model_name="PP-OCRv6_small_det",
        text_detection_model_dir=str(model_dir("detection")),
        text_recognition_model_name="PP-OCRv6_small_rec",
        text_recognition_model_dir=str(model_dir("recognition")),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
    )
    return lambda work: [ocr.predict(image) for *_, images in work for image in images] and None


def rapidocr(engine: str) -> Read:
    """RapidOCR on ONNX Runtime or OpenVINO."""
    from rapidocr import EngineType, RapidOCR

    kind = EngineType(engine)
    ocr = RapidOCR(
        params={f"{task}.engine_type": kind for task in ("Det", "Cls", "Rec")} | {"Global.log_level": "error"}
    )
    return lambda work: [ocr(image) for *_, images in work for image in images] and None


CONTESTANTS: dict[str, Callable[[], Read]] = {
    "gouji": lambda: gouji_with(load_settings(None, ["engine.name=openvino"])),
    "gouji-crew": gouji_crew,
    "gouji-read": gouji_read,
    "gouji-paddle": lambda: gouji_with(load_settings(None, ["engine.name=paddle"])),
    "paddleocr": paddleocr,
    "rapidocr-onnx": lambda: rapidocr("onnxruntime"),
    "rapidocr-openvino": lambda: rapidocr("openvino"),
}


def pixels(path: Path, numbers: tuple[int, ...]) -> list[Image]:
    """The pages as colour images, at the resolution that gouji reads."""
    with pipeline.open_report(path, load_settings()) as opened:
        images = [opened.raster(number).image for number in numbers]
    return [image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2) for image in images]


@contextmanager
def given_or_fictitious(files: list[Path]) -> Iterator[list[Path]]:
    """The files, or a fictitious report while it is needed."""
    if files:
        yield files
        return
    with tempfile.TemporaryDirectory() as folder:
        write_reports(Path(folder), 1, 4200, ["office"], "final_account")
        yield sorted(Path(folder).glob("*.office.pdf"))


def count_pages(path: Path) -> int:
    """The number of pages of the file."""
    with pipeline.open_report(path, load_settings()) as opened:
        return opened.source.pages


def main() -> None:
    """Warm up, take turns, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--pages", default="2-9")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(CONTESTANTS), choices=list(CONTESTANTS))
    given = parser.parse_args()
    asked = parse_pages(given.pages) or (1,)
    with given_or_fictitious(given.files) as files:
        work = [(path, tuple(n for n in asked if n <= count_pages(path))) for path in files]
        shown = [(path, numbers, pixels(path, numbers)) for path, numbers in work]
        total = sum(len(numbers) for _, numbers in work)
        reads = {name: CONTESTANTS[name]() for name in given.only}
        for read in reads.values():
            read([(path, numbers[:WARM], images[:WARM]) for path, numbers, images in shown])
        seconds: dict[str, list[float]] = {name: [] for name in reads}
        for _ in range(given.rounds):
            for name, read in reads.items():
                start = time.perf_counter()
                read(shown)
                seconds[name].append((time.perf_counter() - start) / total)
    print(f"{total} pages, {given.rounds} rounds, {len(os.sched_getaffinity(0))} cores")
    print(f"{'':18}{'s/page':>8}{'least':>8}{'most':>8}{'× gouji':>9}")
    base = seconds.get("gouji") or next(iter(seconds.values()))
    for name, taken in seconds.items():
        ratio = median(a / b for a, b in zip(taken, base, strict=True))
        print(f"{name:18}{median(taken):8.2f}{min(taken):8.2f}{max(taken):8.2f}{ratio:9.2f}")


if __name__ == "__main__":
    main()
