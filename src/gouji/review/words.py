"""The page's two languages. Chinese is written in the templates; English stands here, by the Chinese."""

from __future__ import annotations

from fastapi import Request

LANGUAGES = ("zh", "en")


def language(request: Request) -> str:
    """The language that the person switched to; Chinese at first."""
    chosen = request.session.get("lang")
    return chosen if chosen in LANGUAGES else "zh"


class Words:
    """Called with a Chinese word gives it in the language; what has no English stays Chinese."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, word: str, **values: object) -> str:
        """The word with `{name}` in it put in."""
        text = ENGLISH.get(word, word) if self.lang == "en" else word
        return text.format(**values) if values else text


ENGLISH = {}
