"""Trains the recogniser, by `configs/facts/ner.cfg`: `python -m gouji.facts.train [TEXT_DIR MODEL_DIR]`.

TEXT_DIR holds `train.jsonl` and `dev.jsonl`, as `python -m gouji.synth.corpus TEXT_DIR` writes them. Without arguments
the text is written afresh to a temporary folder, by that command, and the model goes to `models/ner`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gouji.config import data_dir

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.training import Example

NAME = "gouji_prose"
VERSION = "1.0.0"


def read_labelled(path: str | Path) -> Callable[[Language], Iterator[Example]]:
    """A corpus reader: the labelled paragraphs of one file as examples; a span that is no run of tokens is left out."""
    from spacy.training import Example

    def examples(nlp: Language) -> Iterator[Example]:
        for line in Path(path).read_text("utf-8").splitlines():
            raw = json.loads(line)
            doc, gold = nlp.make_doc(raw["text"]), nlp.make_doc(raw["text"])
            found = [gold.char_span(start, end, label) for start, end, label in raw["spans"]]
            gold.set_ents([span for span in found if span is not None])
            yield Example(doc, gold)

    return examples


def train(texts: Path, out: Path) -> dict[str, Any]:
    """Train on `texts`, write the model and its card to `out`, and return the scores on the held-out part."""
    from spacy.training.initialize import init_nlp
    from spacy.training.loop import train as run
    from spacy.util import load_config, registry

    registry.readers("gouji.Labelled.v1", func=read_labelled)
    overrides = {"paths.train": str(texts / "train.jsonl"), "paths.dev": str(texts / "dev.jsonl")}
    config = load_config(data_dir("configs") / "facts" / "ner.cfg", overrides=overrides)
    nlp, _ = run(init_nlp(config), None, stdout=sys.stderr, stderr=sys.stderr)
    scores = nlp.evaluate(list(read_labelled(texts / "dev.jsonl")(nlp)))
    _save(nlp, out, texts, scores)
    return scores


def _save(nlp: Language, out: Path, texts: Path, scores: dict[str, Any]) -> None:
    """Write the pipeline without the corpora's paths, and the card."""
    config = nlp.config.copy()
    for part in ("paths", "corpora", "training", "initialize"):
        config.pop(part, None)
    nlp.config = config
    nlp.meta.update(name=NAME, version=VERSION, license="Apache-2.0", performance={})
    nlp.meta["spacy_version"] = ">=3.8,<3.9"
    nlp.meta["description"] = "Entities of Chinese government budget and final-account narratives"
    nlp.to_disk(out)
    (out / "README.md").write_text(model_card(texts, scores), "utf-8")


def model_card(texts: Path, scores: dict[str, Any]) -> str:
    """The card: what the model is, what it learned from, how it was made, and how it scores on held-out text."""
    counts = {part: len((texts / f"{part}.jsonl").read_text("utf-8").splitlines()) for part in ("train", "dev")}
    rows = [
        f"| {label} | {s['p']:.4f} | {s['r']:.4f} | {s['f']:.4f} |"
        for label, s in sorted(scores["ents_per_type"].items())
    ]
    return "\n".join(
        [
            "# gouji's recogniser for narratives",
            "",
            "A spaCy pipeline (Chinese, one token per character) that marks ORG, PROJECT, ITEM (科目), MONEY, PERCENT,",
            "COUNT, SCORE, AREA and YEAR in the prose of budget and final-account reports. Apache-2.0.",
            "",
            f"- Data: {counts['train']} paragraphs for training and {counts['dev']} held out, all written by",
            "  `gouji.synth` about bodies and projects that do not exist; half of them with the slips that OCR makes.",
            "- Command: `make ner`, which is `python -m gouji.synth.corpus DIR` and then",
            "  `python -m gouji.facts.train DIR models/ner`.",
            "- Seed: 20260 (`configs/facts/ner.cfg`), the corpus by its own seed 7.",
            "- Limits: trained on invented text only; names of an unheard-of shape may be cut short.",
            "",
            "| label | precision | recall | F1 on held-out fictitious text |",
            "|---|---|---|---|",
            *rows,
            f"| all | {scores['ents_p']:.4f} | {scores['ents_r']:.4f} | {scores['ents_f']:.4f} |",
            "",
        ]
    )


def main(arguments: list[str]) -> None:
    """Train on the given folders, or on text written afresh."""
    if arguments:
        train(Path(arguments[0]), Path(arguments[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "gouji.synth.corpus", folder], check=True)
        train(Path(folder), data_dir("models") / "ner")


if __name__ == "__main__":
    main(sys.argv[1:])
