"""Official forms: which form a table is, and the tidy items in it. Doors: `recognise_forms`, `read_items`."""

from __future__ import annotations

from gouji.forms.definitions import FormDefinition, load_definitions
from gouji.forms.items import read_items
from gouji.forms.recognise import recognise_forms

__all__ = ["FormDefinition", "load_definitions", "read_items", "recognise_forms"]
