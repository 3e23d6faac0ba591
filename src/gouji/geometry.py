"""Boxes in the one frame: pixels of the upright page, origin top left, `(x0, y0, x1, y1)`, half open."""

from __future__ import annotations

from collections.abc import Iterable

Box = tuple[int, int, int, int]


def width(box: Box) -> int:
    """Width in pixels; 0 for an empty box."""
    return max(0, box[2] - box[0])


def height(box: Box) -> int:
    """Height in pixels; 0 for an empty box."""
    return max(0, box[3] - box[1])


def area(box: Box) -> int:
    """Area in square pixels."""
    return width(box) * height(box)


def center(box: Box) -> tuple[float, float]:
    """The middle point, `(x, y)`."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def shift(box: Box, dx: int, dy: int) -> Box:
    """The box moved."""
    return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy


def contains(box: Box, point: tuple[float, float]) -> bool:
    """Whether the point lies in the half-open box."""
    return box[0] <= point[0] < box[2] and box[1] <= point[1] < box[3]


def intersection(a: Box, b: Box) -> Box:
    """The common part; an empty box (area 0) when there is none."""
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all.

    Raises:
        ValueError: there is no box.
    """
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def overlap_y(a: Box, b: Box) -> float:
    """Shared height as a share (0..1) of the lower of the two boxes; 0 when either is flat."""
    shared = min(a[3], b[3]) - max(a[1], b[1])
    return max(0.0, shared / max(1, min(height(a), height(b))))


def overlap_x(a: Box, b: Box) -> float:
    """Shared width as a share (0..1) of the narrower of the two boxes."""
    shared = min(a[2], b[2]) - max(a[0], b[0])
    return max(0.0, shared / max(1, min(width(a), width(b))))


def inflate(box: Box, dx: int, dy: int) -> Box:
    """The box grown by `dx` to the left and right and `dy` up and down (shrunk when negative)."""
    return box[0] - dx, box[1] - dy, box[2] + dx, box[3] + dy
