from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gouji.engines.ctc import Decoder
from gouji.engines.language import Language, count_grams

ALPHABET = ["", "收", "入", "支", "1", "7", ".", "。", ",", "，", " "]
Frames = NDArray[np.float32]


def frames(*rows: dict[str, float]) -> Frames:
    """Probabilities from what each frame holds; what is missing to 1 is spread over the other classes."""
    table = np.zeros((len(rows), len(ALPHABET)), np.float32)
    for row, held in zip(table, rows, strict=True):
        rest = 1 - sum(held.values())
        row[:] = rest / (len(ALPHABET) - len(held))
        for char, chance in held.items():
            row[ALPHABET.index(char)] = chance
    return table


def sure(text: str) -> Frames:
    """One frame a character; "_" is CTC's blank."""
    return frames(*({"" if char == "_" else char: 0.999} for char in text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("收收入__支", "收入支"),
        ("_1_1_", "11"),
        ("11_1", "11"),
        ("111", "1"),
        ("收_ _入", "收 入"),
        ("____", ""),
        ("支", "支"),
    ],
)
def test_repeats_are_one_and_blanks_none(path: str, text: str) -> None:
    """Frames of one class in a row are one character, unless a blank parts them."""
    assert Decoder(ALPHABET).decode(sure(path)).text == text


@settings(derandomize=True, max_examples=40, deadline=None, database=None)
@given(st.text("收入支17.", min_size=1, max_size=12))
def test_every_text_comes_back(text: str) -> None:
    """Any text written with a blank between its characters is read back, one confidence and place a character."""
    reading = Decoder(ALPHABET).decode(sure("_".join(text)))
    assert reading.text == text
    assert len(reading.chars) == len(reading.places) == len(text)
    assert list(reading.places) == sorted(reading.places)
    assert all(0 <= place <= 1 for place in reading.places)
    assert reading.confidence == pytest.approx(0.999, abs=1e-4)


def test_nothing_read_is_no_confidence() -> None:
    """An empty crop gives an empty reading without confidence."""
    reading = Decoder(ALPHABET).decode(sure("____"))
    assert (reading.text, reading.confidence, reading.chars, reading.alternatives) == ("", 0.0, (), ())


def test_confidence_is_that_of_the_peak() -> None:
    """A character is as sure as its surest frame, and stands where that frame is."""
    reading = Decoder(ALPHABET).decode(frames({"收": 0.6}, {"收": 0.9}, {"": 0.99}, {"": 0.99}))
    assert reading.chars == pytest.approx((0.9,))
    assert reading.places == pytest.approx((1.5 / 4,))


def test_spaces_do_not_count() -> None:
    """A doubtful space makes a reading no less sure."""
    reading = Decoder(ALPHABET).decode(frames({"收": 0.98}, {" ": 0.5}, {"入": 0.96}))
    assert reading.text == "收 入"
    assert reading.confidence == pytest.approx(0.97)


def test_only_spaces_are_no_confidence() -> None:
    """A reading of blanks alone is not sure of anything."""
    assert Decoder(ALPHABET).decode(sure(" ")).confidence == 0.0


def test_places_count_along_the_crop() -> None:
    """Padding right of the crop is left aside when places are told."""
    padded = np.concatenate([sure("_收_入"), sure("____")])
    assert Decoder(ALPHABET).decode(padded, used=0.5).places == pytest.approx((1.5 / 4, 3.5 / 4))
    assert Decoder(ALPHABET).decode(padded).places == pytest.approx((1.5 / 8, 3.5 / 8))


def test_runner_up_is_told() -> None:
    """Where a second character is likely, the reading with it is an alternative, with its chance against the winner."""
    reading = Decoder(ALPHABET).decode(frames({"1": 0.6, "7": 0.3}, {"": 0.99}, {"收": 0.999}))
    assert reading.text == "1收"
    ((text, chance),) = reading.alternatives
    assert text == "7收"
    assert chance == pytest.approx(1 / 3, abs=0.01)


def test_missing_character_is_an_alternative() -> None:
    """A character that may not be there at all gives the reading without it."""
    reading = Decoder(ALPHABET).decode(frames({"1": 0.999}, {".": 0.55, "": 0.4}, {"7": 0.999}))
    assert reading.text == "1.7"
    assert reading.alternatives[0][0] == "17"


def test_alternatives_come_best_first() -> None:
    """At most three alternatives are told, the likeliest first; unlikely ones are not."""
    reading = Decoder(ALPHABET).decode(
        frames({"1": 0.9, "7": 0.09}, {"": 0.99}, {"收": 0.55, "支": 0.4}, {"": 0.99}, {"入": 0.98, "支": 0.0001}),
    )
    assert [text for text, _ in reading.alternatives] == ["1支入", "7收入"]
    many = Decoder(ALPHABET).decode(frames(*[{"1": 0.6, "7": 0.3}, {"": 0.99}] * 5))
    assert len(many.alternatives) == 3


@pytest.mark.parametrize(("winner", "other"), [(".", "。"), (",", "，"), (" ", "")])
def test_width_of_punctuation_is_no_alternative(winner: str, other: str) -> None:
    """The same mark in another width, or a blank more or less, is no other reading."""
    reading = Decoder(ALPHABET).decode(frames({"1": 0.999}, {winner: 0.6, other: 0.39}, {"7": 0.999}))
    assert reading.alternatives == ()


WORDS = ["", "财", "政", "拨", "找", "款", "預", "预", "算", "1", "7", " "]


def shown(*rows: dict[str, float]) -> Frames:
    """Frames over `WORDS`; what is missing to 1 is blank."""
    table = np.zeros((len(rows), len(WORDS)), np.float32)
    for row, held in zip(table, rows, strict=True):
        for char, chance in held.items():
            row[WORDS.index(char)] = chance
        row[0] += 1 - sum(held.values())
    return table


@pytest.fixture(scope="module")
def language() -> Language:
    return Language(count_grams(["财政拨款", "财政拨款预算", "一般公共预算财政拨款1,234.50"] * 20))


def test_traditional_forms_are_read_as_their_simplified_twins() -> None:
    """A form and its twin are one character: they merge, and their chances add up."""
    decoder = Decoder(WORDS, twins={"預": "预"})
    reading = decoder.decode(shown({"預": 0.5, "预": 0.3}, {"预": 0.6, "預": 0.3}, {"": 1.0}, {"算": 0.99}))
    assert reading.text == "预算"
    assert reading.chars[0] == pytest.approx(0.9)


def test_language_settles_characters_in_doubt(language: Language) -> None:
    """Of two characters that look alike, the one that the field writes there is read; the other stays as runner-up."""
    doubtful = shown({"财": 0.99}, {"": 1}, {"政": 0.99}, {"": 1}, {"找": 0.5, "拨": 0.2}, {"": 1}, {"款": 0.99})
    assert Decoder(WORDS).decode(doubtful).text == "财政找款"
    reading = Decoder(WORDS, language).decode(doubtful)
    assert reading.text == "财政拨款"
    assert 0.5 < reading.chars[2] < 1
    assert "财政找款" in [text for text, _ in reading.alternatives]


def test_language_never_overrules_a_sure_look(language: Language) -> None:
    """A character that is clearly seen is read, however odd it is there."""
    seen = shown({"财": 0.99}, {"": 1}, {"政": 0.99}, {"": 1}, {"找": 0.985, "拨": 0.01}, {"": 1}, {"款": 0.99})
    assert Decoder(WORDS, language).decode(seen).text == "财政找款"


def test_language_puts_back_a_dropped_character(language: Language) -> None:
    """Where a character faintly shows between two others and the field writes it there, it was dropped."""
    faint = shown({"财": 0.99}, {"": 1}, {"政": 0.99}, {"": 1}, {"拨": 0.3}, {"": 1}, {"款": 0.99})
    assert Decoder(WORDS).decode(faint).text == "财政款"
    assert Decoder(WORDS, language).decode(faint).text == "财政拨款"
    bare = shown({"财": 0.99}, {"": 1}, {"政": 0.99}, {"": 1}, {"款": 0.99})
    assert Decoder(WORDS, language).decode(bare).text == "财政款"


def test_figures_are_read_as_they_look(language: Language) -> None:
    """No language weighs one digit against another, nor a digit against a character."""
    figures = shown({"1": 0.55, "7": 0.4}, {"": 1}, {"7": 0.5, "拨": 0.45}, {"": 1}, {"1": 0.6, "款": 0.3})
    assert Decoder(WORDS, language).decode(figures).text == Decoder(WORDS).decode(figures).text == "171"


def test_doubtful_crops_tell_what_figure_they_may_be() -> None:
    """Of a crop in doubt the best path through the signs of figures is told too; of a sure one it is not."""
    assert Decoder(WORDS).decode(shown({"找": 0.6, "1": 0.3}, {"": 1}, {"拨": 0.7, "7": 0.2})).figure == "17"
    assert Decoder(WORDS).decode(shown({"1": 0.99}, {"": 1}, {"7": 0.99})).figure == ""
