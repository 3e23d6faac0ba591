"""The recogniser: it loads lightly, bounds projects and bodies, and the rules use it where they cannot tell."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.entities import LABELS, bench_folder, on_truth, scores
from gouji.config import load_settings
from gouji.errors import SetupError
from gouji.facts import Narrative, Passage, extract_facts
from gouji.facts.bodies import same_body
from gouji.facts.narrative import Printed
from gouji.facts.ner import Entities, Entity, Recogniser, load_recogniser
from gouji.records import Document, Fact, Line, Paragraph

DOCUMENT = Document(organization="云砚县水务局", fiscal_year=2023, kind="final_account")


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """The shipped model."""
    loaded = load_recogniser(load_settings().facts)
    assert loaded is not None
    return loaded


def facts_of(text: str, section: str, recogniser: Recogniser | None) -> tuple[Fact, ...]:
    """The facts of one paragraph."""
    box = (100, 200, 1500, 240)
    paragraph = Paragraph(kind="paragraph", text=text, section=(section,), pages=(4,), boxes=(box,))
    line = Printed(4, Line(text=text, box=box, confidence=1.0))
    narrative = Narrative((Passage(paragraph, (line,), tuple((0, i) for i in range(len(text)))),))
    return extract_facts(narrative, DOCUMENT, load_settings().facts, recogniser)


def test_no_recogniser_when_switched_off() -> None:
    """With facts.ner=false nothing is loaded."""
    assert load_recogniser(load_settings(overrides=["facts.ner=false"]).facts) is None


def test_missing_model_is_a_setup_error() -> None:
    """A folder without a model says what to do."""
    with pytest.raises(SetupError, match="make ner"):
        load_recogniser(load_settings(overrides=["facts.ner_model_dir=/nowhere/at/all"]).facts)


def test_broken_model_is_a_setup_error(tmp_path: Path) -> None:
    """A folder that only looks like a model says what to do when it is first asked."""
    (tmp_path / "meta.json").write_text('{"name": "x", "version": "1"}', "utf-8")
    settings = load_settings().facts.model_copy(update={"ner_model_dir": str(tmp_path)})
    loaded = load_recogniser(settings)
    assert loaded is not None
    with pytest.raises(SetupError, match="make ner"):
        loaded.entities("云砚县水务局")


def test_facts_import_no_heavy_package() -> None:
    """The room's door opens without spaCy, numpy or cv2, and the model without torch."""
    code = (
        "import sys, gouji.facts\n"
        "assert not {'spacy', 'numpy', 'cv2'} & set(sys.modules), 'door'\n"
        "from gouji.facts.ner import load_recogniser\n"
        "from gouji.config import load_settings\n"
        "load_recogniser(load_settings().facts).entities('云砚县水务局')\n"
        "assert not {'torch', 'tensorflow', 'transformers'} & set(sys.modules), 'model'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_bodies_projects_and_amounts_are_marked(recogniser: Recogniser) -> None:
    """A plain sentence gets its body, project and amounts."""
    text = "青岫县审计局2023年度农村公路养护项目自评得分为95分，全年预算数为120.00万元。"
    found = {(span.label, span.text) for span in recogniser.entities(text).spans}
    assert ("ORG", "青岫县审计局") in found
    assert ("MONEY", "120.00万元") in found


def test_figure_of_another_body_is_no_fact(recogniser: Recogniser) -> None:
    """What a subordinate unit spent is not what the body spent; the rules alone cannot know."""
    text = "青岫县信息中心2023年度支出合计88.00万元，其中：基本支出80.00万元，项目支出8.00万元。"
    assert facts_of(text, "三、支出决算情况说明", recogniser) == ()
    assert len(facts_of(text, "三、支出决算情况说明", None)) == 3


def test_figure_of_the_body_itself_stays_a_fact(recogniser: Recogniser) -> None:
    """The body's own name before the figure takes nothing away."""
    text = "云砚县水务局2023年度支出合计88.00万元，其中：基本支出80.00万元。"
    assert {f.key for f in facts_of(text, "三、支出决算情况说明", recogniser)} == {
        "expenditure.year",
        "expenditure.basic",
    }


def test_words_around_a_project_are_left_out() -> None:
    """A name that the recogniser bounds better replaces the clause's words."""
    entities = Entities((Entity(7, 13, "PROJECT", "农村公路养护"),))
    assert entities.project_within(0, 30, "我局组织实施的农村公路养护") == "农村公路养护"
    assert entities.project_within(0, 30, "农村公路养护和绿化") is None


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("云砚县水务局", True),
        ("县水务局", True),
        ("云砚县水务局本级", True),
        ("云砚县水夯局", True),  # misread
        ("云砚县水务局监测站", False),
        ("青岫县信息中心", False),
    ],
)
def test_names_of_the_same_body(name: str, same: bool) -> None:
    """Short forms and misread names mean the body; its branches and others don't."""
    assert same_body(name, "云砚县水务局（汇总）") is same


@pytest.mark.skipif(bench_folder() is None, reason="the bench is not beside this checkout")
def test_entities_of_real_prose(recogniser: Recogniser) -> None:
    """On three real reports, labelled by hand, entities are found to a character with F1 of at least 0.95."""
    folder = bench_folder()
    assert folder is not None
    counts: Counter[tuple[str, str]] = Counter()
    for document in json.loads(LABELS.read_text("utf-8")):
        counts += on_truth(folder, recogniser, document)
    assert scores(counts)[2] >= 0.95
