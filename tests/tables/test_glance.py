"""Figures that the small reader may read alone."""

from __future__ import annotations

import numpy as np

from gouji.protocols import Reading
from gouji.tables.glance import take_plain

WIDE = np.full((20, 60), 255, np.uint8)


def figure(text: str, chance: float, *places: float) -> Reading:
    return Reading(text, chance, (chance,) * len(text), places)


def test_sure_figures_of_a_clear_page_are_taken() -> None:
    """Where nearly all figures are sure, the sure ones stand; what is no figure goes to the engine."""
    sure, word = figure("1.25", 0.995, 0.2, 0.4, 0.55, 0.8), figure("??", 0.999, 0.3, 0.7)
    assert take_plain([[sure, word, None]], [[WIDE] * 3]) == [[sure, None, None]]


def test_nothing_is_taken_of_a_worn_page() -> None:
    """Where many figures are unsure the engine reads all."""
    sure, unsure = figure("1.25", 0.995, 0.2, 0.4, 0.55, 0.8), figure("3.25", 0.9, 0.2, 0.4, 0.55, 0.8)
    assert take_plain([[sure, unsure]], [[WIDE] * 2]) == [[None, None]]


def test_figure_that_leaves_print_unread_is_not_taken() -> None:
    """A figure beside which there is room for another sign is not taken alone, however sure it is."""
    assert take_plain([[figure("0", 0.999, 0.2)]], [[WIDE]]) == [[None]]
