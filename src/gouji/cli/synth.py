"""`gouji synth`: fictitious reports."""

from __future__ import annotations

from pathlib import Path

import typer


def write(out: Path, count: int, seed: int, quality: str, quiet: bool) -> int:
    """Write `count` reports below `out`; gives the exit code.

    Raises:
        SetupError: the packages that print and scan are missing.
    """
    from gouji.synth.write import write_reports

    for path in write_reports(out, count=count, seed=seed, quality=quality):
        if not quiet:
            typer.echo(str(path))
    return 0
