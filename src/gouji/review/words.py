"""The page's two languages. Chinese is written in the templates; English in `words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from fastapi import Request

from gouji.run import MESSAGES

LANGUAGES = ("zh", "en")


def language(request: Request) -> str:
    """The language that the person switched to; Chinese at first."""
    chosen = request.session.get("lang")
    return chosen if chosen in LANGUAGES else "zh"


def reason(code: str, message: str, lang: str) -> str:
    """Why a file could not be taken or read: in Chinese where the kind of failure has a sentence, else the message."""
    return MESSAGES.get(code, message) if lang == "zh" else message


class Words:
    """Called with a Chinese word gives it in the language; what has no English stays Chinese."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, word: str, **values: object) -> str:
        """The word with `{name}` in it put in."""
        text = _english().get(word, word) if self.lang == "en" else word
        return text.format(**values) if values else text


@cache
def _english() -> dict[str, str]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
