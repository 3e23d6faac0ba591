"""The CJK font that layoutparser's wheel carries, and a PDF canvas that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gouji.errors import SetupError

FAMILY = "serif"


@cache
def font_path() -> Path:
    """Noto Serif CJK, from layoutparser's package folder; layoutparser itself is not imported.

    Raises:
        SetupError: layoutparser, or its font, is not installed.
    """
    spec = find_spec("layoutparser")
    if spec is None or spec.origin is None:
        raise SetupError("layoutparser is not installed; its font is needed to print fictitious reports")
    path = Path(spec.origin).parent / "misc" / "NotoSerifCJKjp-Regular.otf"
    if not path.is_file():
        raise SetupError(f"{path} is missing; install layoutparser 0.3.4")
    return path


@contextmanager
def canvas() -> Iterator[Any]:
    """An empty fpdf2 document in mm with the font loaded; no page break of its own, and the same bytes on every run.

    On leaving, the font's file is closed: output the document before.
    """
    import logging

    from fpdf import FPDF

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    pdf = FPDF(unit="mm", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.add_font(FAMILY, "", str(font_path()))
    pdf.set_creation_date(datetime(2025, 1, 1, tzinfo=UTC))
    try:
        yield pdf
    finally:
        for font in pdf.fonts.values():
            font.close()
