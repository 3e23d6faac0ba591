"""Reports read ahead by other processes."""

from __future__ import annotations

import multiprocessing
import pickle
from pathlib import Path

import pytest

from gouji import ahead, store
from gouji.config import load_settings
from gouji.errors import InputError

SETTINGS = load_settings(overrides=["crew.workers=2"])


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes help with any number of reports."""
    monkeypatch.setattr(ahead, "LEAST", 1)


def test_others_give_what_one_gives(shelf: Path, shared: None) -> None:
    """Reports come in the order of their paths and the same as without help, a damaged one as its error."""
    paths = list(store.find_reports([shelf]))
    paths[2].write_text("{")
    for dialect in ("sqlite", "postgresql"):
        helped = list(ahead.readied(paths, SETTINGS, dialect))
        for n, (path, found) in enumerate(zip(paths, helped, strict=True)):
            if n == 2:
                assert isinstance(found, InputError)
                assert "this is no gouji.report/1" in str(found)
            else:
                assert found == ahead.read_saved(path, SETTINGS, dialect)
    assert not multiprocessing.active_children()


def test_a_helper_that_is_killed_loses_nothing(shelf: Path, shared: None) -> None:
    """When a process that reads ahead is killed, the reports that are left are read without it."""
    paths = list(store.find_reports([shelf])) * 4
    found = ahead.readied(paths, SETTINGS, "sqlite")
    first = [next(found)]
    (helper,) = multiprocessing.active_children()
    helper.kill()
    assert [*first, *found] == [ahead.read_saved(path, SETTINGS, "sqlite") for path in paths]


def test_a_loader_that_gives_up_leaves_no_helper(shelf: Path, shared: None) -> None:
    """Whoever stops taking reports ends the processes that read ahead."""
    found = ahead.readied(list(store.find_reports([shelf])), SETTINGS, "sqlite")
    next(found)
    assert multiprocessing.active_children()
    found.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


def test_few_reports_start_no_process(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process costs more than it saves where there are few reports, and on one core."""
    monkeypatch.setattr(multiprocessing, "get_context", lambda _: pytest.fail("a process was started"))
    paths = list(store.find_reports([shelf]))
    assert len(list(ahead.readied(paths, SETTINGS, "sqlite"))) == 6
    monkeypatch.setattr(ahead, "LEAST", 1)
    alone = load_settings(overrides=["crew.workers=1"])
    assert len(list(ahead.readied(paths, alone, "sqlite"))) == 6


def test_what_is_ready_can_be_handed_on(shelf: Path) -> None:
    """What one process makes ready another can load."""
    saved = ahead.read_saved(next(store.find_reports([shelf])), SETTINGS, "postgresql")
    assert pickle.loads(pickle.dumps(saved)) == saved
