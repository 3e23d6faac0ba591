"""The text as the rules see it: no white space, no quotation marks, common OCR slips undone, each character traced."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gouji.facts.spelling import mend_terms
from gouji.facts.wording import load_grammar

_DROPPED = set(" \t\u3000“”‘’\"'「」『』")
_WIDE = str.maketrans(
    {
        ",": "，",
        ":": "：",
        ";": "；",
        "(": "（",
        ")": "）",
        "％": "%",
        "．": ".",
        "﹪": "%",
        "[": "（",
        "]": "）",
        "［": "（",
        "］": "）",
        "|": "|",
        **{chr(ord("０") + digit): str(digit) for digit in range(10)},
    }
)
_ZERO = re.compile(
    r"(?<=[\d.，])[OoQ〇](?=[OoQ〇\d.，%万元个辆人台分批次平]|$)|(?<![A-Za-z\d])[OoQ](?=\.\d)|(?<![A-Za-z\d〇一二三四五六七八九])[OoQ〇](?=万元|元|个|辆|人|台|批|%|分)"
)
_ONE = re.compile(r"(?<=[\d.])[lI|](?=[\d.%万元个辆人台分])|(?<![A-Za-z\d])[lI|](?=[\d.])|(?<=[\d.])[lI|](?=[\d.])")
_UNIT_SLIPS = (
    (re.compile(r"(?<=\d)今(?=[，。、；（）]|$)"), "分"),
    (re.compile(r"(?<=\d)入(?=[，。、；（）次]|$)"), "人"),
    (re.compile(r"(?<=\d)无(?=[，。、；（）]|$)"), "元"),
)
_POINT = re.compile(r"(?<=\d)[。·•](?=\d{1,2}(?:万元|元|%|分|亿元|平方米))")
# A full stop read as a point: between words, or before the number of the next sentence.
_STOP = re.compile(r"(?<=[\u4e00-\u9fff）%])[.](?=[\u4e00-\u9fff（]|\d{1,2}[.、]|20\d\d年|$)")


@dataclass(frozen=True)
class WorkText:
    """`text` for matching; `origins[i]` is the index in the paragraph's text that character `i` came from."""

    text: str
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the paragraph's text behind `start` to `end` of the work text."""
        return self.origins[start], self.origins[end - 1] + 1


def to_work_text(paragraph: str, confidences: Sequence[float] | None = None) -> WorkText:
    """The paragraph's text for the rules; every replacement keeps the length.

    `confidences` runs along the paragraph: where the reading is in doubt, misread terms are put right.
    """
    kept = [(index, char) for index, char in enumerate(paragraph) if char not in _DROPPED and not char.isspace()]
    text = "".join(char for _, char in kept).translate(_WIDE)
    if confidences is not None:
        text = mend_terms(text, [confidences[index] for index, _ in kept])
    for wrong, right in load_grammar().slips:
        text = text.replace(wrong, right)
    text = _POINT.sub(".", _ONE.sub("1", _ZERO.sub("0", _ZERO.sub("0", text))))  # twice: "5.OO"
    text = _STOP.sub("。", text)
    for slip, right in _UNIT_SLIPS:
        text = slip.sub(right, text)
    return WorkText(text, tuple(index for index, _ in kept))
