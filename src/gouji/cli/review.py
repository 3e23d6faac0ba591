"""`gouji review`: the review page served, of a folder or of a database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer

from gouji.config import load_settings
from gouji.errors import SetupError


def show_review(
    reports: str,
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
        UsageError: there is no such folder, or no database of gouji's at the address; or the page would be open to the
            network without a password.
        SetupError: the packages of the page are missing.
    """
    try:
        from gouji.review import Options, create_app, serve
    except ModuleNotFoundError as error:
        raise SetupError(f'the package {error.name} is missing; pip install "gouji[review]"') from error
    database = reports if "://" in reports else ""
    options = Options(
        None if database else Path(reports), load_settings(config, overrides), host, port, password, config, overrides,
        names=names, database=database, **limits,
    )  # fmt: skip
    page = create_app(options)
    typer.echo(f"http://{'localhost' if options.local else host}:{port}/  (Ctrl-C ends it)")
    serve(page, options)
    return 0
