"""A report before it is printed: narrative blocks and forms in their order, and how the office prints them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from gouji.synth.blocks import Block
from gouji.synth.figures import Body
from gouji.synth.forms import all_forms
from gouji.synth.grid import Form, Style, draw_style
from gouji.synth.sheet import TableLook

Item = Block | Form

# What a short report keeps: the forms and the kinds of facts that a reader looks for first.
SHORT_FORMS = (
    "final.summary", "final.income", "final.expenditure", "final.fiscal_summary", "final.gpb", "final.sangong",
    "performance.self_evaluation",
    "budget.summary", "budget.income", "budget.expenditure", "budget.fiscal_summary", "budget.gpb", "budget.sangong",
    "performance.targets",
)  # fmt: skip
SHORT_FACTS = (
    "staff.", "vehicles.", "score.", "project.", "projects.", "revenue.total", "expenditure.total", "sangong.actual",
    "gpb.expenditure", "gpb.basic", "reception.", "operating.", "procurement.",
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """An office's way to print: type sizes in pt, margins in mm, page numbers, and its tables.

    `flow` lets a form follow where all of it fits, `packed` also parts and text; `landscape` turns wide forms.
    """

    table: TableLook = field(default_factory=TableLook)
    text_pt: float = 15.0
    leading: float = 1.75
    margin_mm: float = 24.0
    table_margin_mm: float = 15.0
    page_number: Literal["", "plain", "dashes", "words"] = "dashes"
    flow: bool = False
    packed: bool = False
    landscape: bool = True
    cover: bool = True


@dataclass(frozen=True)
class Manuscript:
    """One report: `items` in printing order, `date` as printed on the cover."""

    body: Body
    style: Style
    look: Look
    title: str
    date: str
    items: tuple[Item, ...]


def draw_look(rng: random.Random) -> Look:
    """A way to print, drawn from the habits that occur."""
    table = TableLook(
        size_pt=rng.choice([9.0, 9.0, 10.0, 8.0, 7.0]),
        row_mm=rng.choice([5.4, 6.2, 7.2]),
        line_mm=rng.choice([0.15, 0.2, 0.3, 0.45]),
        over_pages=rng.choice(["repeat", "repeat", "continued", "none"]),
        meta=rng.choice(["two", "two", "one"]),
        shaded=rng.random() < 0.15,
    )
    return Look(
        table=table,
        text_pt=rng.choice([12.0, 14.0, 15.0, 16.0]),
        leading=rng.choice([1.55, 1.75, 1.9]),
        page_number=rng.choice(["", "plain", "dashes", "words"]),
        flow=rng.random() < 0.35,
        landscape=rng.random() < 0.8,
    )


def write_manuscript(
    body: Body, seed: int, *, short: bool = False, most_projects: int = 3, style: Style | None = None
) -> Manuscript:
    """The report of `body`, in a style drawn from `seed`. `short`: no cover, the chief forms, the chief facts."""
    from gouji.synth.prose import write_prose

    rng = random.Random(f"gouji manuscript {seed}")
    style = style or draw_style(rng, body.unit, body.places)
    look = draw_look(rng)
    if short:
        style = replace(style, all_classes=False, blank_rows=0)
    forms = all_forms(body, style, rng, 1 if short else most_projects)
    blocks = write_prose(body, rng)
    if short:
        forms = tuple(f for f in forms if f.form in SHORT_FORMS)
        blocks = keep_facts(blocks, SHORT_FACTS)
        look = replace(look, cover=False, packed=True, landscape=False, text_pt=12.0, leading=1.6)
        look = replace(look, table=replace(look.table, row_mm=4.8))
    year = body.year + 1 if body.report == "final_account" else body.year
    month = rng.choice([8, 9, 10] if body.report == "final_account" else [1, 2, 3])
    date = rng.choice([f"{year}年{month}月{rng.randint(2, 28)}日", f"{year}年{month}月"])
    return Manuscript(body, style, look, body.title, date, _with_forms(body, blocks, forms))


def keep_facts(blocks: Iterable[Block], prefixes: Sequence[str]) -> list[Block]:
    """The paragraphs that state a fact whose key begins with one of `prefixes`, and the headings above them."""
    kept: list[Block] = []
    above: list[Block] = []
    for block in blocks:
        if block.kind != "paragraph":
            above = [b for b in above if b.kind < block.kind] + [block]
        elif any(f.key.startswith(tuple(prefixes)) for f in block.facts):
            kept += [*above, block]
            above = []
    return kept


def _with_forms(body: Body, blocks: Sequence[Block], forms: Sequence[Form]) -> tuple[Item, ...]:
    """The forms under the prose's own part for them, or else as a part of their own after the first part."""
    parts = [i for i, b in enumerate(blocks) if b.kind == "heading1"]
    own = next((i for i in parts if blocks[i].text.replace(" ", "").endswith(("算表", "报表"))), None)
    if own is not None:
        return (*blocks[: own + 1], *forms, *blocks[own + 1 :])
    what = "决算" if body.report == "final_account" else "预算"
    heading = Block("heading1", f"第二部分  {body.year}年度部门{what}表")
    cut = parts[1] if len(parts) > 1 else 0
    return (*blocks[:cut], heading, *forms, *blocks[cut:])
