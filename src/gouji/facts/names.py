"""Entities that need no learning: figures by their units, bodies by their kind, the official names of subjects.

They stand in `configs/facts/names.toml`. What the trained recogniser finds of projects comes first: a year in
a project's name is a part of the name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from gouji.config import data_dir

FIGURE = r"(?<![\d.．,，])[-−]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:[.．]\d+)?"
HEAD = 2  # characters by which names are looked up; none is shorter


@dataclass(frozen=True)
class Entity:
    """One labelled span of a paragraph's text."""

    start: int
    end: int
    label: str
    text: str


@dataclass(frozen=True)
class Names:
    """Patterns by label, each with a group "span"; subjects' names by their first characters, longest first."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    figures: frozenset[str]
    subjects: dict[str, tuple[str, ...]]
    items: frozenset[str]
    classes: frozenset[str]
    before: re.Pattern[str]
    behind_items: re.Pattern[str]
    behind_class: re.Pattern[str]


@cache
def load_names() -> Names:
    """What `names.toml` says. A class is also known without its "支出", where 类 follows."""
    raw = tomllib.loads((data_dir("configs") / "facts" / "names.toml").read_text("utf-8"))
    written = {**raw["figures"], **raw["bodies"]}
    patterns = tuple((label, re.compile(p.replace("{figure}", FIGURE))) for label, p in written.items())
    subjects, around = raw["subjects"], raw["around"]
    short = frozenset(name.removesuffix("支出") for name in subjects["classes"])
    by_head: dict[str, list[str]] = {}
    for name in {*short, *(name for group in subjects.values() for name in group)}:
        by_head.setdefault(name[:HEAD], []).append(name)
    return Names(
        patterns, frozenset(raw["figures"]),
        {head: tuple(sorted(names, key=len, reverse=True)) for head, names in by_head.items()},
        frozenset(subjects["items"]), short,
        re.compile(around["before"]), re.compile(around["items"]), re.compile(around["class"]),
    )  # fmt: skip


def known_entities(text: str) -> list[Entity]:
    """The figures, bodies and subjects of a text, in no order."""
    names = load_names()
    found = [
        Entity(match.start("span"), match.start("span") + len(span), label, span)
        for label, pattern in names.patterns
        for match in pattern.finditer(text)
        if (span := match["span"].rstrip())
    ]
    return [*found, *_subjects(text, names)]


def _subjects(text: str, names: Names) -> Iterator[Entity]:
    at = 0
    while at < len(text) - 1:
        named = next(
            (name for name in names.subjects.get(text[at : at + HEAD], ()) if _is_meant(text, at, name, names)), ""
        )
        if named:
            yield Entity(at, at + len(named), "ITEM", named)
        at += max(1, len(named))


def _is_meant(text: str, at: int, name: str, names: Names) -> bool:
    """Whether the name stands here, in surroundings that make it a subject's and not a word of the sentence."""
    if not text.startswith(name, at) or (at and not names.before.match(text[at - 1])):
        return False
    end = at + len(name)
    if name.endswith("费") and text.startswith("用", end):
        return False
    if name in names.classes:
        return bool(names.behind_class.match(text, end))
    return name not in names.items or bool(names.behind_items.match(text, end))


def together(learnt: Iterable[Entity], text: str) -> tuple[Entity, ...]:
    """Learnt and known entities without overlap, in order: projects, bodies, what is known, then other learnt ones.

    Figures are what the patterns say: no learnt figure stays.
    """
    spans, known = list(learnt), known_entities(text)
    figures = load_names().figures
    ranked = [
        *(span for span in spans if span.label == "PROJECT"),
        *(span for span in known if span.label == "ORG"),
        *(span for span in spans if span.label == "ORG"),
        *(span for span in known if span.label != "ORG"),
        *(span for span in spans if span.label not in ("PROJECT", "ORG", *figures)),
    ]
    kept: list[Entity] = []
    for span in ranked:
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))
