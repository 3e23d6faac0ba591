"""Python's collector of cyclic garbage, held off while records are made in great number.

Records form no cycles; yet a collector that runs while hundreds of thousands of them are made walks all of them again
and again and finds nothing, which takes as long as making them.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_was_on = False


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold the collector off. Of those inside, nested or in several threads, the last to leave lets it on again.

    Where it was off before it stays off. What is no longer referred to is freed all the while; only cycles wait.
    """
    global _inside, _was_on
    with _lock:
        _inside += 1
        if _inside == 1:
            _was_on = gc.isenabled()
            gc.disable()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside and _was_on:
                gc.enable()
