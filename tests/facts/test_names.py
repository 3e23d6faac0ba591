"""Figures, bodies and subjects that are known by how they are printed."""

from __future__ import annotations

import pytest

from gouji.facts.names import Entity, known_entities, together


def found(text: str) -> set[tuple[str, str]]:
    return {(span.label, span.text) for span in known_entities(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("支出合计1,860.25万元，增长3.5%。", {("MONEY", "1,860.25万元"), ("PERCENT", "3.5%")}),
        ("公务用车0辆，接待12批次、86人次", {("COUNT", "0"), ("COUNT", "12"), ("COUNT", "86")}),
        ("自评得分100分，为优；第3分局", {("SCORE", "100")}),
        ("2031年度与2030年相比", {("YEAR", "2031年度"), ("YEAR", "2030年")}),
        ("比上年提高2.1个百分点", {("PERCENT", "2.1个百分点")}),
        ("办公用房1,200.5平方米", {("AREA", "1,200.5平方米")}),
    ],
)
def test_figures_are_known_by_their_units(text: str, expected: set[tuple[str, str]]) -> None:
    """A figure with its unit is an entity of that unit's kind, whole."""
    assert {(label, name) for label, name in found(text) if label not in ("ORG", "ITEM")} == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("其中：基本工资、办公费、其他商品和服务支出。", {"基本工资", "办公费", "其他商品和服务支出"}),
        (
            "卫生健康支出（类）行政事业单位医疗（款）行政单位医疗（项）",
            {"卫生健康支出", "行政事业单位医疗", "行政单位医疗"},
        ),
        ("住房保障（类）支出20万元", {"住房保障"}),
        ("推进信息化建设，做好医疗救助工作", set()),
        ("医疗费用上涨，邮电费用于办公", set()),
    ],
)
def test_subjects_are_known_by_their_names(text: str, names: set[str]) -> None:
    """Official names are subjects in their surroundings; the same words in a sentence are not."""
    assert {name for label, name in found(text) if label == "ITEM"} == names


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("下属事业单位云砚县水文监测中心有人员退休", "云砚县水文监测中心"),
        ("包括：青岫市水务局东湖分局、青岫市水务局西山分局", "青岫市水务局东湖分局"),
        ("纳入云砚县水务局（本级）预算", "云砚县水务局（本级）"),
        ("根据县财政局批复", "县财政局"),
    ],
)
def test_bodies_are_known_by_place_and_kind(text: str, body: str) -> None:
    """A place and a kind of office bound a body, without the words before it."""
    assert ("ORG", body) in found(text)


def test_a_projects_year_is_a_part_of_its_name() -> None:
    """What is learnt of projects comes before what is known; a learnt figure gives way to the printed one."""
    text = "2031年农村公路养护项目得分95分"
    learnt = [Entity(0, 11, "PROJECT", text[:11]), Entity(15, 16, "SCORE", "9")]
    spans = together(learnt, text)
    assert [(span.label, span.text) for span in spans] == [("PROJECT", text[:11]), ("SCORE", "95")]
