"""Grids with what stands around them: captions found, and whether prose keeps a grid from its neighbours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gouji.geometry import center
from gouji.records import Grid, Line
from gouji.tables.captions import Caption, is_passing, read_caption
from gouji.tables.leaves import Leaf
from gouji.zh import squeeze

EDGE = 0.09  # of the page's height: where running heads and feet stand
RUNNING_PAGES = 3


@dataclass(frozen=True)
class Placed:
    """A grid with its leaf and caption; `first` and `last` tell whether prose stands above or below it there."""

    leaf: int
    page: int
    height: int
    dpi: int
    landscape: bool
    grid: Grid
    caption: Caption
    first: bool
    last: bool

    @property
    def room(self) -> float:
        """What of the leaf is left below the grid, as a share of its height."""
        return 1 - self.grid.box[3] / self.height

    @property
    def inches(self) -> float:
        """The grid's width on paper."""
        return (self.grid.xs[-1] - self.grid.xs[0]) / max(1, self.dpi)


def running_texts(leaves: Sequence[Leaf]) -> frozenset[str]:
    """Texts (figures aside) that stand at the top or foot of three leaves or more: running heads and feet."""
    texts: Counter[str] = Counter()
    for leaf in leaves:
        edge = EDGE * leaf.page.height
        ends = [line for line in leaf.lines if line.box[3] < edge or line.box[1] > leaf.page.height - edge]
        texts.update({_figureless(line) for line in ends})
    return frozenset(text for text, count in texts.items() if count >= RUNNING_PAGES)


def _figureless(line: Line) -> str:
    return re.sub(r"\d+", "#", squeeze(line.text))


def place_grids(leaf: Leaf, running: frozenset[str] = frozenset()) -> list[Placed]:
    """The grids of one leaf with their captions; lines that say what is in `running` do not count as prose."""
    placed = []
    grids = sorted(leaf.grids, key=lambda grid: grid.box[1])
    used: set[int] = set()
    for i, grid in enumerate(grids):
        top = grids[i - 1].box[3] if i else 0
        bottom = grids[i + 1].box[1] if i + 1 < len(grids) else leaf.page.height
        free = [line for line in leaf.lines if id(line) not in used and _figureless(line) not in running]
        caption = read_caption(grid.box, free, top, bottom)
        used |= {id(line) for line in caption.lines}
        rest = [line for line in free if id(line) not in used and not is_passing(line)]
        placed.append(
            Placed(
                leaf.number, leaf.page.page, leaf.page.height, leaf.page.dpi, leaf.landscape, grid, caption,
                first=i == 0 and not any(center(line.box)[1] < grid.box[1] for line in rest),
                last=i == len(grids) - 1 and not any(center(line.box)[1] > grid.box[3] for line in rest),
            )
        )  # fmt: skip
    return placed
