"""Each wording of `wordings.toml` gives its facts, all of them and no other, with evidence found verbatim."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gouji.config import load_settings
from gouji.facts import Narrative, Passage, extract_facts
from gouji.facts.narrative import Printed
from gouji.records import Document, Fact, Line, Paragraph

CASES = tomllib.loads((Path(__file__).parent / "wordings.toml").read_text("utf-8"))["case"]


def narrative_of(text: str, section: str) -> Narrative:
    """A narrative of one paragraph on one line."""
    box = (100, 200, 100 + 30 * len(text), 240)
    paragraph = Paragraph(kind="paragraph", text=text, section=(section,), pages=(4,), boxes=(box,))
    line = Printed(4, Line(text=text, box=box, confidence=1.0))
    return Narrative((Passage(paragraph, (line,), tuple((0, i) for i in range(len(text)))),))


def facts_of(text: str, section: str, kind: Any = "final_account") -> tuple[Fact, ...]:
    """The facts that the rules alone find in one paragraph of a report for 2023."""
    settings = load_settings(overrides=["facts.ner=false"]).facts
    return extract_facts(narrative_of(text, section), Document(fiscal_year=2023, kind=kind), settings)


@pytest.mark.parametrize("case", CASES, ids=[f"{i:02d}-{c['text'][:16]}" for i, c in enumerate(CASES)])
def test_wording_states_its_facts_and_no_other(case: dict[str, Any]) -> None:
    """Every fact of the case is found with its value and subject, and nothing else is."""
    facts = facts_of(case["text"], case["section"], case.get("kind", "final_account"))
    if isinstance(case["facts"], list):
        expected = {(key, Decimal(str(value)), subject) for key, value, subject in case["facts"]}
        assert {(f.key, f.value, f.subject) for f in facts} == expected
    else:
        assert {f.key: f.value for f in facts} == {k: Decimal(str(v)) for k, v in case["facts"].items()}
        assert len(facts) == len(case["facts"])
        assert {f.subject for f in facts if f.subject} == set(case.get("subjects", []))
    assert all(f.evidence in case["text"] for f in facts)
