"""How long an archive will take: a range that holds, or nothing while too little is known.

Documents are read in the order of their hashes, which has nothing to do with what is in them: those that are done are
at every moment a fair sample of those that wait.
"""

from __future__ import annotations

import math

ENOUGH = 8


class Pace:
    """Seconds of work that documents took, of which `workers` are worked on at a time."""

    def __init__(self, workers: int) -> None:
        self._workers = max(1, workers)
        self._number = 0
        self._sum = 0.0
        self._squares = 0.0

    def add(self, seconds: float) -> None:
        """One more document is done."""
        self._number += 1
        self._sum += seconds
        self._squares += seconds * seconds

    def left_s(self, documents: int) -> tuple[float, float] | None:
        """Seconds, at least and at most (19 times of 20), until so many more are done; None when too few are known."""
        if self._number < ENOUGH:
            return None
        mean = self._sum / self._number
        variance = max(0.0, self._squares - self._number * mean * mean) / (self._number - 1)
        spread = 2 * math.sqrt(variance * (documents + documents * documents / self._number))
        total = documents * mean
        return max(0.0, total - spread) / self._workers, (total + spread) / self._workers


def told(left: tuple[float, float] | None) -> str:
    """The range in words; "" when there is none."""
    if left is None:
        return ""
    low, high = (_rounded(seconds) for seconds in left)
    return f"{low} left" if low == high else f"{low} to {high} left"


def _rounded(seconds: float) -> str:
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
