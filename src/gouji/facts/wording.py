"""The shared wording and the rules, read from `configs/facts/*.toml` and compiled once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from gouji.config import data_dir
from gouji.errors import SetupError

_SHARED = {"grammar.toml", "names.toml", "scopes.toml", "terms.toml"}


class RuleText(BaseModel):
    """One `[[rule]]` as written; `docs` of the fields stand in `Rule`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    key: str | None = None
    keys: tuple[str, ...] = ()
    budget_key: str | None = None
    budget_both: bool = False
    unit: str | tuple[str, ...]
    item: str
    needs: str | None = None
    denied: str | None = None
    after: str | None = None
    after_denied: str | None = None
    context: str | None = None
    context_heading: bool = False
    unless: str | None = None
    scopes: tuple[str, ...] = ()
    not_scopes: tuple[str, ...] = ()
    subject: str | None = None
    share: str | None = None
    rank: int = 1
    any_measure: bool = False
    positive: bool = False
    least: Decimal | None = None
    change: bool = False
    total: bool = False
    zero: bool = False


@dataclass(frozen=True)
class Rule:
    """One way to name a figure.

    `keys`: the facts that a figure of that name states (none: the name is known and states nothing).
    `item`: the name with the shared tail behind it, ending where the figure begins; group 1 is the name alone.
    `denied` is searched in the clause, `context` in the paragraph up to the figure, `unless` in the whole sentence,
    `after` is matched behind the figure, `least` is the smallest believable value.
    A fact of rank 0 gives way to one of rank 1 with the same key.
    """

    text: RuleText
    keys: tuple[str, ...]
    units: frozenset[str]
    item: re.Pattern[str]
    zero_item: re.Pattern[str]
    needs: re.Pattern[str] | None
    denied: re.Pattern[str] | None
    after: re.Pattern[str] | None
    after_denied: re.Pattern[str] | None
    context: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    @property
    def kind(self) -> str:
        """What the item is counted in: the first of its units."""
        return self.text.unit if isinstance(self.text.unit, str) else self.text.unit[0]


@dataclass(frozen=True)
class Scope:
    """What a section or sentence can be about.

    A silent one states no facts; a weak one's opening tells nothing against a section that is known.
    """

    id: str
    heading: re.Pattern[str]
    opening: re.Pattern[str] | None
    silent: bool
    weak: bool


@dataclass(frozen=True)
class Grammar:
    """The shared patterns of `grammar.toml`, compiled."""

    bare: re.Pattern[str]
    bare_needs: re.Pattern[str]
    budget: re.Pattern[str]
    actual: re.Pattern[str]
    measure_free: re.Pattern[str]
    change: re.Pattern[str]
    fall: re.Pattern[str]
    rise: re.Pattern[str]
    comparator: re.Pattern[str]
    budget_comparator: re.Pattern[str]
    unchanged: re.Pattern[str]
    prior: re.Pattern[str]
    risen: re.Pattern[str]
    share: re.Pattern[str]
    completion: re.Pattern[str]
    reason: re.Pattern[str]
    reason_end: re.Pattern[str]
    ordinal: re.Pattern[str]
    told: re.Pattern[str]
    purpose: re.Pattern[str]
    moved: re.Pattern[str]
    aside: re.Pattern[str]
    denied_before: re.Pattern[str]
    zero_before: str
    zero_after: str
    placeholder: re.Pattern[str]
    slips: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def load_grammar() -> Grammar:
    """The shared wording.

    Raises:
        SetupError: the shipped file is missing or broken.
    """
    raw = _read(_folder() / "grammar.toml")
    plain = ("budget", "actual", "measure_free", "comparator", "budget_comparator", "unchanged", "reason", "reason_end",
             "ordinal", "told", "purpose", "moved", "fall", "rise", "placeholder")  # fmt: skip
    ends = ("aside", "prior", "risen", "share", "completion", "denied_before")
    change = f"(?!{raw['level_after_change']})(?P<way>{raw['fall']}|{raw['rise']}){raw['change_tail']}$"
    patterns = {name: re.compile(raw[name]) for name in plain} | {
        name: re.compile(f"(?:{raw[name]})$") for name in ends
    }
    return Grammar(
        bare=re.compile(raw["bare"]),
        bare_needs=re.compile(raw["bare_needs"]),
        change=re.compile(change),
        zero_before=raw["zero_before"],
        zero_after=raw["zero_after"],
        slips=tuple(raw["slips"].items()),
        **patterns,
    )


@lru_cache(maxsize=1)
def load_scopes() -> tuple[Scope, ...]:
    """The scopes, most specific first."""
    return tuple(
        Scope(
            raw["id"],
            re.compile(raw["heading"]),
            re.compile(raw["opening"]) if "opening" in raw else None,
            raw.get("silent", False),
            raw.get("weak", False),
        )
        for raw in _read(_folder() / "scopes.toml")["scope"]
    )


@lru_cache(maxsize=1)
def load_rules() -> tuple[Rule, ...]:
    """All rules of all topics.

    Raises:
        SetupError: a rule that cannot be understood.
    """
    tail = "|".join(re.escape(word) if "[" not in word else word for word in _read(_folder() / "grammar.toml")["tail"])
    rules = []
    for path in sorted(_folder().glob("*.toml")):
        if path.name not in _SHARED:
            rules += [_compile(RuleText.model_validate(raw), tail) for raw in _read(path)["rule"]]
    return tuple(rules)


def _compile(text: RuleText, tail: str) -> Rule:
    grammar = load_grammar()
    before = f"(?:{grammar.zero_before})[^，。；：、]{{0,6}}?(?:{text.item})"
    after = f"(?:{text.item})[^，。；：]{{0,6}}(?:{grammar.zero_after})"
    return Rule(
        text=text,
        keys=text.keys or ((text.key,) if text.key else ()),
        units=frozenset([text.unit] if isinstance(text.unit, str) else text.unit),
        item=re.compile(f"({text.item})(?:{tail})*$"),
        zero_item=re.compile(f"{before}|{after}"),
        needs=_optional(text.needs),
        denied=_optional(text.denied),
        after=_optional(text.after),
        after_denied=_optional(text.after_denied),
        context=_optional(text.context),
        unless=_optional(text.unless),
    )


def _optional(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None


def _folder() -> Path:
    return data_dir("configs") / "facts"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SetupError(f"{path.name}: the shipped wording cannot be read ({error}); install gouji again") from error
