"""Official subjects (科目) and the other data of `configs/synth`, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from gouji.config import data_dir


@cache
def synth_data(name: str) -> dict[str, Any]:
    """The parsed `configs/synth/<name>.toml`; don't change what it returns."""
    return tomllib.loads((data_dir("configs") / "synth" / f"{name}.toml").read_text("utf-8"))


def function_name(code: str) -> str:
    """The official name of a function code of 3, 5 or 7 digits."""
    return str(synth_data("subjects")["functions"][code])


def economic_name(code: str) -> str:
    """The official name of an economic code of 3 or 5 digits."""
    return str(synth_data("subjects")["economic"][code])
