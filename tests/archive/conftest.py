"""Archives of small digital PDFs, read by real worker processes without the NER."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gouji.config import ArchiveSettings, Settings, load_settings

FAST = ("facts.ner=false", "checks.enabled=false", "archive.workers=1")


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
