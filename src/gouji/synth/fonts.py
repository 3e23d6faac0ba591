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
    _take_chinese_glyphs(next(iter(pdf.fonts.values())))
    pdf.set_creation_date(datetime(2025, 1, 1, tzinfo=UTC))
    try:
        yield pdf
    finally:
        for font in pdf.fonts.values():
            font.close()


def _take_chinese_glyphs(font: Any) -> None:
    """The font draws as in Japan (门, 直, 骨 differ); its own table "locl" has the glyphs of mainland China."""
    gsub = font.ttfont["GSUB"].table
    script = next(record.Script for record in gsub.ScriptList.ScriptRecord if record.ScriptTag == "hani")
    language = next(record.LangSys for record in script.LangSysRecord if record.LangSysTag == "ZHS ")
    features = [gsub.FeatureList.FeatureRecord[index] for index in language.FeatureIndex]
    swaps: dict[str, str] = {}
    for index in (i for each in features if each.FeatureTag == "locl" for i in each.Feature.LookupListIndex):
        for table in gsub.LookupList.Lookup[index].SubTable:
            swaps |= getattr(getattr(table, "ExtSubTable", table), "mapping", {})
    font.cmap.update({code: swaps[name] for code, name in font.cmap.items() if name in swaps})
