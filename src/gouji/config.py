"""Settings: every number a person may want to turn, read from `configs/gouji.toml` and merged with what the user gives.

The shipped file holds every setting with its reason; these classes hold the types. A setting's name carries its unit.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gouji.errors import UsageError

PACKAGE = Path(__file__).resolve().parent


class Section(BaseModel):
    """A frozen group of settings; an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PagesSettings(Section):
    """Rasters: resolution and limits."""

    dpi: int
    scan_dpi: int
    max_dpi: int
    max_pages: int
    max_page_px: int
    max_file_mb: int
    text_layer: bool
    scan_cover_share: float
    sane_text_share: float


class EngineSettings(Section):
    """Which engine reads text, with which models and how many threads (0: all cores)."""

    name: str
    det_model_dir: str
    rec_model_dir: str
    det_model_name: str
    rec_model_name: str
    device: str
    precision: Literal["auto", "f32", "bf16", "int8"]
    threads: int
    sight_dpi: int
    sight_px: float = Field(gt=0)
    det_threshold: float
    det_box_threshold: float
    det_unclip_ratio: float
    rec_batch: int
    rec_narrow: float = Field(gt=0, le=1)
    language: bool
    figures: bool


class DetectorSettings(Section):
    """Which detector finds table regions; `weights`, `config` and `label_map` are for models that a user brings."""

    name: str
    config: str
    weights: str
    table_labels: tuple[str, ...]
    min_score: float


class TablesSettings(Section):
    """Lattices and readings of cells."""

    doubt_confidence: float


class FactsSettings(Section):
    """Narrative facts."""

    ner: bool
    ner_model_dir: str


class ChecksSettings(Section):
    """Identities. With every operand read with `sure_confidence`, a failed identity is laid to the publisher."""

    enabled: bool
    sure_confidence: float


class CrawlSettings(Section):
    """Crawls: who asks, how politely, and how far. Networks in `allowed_networks` may be asked though not public."""

    contact: str
    agent: str
    delay_s: float = Field(ge=0)
    max_delay_s: float = Field(ge=0)
    timeout_s: float = Field(gt=0)
    retries: int = Field(ge=0)
    back_off_s: float = Field(ge=0)
    max_file_mb: int = Field(ge=1)
    max_requests: int = Field(ge=1)
    max_hours: float = Field(gt=0)
    max_redirects: int = Field(ge=0)
    resume_hours: float = Field(ge=0)
    sites_at_once: int = Field(ge=1)
    allowed_networks: tuple[str, ...]
    late_days: int = Field(ge=0)


class ArchiveSettings(Section):
    """Archives: who reads, how much at a time, what is bound together, and the limits of what is unpacked."""

    runner: Literal["processes", "threads", "dask", "ray"]
    dask_address: str
    workers: int = Field(ge=0)
    worker_max_mb: int = Field(ge=1)
    worker_max_pages: int = Field(ge=1)
    chunk_pages: int = Field(ge=1)
    page_timeout_s: float = Field(gt=0)
    tries: int = Field(ge=1)
    images: Literal["numbered", "folder", "single"]
    office_command: str
    office_timeout_s: float = Field(gt=0)
    unpack_max_mb: int = Field(ge=1)
    unpack_max_files: int = Field(ge=1)
    unpack_max_ratio: int = Field(ge=1)
    unpack_max_depth: int = Field(ge=0)


class CrewSettings(Section):
    """How many processes `gouji read` shares a scanned file's pages out to (0: one for each core)."""

    workers: int = Field(ge=0)


# What a report does not depend on: how files were come by, and how a machine shares out its work.
_UNTOLD: Any = {"archive": True, "crawl": True, "crew": True, "engine": {"threads"}}


class Settings(Section):
    """All settings."""

    pages: PagesSettings
    engine: EngineSettings
    detector: DetectorSettings
    tables: TablesSettings
    facts: FactsSettings
    checks: ChecksSettings
    crawl: CrawlSettings
    archive: ArchiveSettings
    crew: CrewSettings

    def digest(self) -> str:
        """The first 16 hex digits of the sha256 of all settings that a report depends on."""
        return hashlib.sha256(self.model_dump_json(exclude=_UNTOLD).encode()).hexdigest()[:16]


def data_dir(name: Literal["configs", "models"]) -> Path:
    """The folder of shipped data: inside the installed package, or at the top of a checkout."""
    packed = PACKAGE / "_data" / name
    return packed if packed.is_dir() else PACKAGE.parents[1] / name


def load_settings(path: Path | None = None, overrides: Iterable[str] = ()) -> Settings:
    """The shipped settings, then those of the TOML file at `path`, then `key=value` overrides with dotted keys.

    Raises:
        UsageError: a file that cannot be read, an unknown name or a value of the wrong type.
    """
    tree = _read_toml(data_dir("configs") / "gouji.toml")
    if path is not None:
        _merge(tree, _read_toml(path))
    for override in overrides:
        _merge(tree, _parse_override(override))
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"setting {name}: {first['msg']}; see configs/gouji.toml for all names and values") from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the settings file cannot be read ({error})") from error


def _merge(tree: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value


def _parse_override(text: str) -> dict[str, Any]:
    key, separator, value = text.partition("=")
    if not separator or not key.strip():
        raise UsageError(f"--set {text}: write it as section.name=value, for example pages.dpi=300")
    try:
        parsed = tomllib.loads(f"v = {value.strip()}")["v"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    for part in reversed(key.strip().split(".")):
        parsed = {part: parsed}
    return dict(parsed)
