"""Results that are kept while what they were made of stays, so that after a correction only what changed is made anew.

Records are frozen: a function of the same records gives the same. They are told by identity, which costs nothing, so
whoever wants to be remembered hands on the very record that he was given when he has nothing to change in it.
"""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

Made = TypeVar("Made")


class Recall:
    """What was made in this run and in the last; not safe to use from several threads at once."""

    def __init__(self) -> None:
        self._last: dict[object, tuple[object, Any]] = {}
        self._now: dict[object, tuple[object, Any]] = {}

    @property
    def empty(self) -> bool:
        """Whether this run has made nothing yet."""
        return not self._now

    def turn(self) -> None:
        """Begin another run; what the last one did not ask for is forgotten."""
        self._last, self._now = self._now, {}

    def __call__(self, make: partial[Made], *on: object) -> Made:
        """What `make` gives; made only when it was not made `on` the same before. `on` must hold all that it goes by.

        Text, numbers and frozen sets are the same when they are equal, tuples when their parts are the same, other
        things when they are one object.
        """
        key = (make.func, tuple(map(_same, on)))
        kept = self._now.get(key) or self._last.get(key) or (on, make())
        self._now[key] = kept
        made: Made = kept[1]
        return made


def _same(thing: object) -> object:
    if isinstance(thing, tuple):
        return tuple(map(_same, thing))
    return thing if thing is None or isinstance(thing, (str, int, float, frozenset)) else id(thing)
