"""Archives of small digital PDFs, read by real worker processes without the NER."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gouji.archive.workers import Answer, Order, obey
from gouji.config import ArchiveSettings, Settings, load_settings


class InProcess:
    """A crew without processes, which take seconds to start; see `gouji.archive.conduct.Crew`."""

    def __init__(self, number: int, out: Path, settings: Settings, password: str | None) -> None:
        self._given = (out, settings, password)
        self._orders: deque[Order] = deque()

    def __enter__(self) -> InProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._orders.clear()

    @property
    def free(self) -> int:
        """One at a time."""
        return 1 - len(self._orders)

    def give(self, order: Order) -> None:
        """Keep the order until answers are asked for."""
        self._orders.append(order)

    def answers(self, patience_s: float) -> Iterator[Answer]:
        """Do what was ordered."""
        while self._orders:
            yield from obey(self._orders.popleft(), *self._given)


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are read in the test's own process."""
    monkeypatch.setattr("gouji.archive.conduct.Workers", InProcess)


FAST = ("facts.ner=false", "checks.enabled=false", "archive.workers=1")


PRINTED: dict[str, bytes] = {}


@pytest.fixture
def digital_pdf(digital_pdf: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """The maker of small PDFs, which prints each only once: its font takes a second to load."""

    def make(name: str, **about: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if repr(about) not in PRINTED:
            PRINTED[repr(about)] = digital_pdf(name, **about).read_bytes()
        path.write_bytes(PRINTED[repr(about)])
        return path

    return make


@pytest.fixture
def settings() -> Settings:
    return load_settings(None, FAST)


@pytest.fixture
def limits(settings: Settings) -> ArchiveSettings:
    return settings.archive


@pytest.fixture
def page_image(tmp_path: Path) -> Callable[[str], Path]:
    """A maker of small page images, each of another shade."""
    from PIL import Image

    shades = iter(range(150, 250))

    def make(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (620, 877), next(shades)).save(path, dpi=(75, 75))
        return path

    return make
