"""Which arithmetic reads lines fastest on this machine: measured once by `gouji doctor --tune`, kept in the cache."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Literal

import numpy as np

from gouji.config import EngineSettings
from gouji.engines.weights import cache_dir
from gouji.protocols import Image

if TYPE_CHECKING:
    from gouji.engines.ocr_openvino import OpenVinoEngine

Precision = Literal["f32", "bf16", "int8"]
PRECISIONS: tuple[Precision, ...] = ("f32", "bf16", "int8")  # from the most exact to the least
ROUNDS = 5
LINES = 16
GAIN = {"f32": 1.0, "bf16": 1.1, "int8": 1.1}  # how much faster than the more exact it must be to be worth its rounding
FILE = "tuned.json"


@dataclass(frozen=True)
class Timing:
    """How many lines of print (about seven characters each) were read in a second, narrowed as words are."""

    precision: Precision
    lines_per_second: float


def measure(settings: EngineSettings) -> list[Timing]:
    """The timings of every arithmetic that can be had here, the most exact first.

    Raises:
        SetupError: OpenVINO is missing.
    """
    from gouji.engines.ocr_openvino import OpenVinoEngine, precisions_for

    crops = _crops()
    timings = []
    for precision in (p for p in PRECISIONS if p in precisions_for(settings)):
        engine = OpenVinoEngine(settings.model_copy(update={"precision": precision}))
        rounds = [_seconds(engine, crops, settings.rec_narrow) for _ in range(ROUNDS + 1)]
        timings.append(Timing(precision, LINES / median(rounds[1:])))
    return timings


def _crops() -> list[Image]:
    """Lines of noise: the time does not depend on what they say."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (48, 320), np.uint8) for _ in range(LINES)]


def _seconds(engine: OpenVinoEngine, crops: list[Image], share: float) -> float:
    start = time.perf_counter()
    engine.read_at(crops, share)
    return time.perf_counter() - start


def choose_precision(timings: list[Timing]) -> Precision:
    """The fastest, each taken only where it is clearly faster than what is more exact."""
    chosen = Timing("f32", 0.0)
    for timing in timings:
        if timing.lines_per_second > GAIN[timing.precision] * chosen.lines_per_second:
            chosen = timing
    return chosen.precision


def save_choice(precision: Precision) -> None:
    """Keep the choice for the next runs on this machine; written whole or not at all."""
    folder = cache_dir()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{FILE}.{os.getpid()}"
    draft.write_text(json.dumps({"precision": precision}), "utf-8")
    draft.replace(folder / FILE)


def saved_choice() -> Precision | None:
    """What was chosen on this machine; None when nothing was, or the file is damaged."""
    try:
        chosen = json.loads((cache_dir() / FILE).read_text("utf-8"))["precision"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return next((precision for precision in PRECISIONS if precision == chosen), None)
