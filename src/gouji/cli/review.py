"""`gouji review`: the review page served."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer

from gouji.config import load_settings
from gouji.errors import SetupError


def show_review(
    folder: Path,
    host: str,
    port: int,
    password: str,
    names: tuple[str, ...],
    limits: Mapping[str, int],
    config: Path | None,
    overrides: tuple[str, ...],
) -> int:
    """Serve until Ctrl-C.

    Raises:
        UsageError: there is no such folder, or the page would be open to the network without a password.
        SetupError: the packages of the page are missing.
    """
    try:
        from gouji.review import Options, serve
    except ModuleNotFoundError as error:
        raise SetupError(f'the package {error.name} is missing; pip install "gouji[review]"') from error
    options = Options(
        folder, load_settings(config, overrides), host, port, password, config, overrides, names=names, **limits
    )
    options.check()
    typer.echo(f"http://{'localhost' if options.local else host}:{port}/  (Ctrl-C ends it)")
    serve(options)
    return 0
