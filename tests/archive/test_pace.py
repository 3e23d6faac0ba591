from __future__ import annotations

import random

from gouji.archive.pace import Pace, told


def test_range_holds_the_truth() -> None:
    """Over archives of few long and many short documents, the time left lies in the range told, 9 times of 10."""
    held = asked = 0
    for seed in range(20):
        chance = random.Random(seed)
        seconds = [chance.choice((0.3, 0.5, 1.0, 12.0)) for _ in range(400)]
        pace = Pace(2)
        for done, spent in enumerate(seconds, 1):
            pace.add(spent)
            if done in (20, 50, 100, 200, 350):
                left = pace.left_s(len(seconds) - done)
                assert left is not None
                held += left[0] <= sum(seconds[done:]) / 2 <= left[1]
                asked += 1
    assert held / asked >= 0.9


def test_range_narrows() -> None:
    """The more is known, the narrower the range."""
    chance, pace = random.Random(1), Pace(1)
    widths = []
    for done in range(1, 301):
        pace.add(chance.choice((1.0, 3.0)))
        if done in (10, 100, 300):
            low, high = pace.left_s(1000) or (0.0, 0.0)
            widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


def test_nothing_is_told_while_little_is_known() -> None:
    """After a few documents there is no estimate rather than a bad one."""
    pace = Pace(1)
    for _ in range(5):
        pace.add(1.0)
    assert pace.left_s(10) is None
    assert told(None) == ""


def test_range_is_told_in_fit_units() -> None:
    """Seconds, minutes, hours; one figure when both ends round to the same."""
    assert told((31.0, 44.0)) == "30 s to 45 s left"
    assert told((600.0, 610.0)) == "10 min left"
    assert told((7200.0, 10800.0)) == "2.0 h to 3.0 h left"
