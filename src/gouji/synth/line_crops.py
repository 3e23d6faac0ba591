"""Crops of printed lines as scanners and fax machines leave them, to measure a recogniser's ranges on.

    python -m gouji.synth.line_crops WORDS.txt OUT.npz [COUNT] [SEED]

WORDS.txt holds a line for each cell, heading and paragraph (`gouji.synth.wording`); one crop in four is a figure. OUT
holds the crops as arrays of their own, grey, paper 255.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gouji.synth.figure_crops import cut_text, draw_text, print_text, scan_text

if TYPE_CHECKING:
    from gouji.synth.figure_crops import Grey

FIGURES = 0.25  # share of crops that are figures
LONGEST = 36  # characters of a line of prose


def draw_lines(words: Sequence[str], count: int, seed: int) -> Iterator[Grey]:
    """So many crops; repeatable by seed."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        line = words[int(rng.integers(len(words)))]
        start = int(rng.integers(max(1, len(line) - LONGEST)))
        text = draw_text(rng) if rng.random() < FIGURES else line[start : start + LONGEST]
        clean = print_text(text, rng)
        yield cut_text(scan_text(clean, rng), clean.shape, rng)


def main(given: Sequence[str]) -> None:
    """The command line."""
    words = Path(given[0]).read_text("utf-8").splitlines()
    count, seed = int(given[2] if len(given) > 2 else 400), int(given[3] if len(given) > 3 else 0)
    np.savez_compressed(given[1], *draw_lines(words, count, seed))


if __name__ == "__main__":
    main(sys.argv[1:])
