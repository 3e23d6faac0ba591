from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gouji.engines.narrowed import read_narrowed
from gouji.protocols import Image, Reading
from gouji.zh import FIGURE_SIGNS, NO_FIGURE

NARROW = 0.6
SIDE = 20  # pixels of a character in these crops; each is a shade of its own, between columns of white


def crop_of(text: str) -> Image:
    """A line in which every character is a column of its own grey."""
    crop = np.full((SIDE, SIDE * len(text)), 255, np.uint8)
    for i, char in enumerate(text):
        crop[:, i * SIDE + 4 : (i + 1) * SIDE - 4] = SIGNS.index(char)
    return crop


SIGNS = "本年收入为元和支出共计，1234567890.-,"


class Reader:
    """Reads such crops with `slips` (what is printed → what it says) narrowed, others in `full`; a `gap` is white."""

    def __init__(
        self,
        slips: dict[str, str] | None = None,
        chance: float = 0.99,
        full: dict[str, str] | None = None,
        gap: int = 0,
    ) -> None:
        self.slips, self.chance, self.full, self.gap = slips or {}, chance, full or {}, gap
        self.asked: list[tuple[str, float]] = []

    def __call__(self, crops: Sequence[Image], share: float) -> list[Reading]:
        """The readings of crops narrowed to a share of their width."""
        return [self._read(crop, share) for crop in crops]

    def _read(self, crop: Image, share: float) -> Reading:
        shades = [int(shade) for shade in crop[SIDE // 2] if shade < len(SIGNS)]
        text = "".join(SIGNS[shade] for i, shade in enumerate(shades) if i % (SIDE - 8) == 0)
        self.asked.append((text, share))
        for printed, said in (self.slips if share < 1 else self.full).items():
            text = text.replace(printed, said)
        signs = len(text) + bool(self.gap)
        places = tuple((i + 0.5 + bool(self.gap and i >= self.gap)) / signs for i in range(len(text)))
        return Reading(text, self.chance if text else 0.0, (self.chance,) * len(text), places)


class FigureReader:
    """Reads such crops as the reader of figures does: "?" for what is no sign of a figure."""

    def __init__(self, slips: dict[str, str] | None = None, chance: float = 1.0) -> None:
        self.slips, self.chance = slips or {}, chance

    def read_lines(self, crops: Sequence[Image]) -> list[Reading]:
        """One reading for each crop."""
        return [self._read(crop) for crop in crops]

    def _read(self, crop: Image) -> Reading:
        (reading,) = Reader(chance=self.chance)([crop], 1.0)
        text = "".join(char if char in FIGURE_SIGNS else NO_FIGURE for char in reading.text)
        for printed, said in self.slips.items():
            text = text.replace(printed, said)
        places = tuple((i + 0.5) / len(text) for i in range(len(text)))
        return Reading(text, self.chance, (self.chance,) * len(text), places)


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


LINE = "本年收入共计支出和1156.7元和收入支出本年"


def test_a_figure_that_its_reader_surely_reads_alike_stands() -> None:
    """Words narrowed and a figure alone among them that the reader of figures confirms need nothing read in full."""
    reader = Reader()
    (reading,) = read_narrowed([crop_of(LINE)], reader, NARROW, FigureReader())
    assert reader.asked == [(LINE, NARROW)]
    assert reading.text == LINE
    assert reading.places == pytest.approx([(i + 0.5) / len(LINE) for i in range(len(LINE))], abs=0.02)


@pytest.mark.parametrize(
    "figures", [FigureReader({"1156": "156"}), FigureReader({"6.7": "67"}), FigureReader(chance=0.98)]
)
def test_a_figure_that_its_reader_does_not_confirm_is_read_in_full(figures: FigureReader) -> None:
    """What the reader of figures reads otherwise or is not sure of goes to the recogniser again."""
    reader = Reader()
    (reading,) = read_narrowed([crop_of(LINE)], reader, NARROW, figures)
    assert reader.asked[1:] == [("和1156.7元", 1.0)]
    assert reading.text == LINE


@pytest.mark.parametrize("slips", [{"和11": "和1"}, {".7元": "元"}, {"115": "15"}])
def test_a_digit_lost_narrowed_is_seen_by_the_reader_of_figures(slips: dict[str, str]) -> None:
    """The reader of figures sees the neighbours and all between them, whatever was read narrowed."""
    reader = Reader(slips)
    (reading,) = read_narrowed([crop_of(LINE)], reader, NARROW, FigureReader())
    assert reader.asked[-1] == (LINE, 1.0)
    assert reading.text == LINE


def test_a_dash_before_a_figure_is_not_taken_for_a_part_of_the_word_before_it() -> None:
    """Lost narrowed, and strange to the reader of figures, a minus is still seen: its line is read in full."""
    line = "本年收入共计支出和-1156.7元和收入支出本年"
    crop = crop_of(line)
    dash = slice(line.index("-") * SIDE, (line.index("-") + 1) * SIDE)
    crop[:, dash] = np.where(np.abs(np.arange(SIDE) - SIDE // 2)[:, None] <= 1, crop[:, dash], 255)
    reader = Reader({"-": ""})
    (reading,) = read_narrowed([crop], reader, NARROW, FigureReader({"-": "?"}))
    assert reader.asked[-1] == (line, 1.0)
    assert reading.text == line


def test_a_comma_between_figures_is_read_in_full() -> None:
    """Figures beside a mark that may be their own, narrowed, are none that stand alone."""
    line = "本年收入共计支出和12，345元和收入支出本年"
    reader = Reader()
    (reading,) = read_narrowed([crop_of(line)], reader, NARROW, FigureReader())
    assert reader.asked[1:] == [("和12，345元", 1.0)]
    assert reading.text == line


def test_a_figure_that_begins_with_a_comma_lost_its_digit() -> None:
    """Narrowed 1,345 may be read as ,345: it is read in full, whatever the reader of figures says."""
    line = "本年收入共计支出和1,345元和收入支出本年"
    reader = Reader({"1,": ","})
    (reading,) = read_narrowed([crop_of(line)], reader, NARROW, FigureReader({"1,": "?,"}))
    assert reader.asked[-1] == (line, 1.0)
    assert reading.text == line


def test_the_width_of_a_mark_is_no_other_reading() -> None:
    """What is read again agrees though it gives a mark at its end another width; the line keeps its own."""
    reader = Reader(full={"，": ","})
    line = "本年收入共计支出和12345，本年和收入支出本年"
    (reading,) = read_narrowed([crop_of(line)], reader, NARROW)
    assert reader.asked[1:] == [("和12345，", 1.0)]
    assert reading.text == line


def test_white_room_in_a_line_holds_no_character() -> None:
    """A wide gap has its line read in full only when there is print in it."""
    line = "本年收入共计支出和收入"
    crop = np.insert(crop_of(line), [6 * SIDE] * SIDE, 255, axis=1).astype(np.uint8)
    worn = crop.copy()
    worn[SIDE // 4, 6 * SIDE + SIDE // 2] = 100
    for image, shares in ((crop, [NARROW]), (worn, [NARROW, 1.0])):
        reader = Reader(gap=6)
        read_narrowed([image], reader, NARROW)
        assert [share for _, share in reader.asked] == shares


def test_blank_crops_stay_blank() -> None:
    """What reads as nothing narrowed is read in full before it is nothing."""
    reader = Reader()
    assert [reading.text for reading in read_narrowed([crop_of("本年")[:, :3]], reader, NARROW)] == [""]
    assert [share for _, share in reader.asked] == [NARROW, 1.0]
