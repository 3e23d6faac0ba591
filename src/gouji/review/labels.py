"""What facts are called on the page."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def _labels() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("labels.toml").read_text("utf-8"))


def fact_name(key: str, lang: str = "zh") -> str:
    """The fact's Chinese name, "一般公共预算支出 · 增减额"; the key itself in English, or when it has no name."""
    if lang == "en":
        return key
    base, dot, ending = key.rpartition(".")
    names = _labels()
    if key in names["facts"]:
        return names["facts"][key]
    known = dot and base in names["facts"] and ending in names["endings"]
    return f"{names['facts'][base]} · {names['endings'][ending]}" if known else key
