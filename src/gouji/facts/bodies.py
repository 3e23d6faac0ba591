"""Names of bodies: whether two of them mean the same one."""

from __future__ import annotations

import re

from gouji.zh import squeeze

_ADDED = re.compile(r"[（(](?:本级|汇总|机关|本部|含[^）)]*)[）)]|本级|机关$|部门$")
_UNDER = re.compile(r"(?:站|所|中心|大队|支队|院|校|分局|处|馆|公司|园|段|场|社|会)$")  # an institution under the body
_ENDING = re.compile(
    r"[局院校所站馆园段场社会厅委](?![\u4e00-\u9fff]?[计议])|中心|大队|支队|办公室|政府|公司|学校|幼儿园"
)
SHARED = 0.75


def may_name_body(text: str, organisation: str) -> bool:
    """Whether the text holds the ending of a body's name once the report's own body is taken out."""
    return bool(_ENDING.search(squeeze(text).replace(_core(organisation), "")))


def same_body(name: str, organisation: str) -> bool:
    """Whether a name in the text means the report's own body: the same, a short form of it, or it misread by OCR."""
    a, b = _core(name), _core(organisation)
    if not a or not b or b.endswith(a) or a in b:
        return True
    if a.startswith(b):
        return not _UNDER.search(a[len(b) :])
    return _shared(a, b) >= SHARED * max(len(a), len(b))


def _core(name: str) -> str:
    return _ADDED.sub("", squeeze(name))


def _shared(a: str, b: str) -> int:
    """Characters that stand in both names at the same distance from the end."""
    return sum(x == y for x, y in zip(reversed(a), reversed(b), strict=False))
