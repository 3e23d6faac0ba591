"""`gouji up`: server, worker and schedules; the flows do it, this sees that they can and hands over to them."""

from __future__ import annotations

import os
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

from gouji.config import load_settings
from gouji.crawl.register import load_register
from gouji.crawl.sites import find_sites
from gouji.crawl.start import check
from gouji.errors import OutputError, SetupError, UsageError


def start(
    data: Path,
    sites: Path,
    config: Path | None,
    register: Path | None,
    database: str | None,
    port: int,
    cron: str | None,
) -> int:
    """Become the supervisor; comes back only when something is wrong.

    Raises:
        UsageError: a site file, the settings or the register make no sense, or the port is taken.
        SetupError: Prefect is missing. OutputError: the folder cannot be made.
    """
    if find_spec("prefect") is None or find_spec("flows") is None:
        raise SetupError('the package prefect is missing; pip install "gouji[flows]"')
    check(find_sites([], sites), load_settings(config).crawl)
    if register:
        load_register(register)
    _see_port(port)
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{data}: the folder cannot be made ({error.strerror}); give another with --data") from error
    given: dict[str, object] = {"--data": data, "--sites": sites, "--config": config, "--register": register}
    given |= {"--database": database, "--port": port, "--cron": cron}
    options = [text for name, value in given.items() if value is not None for text in (name, str(value))]
    os.execv(sys.executable, [sys.executable, "-m", "flows.up", *options])


def _see_port(port: int) -> None:
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind(("127.0.0.1", port))
        except OSError as error:
            raise UsageError(f"port {port} is taken ({error.strerror}); give another with --port") from error
