"""The identities as data: what `configs/identities/*.toml` says."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from gouji.config import data_dir
from gouji.errors import UsageError

Family = Literal[
    "row", "codes", "levels", "refs", "classes", "same", "names", "rate", "funds", "scores", "weights", "projects"
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Frozen):
    """One identity. What `left` and `right` hold depends on the family (head of rules.toml)."""

    id: str
    family: Family
    says: str
    forms: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    relation: Literal["=", "<="] = "="
    each: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def written_out(self) -> tuple[Rule, ...]:
        """The rule for each word of `each`, put in for {m}; itself when there is none."""
        if not self.each:
            return (self,)
        return tuple(
            self.model_copy(update={"left": _put(self.left, word), "right": _put(self.right, word), "each": ()})
            for word in self.each
        )


def _put(parts: tuple[str, ...], word: str) -> tuple[str, ...]:
    return tuple(part.replace("{m}", word) for part in parts)


class Line(_Frozen):
    """A line of two-sided forms or a foot: its place (`side`, below `after`, above `before`) and printed names."""

    forms: tuple[str, ...]
    id: str
    names: tuple[str, ...]
    side: str = ""
    after: str = ""
    before: str = ""


class Stated(_Frozen):
    """A narrative fact and the figures of tables that it must equal, the first that is there."""

    rule: str
    key: str
    figures: tuple[str, ...]
    says: str


class Parts(_Frozen):
    """Facts that add up, or that are no more than each other. With `complete` stated no other part is missing."""

    rule: str
    whole: str
    parts: tuple[str, ...]
    says: str
    relation: Literal["=", "<="] = "="
    complete: str = ""


class Prose(_Frozen):
    """Words that the checks of running text need."""

    wholes: dict[str, tuple[str, ...]]
    compared: tuple[str, ...]
    compared_after: tuple[str, ...]
    spoken_of: tuple[str, ...]
    spoken_first: tuple[str, ...]
    cause: tuple[str, ...]
    no_such: tuple[str, ...]
    statements: dict[str, tuple[str, ...]]


class Explained(_Frozen):
    """What a person reads about a rule that is evaluated by the module `where` alone."""

    says: str
    covers: str
    tolerance: str
    where: str


class Identities(_Frozen):
    """All of it."""

    rules: tuple[Rule, ...]
    lines: tuple[Line, ...]
    sub: frozenset[str]
    classes: dict[str, str]
    stated: tuple[Stated, ...]
    parts: tuple[Parts, ...]
    prose: Prose
    explained: dict[str, Explained] = {}


@cache
def load_identities(folder: Path | None = None) -> Identities:
    """The identities of the folder (default: the shipped one), rules written out.

    Raises:
        UsageError: a file that cannot be read or does not describe identities.
    """
    folder = folder or data_dir("configs") / "identities"
    try:
        tree: dict[str, Any] = {}
        for path in sorted(folder.glob("*.toml")):
            tree.update(tomllib.loads(path.read_text("utf-8")))
        rules = [rule for entry in tree["rules"] for rule in Rule.model_validate(entry).written_out()]
        tree.update(rules=rules, sub=frozenset(tree["sub"]["names"]))
        return Identities.model_validate(tree)
    except (OSError, KeyError, tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise UsageError(f"{folder}: the identities cannot be read ({error})") from error
