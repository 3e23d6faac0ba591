from __future__ import annotations

import math
from pathlib import Path

import pytest

from gouji.engines.language import Language, count_grams, load_language, plain, save_language
from gouji.engines.weights import shipped_language, simplified_twins

TEXTS = ["本年收入合计", "本年支出合计", "本年收入合计 1,234.50 万元"]


def test_what_was_heard_is_likelier() -> None:
    """After its usual context a character is likelier than others, and any heard one likelier than an unheard one."""
    language = Language(count_grams(TEXTS))
    assert language.log_chance("入", "年收") > language.log_chance("出", "年收")
    assert language.log_chance("入", "") > language.log_chance("囧", "")
    assert language.log_chance("囧", "年收") > math.log(1e-5)


def test_chances_add_up_to_no_more_than_one() -> None:
    """The chances of all heard characters after a context leave something for the unheard."""
    language = Language(count_grams(TEXTS))
    heard = {char for text in TEXTS for char in plain(text)}
    for context in ("", "年", "本年", "囧囧"):
        assert 0 < sum(math.exp(language.log_chance(char, context)) for char in heard) < 1


def test_figures_are_all_alike() -> None:
    """A figure counts as a figure, whatever its digits."""
    assert plain("共 1,234.50 万元") == plain("共7万元") == "共0万元"


def test_model_comes_back_from_its_file(tmp_path: Path) -> None:
    """Saved and loaded again the model says the same; the same counts give the same bytes."""
    counts = count_grams(TEXTS)
    for name in ("a", "b"):
        save_language(counts, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert load_language(tmp_path / "a").log_chance("收", "本年") == Language(counts).log_chance("收", "本年")


def test_shipped_model_knows_the_field() -> None:
    """The model that gouji carries has heard how budgets speak."""
    language = shipped_language()
    assert language is not None
    assert language.log_chance("拨", "财政") > language.log_chance("找", "财政") + 4


@pytest.mark.parametrize(("form", "twin"), [("預", "预"), ("額", "额"), ("貼", "贴")])
def test_traditional_forms_have_twins(form: str, twin: str) -> None:
    """Forms that the mainland no longer prints are read as what it prints."""
    assert simplified_twins([form, twin])[form] == twin


def test_characters_of_the_mainland_stay() -> None:
    """What GB 2312 holds is nobody's twin, nor are names' rare characters or signs."""
    assert simplified_twins(list("著乾藉堃喆项目1㎡")) == {}
