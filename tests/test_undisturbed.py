from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from gouji.undisturbed import undisturbed


@pytest.fixture(autouse=True)
def collector_on() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_last_to_leave_lets_the_collector_on() -> None:
    """Nested or in several threads, the collector stays off until nobody is inside."""
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with undisturbed():
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=stay)
    with undisturbed():
        other.start()
        inside.wait(10)
    assert not gc.isenabled()
    leave.set()
    other.join()
    assert gc.isenabled()


def test_error_lets_the_collector_on() -> None:
    """An error inside leaves nothing switched off."""
    with pytest.raises(ValueError, match="half way"), undisturbed():
        raise ValueError("half way")
    assert gc.isenabled()


def test_collector_that_was_off_stays_off() -> None:
    """A process that runs without the collector goes on so."""
    gc.disable()
    with undisturbed():
        pass
    assert not gc.isenabled()
