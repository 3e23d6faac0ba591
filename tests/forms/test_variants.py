"""Provinces print the official forms in many ways; all of them are the same forms with the same items."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gouji.forms import load_definitions, read_items, recognise_forms
from gouji.synth.sketch import sketch_table

FORMS = load_definitions()
VARIANTS = tomllib.loads(Path(__file__).with_name("variants.toml").read_text("utf-8"))["variants"]


@pytest.mark.parametrize("variant", VARIANTS, ids=[f"{i}-{v['form'] or 'unknown'}" for i, v in enumerate(VARIANTS)])
def test_a_variant_of_a_form_is_known_and_read(variant: dict[str, Any]) -> None:
    """The form is recognised by its title and heads, and its figures have their code, name, measure and amount."""
    table = sketch_table(variant["table"], variant["title"] or None, variant["unit"] or None)
    (found,) = recognise_forms([table], FORMS)
    assert (found.form or "") == variant["form"]
    assert (found.n_rows, found.n_cols, len(found.cells)) == (table.n_rows, table.n_cols, len(table.cells))
    items = read_items([found], FORMS)
    told = [f"{item.code or ''}|{item.name}|{item.measure}|{item.amount}" for item in items]
    assert told == variant["items"]
