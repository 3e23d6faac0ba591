"""The words of fictitious reports, a line for each cell, heading and paragraph: what the language model learns from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from gouji.synth.blocks import Block
from gouji.synth.grid import Form
from gouji.synth.invent import invent
from gouji.synth.manuscript import write_manuscript

SEED = 70_000  # away from the seeds that demonstrations and measurements use


def texts_of(number: int) -> Iterator[str]:
    """All texts of one fictitious report; repeatable by number."""
    seed = SEED + number
    report = write_manuscript(invent(seed, report="budget" if number % 2 else "final_account"), seed)
    for item in report.items:
        if isinstance(item, Form):
            yield from (cell.text for cell in item.cells)
            yield from (item.title, *item.notes)
        elif isinstance(item, Block):
            yield item.text


def main(arguments: list[str]) -> None:
    """Write the texts of so many reports (the second argument) to a file (the first)."""
    lines = (text for number in range(int(arguments[1])) for text in texts_of(number))
    worded = (text for text in lines if any("\u4e00" <= char <= "\u9fff" for char in text))
    Path(arguments[0]).write_text("".join(f"{' '.join(text.split())}\n" for text in worded), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
