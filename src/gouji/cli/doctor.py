"""`gouji doctor`: what is there, what will be used, what to do about the rest."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gouji.config import Settings, data_dir, load_settings
from gouji.errors import GoujiError, SetupError
from gouji.version import __version__

NEEDED = ("onnxruntime", "layoutparser", "numpy", "pillow", "pydantic", "pypdfium2", "rapidocr", "spacy")
OPTIONAL = {
    "paddleocr": 'engine.name = "paddle"',
    "openvino": 'the faster engine: pip install "gouji[fast]"',
    "paddlepaddle": 'PaddleOCR models in Paddle\'s own format: pip install "gouji[paddle]"',
    "scrapy": 'gouji crawl: pip install "gouji[crawl]"',
    "sqlalchemy": 'gouji load: pip install "gouji[database]"',
    "openpyxl": 'gouji export: pip install "gouji[sheets]"',
    "prefect": 'flows: pip install "gouji[flows]"',
    "py7zr": '7z archives in gouji archive: pip install "gouji[archive]"',
    "rarfile": 'RAR archives in gouji archive: pip install "gouji[archive]"',
    "prefect-dask": 'flows.archive with archive.runner = "dask": pip install "gouji[dask]"',
    "fpdf2": 'gouji synth: pip install "gouji[synth]"',
}


@dataclass(frozen=True)
class Observation:
    """One line of what is found. `advice`: what to do, "" when all is well. `needed`: gouji can't work without."""

    what: str
    state: str
    advice: str = ""
    needed: bool = False


def examine(config: Path | None, overrides: list[str]) -> int:
    """Print what is found; gives 7 when something needed is missing, else 0."""
    observations = list(observe(load_settings(config, overrides)))
    table = Table(show_header=False, expand=False, box=None, pad_edge=False)
    for seen in observations:
        mark = Text("✓", "green") if not seen.advice else Text("✗", "bold red") if seen.needed else Text("–", "yellow")
        table.add_row(mark, seen.what, seen.state, Text(seen.advice, style="yellow"))
    console = Console()
    console.print(table)
    missing = sum(bool(seen.advice) and seen.needed for seen in observations)
    console.print("All that is needed is there." if not missing else f"{missing} needed thing(s) missing: see above.")
    return SetupError.exit_code if missing else 0


def tune(config: Path | None, overrides: list[str]) -> int:
    """Measure what reads fastest on this machine, print it and keep the choice.

    Raises:
        SetupError: OpenVINO is missing.
    """
    from gouji.engines.tune import choose_precision, measure, save_choice

    timings = measure(load_settings(config, overrides).engine)
    for timing in timings:
        print(f"{timing.precision}: {timing.lines_per_second:.1f} lines of print a second")
    chosen = choose_precision(timings)
    save_choice(chosen)
    print(f"engine.precision = auto now means {chosen} on this machine.")
    return 0


def observe(settings: Settings) -> Iterator[Observation]:
    """All observations, from the machine up to the models."""
    yield Observation("gouji", __version__)
    yield Observation("Python", f"{platform.python_version()}, {sys.executable}")
    yield Observation("processor", f"{platform.machine()}, {os.cpu_count()} cores")
    yield from (_package(name, "install gouji again, with constraints.txt", needed=True) for name in NEEDED)
    yield from (_package(name, f"only for {advice}") for name, advice in OPTIONAL.items())
    yield _program(settings.archive.office_command, "only for office files in gouji archive: install LibreOffice")
    yield _program("unrar", "only for compressed RAR archives; unar, 7z or bsdtar will do as well")
    yield _tried("cv2", cv2_state, "pip install --force-reinstall --no-deps opencv-python-headless==4.10.0.84")
    yield from _engine(settings)
    yield _tried(
        "NER model", lambda: ner_state(settings), "make ner, or set facts.ner = false: facts by patterns alone", False
    )


def _package(name: str, advice: str, needed: bool = False) -> Observation:
    try:
        return Observation(name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Observation(name, "not installed", advice, needed)


def _program(name: str, advice: str) -> Observation:
    place = shutil.which(name)
    return Observation(name, place or "not there", "" if place else advice)


def _tried(what: str, look: Callable[[], str], advice: str, needed: bool = True) -> Observation:
    try:
        return Observation(what, look())
    except (GoujiError, ImportError, OSError) as error:
        return Observation(what, str(error).splitlines()[0], advice, needed)


def cv2_state() -> str:
    """The version of cv2 and which of its builds won.

    Raises:
        ImportError: it does not load, as when a build with windows lacks libGL.
    """
    cv2 = importlib.import_module("cv2")
    return f"{cv2.__version__}, {'headless' if is_headless(cv2.getBuildInformation()) else 'with windows: needs libGL'}"


def is_headless(build: str) -> bool:
    """Whether cv2's build information tells of a build without windows, which needs no libGL."""
    gui = next((line for line in build.splitlines() if line.strip().startswith("GUI:")), "GUI: NONE")
    return gui.split(":", 1)[1].strip() in ("NONE", "")


def _engine(settings: Settings) -> Iterator[Observation]:
    from gouji.engines.registry import PREFERRED, settle

    engine = settle(settings.engine)
    package = dict(PREFERRED).get(engine.name)
    missing = package is not None and importlib.util.find_spec(package) is None
    advice = f"pip install {package}, or set engine.name" if missing else ""
    yield Observation("engine", f"{engine.name} on {engine.device}", advice, missing)
    for task, folder, name in (
        ("detection", settings.engine.det_model_dir, settings.engine.det_model_name),
        ("recognition", settings.engine.rec_model_dir, settings.engine.rec_model_name),
    ):
        yield _tried(task, partial(weights_state, task, folder, name), "install gouji again, with constraints.txt")
    detector = settings.detector
    yield Observation("table detector", detector.name + (f" with {detector.weights}" if detector.weights else ""))


def weights_state(task: str, folder: str, name: str) -> str:
    """Which weights will be used for "detection" or "recognition".

    Raises:
        SetupError: they are missing.
    """
    from gouji.engines.weights import onnx_file, shipped_weights

    if folder:
        if not Path(folder).expanduser().is_dir():
            raise SetupError(f"{folder}: there is no such folder; correct the settings")
        return f"your folder {folder}"
    if name:
        return f"{name}, from PaddleOCR's own cache (fetched there at first use)"
    weights = shipped_weights(task)
    return f"{weights.name}, {onnx_file(weights)}"


def ner_state(settings: Settings) -> str:
    """Which NER model will be used.

    Raises:
        SetupError: there is none.
    """
    if not settings.facts.ner:
        return "switched off"
    given = settings.facts.ner_model_dir
    folder = Path(given).expanduser() if given else data_dir("models") / "ner"
    if not (folder / "meta.json").is_file():
        raise SetupError(f"{folder}: there is no spaCy model in it")
    return str(folder)
