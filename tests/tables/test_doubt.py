from __future__ import annotations

from collections.abc import Sequence

import pytest
from tables.drawing import Grey, blank

from gouji.protocols import Image, Reading
from gouji.tables.doubt import settle, vote
from gouji.tables.fill import CellLine
from gouji.tables.lattice import Lattice, LatticeCell
from gouji.zh import parse_number

ROWS = 5
CROP = blank(30, 90)


def lattice() -> Lattice:
    cells = tuple(LatticeCell(r, c, 1, 1) for r in range(ROWS) for c in range(2))
    return Lattice((0, 100, 200), tuple(range(0, 40 * ROWS + 1, 40)), cells)


def read(text: str, chance: float = 0.99, *others: tuple[str, float]) -> Reading:
    return Reading(text, chance, (chance,) * len(text), (), tuple(others))


def column(readings: Sequence[Reading], col: int = 1) -> list[CellLine]:
    return [CellLine(2 * r + col, (10, 10, 80, 30), (1, 1, 99, 39)) for r in range(len(readings))]


class Says:
    """A reader that says the same of every crop; None: it may not be asked."""

    def __init__(self, reading: Reading | None) -> None:
        self.reading = reading

    def read_lines(self, crops: Sequence[Image]) -> list[Reading]:
        """The same for every crop."""
        assert self.reading is not None, "a sure figure is not read again"
        return [self.reading] * len(crops)


NEVER = Says(None)


def always(text: str, chance: float = 0.98) -> Says:
    return Says(read(text, chance))


def settled(readings: Sequence[Reading], again: Says, figures: Says | None = None, crop: Grey = CROP) -> list[Reading]:
    crops = [crop] * len(readings)
    said = figures.read_lines(crops) if figures else [None] * len(readings)
    return settle(lattice(), column(readings), crops, readings, said, again, figures)


def test_sure_figures_are_not_read_again() -> None:
    """Figures read with confidence, and words, stay and cost nothing."""
    readings = [read("12.50"), read("1,860.00"), read("0.00"), read("合计"), read("7")]
    assert settled(readings, NEVER) == readings


def test_doubtful_figure_is_read_again() -> None:
    """A figure read with little confidence takes the text on which its other readings agree."""
    readings = [read("12.50"), read("1.00"), read("73.05", 0.4, ("78.05", 0.3)), read("3"), read("4.10")]
    result = settled(readings, always("78.05"))
    assert [reading.text for reading in result] == ["12.50", "1.00", "78.05", "3", "4.10"]
    assert result[2].confidence > 0.5
    assert "73.05" in [text for text, _ in result[2].alternatives]
    assert [result[i] for i in (0, 1, 3, 4)] == [readings[i] for i in (0, 1, 3, 4)]


@pytest.mark.parametrize(
    ("shown", "number"),
    [("1O.5O", "10.50"), ("l2.30", "12.30"), ("1.353.56", "1,353.56"), ("12：50", "12.50"), ("212,76", "212.76")],
)
def test_letters_in_a_column_of_figures_are_digits(shown: str, number: str) -> None:
    """In a column of figures, letters and marks that look like digits and points are taken for them."""
    readings = [read("12.50"), read("1.00"), read("3.00"), read("4.00"), read(shown, 0.6)]
    result = settled(readings, always(number, 0.9))[-1]
    assert result.text == number
    assert parse_number(result.text) is not None


def test_words_are_not_made_figures() -> None:
    """In a column of names nothing is read again."""
    readings = [read("行政运行"), read("住房公积金", 0.5), read("合计"), read("医疗", 0.3), read("其他")]
    assert settled(readings, NEVER) == readings


def test_print_of_which_nothing_was_read_is_read_again() -> None:
    """A line of print that gave no text is read in other renderings, the other lines are not."""
    readings = [read("行政运行"), read("", 0.0), read("合计")]
    assert [reading.text for reading in settled(readings, always("事业单"))] == ["行政运行", "事业单", "合计"]


def test_lone_stroke_is_a_dash() -> None:
    """A lone flat stroke is a dash, whatever the engine took it for."""
    flat = [CellLine(1, (10, 18, 70, 21), (1, 1, 99, 39)), CellLine(3, (10, 18, 22, 21), (1, 1, 99, 39))]
    long, short = settle(lattice(), flat, [CROP, CROP], [read("一"), read("一")], [None, None], NEVER)
    assert (long.text, short.text) == ("—", "-")
    assert long.confidence == 0.99


def test_no_lines_nothing_to_settle() -> None:
    """A lattice without print has nothing to settle."""
    assert settle(lattice(), [], [], [], [], NEVER) == []


def test_vote_of_one_mind() -> None:
    """Readings that agree keep their text."""
    result = vote([read("12.50", 0.8)] * 3)
    assert result.text == "12.50"
    assert 0.7 < result.confidence <= 1
    assert len(result.chars) == len(result.text)


def test_vote_goes_to_the_most_weight() -> None:
    """Of different numbers, that with the most confidence behind it wins; the others are alternatives."""
    result = vote([read("18.37", 0.9), read("18.3", 0.5), read("18.37", 0.8)])
    assert result.text == "18.37"
    assert result.alternatives[0][0] == "18.3"
    assert 0 < result.confidence < 1


def test_digits_that_lost_their_strokes_are_read_as_figures() -> None:
    """In a column of figures a faint sign of another script is the figure it can only be; words there stay words."""
    sign = Reading("あ", 0.6, (0.6,), (), (), "46")
    word = Reading("合计", 0.8, (0.8, 0.8), (), (), "47")
    readings = [read("44"), read("45"), sign, word, read("48")]
    result = settled(readings, Says(sign))
    assert [reading.text for reading in result] == ["44", "45", "46", "合计", "48"]
    assert result[2].confidence < 0.5


def test_reader_of_figures_confirms() -> None:
    """A doubtful number that the reader of figures reads too is believed without another look."""
    (result,) = settled([read("30239", 0.6)], NEVER, always("30239", 0.97))
    assert (result.text, result.confidence > 0.95) == ("30239", True)


def test_reader_of_figures_contradicts() -> None:
    """A number that the reader of figures surely reads otherwise is put to the vote, its other reading kept."""
    (result,) = settled([read("37.39", 0.92, ("527.39", 0.3))], always("527.39", 0.6), always("527.39", 0.99))
    assert result.text == "527.39"
    assert "37.39" in [text for text, _ in result.alternatives]
    assert result.confidence < 0.9


def test_reader_of_figures_in_doubt_contradicts_nobody() -> None:
    """A sure number stays when the reader of figures is unsure, or says that it is no figure."""
    for said in (read("73.05", 0.5), read("7?.05", 0.99)):
        assert settled([read("78.05")], NEVER, Says(said)) == [read("78.05")]


def test_figure_with_fewer_decimals_than_its_column_is_doubtful() -> None:
    """A lost last digit shows by the column's decimals: another reading that has them wins, else the figure is odd."""
    others = [read("12.50"), read("1.00"), read("3.07"), read("4.10")]
    mended = settled([*others, read("147.1", 0.97)], always("147.12", 0.6))
    assert mended[-1].text == "147.12"
    (*_, kept) = settled([*others, read("147.1", 0.97)], always("147.1", 0.97))
    assert (kept.text, kept.confidence <= 0.6) == ("147.1", True)
    assert settled([*others, read("147", 0.97)], NEVER)[-1].text == "147"


def test_figure_without_the_sign_of_its_column_is_doubtful() -> None:
    """Where nearly all figures of a column are per cent, one without the sign has lost it, or read it as a digit."""
    others = [read("100%"), read("98%"), read("100%"), read("90%")]
    (*_, mended) = settled([*others, read("108", 0.97)], always("100%", 0.99))
    assert mended.text == "100%"
    (*_, kept) = settled([*others, read("108", 0.97)], always("108", 0.97))
    assert (kept.text, kept.confidence <= 0.6) == ("108", True)
    assert settled([*others[:2], read("15")], NEVER)[-1].confidence > 0.9


@pytest.mark.parametrize("text", ["8/10", "120份", "≥95%", "0起"])
def test_what_is_surely_no_figure_stays_in_a_column_of_figures(text: str) -> None:
    """Figures with words or signs that no figure has are no doubtful figures, whatever the reader of figures says."""
    readings = [read("12.50"), read("1.00"), read(text), read("3.00"), read("4.00")]
    said = [None, None, read("".join(filter(str.isdigit, text))), None, None]
    assert settle(lattice(), column(readings), [CROP] * ROWS, readings, said, NEVER, NEVER) == readings


@pytest.mark.parametrize("sign", ["二", "ー", '"', "一"])
def test_any_lone_flat_sign_is_a_dash(sign: str) -> None:
    """What is much wider than high is a dash, even where the engine took it for another sign; a figure is none."""
    flat = CellLine(1, (10, 18, 40, 21), (1, 1, 99, 39))
    assert settle(lattice(), [flat], [CROP], [read(sign)], [None], NEVER)[0].text == "—"
    tall = CellLine(1, (10, 8, 18, 30), (1, 1, 99, 39))
    assert settle(lattice(), [tall], [CROP], [read("1")], [None], NEVER)[0].text == "1"
