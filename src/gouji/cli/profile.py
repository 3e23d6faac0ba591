"""`gouji read --profile`: where the seconds went, stage by stage, in one process."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

import typer

# Stages in the order of the corridor: what a person reads, and the functions that do it (file, function).
STAGES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("rasterise", (("pdf_file.py", "raster"), ("image_file.py", "raster"), ("bound_images.py", "raster"))),
    ("clean", (("clean.py", "clean_page"),)),
    (
        "upright",
        (
            ("upright.py", "find_skew"),
            ("upright.py", "rotate"),
            ("upright.py", "find_turn"),
            ("reading.py", "without_bend"),
        ),
    ),
    ("rulings, lattices", (("ruled_ink.py", "find_rulings"), ("lattice.py", "rulings_to_lattices"))),
    ("lines of prose", (("prose.py", "find_prose"),)),
    ("print in cells", (("fill.py", "find_cell_print"),)),
    ("tables joined", (("join.py", "join_pages"),)),
    ("forms", (("recognise.py", "recognise_forms"), ("items.py", "read_items"))),
    ("narrative, facts", (("narrative.py", "build_narrative"), ("extract.py", "extract_facts"))),
    ("checks", (("evaluate.py", "run_checks"),)),
)
MODELS = tuple(
    (file, name) for file in ("ocr_openvino.py", "ocr_paddle.py", "figures.py") for name in ("find_lines", "read_lines")
)
ASKING = (("narrowed.py", "_read_figures"),)  # readers of lines that ask another; its seconds are in theirs


@contextmanager
def profiled() -> Iterator[None]:
    """Print the seconds of each stage when the block ends, however it ends."""
    profile = cProfile.Profile(builtins=False)  # to watch every call into libraries as well would slow the others down
    profile.enable()
    try:
        yield
    finally:
        profile.disable()
        for line in stage_lines(pstats.Stats(profile)):
            typer.echo(line)


def stage_lines(stats: pstats.Stats) -> Iterator[str]:
    """A line for each stage: seconds in all, with what it calls, and its share of the whole.

    Stages call the models too, so the models' share stands by itself at the end.
    """
    told: dict[Any, Any] = stats.stats  # type: ignore[attr-defined]  # typeshed leaves it out
    whole = max(float(stats.total_tt), 1e-9)  # type: ignore[attr-defined]
    for name, functions in (*STAGES, ("of it in the models", MODELS)):
        seconds = sum(_seconds(entry) for place, entry in told.items() if _spot(place) in functions)
        yield f"  {name:20}{seconds:9.2f} s{seconds / whole:8.1%}"
    yield f"  {'in all':20}{whole:9.2f} s"


def _spot(place: tuple[str, int, str]) -> tuple[str, str]:
    return PurePath(place[0]).name, place[2]


def _seconds(entry: Any) -> float:
    """Those of a function with what it calls, but for the calls by `ASKING`."""
    return float(entry[3] - sum(part[3] for caller, part in entry[4].items() if _spot(caller) in ASKING))
