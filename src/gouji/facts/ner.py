"""The trained recogniser: which characters are a project's name, a body, an amount. The only place that knows spaCy."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gouji.config import FactsSettings, data_dir
from gouji.errors import SetupError
from gouji.facts.names import Entity, together

if TYPE_CHECKING:
    from spacy.language import Language


# What may stand around the body in "其中：某某中心2024年度支出合计".
_SPOKEN = re.compile(
    r"(?:20\d\d\s*年度?|其中|按单位分|所属|下属|本年|本级|[，、：:；;的\s\d.．（）()]|一般公共预算|财政拨款|总|年末|截[至止]"
    r"|\d+月|\d+日)+"
)
# Words that belong to the sentence, not to a project's name ("我局组织实施的某某项目").
_AROUND = re.compile(r"组织|实施|开展|我[局单部校院]|本[单部]|安排|承担|其中|对")
_ACTS = re.compile(r"\s*(?:批复|下达|核定|安排|拨付|拨入|审核)")


@dataclass(frozen=True)
class Entities:
    """The entities of one paragraph, in order."""

    spans: tuple[Entity, ...]

    def project_within(self, start: int, end: int, named: str) -> str | None:
        """The project in the range that bounds `named` better: a longer name, or `named` without words around it."""
        for span in self.spans:
            if span.label != "PROJECT" or not (start <= span.start and span.end <= end):
                continue
            if named in span.text or (span.text in named and _AROUND.search(named.replace(span.text, "", 1))):
                return span.text
        return None

    def last_project(self, after: int, before: int) -> str | None:
        """The last project named between two positions."""
        named = (
            span.text
            for span in reversed(self.spans)
            if span.label == "PROJECT" and after <= span.start and span.end <= before
        )
        return next(named, None)

    def speaker(self, sentence: int, item: int, text: str) -> str | None:
        """The body that an item is said of: it opens the sentence or stands right before the item."""
        for span in reversed(self.spans):
            if span.label != "ORG" or not sentence <= span.start < span.end <= item:
                continue
            opens = not _SPOKEN.sub("", text[sentence : span.start])
            if (opens or not _SPOKEN.sub("", text[span.end : item])) and not _ACTS.match(text[span.end :]):
                return span.text
        return None


@dataclass(frozen=True)
class Recogniser:
    """A spaCy pipeline on disk; it is loaded when the first text is asked about, or ahead of that."""

    folder: Path
    name: str

    def entities(self, text: str) -> Entities:
        """The entities of one paragraph.

        Raises:
            SetupError: the model cannot be loaded.
        """
        found = self.load()(text).ents
        return Entities(together((Entity(e.start_char, e.end_char, e.label_, e.text) for e in found), text))

    def load(self) -> Language:
        """The model, loaded once in a process.

        Raises:
            SetupError: it cannot be loaded.
        """
        return _load(self.folder)


def load_recogniser(settings: FactsSettings) -> Recogniser | None:
    """The recogniser that the settings name; None when they switch it off.

    Raises:
        SetupError: there is no model in the folder.
    """
    if not settings.ner:
        return None
    folder = Path(settings.ner_model_dir) if settings.ner_model_dir else data_dir("models") / "ner"
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _broken(folder) from error
    return Recogniser(folder, f"{meta.get('name', 'ner')}-{meta.get('version', '0')}")


@lru_cache(maxsize=2)
def _load(folder: Path) -> Language:
    from spacy.util import load_model_from_path

    try:
        return load_model_from_path(folder)
    except (OSError, ValueError) as error:
        raise _broken(folder) from error


def _broken(folder: Path) -> SetupError:
    return SetupError(f"{folder.name}: the NER model cannot be loaded; run make ner, or set facts.ner=false")
