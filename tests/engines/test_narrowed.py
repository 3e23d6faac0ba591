from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gouji.engines.narrowed import read_narrowed
from gouji.protocols import Image, Reading

NARROW = 0.6
SIDE = 20  # pixels of a character in these crops; each is a shade of its own, between columns of white


def crop_of(text: str) -> Image:
    """A line in which every character is a column of its own grey."""
    crop = np.full((SIDE, SIDE * len(text)), 255, np.uint8)
    for i, char in enumerate(text):
        crop[:, i * SIDE + 4 : (i + 1) * SIDE - 4] = SIGNS.index(char)
    return crop


SIGNS = "本年收入为元和支出共计，1234567890."


class Reader:
    """Reads such crops; narrowed, it takes `slips` (what is printed → what it says) for granted."""

    def __init__(self, slips: dict[str, str] | None = None, chance: float = 0.99) -> None:
        self.slips, self.chance = slips or {}, chance
        self.asked: list[tuple[str, float]] = []

    def __call__(self, crops: Sequence[Image], share: float) -> list[Reading]:
        """The readings of crops narrowed to a share of their width."""
        return [self._read(crop, share) for crop in crops]

    def _read(self, crop: Image, share: float) -> Reading:
        shades = [int(shade) for shade in crop[SIDE // 2] if shade < len(SIGNS)]
        text = "".join(SIGNS[shade] for i, shade in enumerate(shades) if i % (SIDE - 8) == 0)
        self.asked.append((text, share))
        for printed, said in self.slips.items() if share < 1 else ():
            text = text.replace(printed, said)
        places = tuple((i + 0.5) / len(text) for i in range(len(text)))
        return Reading(text, self.chance if text else 0.0, (self.chance,) * len(text), places)


def test_words_are_read_once() -> None:
    """A line of words is read narrowed and not again."""
    reader = Reader()
    assert [reading.text for reading in read_narrowed([crop_of("本年收入，支出")], reader, NARROW)] == [
        "本年收入，支出"
    ]
    assert reader.asked == [("本年收入，支出", NARROW)]


def test_worn_words_are_read_in_full() -> None:
    """A line of words that are not sure narrowed is read again as a whole."""
    reader = Reader({"支": "和"}, chance=0.9)
    assert [reading.text for reading in read_narrowed([crop_of("本年收入支出")], reader, NARROW)] == ["本年收入支出"]
    assert reader.asked == [("本年收入支出", NARROW), ("本年收入支出", 1.0)]


def test_figures_are_read_in_full_with_a_neighbour_on_either_side() -> None:
    """Of a line of words the figures alone are read again."""
    reader = Reader()
    line = "本年收入共计支出和1156.7元和收入支出本年"
    (reading,) = read_narrowed([crop_of(line)], reader, NARROW)
    assert reader.asked[1:] == [("和1156.7元", 1.0)]
    assert reading.text == line
    assert len(reading.chars) == len(reading.places) == len(line)
    assert list(reading.places) == sorted(reading.places)


@pytest.mark.parametrize("line", ["123.45", "为123.45元"])
def test_a_line_that_is_mostly_a_figure_is_read_in_full(line: str) -> None:
    """What has no words, or hardly any, is read again as a whole."""
    reader = Reader()
    assert [reading.text for reading in read_narrowed([crop_of(line)], reader, NARROW)] == [line]
    assert reader.asked == [(line, NARROW), (line, 1.0)]


@pytest.mark.parametrize("slips", [{"115": "15"}, {"元": "出"}, {"6.7": "6"}])
def test_a_line_in_which_the_readings_differ_is_read_in_full(slips: dict[str, str]) -> None:
    """Where a figure or its neighbour reads otherwise in full, none of the line is taken from the narrowed reading."""
    reader = Reader(slips)
    line = "本年收入共计支出和1156.7元和收入支出本年"
    (reading,) = read_narrowed([crop_of(line)], reader, NARROW)
    assert reader.asked[-1] == (line, 1.0)
    assert reading.text == line


def test_figures_of_one_line_stand_in_their_places() -> None:
    """Several figures of a line are each put back where they were."""
    line = "本年收入为12元，支出和共计为345.6元，本年收入支出"
    (reading,) = read_narrowed([crop_of(line)], Reader(), NARROW)
    assert reading.text == line
    assert reading.places == pytest.approx([(i + 0.5) / len(line) for i in range(len(line))], abs=0.02)


def test_blank_crops_stay_blank() -> None:
    """What reads as nothing narrowed is read in full before it is nothing."""
    reader = Reader()
    assert [reading.text for reading in read_narrowed([crop_of("本年")[:, :3]], reader, NARROW)] == [""]
    assert [share for _, share in reader.asked] == [NARROW, 1.0]
