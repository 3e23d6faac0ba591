"""Whole narratives of several provinces' structure, set in several ways: the prose comes back, and every fact of it."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gouji.config import load_settings
from gouji.facts import Narrative, build_narrative, describe_document, extract_facts
from gouji.facts.ner import load_recogniser
from tests.facts.typeset import Habits, typeset

FILES = sorted((Path(__file__).parent / "narratives").glob("*.toml"))
REPORTS = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in FILES}
LAYOUTS = {
    "indented": Habits(head="部门决算公开材料"),
    "flush": Habits(indent=0, heading_indent=0, number="-{}-"),
    "wide": Habits(columns=26, leading=90, number="第{}页"),
    "narrow": Habits(columns=38, leading=58, number="{}"),
    "large headings": Habits(heading_scale=1.2, heading_indent=0),
    "spaced": Habits(spaced=True),
}


def narrative_of(report: dict[str, Any], layout: str) -> Narrative:
    """The report's prose, set in one layout and read back."""
    return build_narrative(typeset([(kind, text) for kind, text in report["blocks"]], LAYOUTS[layout]))


def plain(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def stated(report: dict[str, Any], name: str) -> set[tuple[str, Decimal, str | None]]:
    """Key, value and subject of the report's facts."""
    raw = report.get(name, {})
    pairs = raw.items() if isinstance(raw, dict) else raw
    return {(key, Decimal(str(value)), (subject or [None])[0]) for key, value, *subject in pairs}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", REPORTS)
def test_paragraphs_come_back_whole(name: str, layout: str) -> None:
    """However the report is set, each paragraph and heading comes back as one, and nothing else does."""
    report = REPORTS[name]
    found = [plain(passage.text) for passage in narrative_of(report, layout).passages]
    assert found == [plain(text) for kind, text in report["blocks"] if kind not in ("toc", "new") and text != "目 录"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", REPORTS)
def test_every_fact_of_the_report_is_found_and_no_other(name: str, layout: str) -> None:
    """All facts of the narrative, with their subjects, and the report's description."""
    report, settings = REPORTS[name], load_settings().facts
    narrative = narrative_of(report, layout)
    cover = [line for _, lines in typeset(report["blocks"], LAYOUTS[layout])[:1] for line in lines]
    document = describe_document(narrative, cover)
    assert (document.title, document.organization) == (report["title"], report["organization"])
    assert (document.fiscal_year, document.kind) == (report["year"], report["kind"])
    facts = extract_facts(narrative, document, settings, load_recogniser(settings))
    found = {(fact.key, fact.value, fact.subject) for fact in facts}
    assert found - stated(report, "optional") == stated(report, "facts")
