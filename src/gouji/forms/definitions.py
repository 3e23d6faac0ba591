"""Form definitions: what `configs/forms/*.toml` says about titles, heads and measures. A form is one file there."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from gouji.config import data_dir
from gouji.errors import UsageError

Layout = Literal["coded", "list", "two_sided", "wide", "performance"]
Kind = Literal["money", "percent", "score", "count"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Frozen):
    """Heads that mean the same in every form. `part`: 类, 款, 项 columns of a code that is printed in pieces.

    `foreign`: words of titles that are no form's.
    """

    code: tuple[str, ...]
    part: tuple[str, ...]
    name: tuple[str, ...]
    line: tuple[str, ...]
    column_numbers: tuple[str, ...]
    foreign: tuple[str, ...] = ()
    totals: tuple[str, ...]


class Measure(_Frozen):
    """The meaning of a column. Each of `heads` is a head or a path from the top: "基本支出>小计|合计" ("|": or)."""

    id: str
    heads: tuple[str, ...]
    kind: Kind = "money"
    required: bool = False

    def __hash__(self) -> int:
        return hash(self.id)  # patterns are kept by their measures; a hash of all fields takes longer than matching


class Title(_Frozen):
    """Words of the title: every one of `all` must stand in it, none of `none`. "a|b" means either."""

    all: tuple[str, ...]
    none: tuple[str, ...] = ()


class FormDefinition(_Frozen):
    """One official form.

    sides: what stands before the measure's id, side by side from the left (two_sided); more_sides: of further panels.
    rows, columns: of a wide form that is printed standing; the item's measure is then "<column>.<row>".
    labels: cells that a performance form is known by. marks: cells of the body that speak for the form.
    absent: heads or labels that the form never has. names: heads of the name column, where not the common ones.
    """

    id: str
    name: str
    layout: Layout
    title: Title
    sides: tuple[str, ...] = ()
    more_sides: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    rows: tuple[Measure, ...] = ()
    columns: tuple[Measure, ...] = ()
    labels: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    words: Words

    @property
    def family(self) -> str:
        """The part of the id before the dot: final, budget or performance."""
        return self.id.partition(".")[0]


@cache
def load_definitions(folder: Path | None = None) -> tuple[FormDefinition, ...]:
    """Every form of the folder (default: the shipped one), by file name; `shared.toml` there holds the common words.

    Raises:
        UsageError: a file that cannot be read or does not describe a form.
    """
    folder = folder or data_dir("configs") / "forms"
    shared = Words.model_validate(_read(folder / "shared.toml"))
    paths = sorted(path for path in folder.glob("*.toml") if path.name != "shared.toml")
    return tuple(_define(path, shared) for path in paths)


def _define(path: Path, shared: Words) -> FormDefinition:
    try:
        return FormDefinition.model_validate({**_read(path), "words": shared})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path.name}: {place}: {first['msg']}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the form cannot be read ({error})") from error
