"""`gouji synth`: fictitious reports."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import typer

from gouji.errors import SetupError, UsageError

Kind = Literal["final_account", "budget", "both"]
Image = Literal["pdf", "tiff"]


def write(
    out: Path, count: int, seed: int, qualities: str, kind: str, image: str, *, short: bool = False, quiet: bool = False
) -> int:
    """Write `count` reports below `out`, each in every one of the comma-separated qualities; gives the exit code.

    Raises:
        UsageError: no such quality, kind or form of image.
        OutputError: the folder cannot be written.
        SetupError: the packages that print and scan are missing.
    """
    chosen = [name.strip() for name in qualities.split(",") if name.strip()]
    kinds: dict[str, Kind] = {name: name for name in get_args(Kind)}
    images: dict[str, Image] = {name: name for name in get_args(Image)}
    if kind not in kinds:
        raise UsageError(f"--kind {kind}: it is one of {', '.join(kinds)}")
    if image not in images:
        raise UsageError(f"--image {image}: it is one of {', '.join(images)}")
    try:
        from gouji.synth.write import write_reports

        files = write_reports(out, count, seed, chosen, kinds[kind], short=short, image=images[image])
    except ModuleNotFoundError as error:
        raise SetupError(f'the package {error.name} is missing; pip install "gouji[synth]"') from error
    if not quiet:
        for path in files:
            typer.echo(str(path))
    return 0
