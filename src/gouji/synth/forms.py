"""All forms of one body's report, in their official order, in one office's style."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from gouji.synth import performance_forms as performance
from gouji.synth.budget_forms import BUDGET_FORMS
from gouji.synth.figures import Body
from gouji.synth.final_forms import FINAL_FORMS, Laid
from gouji.synth.grid import Form, Style, lay
from gouji.synth.subjects import synth_data


def all_forms(body: Body, style: Style, rng: random.Random, most_projects: int = 3) -> tuple[Form, ...]:
    """The official forms of `body`, then its performance forms (of the first `most_projects` projects)."""
    makers = FINAL_FORMS if body.report == "final_account" else BUDGET_FORMS
    forms = [make_form(form, make(body, style), body, style, rng) for form, make in makers.items()]
    return (*forms, *performance_forms(body, style, rng, most_projects))


def performance_forms(body: Body, style: Style, rng: random.Random, most_projects: int) -> tuple[Form, ...]:
    """Targets for a budget; self-evaluations, the whole body's and the list of projects for a final account."""
    chosen = body.projects[:most_projects]
    if body.report == "budget":
        return tuple(_performance("targets", performance.targets(body, style, p), body, style, rng) for p in chosen)
    money = replace(style, blank_zero=False)
    forms = [
        _performance("self_evaluation", performance.self_evaluation(body, money, p), body, style, rng) for p in chosen
    ]
    if most_projects:
        forms.append(_performance("department", performance.department(body, money), body, style, rng))
        forms.append(_performance("summary", performance.summary(body, money), body, style, rng))
    return tuple(forms)


def _performance(form: str, laid: Laid, body: Body, style: Style, rng: random.Random) -> Form:
    made = make_form(f"performance.{form}", laid, body, style, rng)
    return made if form == "summary" else replace(made, unit="")


def make_form(form: str, laid: Laid, body: Body, style: Style, rng: random.Random) -> Form:
    """The laid grid with the words around it: title, number, notes, and the statement when it is empty."""
    words = synth_data("forms")[form]
    rows, header_rows = laid
    n_cols, cells = lay(rows, header_rows)
    empty = "statement" in words and not any(c.text[:1].isdigit() and not c.header for c in cells)
    return Form(
        form=form,
        title=rng.choice(words["titles"]),
        number=_number(words, body, style),
        organisation=body.organisation.name,
        unit=style.unit,
        n_rows=len(rows),
        n_cols=n_cols,
        header_rows=header_rows,
        cells=cells,
        notes=_notes(words, body, empty, rng),
        landscape=bool(words.get("landscape", False)),
        stated=empty,
    )


def _number(words: dict[str, Any], body: Body, style: Style) -> str:
    if not words["number"]:
        return ""
    if body.report == "budget":
        return f"公开表{words['number']}" if style.variant % 2 else f"表{words['number']}"
    return f"公开{words['number']:02d}表"


def _notes(words: dict[str, Any], body: Body, empty: bool, rng: random.Random) -> tuple[str, ...]:
    notes = tuple(words.get("notes", ())) if rng.random() < 0.8 else ()
    if empty:
        text = rng.choice(words["statement"])
        notes += (text.format(name=body.organisation.name, year=body.year),)
    return notes
