"""How the field writes: a character trigram model of budgets' and final accounts' own words.

It is trained on fictitious text (`make language`) and only ever weighs Chinese characters against each other; figures
look alike to it. Interpolated Witten-Bell smoothing (Witten & Bell 1991, as in Chen & Goodman 1999, 2.7).
"""

from __future__ import annotations

import gzip
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gouji.zh import is_chinese

ORDER = 3
VOCABULARY = 8000  # Chinese characters in use: what an unseen one's share is reckoned from
UNHEARD = 0.1  # share of all text that is unlike anything learned: keeps a sure reading of a new word
_FIGURES = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
FIGURE = "0"
WEIGHT = 0.5  # of the language against the look of a character
HEARD = 3.0  # nats that an added character may cost, so that short readings win nothing by being short
DOUBT = 0.97  # a character that looks at least this likely is what it looks like
BEAM = 24


@dataclass(frozen=True)
class Place:
    """A frame in which a character was read or may have been dropped, and what it may be, likeliest first.

    "" stands for no character; the first option is what the best path reads.
    """

    frame: int
    options: tuple[tuple[str, float], ...]

    @property
    def weighed(self) -> tuple[tuple[str, float], ...]:
        """The options that the language may choose from: Chinese characters, where one is in doubt."""
        char, chance = self.options[0]
        if chance >= DOUBT or (char and not is_chinese(char)):
            return self.options[:1]
        return tuple(option for option in self.options if option == self.options[0] or is_chinese(option[0]))


class Language:
    """Chances of characters after the two before them."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts
        self._after: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for gram, count in counts.items():
            total, kinds = self._after[gram[:-1]]
            self._after[gram[:-1]] = total + count, kinds + 1
        self.log_chance = lru_cache(maxsize=100_000)(self._log_chance)

    def _log_chance(self, char: str, before: str) -> float:
        """The natural logarithm of the chance of `char` after `before`, of which the last two characters count."""
        chance = 1 / VOCABULARY
        for length in range(ORDER):
            if length > len(before):
                break
            context = before[len(before) - length :]
            total, kinds = self._after.get(context, (0, 0))
            if total:
                chance = (self._counts.get(context + char, 0) + kinds * chance) / (total + kinds)
        return math.log((1 - UNHEARD) * chance + UNHEARD / VOCABULARY)


@dataclass(frozen=True)
class Hypothesis:
    """What was chosen so far, and how likely it is in all."""

    score: float
    text: str
    chosen: tuple[str, ...]


def choose(places: Sequence[Place], language: Language | None) -> list[tuple[str, float]]:
    """What is read at each place ("" for nothing) and its chance.

    Where Chinese characters are in doubt, the reading that looks and sounds best in all is taken (noisy channel, beam
    search), and a place's chance is the share of the beam that agrees on it.
    """
    options = [place.weighed if language else place.options[:1] for place in places]
    if language is None or all(len(option) == 1 for option in options):
        return [place.options[0] for place in places]
    beam = [Hypothesis(0.0, "", ())]
    for option in options:
        grown = [_grown(path, char, chance, language) for path in beam for char, chance in option]
        beam = sorted(grown, key=lambda path: -path.score)[:BEAM]
    weights = [math.exp(path.score - beam[0].score) for path in beam]
    return [
        place.options[0] if len(option) == 1 else (char, _share(beam, weights, i))
        for i, (place, option, char) in enumerate(zip(places, options, beam[0].chosen, strict=True))
    ]


def _grown(path: Hypothesis, char: str, chance: float, language: Language) -> Hypothesis:
    score = path.score + math.log(max(chance, 1e-9))
    if char:
        score += WEIGHT * (HEARD + language.log_chance(plain(char), plain(path.text[-8:])))
    return Hypothesis(score, path.text + char, (*path.chosen, char))


def _share(beam: Sequence[Hypothesis], weights: Sequence[float], place: int) -> float:
    agreed = sum(w for path, w in zip(beam, weights, strict=True) if path.chosen[place] == beam[0].chosen[place])
    return agreed / sum(weights)


def plain(text: str) -> str:
    """The text as the model sees it: figures all alike, without white space."""
    return _FIGURES.sub(FIGURE, "".join(text.split()))


def count_grams(texts: Iterable[str]) -> dict[str, int]:
    """How often each run of one to three characters stands in the texts."""
    counts: Counter[str] = Counter()
    for text in map(plain, texts):
        for length in range(1, ORDER + 1):
            counts.update(text[i : i + length] for i in range(len(text) - length + 1))
    return dict(counts)


def load_language(path: Path) -> Language:
    """The model in a file of lines `gram<TAB>count`, gzipped.

    Raises:
        OSError, ValueError: there is none, or it is damaged.
    """
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = (line.rstrip("\n").split("\t") for line in file)
        return Language({gram: int(count) for gram, count in rows})


def save_language(counts: dict[str, int], path: Path) -> None:
    """Write the counts; the same counts give the same bytes."""
    lines = "".join(f"{gram}\t{count}\n" for gram, count in sorted(counts.items()))
    path.write_bytes(gzip.compress(lines.encode(), mtime=0))


def main(arguments: list[str]) -> None:
    """Count the lines of a text file (the first argument) into a model file (the second)."""
    texts = Path(arguments[0]).read_text("utf-8").splitlines()
    save_language(count_grams(texts), Path(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
