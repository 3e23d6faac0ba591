"""Which project a clause speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gouji.facts.headings import strip_number
from gouji.facts.sightings import clause_offset

MAX_SUBJECT = 90
_NUMBER = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|[①②③④⑤⑥⑦⑧⑨⑩]|[一二三四五六七八九]是|其中[：，]?|项目名称[：，]?|项目[一二三四五六七八九十\d]{1,2}[：、])+"
)
_AFTER_NAME = (
    r"(?:的)?(?:支出)?(?:预算)?(?:绩效)?(?:目标)?(?:自我)?(?:自评|评价|完成|执行|实施)?"
    r"(?:情况|结果|综述|报告|工作|表|得分|评分|总分|说明|概况|概述)*"
)
_OPENING = re.compile(rf"^(?P<name>.{{2,{MAX_SUBJECT}}}?)(?P<mark>项目)?{_AFTER_NAME}[：，。]")
_LISTED = re.compile(
    rf"(?P<name>[^，。：；]{{2,{MAX_SUBJECT}}})[：。，](?:该|本)?(?:项目)?(?:支出)?(?:绩效)?(?:自评得分|自评分|自评结果|自评情况|全年预算|年初预算|预算安排|预算数|预算资金|资金|得分|评价得分)"
)
_TALKS_OF_SCORES = re.compile(r"自评|绩效|评价|得分")
_NAME_END = re.compile(rf"(?:项目)?{_AFTER_NAME}$")
_GENERIC = re.compile(
    r"(?:该|本|此|各|上述|以上|全部|所有|两|[一二三四五六七八九十\d]+个|项目|我|单位|部门|局|厅|委|办|绩效|目标|自我|自评|评价|考核|综合|最终|最后|年度|全年|资金|预算|决算|安排"
    r"|配套|中央|省级|市级|县级|区级|地方|自筹|总体|其中|中|里|公开|反映|经|整体|根据.*|按照.*|通过.*|经.*评.*|从.*看|20\d\d年度?|年初|设定|结果|情况|，|、|：|的|为|共|在|对|和|下达|涉及|累计|实际|一般公共|政府性基金|国有资本经营|财政拨款|支出|完成|执行|数|得分|满分\d*分?|截至.*|当年|本年)*"
)
_TITLE = re.compile(r"(?:项目|经费|资金|补助|工程|费|专项|建设|维护|改造|运转|奖补|工作)(?:[（(][^（）()]*[）)])?$")
_WHOLE = re.compile(r"部门整体|整体支出|单位整体|部门评价|整体绩效")


def opening_subject(text: str) -> str | None:
    """The project that a paragraph's opening names ("某某项目绩效自评情况：…"); None when it opens otherwise."""
    body = _NUMBER.sub("", text)
    listed = _LISTED.match(body)
    if listed and not _GENERIC.fullmatch(listed["name"]):
        return clean_subject(listed["name"])
    found = _OPENING.match(body)
    if not found or not (found["mark"] or _TALKS_OF_SCORES.search(found.group()[: len(found.group())])):
        return None
    if not found["mark"] and len(found["name"]) == len(found.group()) - 1:
        return None
    return clean_subject(found["name"])


def title_subject(text: str) -> str | None:
    """The project that a heading or a short line of its own names; None when it is no project's name."""
    plain = _NUMBER.sub("", strip_number(text)).rstrip("。：:")
    if len(plain) > MAX_SUBJECT or _WHOLE.search(plain):
        return None
    name = _NAME_END.sub("", plain)
    if len(name) == len(plain) and not _TITLE.search(plain):
        return None
    return clean_subject(name)


def clause_subject(lead: str, item_start: int) -> str | None:
    """The project named in the clause right before the item; None when the clause names none ("项目自评得分")."""
    prefix = lead[clause_offset(lead, item_start) : item_start]
    prefix = re.split(r"[“”]", prefix)[-1]
    return clean_subject(prefix) if prefix else None


def clean_subject(text: str) -> str | None:
    """A project's name without numbering and general words at its ends; None when nothing else is left."""
    name = _NUMBER.sub("", text.strip("，、：；。 "))
    name = re.sub(
        r"^(?:[我本](?:单位|部门|[局厅委办院校镇乡县市区所站处会]))?(?:的|对|对照|组织|开展|以)?(?=20\d\d|[^的对])",
        "",
        name,
    )
    name = _NAME_END.sub("", name).strip("，、：；。的")
    if _GENERIC.fullmatch(name) or _WHOLE.search(name) or len(name) < 2:
        return None
    return name


def split_names(text: str) -> list[str]:
    """The names of a list ("甲、乙和丙"), numbering kept out; a list of one gives one name."""
    depth, parts, current = 0, [], ""
    for char in text:
        depth += (char in "（(") - (char in "）)")
        if char == "、" and depth <= 0:
            parts.append(current)
            current = ""
        else:
            current += char
    parts.append(current)
    last = (
        re.split(r"(?:以及|和|及|与)(?=[^（）]*$)", parts[-1])
        if len(parts) < 2 or "和" in parts[-1] or "及" in parts[-1]
        else [parts[-1]]
    )
    return [name for name in [*parts[:-1], *last] if name]


def last_title(texts: Sequence[str]) -> str | None:
    """The project named by the nearest of the given lines above; None when none names one."""
    return next((name for name in map(title_subject, reversed(texts)) if name), None)
