from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gouji.geometry import (
    Box,
    area,
    center,
    contains,
    height,
    inflate,
    intersection,
    overlap_x,
    overlap_y,
    union,
    width,
)

often = settings(derandomize=True, max_examples=50, deadline=None, database=None)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x, y = draw(st.integers(0, 50)), draw(st.integers(0, 50))
    return x, y, x + draw(st.integers(1, 50)), y + draw(st.integers(1, 50))


@often
@given(boxes(), boxes())
def test_common_part_lies_in_both_and_union_holds_both(a: Box, b: Box) -> None:
    """The common part is no larger than either box, the union no smaller; both are the same from either side."""
    both, around = intersection(a, b), union([a, b])
    assert area(both) <= min(area(a), area(b))
    assert area(around) >= max(area(a), area(b))
    assert both == intersection(b, a)
    assert around == union([b, a])
    assert intersection(around, a) == a


@often
@given(boxes(), boxes())
def test_overlaps_are_shares(a: Box, b: Box) -> None:
    """Overlaps lie in 0..1, are symmetric, and 1 for a box with itself."""
    for overlap in (overlap_x, overlap_y):
        assert 0 <= overlap(a, b) <= 1
        assert overlap(a, b) == overlap(b, a)
        assert overlap(a, a) == 1


@often
@given(boxes(), st.integers(0, 9), st.integers(0, 9))
def test_growing_keeps_the_middle(box: Box, dx: int, dy: int) -> None:
    """A grown box has the same middle, and shrinking undoes growing."""
    grown = inflate(box, dx, dy)
    assert center(grown) == center(box)
    assert (width(grown), height(grown)) == (width(box) + 2 * dx, height(box) + 2 * dy)
    assert inflate(grown, -dx, -dy) == box


def test_boxes_are_half_open() -> None:
    """The left and upper edge belong to a box, the right and lower do not; what has no extent has no area."""
    box = (10, 20, 30, 40)
    assert contains(box, (10, 20))
    assert not contains(box, (30, 25))
    assert not contains(box, (15, 40))
    assert (width((5, 0, 3, 9)), height((0, 9, 9, 5)), area((5, 0, 3, 9))) == (0, 0, 0)
    assert area(intersection(box, (30, 20, 50, 40))) == 0


def test_union_of_nothing_is_an_error() -> None:
    """There is no box around no boxes."""
    with pytest.raises(ValueError, match="unpack"):
        union([])
