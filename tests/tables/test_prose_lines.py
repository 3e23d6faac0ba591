from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from tables.drawing import blank, draw, plan_of, write, write_in

from gouji.config import EngineSettings, load_settings
from gouji.geometry import Box
from gouji.protocols import Image, Quad, Reading
from gouji.tables.prose import boxes_to_lines, cut_prose, find_prose, in_reading_order, join_pieces

DPI = 150


def seen_at(dpi: int) -> EngineSettings:
    return load_settings().engine.model_copy(update={"sight_dpi": dpi})


def quad_of(box: Box, grow: int = 4) -> Quad:
    x0, y0, x1, y1 = box[0] - grow, box[1] - grow, box[2] + grow, box[3] + grow
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)


def quads_in(image: Image) -> list[Quad]:
    """A line wherever print stands closer than a few characters."""
    near = cv2.dilate((image < 220).astype(np.uint8), np.ones((9, 41), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(near)
    boxes = [(x + 18, y + 2, x + w - 18, y + h - 2) for x, y, w, h, _ in stats[1:count].tolist()]
    return [quad_of(box, 0) for box in boxes]


@dataclass
class Finder:
    """An engine that finds the print it is shown, and keeps what it was shown."""

    stray: Sequence[Box] = ()
    name: str = "finder"
    models: tuple[str, ...] = ()
    shown: list[Image] = field(default_factory=list)

    def find_lines(self, image: Image) -> list[Quad]:
        """Print, and the stray boxes."""
        self.shown.append(image)
        return [*quads_in(image), *(quad_of(box) for box in self.stray)]

    def read_lines(self, crops: Sequence[Image]) -> list[Reading]:
        """Not to be called."""
        raise AssertionError("nothing is to be read")


def test_lines_are_tight_and_in_order() -> None:
    """Boxes lie tight around the ink, from top to bottom, side by side from left to right."""
    page = blank(400, 700)
    first = write(page, 60, 50, "部门：云岭县档案馆", 24)
    beside = write(page, 500, 52, "单位：万元", 24)
    below = write(page, 100, 120, "一、收入支出决算情况说明", 24)
    found = find_prose(page, [], DPI, Finder(), seen_at(DPI))
    assert found == [pytest.approx(box, abs=2) for box in (first, beside, below)]


def test_tables_are_hidden_from_the_engine() -> None:
    """What stands inside the frames of tables is white on the page that the engine is shown."""
    plan = plan_of([200, 200], [60] * 3, at=60)
    page = draw(plan, image=blank(400, 700))
    write_in(page, plan.box(plan.spans[0]), "合计", 24)
    outside = write(page, 60, 300, "注：本表为空表", 24)
    frame = (plan.xs[0], plan.ys[0], plan.xs[-1], plan.ys[-1])
    assert find_prose(page, [frame], DPI, Finder(), seen_at(DPI)) == [pytest.approx(outside, abs=2)]
    assert (page[plan.ys[0]] == 0).any()


def test_detector_sees_only_where_print_is() -> None:
    """Blank margins and the room that tables leave are not shown; boxes come back to where they are on the page."""
    page = blank(2400, 1600)
    boxes = [write(page, 300 + 40 * i, y, "一、收入支出决算情况说明", 24) for i, y in enumerate((120, 220, 1700, 2310))]
    engine = Finder()
    assert find_prose(page, [], DPI, engine, seen_at(110)) == [pytest.approx(box, abs=3) for box in boxes]
    assert engine.shown[0].size < 0.12 * page.size


def test_large_print_is_looked_at_from_farther_away() -> None:
    """Small print is shown at the resolution that is set, large print at no more than it takes to see it."""
    shown = []
    for size in (11, 44):
        page, engine = blank(800, 1400), Finder()
        boxes = [write(page, 60, 80 + 100 * i, "云岭县档案馆收入支出", size) for i in range(6)]
        assert len(find_prose(page, [], DPI, engine, seen_at(DPI))) == 6
        columns = np.flatnonzero((engine.shown[0] < 220).any(axis=0))
        shown.append((columns[-1] + 1 - columns[0]) / (boxes[0][2] - boxes[0][0]))
    assert shown[0] == pytest.approx(1.0, abs=0.1)
    assert shown[1] < 0.5


def test_blank_page_is_not_shown() -> None:
    """The engine is not asked about a page without ink."""
    engine = Finder()
    assert find_prose(blank(200, 200), [], DPI, engine, seen_at(DPI)) == []
    assert engine.shown == []


def test_quads_without_ink_are_dropped() -> None:
    """A line found where there is no ink is none."""
    page = blank(300, 500)
    write(page, 60, 50, "本年收入", 24)
    assert len(find_prose(page, [], DPI, Finder([(60, 200, 200, 230)]), seen_at(DPI))) == 1


def test_pieces_of_a_line_are_joined() -> None:
    """Boxes of one line that nearly touch are one; a wide gap and another line keep them apart."""
    boxes = [(130, 11, 200, 30), (10, 10, 120, 30), (300, 10, 400, 30), (10, 40, 90, 60)]
    assert sorted(join_pieces(boxes)) == [(10, 10, 200, 30), (10, 40, 90, 60), (300, 10, 400, 30)]
    assert join_pieces([]) == []


def test_a_seal_takes_no_line_to_itself() -> None:
    """What is much higher than the page's lines is joined with none of them, though it stands beside one."""
    lines = [(10, y, 200, y + 20) for y in (10, 40, 70, 100)]
    seal = (205, 20, 290, 130)
    assert sorted(join_pieces([*lines, seal])) == sorted([*lines, seal])


def test_a_box_over_several_lines_falls_into_them() -> None:
    """Where the engine sees two lines and a seal's pale print as one, each line has a box of its own."""
    page = blank(400, 900)
    lines = [write(page, 60, y, "本年收入合计支出总计财政拨款收入支出决算表说明", 24) for y in (50, 100, 150, 200, 250)]

    class Merger(Finder):
        """Sees the last two lines as one."""

        def find_lines(self, image: Image) -> list[Quad]:
            """A quad for each line, and one for the last two."""
            *first, above, below = sorted(quads_in(image), key=lambda quad: float(quad[0, 1]))
            both = np.concatenate([above, below])
            (x0, y0), (x1, y1) = both.min(axis=0), both.max(axis=0)
            return [*first, quad_of((int(x0), int(y0), int(x1), int(y1)))]

    found = find_prose(page, [], DPI, Merger(), seen_at(DPI))
    assert [box[1::2] for box in found] == [pytest.approx(box[1::2], abs=3) for box in lines]


def test_reading_order() -> None:
    """Lines a little higher or lower than their neighbour belong to one row."""
    boxes = [(300, 8, 400, 28), (10, 12, 120, 32), (10, 50, 90, 70)]
    assert in_reading_order(boxes) == [(10, 12, 120, 32), (300, 8, 400, 28), (10, 50, 90, 70)]


def test_crops_have_a_margin() -> None:
    """The crop of a line is its box with a little of the page around it, also at the page's edge."""
    page = blank(100, 300)
    assert cut_prose(page, (100, 40, 200, 60)).shape > (20, 100)
    assert cut_prose(page, (0, 0, 300, 20)).shape[0] < 30


def test_lines_are_normalised_character_by_character() -> None:
    """Text is normalised with a confidence for each of its characters; what could not be read is left out."""
    boxes = [(0, 0, 90, 20), (0, 30, 90, 50), (0, 60, 90, 80), (0, 90, 90, 110)]
    readings = [
        Reading("２０２５年㎡", 0.9, (0.91, 0.92, 0.93, 0.94, 0.95, 0.8)),
        Reading("", 0.0),
        Reading("囧囧", 0.2, (0.2, 0.2)),
        Reading("⼊", 0.99, (0.99,)),
    ]
    first, last = boxes_to_lines(boxes, readings)
    assert (first.text, first.box, first.confidence) == ("2025年m2", boxes[0], 0.9)
    assert first.chars == (0.91, 0.92, 0.93, 0.94, 0.95, 0.8, 0.8)
    assert (last.text, last.box) == ("入", boxes[3])
