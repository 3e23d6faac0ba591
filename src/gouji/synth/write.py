"""Writes fictitious reports with their truth: the door of this room."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from gouji.errors import OutputError


def write_reports(
    out: Path,
    count: int,
    seed: int = 0,
    qualities: Sequence[str] = ("office",),
    kind: Literal["final_account", "budget", "both"] = "both",
    *,
    short: bool = False,
    wear: Sequence[str] = (),
    most_projects: int = 3,
    image: Literal["pdf", "tiff"] = "pdf",
) -> list[Path]:
    """Writes `count` reports and gives the files: NAME.digital.pdf, NAME.<quality>.pdf (or .tiff), NAME.truth.json.

    "digital" in `qualities` is allowed and adds nothing. `short` keeps the chief forms and facts (about six pages).

    Raises:
        UsageError: no such quality or defect.
        OutputError: the folder cannot be written.
    """
    files: list[Path] = []
    for i in range(count):
        report: Any = ("final_account", "budget")[i % 2] if kind == "both" else kind
        files += write_report(out, seed + i, qualities, report, short, wear, most_projects, image)
    return files


def write_report(
    out: Path,
    seed: int,
    qualities: Sequence[str],
    report: Literal["final_account", "budget"],
    short: bool = False,
    wear: Sequence[str] = (),
    most_projects: int = 3,
    image: Literal["pdf", "tiff"] = "pdf",
    name: str = "",
) -> list[Path]:
    """Writes one report; see `write_reports`. `name` is drawn from kind and seed unless given."""
    from gouji.synth.invent import invent
    from gouji.synth.manuscript import write_manuscript
    from gouji.synth.print_pdf import print_manuscript
    from gouji.synth.scan import bind_pdf, bind_tiff, load_quality, scan_pages
    from gouji.synth.truth import truth_of

    chosen = [load_quality(q, wear) for q in qualities if q != "digital"]
    manuscript = write_manuscript(invent(seed, report=report), seed, short=short, most_projects=most_projects)
    printed = print_manuscript(manuscript)
    name = name or f"{'final' if report == 'final_account' else 'budget'}-{seed:04d}"
    truth = json.dumps(truth_of(manuscript, printed), ensure_ascii=False, indent=1) + "\n"
    contents = {f"{name}.truth.json": truth.encode(), f"{name}.digital.pdf": printed.pdf}
    for quality in chosen:
        images = scan_pages(printed.pdf, quality, seed, manuscript.body.organisation.name)
        bind = bind_pdf if image == "pdf" else bind_tiff
        contents[f"{name}.{quality.name}.{image}"] = bind(images)
    return [_write(out / file, data) for file, data in contents.items()]


def _write(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another folder") from error
    return path
