"""The narrative: lines to paragraphs to facts.

The door: `build_narrative` (every page's lines outside tables -> Narrative), `describe_document`, `extract_facts`.
"""

from gouji.facts.document import describe_document
from gouji.facts.extract import extract_facts
from gouji.facts.narrative import Narrative, Passage
from gouji.facts.prose import build_narrative

__all__ = ["Narrative", "Passage", "build_narrative", "describe_document", "extract_facts"]
